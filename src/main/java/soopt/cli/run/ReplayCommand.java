package soopt.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import soopt.cli.options.DataOptions;
import soopt.cli.options.ExitCode;
import soopt.cli.terminal.Figures;
import soopt.cli.terminal.Natives;
import soopt.cli.terminal.StatusLine;
import soopt.cli.terminal.Table;
import soopt.cli.terminal.Terminal;
import soopt.cli.terminal.Text;
import soopt.experiment.Replay;
import soopt.experiment.folder.RunDirectory;
import soopt.experiment.loop.RunListener;
import soopt.experiment.loop.StopSignal;
import soopt.experiment.loop.Stopped;
import soopt.file.JsonObject;

/** Computes the divergence of a run again. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        header = "Compute the step at which a run diverged again, and show what it looked like.",
        description = {
            "Begins at the newest checkpoint before it, from what the folder incident/ of the run holds. Nothing of the"
                    + " run is changed. The exit code is 1 if something else happens than what was recorded."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  soopt replay 9a78c1", "  soopt replay results/quickstart/runs/9a78c1d3e4f5 --json"})
public final class ReplayCommand implements Callable<Integer> {
    /** Numbers of incident.json that are shown, and how they are called. */
    private static final List<List<String>> NUMBERS = List.of(
            List.of("batch_loss", "loss of the batch"),
            List.of("update_norm", "norm of the update"),
            List.of("val_loss", "validation loss"),
            List.of("test_loss", "test loss"),
            List.of("initial_loss", "training loss at the start"),
            List.of("eta_largest", "largest learning rate"));

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "RUN",
            description = "the id of a run in the results folder, the beginning of one, or the folder of a run")
    private String name = "";

    @Mixin
    private DataOptions data;

    @Option(
            names = "--results",
            paramLabel = "DIR",
            defaultValue = "results",
            description = "where runs lie (default: ${DEFAULT-VALUE})")
    private Path results;

    @Option(names = "--json", description = "print JSON on stdout")
    private boolean json;

    @Override
    public Integer call() {
        Path folder = RunDirectory.find(results, name);
        PrintWriter err = spec.commandLine().getErr();
        StopSignal stop = new StopSignal();
        Interrupts.install(stop, err);
        Natives.prepare(err, List.of(Replay.experiment(folder).device()));
        try (StatusLine status = new StatusLine(err, Terminal.interactive())) {
            Replay replay = Replay.of(folder, data.store(err), listener(status), stop);
            status.end();
            PrintWriter out = spec.commandLine().getOut();
            out.print(json ? asJson(folder, replay) : asText(folder, replay));
            out.flush();
            return replay.isSame() ? ExitCode.OK : ExitCode.INTERNAL;
        } catch (Stopped early) {
            return early.reason().state().exitCode();
        }
    }

    private static RunListener listener(StatusLine status) {
        return new RunListener() {
            @Override
            public void started(Start start) {
                status.begin("replaying", " steps", 1, start.steps(), start.stepsDone());
            }

            @Override
            public void step(Progress progress) {
                status.reached(progress.step(), "");
            }
        };
    }

    private static String asText(Path folder, Replay replay) {
        JsonNode recorded = replay.recorded();
        String end = System.lineSeparator();
        StringBuilder text = new StringBuilder(
                        Text.shown(recorded.path("message").asText()))
                .append(end)
                .append(end);
        Table table = new Table("", "recorded", "replayed");
        for (List<String> number : NUMBERS) {
            if (recorded.has(number.get(0))) {
                table.row(
                        number.get(1),
                        value(recorded, number.get(0)),
                        replay.replayed()
                                .map(again -> value(again, number.get(0)))
                                .orElse("-"));
            }
        }
        text.append(table.shown("  ")).append(end);
        text.append(groups(recorded)).append(spectrum(recorded));
        text.append(Text.shown(verdict(replay))).append(end);
        return text.append("all of it in ")
                .append(folder.resolve("incident/incident.json"))
                .append(end)
                .toString();
    }

    private static String value(JsonNode incident, String key) {
        JsonNode value = incident.path(key);
        return value.isNumber()
                ? Figures.number(value.asDouble())
                : incident.path(key + "_state").asText("-");
    }

    /** The groups that moved most, largest first. */
    private static String groups(JsonNode incident) {
        double[] applied = numbers(incident.path("eta_applied"));
        if (applied.length == 0) {
            return "";
        }
        Table table = new Table("group", "ḡ", "D̄³", "η", "η applied");
        List<Integer> order = new ArrayList<>();
        for (int s = 0; s < applied.length; s++) {
            order.add(s);
        }
        order.sort((one, other) -> Double.compare(Math.abs(applied[other]), Math.abs(applied[one])));
        order.stream()
                .limit(10)
                .forEach(s -> table.row(
                        incident.path("groups").path(s).asText(),
                        number(incident, "g_averaged", s),
                        number(incident, "d3_averaged", s),
                        number(incident, "eta_used", s),
                        number(incident, "eta_applied", s)));
        return table.shown("  ") + System.lineSeparator();
    }

    private static String number(JsonNode incident, String key, int index) {
        JsonNode value = incident.path(key).path(index);
        return value.isNumber() ? Figures.number(value.asDouble()) : "-";
    }

    private static String spectrum(JsonNode incident) {
        double[] values = numbers(incident.path("eigenvalues"));
        if (values.length == 0) {
            return "";
        }
        long negative = Arrays.stream(values).filter(value -> value < 0).count();
        return "eigenvalues of H̄: "
                + Figures.number(Arrays.stream(values).min().orElseThrow()) + " to "
                + Figures.number(Arrays.stream(values).max().orElseThrow()) + ", " + negative + " of " + values.length
                + " negative" + System.lineSeparator();
    }

    private static double[] numbers(JsonNode array) {
        double[] numbers = new double[array.size()];
        Arrays.setAll(numbers, i -> array.path(i).isNumber() ? array.path(i).asDouble() : Double.NaN);
        return numbers;
    }

    private static String verdict(Replay replay) {
        String from = replay.from() == 0 ? "the start" : "the checkpoint after step " + replay.from();
        if (replay.replayed().isEmpty()) {
            return "not reproduced from " + from + ": the replay did not diverge, but " + replay.ending();
        }
        return replay.differences().isEmpty()
                ? "reproduced from " + from + ", to the last bit"
                : "diverged again from " + from + ", but these differ: " + String.join(", ", replay.differences());
    }

    private static String asJson(Path folder, Replay replay) {
        JsonObject object = new JsonObject()
                .put("folder", folder.toString())
                .put("same", replay.isSame())
                .put("from_step", replay.from())
                .put("differences", replay.differences())
                .put("ending", replay.ending())
                .put("recorded", JsonObject.of(replay.recorded()));
        replay.replayed().ifPresent(again -> object.put("replayed", JsonObject.of(again)));
        return object.pretty();
    }
}
