package soopt.cli.results;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import soopt.cli.options.ExitCode;
import soopt.cli.terminal.Table;
import soopt.experiment.folder.RunDirectoryException;
import soopt.experiment.results.Cleaning;
import soopt.experiment.results.Standing;
import soopt.file.JsonObject;
import soopt.file.Problems;
import soopt.file.Shown;

/** Takes away what nobody needs of a results folder. */
@Command(
        name = "clean",
        mixinStandardHelpOptions = true,
        header = "Take away what nobody needs: earlier starts of runs, claims of dead processes, runs by their state.",
        description = {
            "Shows what would go; --yes does it. Without --attempts, --claims and --state the first two are looked for."
                    + " What runs never goes."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  soopt clean", "  soopt clean mlp_newtonsummary --state failed,diverged --yes"})
public final class CleanCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ResultsOptions options;

    @Option(names = "--attempts", description = "earlier starts of runs, kept as <id>.attempt-k")
    private boolean attempts;

    @Option(names = "--claims", description = "claims of processes that are gone")
    private boolean claims;

    @Option(
            names = "--state",
            split = ",",
            paramLabel = "STATE",
            description = "runs that are FAILED, DIVERGED, STALE, … (see soopt ls)")
    private List<Standing> states = List.of();

    @Option(names = "--yes", description = "take it away")
    private boolean yes;

    @Option(names = "--json", description = "print JSON on stdout")
    private boolean json;

    @Override
    public Integer call() {
        Set<Standing> wanted = EnumSet.noneOf(Standing.class);
        wanted.addAll(states);
        if (wanted.contains(Standing.RUNNING)) {
            throw new ParameterException(spec.commandLine(), "--state must not name RUNNING: what runs never goes");
        }
        boolean all = !attempts && !claims && wanted.isEmpty();
        List<Cleaning.Item> items = new ArrayList<>();
        for (Path experiment : options.experiments()) {
            try {
                items.addAll(Cleaning.items(experiment, attempts || all, claims || all, wanted));
            } catch (IOException e) {
                throw new RunDirectoryException("cannot read " + experiment + ": " + Problems.reason(e), e);
            }
        }
        List<String> kept = new ArrayList<>();
        if (yes) {
            items.forEach(item -> Cleaning.remove(item).ifPresent(kept::add));
        }
        PrintWriter err = spec.commandLine().getErr();
        kept.forEach(line -> err.println(Shown.line(line)));
        err.flush();
        PrintWriter out = spec.commandLine().getOut();
        out.print(json ? asJson(items, kept) : asText(items, kept));
        out.flush();
        return kept.isEmpty() ? ExitCode.OK : ExitCode.SPEC;
    }

    private String asText(List<Cleaning.Item> items, List<String> kept) {
        if (items.isEmpty()) {
            return "nothing to take away" + System.lineSeparator();
        }
        Table table = new Table("", "bytes", "");
        long bytes = 0;
        for (Cleaning.Item item : items) {
            table.row(shown(item.path()), String.format(Locale.ROOT, "%,d", item.bytes()), item.why());
            bytes += item.bytes();
        }
        String what = String.format(Locale.ROOT, "%d of %,d bytes", items.size() - kept.size(), bytes);
        return table.shown("  ")
                + (yes ? "taken away: " + what : what + " would go; --yes takes them away")
                + System.lineSeparator();
    }

    private String shown(Path path) {
        return path.startsWith(options.results())
                ? options.results().relativize(path).toString()
                : path.toString();
    }

    private String asJson(List<Cleaning.Item> items, List<String> kept) {
        return new JsonObject()
                .put("done", yes)
                .putObjects(
                        "items",
                        items.stream()
                                .map(item -> new JsonObject()
                                        .put("path", item.path().toString())
                                        .put("why", item.why())
                                        .put("bytes", item.bytes()))
                                .toList())
                .put("kept", kept)
                .pretty();
    }
}
