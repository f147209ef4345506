package soopt.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import soopt.backend.Activation;
import soopt.cli.options.ExitCode;
import soopt.cli.terminal.Table;
import soopt.cli.terminal.Text;
import soopt.curvature.Partitioning;
import soopt.data.Dataset;
import soopt.experiment.file.Device;
import soopt.file.JsonObject;
import soopt.gym.Exercises;
import soopt.model.Model;
import soopt.model.loss.Loss;
import soopt.optimizer.Optimizer;
import soopt.optimizer.direction.Direction;
import soopt.optimizer.rates.Rates;
import soopt.optimizer.schedule.Schedule;
import soopt.solver.Damping;
import soopt.solver.LineSearch;
import soopt.spec.Choices;

/** Shows what an experiment file can choose from; the sealed interfaces are the only list. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        header = "List what a file can choose: models, optimizers, schedules, line searches, data sets, partitions, …",
        footerHeading = "%nExamples:%n",
        footer = {"  soopt list", "  soopt list optimizers", "  soopt list models --json"})
final class ListCommand implements Callable<Integer> {
    private static final Map<String, Supplier<List<Choices.Choice>>> KINDS = kinds();

    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "0..*",
            paramLabel = "KIND",
            description =
                    "models, optimizers, directions, rates, schedules, dampings, line-searches, datasets, partitions,"
                            + " activations, losses, devices, problems (of soopt gym); all without it")
    private List<String> kinds = List.of();

    @Option(names = "--json", description = "print JSON on stdout")
    private boolean json;

    @Override
    public Integer call() {
        for (String kind : kinds) {
            if (!KINDS.containsKey(kind)) {
                throw new ParameterException(
                        spec.commandLine(), "no kind '" + kind + "'; known: " + String.join(", ", KINDS.keySet()));
            }
        }
        List<String> wanted = kinds.isEmpty() ? List.copyOf(KINDS.keySet()) : kinds;
        PrintWriter out = spec.commandLine().getOut();
        out.print(json ? asJson(wanted) : asText(wanted, !kinds.isEmpty()));
        out.flush();
        return ExitCode.OK;
    }

    private static Map<String, Supplier<List<Choices.Choice>>> kinds() {
        Map<String, Supplier<List<Choices.Choice>>> kinds = new LinkedHashMap<>();
        kinds.put("models", () -> Choices.of(Model.class));
        kinds.put("optimizers", () -> Choices.of(Optimizer.class));
        kinds.put("directions", () -> Choices.of(Direction.class));
        kinds.put("rates", () -> Choices.of(Rates.class));
        kinds.put("schedules", () -> Choices.of(Schedule.class));
        kinds.put("dampings", () -> Choices.of(Damping.class));
        kinds.put("line-searches", () -> Choices.of(LineSearch.class));
        kinds.put("datasets", () -> Choices.of(Dataset.class));
        kinds.put("partitions", () -> Choices.of(Partitioning.class));
        kinds.put("activations", () -> constants(Activation.class));
        kinds.put("losses", () -> constants(Loss.class));
        kinds.put("devices", () -> constants(Device.Kind.class));
        kinds.put("problems", ListCommand::problems);
        return kinds;
    }

    private static List<Choices.Choice> constants(Class<? extends Enum<?>> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(constant -> new Choices.Choice(Choices.name(constant), Choices.doc(constant), null, List.of()))
                .toList();
    }

    private static List<Choices.Choice> problems() {
        return Exercises.all().stream()
                .map(exercise -> new Choices.Choice(exercise.name(), exercise.doc(), null, List.of()))
                .toList();
    }

    private static String asText(List<String> wanted, boolean withKeys) {
        StringBuilder text = new StringBuilder();
        for (String kind : wanted) {
            text.append(kind).append(System.lineSeparator());
            List<Choices.Choice> choices = KINDS.get(kind).get();
            if (withKeys && choices.stream().anyMatch(choice -> !choice.keys().isEmpty())) {
                choices.forEach(choice -> text.append(details(choice)));
            } else {
                Table table = new Table("", "");
                choices.forEach(choice -> table.row(choice.name(), choice.doc()));
                text.append(table.shown("  "));
            }
            text.append(System.lineSeparator());
        }
        if (!withKeys) {
            text.append("'soopt list KIND' shows the keys of each.").append(System.lineSeparator());
        }
        return text.toString();
    }

    private static String details(Choices.Choice choice) {
        Table table = new Table("", "", "", "");
        for (Choices.Key key : choice.keys()) {
            String type = (key.type() + " " + key.range()).strip();
            String value = key.defaultValue().isEmpty() ? "required" : "default " + key.defaultValue();
            table.row(key.name(), type, value, key.doc());
        }
        return Text.shown("  " + choice.name() + ": " + choice.doc()) + System.lineSeparator() + table.shown("      ");
    }

    private static String asJson(List<String> wanted) {
        JsonObject object = new JsonObject();
        for (String kind : wanted) {
            List<JsonObject> entries = new ArrayList<>();
            for (Choices.Choice choice : KINDS.get(kind).get()) {
                entries.add(new JsonObject()
                        .put("name", choice.name())
                        .put("doc", choice.doc())
                        .putObjects(
                                "keys",
                                choice.keys().stream().map(ListCommand::key).toList()));
            }
            object.putObjects(kind, entries);
        }
        return object.pretty();
    }

    private static JsonObject key(Choices.Key key) {
        return new JsonObject()
                .put("name", key.name())
                .put("type", key.type())
                .put("range", key.range())
                .put("default", key.defaultValue())
                .put("doc", key.doc());
    }
}
