package soopt.cli.results;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import soopt.cli.options.Arguments;
import soopt.cli.options.ExitCode;
import soopt.cli.terminal.Console;
import soopt.cli.terminal.Figures;
import soopt.cli.terminal.Terminal;
import soopt.experiment.results.ResultRun;
import soopt.experiment.results.Results;
import soopt.experiment.results.Standing;
import soopt.experiment.results.Varied;
import soopt.file.Shown;

/** Follows the runs of a results folder until none goes on. */
@Command(
        name = "watch",
        mixinStandardHelpOptions = true,
        header = "Follow the runs that go on until none does: a table on a terminal, a line per event in a log.",
        footerHeading = "%nExamples:%n",
        footer = {"  soopt watch", "  soopt watch mlp_newtonsummary --every 30 >> watch.log"})
public final class WatchCommand implements Callable<Integer> {
    /** Looks at which nothing ran before it ends: between two runs of a sweep there may be none for a moment. */
    private static final int QUIET = 3;

    private static final String UP_AND_CLEAR = "\u001b[%dA\r\u001b[J";

    @Spec
    private CommandSpec spec;

    @Mixin
    private ResultsOptions options;

    @Option(
            names = "--every",
            paramLabel = "SECONDS",
            defaultValue = "2",
            description = "between two looks (default: ${DEFAULT-VALUE})")
    private double seconds;

    /** What was said last of each run. */
    private final Map<Path, String> told = new HashMap<>();

    private final Map<Path, ResultRun> over = new HashMap<>();
    private int drawn;

    @Override
    public Integer call() throws InterruptedException {
        Arguments.requirePositive(spec, "--every", seconds);
        boolean table = Boolean.getBoolean("soopt.terminal.out") && Terminal.interactive();
        int quiet = 0;
        boolean first = true;
        while (true) {
            List<ResultRun> all = look();
            boolean running = all.stream().anyMatch(run -> run.standing() == Standing.RUNNING);
            quiet = running ? 0 : quiet + 1;
            if (table) {
                draw(all);
            } else {
                tell(all, first);
            }
            if (quiet >= QUIET || first && !running) {
                if (!table) {
                    say(RunColumns.counts(all));
                }
                return ExitCode.OK;
            }
            first = false;
            Thread.sleep(Duration.ofNanos((long) (seconds * 1e9)).toMillis());
        }
    }

    /** All runs; what is over is read once. */
    private List<ResultRun> look() {
        List<ResultRun> all = new ArrayList<>();
        for (Path experiment : options.experiments()) {
            List<ResultRun> fresh = Results.runs(experiment, folder -> !over.containsKey(folder))
                    .toList();
            fresh.stream().filter(run -> run.standing().isFinal()).forEach(run -> over.put(run.folder(), run));
            all.addAll(fresh.stream()
                    .filter(run -> !over.containsKey(run.folder()))
                    .toList());
            over.values().stream()
                    .filter(run -> run.folder().startsWith(experiment))
                    .forEach(all::add);
        }
        return all;
    }

    private void say(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }

    // ---- a log ----

    private void tell(List<ResultRun> all, boolean first) {
        for (ResultRun run : all) {
            String line = line(run);
            String before = told.put(run.folder(), line);
            boolean wanted = first ? run.standing() == Standing.RUNNING : !line.equals(before);
            if (wanted) {
                say(line);
            }
        }
    }

    private static String line(ResultRun run) {
        String loss = Figures.number(run.number("train_loss"));
        return Shown.line(run.experiment() + " " + RunColumns.shortId(run) + " seed " + run.seed() + ": "
                + run.standing() + " epoch " + run.epoch() + "/" + run.epochs() + " loss " + loss
                + run.best().map(best -> " best " + RunColumns.words(best)).orElse("")
                + (run.standing() == Standing.RUNNING || run.reason().isEmpty() ? "" : ", " + run.reason()));
    }

    // ---- a terminal ----

    /** A line for each run that ran when it was looked at last; it stays above the table. */
    private List<String> ended(List<ResultRun> all) {
        List<String> lines = new ArrayList<>();
        for (ResultRun run : all) {
            boolean runs = run.standing() == Standing.RUNNING;
            boolean ran = told.remove(run.folder()) != null;
            if (runs) {
                told.put(run.folder(), "");
            } else if (ran) {
                lines.add(line(run));
            }
        }
        return lines;
    }

    private void draw(List<ResultRun> all) {
        List<ResultRun> shown = all.stream()
                .filter(run -> run.standing() == Standing.RUNNING)
                .sorted(Varied.order(List.of()))
                .toList();
        String text =
                shown.isEmpty() ? "" : RunColumns.table(shown, Varied.keys(all)).shown("");
        String last = RunColumns.counts(all);
        PrintWriter out = spec.commandLine().getOut();
        if (drawn > 0) {
            Console.control(out, String.format(UP_AND_CLEAR, drawn));
        }
        ended(all).forEach(out::println);
        out.print(text);
        out.println(last);
        out.flush();
        drawn = (int) text.lines().count() + 1;
    }
}
