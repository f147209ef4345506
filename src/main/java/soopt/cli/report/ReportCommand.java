package soopt.cli.report;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import soopt.cli.options.ExitCode;
import soopt.cli.terminal.Figures;
import soopt.experiment.results.ResultRun;
import soopt.file.JsonObject;
import soopt.file.Problems;
import soopt.file.Shown;
import soopt.file.WholeFile;
import soopt.report.html.Report;

/** Writes runs as one HTML file. */
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        header = "Write runs, experiments or sweeps as one HTML file with tables and figures, which needs no network.",
        description = {
            "The page holds a table that sorts and filters, curves, learning rates, the matrices at each recorded moment,"
                    + " what a sweep varies against a metric, diverged runs with their reasons, config.yaml and meta.json."
                    + " It is made from the folders of the runs, also while they go on."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  soopt report quickstart",
            "  soopt report 9a78c1d --out run.html",
            "  soopt report mlp_adam mlp_newtonsummary --out both.html --open yes"
        })
public final class ReportCommand implements Callable<Integer> {
    /** Whether a browser shows it at once. */
    enum Open {
        yes,
        no
    }

    private static final int TITLE = 90;

    @Spec
    private CommandSpec spec;

    @Mixin
    private RunsOptions.NamedOrAll which;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "the page (default: report.html in the folder of the experiment, report-ID.html for a run,"
                    + " report.html in the results folder for several experiments)")
    private Optional<Path> out = Optional.empty();

    @Option(
            names = "--open",
            paramLabel = "yes|no",
            defaultValue = "no",
            description = "whether the browser of this machine opens it (default: ${DEFAULT-VALUE})")
    private Open open;

    @Option(names = "--json", description = "print what was written as JSON on stdout")
    private boolean json;

    @Override
    public Integer call() {
        List<ResultRun> runs = which.runs();
        PrintWriter err = spec.commandLine().getErr();
        String page = Report.of(title(runs), runs);
        Path file = out.orElseGet(() -> usual(runs));
        WholeFile.write(file, page);
        long bytes = page.getBytes(StandardCharsets.UTF_8).length;
        PrintWriter stdout = spec.commandLine().getOut();
        stdout.print(
                json
                        ? new JsonObject()
                                .put("file", file.toString())
                                .put("runs", runs.size())
                                .put("bytes", bytes)
                                .pretty()
                        : String.format(
                                Locale.ROOT,
                                "%d run%s in %s (%s)%n",
                                runs.size(),
                                runs.size() == 1 ? "" : "s",
                                file,
                                Figures.bytes(bytes)));
        stdout.flush();
        if (open == Open.yes) {
            show(file).ifPresent(err::println);
        }
        err.flush();
        return ExitCode.OK;
    }

    private static String title(List<ResultRun> runs) {
        String experiments = runs.stream().map(ResultRun::experiment).distinct().collect(Collectors.joining(", "));
        return Shown.cut(runs.size() == 1 ? experiments + ", run " + runs.get(0).id() : experiments, TITLE);
    }

    private Path usual(List<ResultRun> runs) {
        List<Path> experiments = runs.stream()
                .map(run -> run.folder().toAbsolutePath().normalize())
                .map(run -> run.getParent().endsWith("runs") ? run.getParent().getParent() : run.getParent())
                .distinct()
                .toList();
        if (experiments.size() > 1) {
            return which.results().resolve("report.html");
        }
        Path folder = experiments.get(0);
        Path here = Path.of("").toAbsolutePath();
        Path near = folder.startsWith(here) ? here.relativize(folder) : folder;
        boolean isOne = runs.size() == 1
                && !which.names().isEmpty()
                && which.names().stream().noneMatch(name -> means(name, folder));
        return near.resolve(isOne ? "report-" + runs.get(0).id() + ".html" : "report.html");
    }

    /** Whether the word names this experiment, not a run of it. */
    private static boolean means(String word, Path experiment) {
        return experiment.endsWith(word)
                || Path.of(word).toAbsolutePath().normalize().equals(experiment);
    }

    /** Opens it; why not, if that fails. */
    private static Optional<String> show(Path file) {
        boolean isMac = System.getProperty("os.name").startsWith("Mac");
        File nowhere = new File(isMac || File.separatorChar == '/' ? "/dev/null" : "NUL");
        try {
            new ProcessBuilder(
                            isMac ? "open" : "xdg-open", file.toAbsolutePath().toString())
                    .redirectInput(nowhere)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("no browser opens " + file + ": " + Problems.reason(e));
        }
    }
}
