package soopt.cli.sweep;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import soopt.cli.options.AgainOptions;
import soopt.cli.options.Arguments;
import soopt.cli.options.FailureLines;
import soopt.cli.run.Interrupts;
import soopt.cli.run.RunOptions;
import soopt.cli.terminal.Natives;
import soopt.experiment.Runner;
import soopt.experiment.folder.RunDirectoryException;
import soopt.experiment.loop.StopSignal;
import soopt.file.Shown;
import soopt.spec.SpecSource;
import soopt.sweep.Entry;
import soopt.sweep.Plan;
import soopt.sweep.local.Work;
import soopt.sweep.slurm.SlurmCluster;

/** Does single runs of a plan: what every launcher calls. */
@Command(
        name = "task",
        mixinStandardHelpOptions = true,
        header = "Do single runs of the plan that 'soopt sweep' made.",
        description = {
            "What a batch system calls for each task; 'soopt sweep' calls it itself. A run that is finished is left"
                    + " alone, one that was interrupted goes on from its newest checkpoint."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  soopt task results/mlp_grid/plan.json 3",
            "  soopt task mlp_grid 0-5 12",
            "  soopt task mlp_grid $SLURM_ARRAY_TASK_ID",
        })
public final class TaskCommand implements Callable<Integer> {
    private static final String DEVICE = "device";
    private static final Pattern RANGE = Pattern.compile("(\\d{1,9})(?:-(\\d{1,9}))?");

    @Spec
    private CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "PLAN",
            description = "plan.json, its folder, or the name of the experiment in the results folder")
    private String plan;

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "INDEX",
            description = "numbers of runs in the plan, from 0; 2-5 are four of them")
    private List<String> indices = List.of();

    @Mixin
    private RunOptions options;

    @Mixin
    private AgainOptions again;

    @Option(
            names = "--max-requeues",
            paramLabel = "N",
            defaultValue = "0",
            description = "in a task of SLURM: after USR1 queue it again, at most so often (default: ${DEFAULT-VALUE})")
    private int maxRequeues;

    @Option(names = "--worker", hidden = true, description = "read numbers from standard input and report on stdout")
    private boolean worker;

    @Override
    public Integer call() {
        Path file = file();
        Plan read = Plan.read(file);
        Path results = Optional.ofNullable(file.toAbsolutePath().normalize().getParent())
                .filter(folder -> folder.getFileName().toString().equals(read.experiment()))
                .map(Path::getParent)
                .orElseThrow(() -> new RunDirectoryException(file + " is the plan of " + Shown.quoted(read.experiment())
                        + ": it must lie in a folder of that name"));
        Arguments.requireNotNegative(spec, "--max-requeues", maxRequeues);
        if (worker) {
            return work(read, file, results);
        }
        List<Integer> numbers = numbers();
        if (numbers.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "which runs? give numbers from 0 to " + (read.entries().size() - 1));
        }
        StopSignal stop = new StopSignal();
        int code = options.run(
                numbers.stream().map(number -> job(read, number, results)).toList(), false, stop);
        new Requeue(new SlurmCluster(), System.getenv(), maxRequeues)
                .after(stop.signal())
                .ifPresent(spec.commandLine().getErr()::println);
        return code;
    }

    private Path file() {
        Path path = Path.of(plan);
        if (!Files.exists(path) && !plan.isBlank() && path.getNameCount() == 1) {
            path = options.results().resolve(path);
        }
        return Files.isDirectory(path) ? path.resolve(Plan.NAME) : path;
    }

    private List<Integer> numbers() {
        List<Integer> numbers = new ArrayList<>();
        for (String text : indices) {
            Matcher range = RANGE.matcher(text);
            int from = range.matches() ? Integer.parseInt(range.group(1)) : 0;
            int to = range.matches() && range.group(2) != null ? Integer.parseInt(range.group(2)) : from;
            if (!range.matches() || to < from || to - from > 100_000) {
                throw new ParameterException(
                        spec.commandLine(), Shown.quoted(text) + " is no number of a run; write 3 or 2-5");
            }
            for (int number = from; number <= to; number++) {
                numbers.add(number);
            }
        }
        return numbers.stream().distinct().toList();
    }

    private RunOptions.Job job(Plan read, int number, Path results) {
        Entry entry = read.entry(number);
        SpecSource source = read.source(entry).with(options.overrides());
        return new RunOptions.Job(
                new Runner.Request(
                        options.applied(read.experiment(entry)),
                        entry.seed(),
                        results,
                        options.store(),
                        source.text(),
                        source.overrides(),
                        options.commandLine(),
                        again.again()),
                source);
    }

    /** To bind them all takes a process that starts half a second for sixty runs. */
    private static Collection<Entry> onePerDevice(Plan read) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        read.entries()
                .forEach(entry ->
                        entries.putIfAbsent(String.valueOf(entry.varied().get(DEVICE)), entry));
        return entries.values();
    }

    private int work(Plan read, Path file, Path results) {
        StopSignal stop = new StopSignal();
        Interrupts.install(stop, spec.commandLine().getErr()).runStarted();
        Natives.prepare(
                spec.commandLine().getErr(),
                onePerDevice(read).stream()
                        .map(entry -> options.applied(read.experiment(entry)).device())
                        .collect(Collectors.toSet()));
        // never closed: that would wait for the thread that reads it
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        return new Work(read, file, results, options.store(), options::applied, again.again(), stop, FailureLines::of)
                .run(in, spec.commandLine().getOut());
    }
}
