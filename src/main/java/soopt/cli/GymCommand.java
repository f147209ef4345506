package soopt.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.cli.options.Arguments;
import soopt.cli.options.ExitCode;
import soopt.cli.options.SpecArguments;
import soopt.cli.terminal.Natives;
import soopt.cli.terminal.StatusLine;
import soopt.cli.terminal.Terminal;
import soopt.experiment.Devices;
import soopt.experiment.file.Device;
import soopt.file.Column;
import soopt.file.Shown;
import soopt.file.WholeFile;
import soopt.gym.Attempt;
import soopt.gym.Exercise;
import soopt.gym.Exercises;
import soopt.gym.Result;
import soopt.gym.Settings;
import soopt.optimizer.Optimizer;
import soopt.spec.Binder;
import soopt.spec.Choices;
import soopt.spec.SpecSource;

/** Every method against small problems whose answers are known. */
@Command(
        name = "gym",
        mixinStandardHelpOptions = true,
        header = "Try every optimizer on small problems whose answers are known.",
        description = {
            "Each is given the same start and at most --limit gradients' worth of work; a cell is the work it took to come"
                    + " within the tolerance, or why it did not. In gradients a loss counts 1/3, a Hessian product 2, a"
                    + " Gauss-Newton or Fisher product 4/3, a summary along S groups 1 + S.",
            "In float64 and from fixed seeds: the same numbers every time."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  soopt gym",
            "  soopt gym --optimizer newton,cubic-newton --problem saddle,rosenbrock-2",
            "  soopt gym --optimizer '{type: adam, step-size: 0.1}' --optimizer configs/optimizers/sgd.yaml --json"
        })
final class GymCommand implements Callable<Integer> {
    private record Subject(Optimizer optimizer) {}

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--optimizer",
            paramLabel = "NAME|SPEC",
            description = "a name, {type: …, …} as in an experiment, or an experiment file (default: all)")
    private List<String> optimizers = List.of();

    @Option(names = "--problem", paramLabel = "NAME", split = ",", description = "problems (default: all)")
    private List<String> problems = List.of();

    @Option(
            names = "--limit",
            defaultValue = "10000",
            paramLabel = "N",
            description = "most work of one optimizer on one problem, in gradients (default: ${DEFAULT-VALUE})")
    private double limit;

    @Option(names = "--out", paramLabel = "FILE", description = "write the table as CSV too")
    private Path out;

    @Option(names = "--json", description = "print JSON on stdout")
    private boolean json;

    @Override
    public Integer call() {
        Arguments.requirePositive(spec, "--limit", limit);
        List<Exercise> exercises = exercises();
        Map<String, Settings.Method> methods = methods();
        List<Result> results = attempt(methods, exercises);
        if (out != null) {
            WholeFile.write(out, Column.table(Result.COLUMNS, results));
        }
        GymReport report = new GymReport(limit, exercises, methods, results);
        PrintWriter printer = spec.commandLine().getOut();
        printer.print(json ? report.json() : report.text());
        printer.flush();
        return ExitCode.OK;
    }

    private List<Exercise> exercises() {
        List<Exercise> all = Exercises.all();
        List<String> known = all.stream().map(Exercise::name).toList();
        for (String problem : problems) {
            if (!known.contains(problem)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "no problem " + Shown.quoted(problem) + "; known: " + String.join(", ", known));
            }
        }
        return all.stream()
                .filter(exercise -> problems.isEmpty() || problems.contains(exercise.name()))
                .toList();
    }

    /** By the name that the table shows; settings of the user's own are numbered where they would be the same. */
    private Map<String, Settings.Method> methods() {
        Settings settings = Settings.load();
        Map<String, Settings.Method> methods = new LinkedHashMap<>();
        List<String> known =
                Choices.of(Optimizer.class).stream().map(Choices.Choice::name).toList();
        for (String text : optimizers.isEmpty() ? settings.methods().keySet() : words()) {
            if (known.contains(text)) {
                methods.put(text, settings.method(text));
            } else {
                Optimizer own = own(text, known);
                String name = Choices.name(own.getClass());
                boolean layers = settings.method(name).needsLayers();
                int number = 1;
                while (methods.containsKey(name + "-" + number)) {
                    number++;
                }
                methods.put(name + "-" + number, Settings.Method.of(own, layers));
            }
        }
        return methods;
    }

    /** Names may stand in one word with commas between them. */
    private List<String> words() {
        List<String> words = new ArrayList<>();
        for (String text : optimizers) {
            words.addAll(text.strip().startsWith("{") ? List.of(text) : List.of(text.split(",")));
        }
        return words;
    }

    private Optimizer own(String text, List<String> known) {
        if (text.strip().startsWith("{")) {
            return Binder.bind(SpecSource.parse("--optimizer", "optimizer: " + text), Subject.class)
                    .optimizer();
        }
        if (text.endsWith(".yaml") || text.endsWith(".yml")) {
            return SpecArguments.bind(SpecSource.read(Arguments.path(text))).optimizer();
        }
        throw new ParameterException(
                spec.commandLine(), "no optimizer " + Shown.quoted(text) + "; known: " + String.join(", ", known));
    }

    private List<Result> attempt(Map<String, Settings.Method> methods, List<Exercise> exercises) {
        PrintWriter err = spec.commandLine().getErr();
        Natives.prepare(err, List.of(Device.CPU));
        List<Result> results = new ArrayList<>();
        try (Backend backend = Devices.open(Device.CPU, Precision.FLOAT64, 1);
                StatusLine status = new StatusLine(err, Terminal.interactive())) {
            status.begin("gym", " attempts", 1, (long) methods.size() * exercises.size());
            methods.forEach((name, method) -> exercises.forEach(exercise -> {
                status.reached(results.size(), name + " on " + exercise.name());
                results.add(Attempt.of(name, method.forProblem(exercise.name()), exercise, backend, limit));
            }));
        }
        return results;
    }
}
