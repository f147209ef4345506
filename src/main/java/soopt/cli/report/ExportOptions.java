package soopt.cli.report;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;
import soopt.cli.options.ExitCode;
import soopt.cli.terminal.Figures;
import soopt.cli.terminal.StatusLine;
import soopt.cli.terminal.Terminal;
import soopt.experiment.folder.RunDirectoryException;
import soopt.experiment.results.ResultRun;
import soopt.file.JsonObject;
import soopt.report.export.ExportFolder;

/** What exports share: of which runs, where to, and what is said of it. */
final class ExportOptions extends RunsOptions.NamedOrAll {
    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "the folder to write to (default: a folder in export/ of the experiment, or of the results"
                    + " folder for several)")
    private Optional<Path> out = Optional.empty();

    @Option(names = "--force", description = "replace files that soopt did not export")
    private boolean force;

    @Option(names = "--json", description = "print what was written as JSON on stdout")
    private boolean json;

    /**
     * Exports and says what was written.
     *
     * @param kind of export
     * @param subfolder of export/ that it goes to unless the user names one; empty for export/ itself
     * @param export writes the runs into the folder
     * @param hint what to do with it; takes the folder
     */
    int run(String kind, String subfolder, BiConsumer<List<ResultRun>, ExportFolder> export, String hint) {
        List<ResultRun> runs = runs();
        PrintWriter err = spec().commandLine().getErr();
        Path usual = usual(runs).resolve("export").resolve(subfolder);
        AtomicInteger done = new AtomicInteger();
        ExportFolder folder;
        try (StatusLine status = new StatusLine(err, Terminal.interactive())) {
            status.begin("exporting", " runs", 1, runs.size());
            folder = ExportFolder.open(out.orElse(usual), force, () -> status.reached(done.incrementAndGet(), ""));
            export.accept(runs, folder);
        } catch (UncheckedIOException unreadable) {
            throw new RunDirectoryException(unreadable.getMessage(), unreadable);
        }
        PrintWriter stdout = spec().commandLine().getOut();
        stdout.print(json ? asJson(kind, runs, folder) : asText(runs, folder, hint));
        stdout.flush();
        return ExitCode.OK;
    }

    /** The folder of the one experiment, where it is one as soopt makes them. */
    private Path usual(List<ResultRun> runs) {
        List<Path> experiments = runs.stream()
                .map(run -> run.folder().toAbsolutePath().normalize().getParent())
                .distinct()
                .toList();
        return experiments.size() == 1 && experiments.get(0).endsWith("runs")
                ? Optional.ofNullable(runs.get(0).folder().getParent())
                        .flatMap(folder -> Optional.ofNullable(folder.getParent()))
                        .orElse(results())
                : results();
    }

    private static String asText(List<ResultRun> runs, ExportFolder folder, String hint) {
        String shown = hint.replace("DIR", folder.path().toString());
        return String.format(
                Locale.ROOT,
                "%d run%s in %s (%s)%n%s",
                runs.size(),
                runs.size() == 1 ? "" : "s",
                folder.written().size() == 1 ? folder.written().get(0) : folder.path(),
                Figures.bytes(folder.bytes()),
                shown.isEmpty() ? "" : shown + System.lineSeparator());
    }

    private static String asJson(String kind, List<ResultRun> runs, ExportFolder folder) {
        return new JsonObject()
                .put("kind", kind)
                .put("folder", folder.path().toString())
                .put("runs", runs.stream().map(ResultRun::id).collect(Collectors.toList()))
                .put("written", folder.written().stream().map(Path::toString).toList())
                .put("bytes", folder.bytes())
                .pretty();
    }
}
