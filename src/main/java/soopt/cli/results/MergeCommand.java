package soopt.cli.results;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import soopt.cli.options.ExitCode;
import soopt.cli.terminal.Table;
import soopt.experiment.results.Merging;
import soopt.experiment.results.Merging.Action;
import soopt.experiment.results.Results;
import soopt.file.JsonObject;
import soopt.file.Shown;

/** Brings the runs of one results folder into another. */
@Command(
        name = "merge",
        mixinStandardHelpOptions = true,
        header = "Bring the runs of one results folder, as of another machine, into another.",
        description = {
            "Runs are copied whole. Of two with the same id the finished one stays, else the one with more steps;"
                    + " what is replaced is kept as <id>.attempt-k. Finished work is never replaced, and FROM stays as"
                    + " it is. The exit code is 3 if a run is refused."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  soopt merge /mnt/node7/results results --dry-run",
            "  soopt merge other/results results mlp_newtonsummary"
        })
public final class MergeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "FROM", description = "the results folder to take runs from")
    private Path from;

    @Parameters(index = "1", paramLabel = "INTO", description = "the results folder to bring them into")
    private Path into;

    @Parameters(
            index = "2..*",
            arity = "0..*",
            paramLabel = "EXPERIMENT",
            description = "names of experiments; all without")
    private List<String> names = List.of();

    @Option(names = "--dry-run", description = "only say what would be done")
    private boolean dryRun;

    @Option(names = "--json", description = "print JSON on stdout")
    private boolean json;

    @Override
    public Integer call() {
        if (from.toAbsolutePath().normalize().equals(into.toAbsolutePath().normalize())) {
            throw new ParameterException(spec.commandLine(), "FROM and INTO are the same folder: " + from);
        }
        List<Merging.Step> steps = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (Path experiment : Results.experiments(from, names)) {
            Path target = into.resolve(experiment.getFileName());
            List<Merging.Step> some = Merging.plan(experiment, target);
            steps.addAll(some);
            if (!dryRun) {
                some.forEach(step -> Merging.perform(step).ifPresent(problems::add));
                if (Files.isDirectory(target)) {
                    Merging.copyPlan(experiment, target);
                }
            }
        }
        steps.stream()
                .filter(step -> step.action() == Action.REFUSE)
                .forEach(step -> problems.add(step.from() + " is left out: " + step.why()));
        PrintWriter err = spec.commandLine().getErr();
        problems.forEach(line -> err.println(Shown.line(line)));
        err.flush();
        PrintWriter out = spec.commandLine().getOut();
        out.print(json ? asJson(steps, problems) : asText(steps));
        out.flush();
        return problems.isEmpty() ? ExitCode.OK : ExitCode.SPEC;
    }

    private String asText(List<Merging.Step> steps) {
        Table table = new Table("", "", "");
        steps.stream()
                .filter(step -> step.action() != Action.REFUSE)
                .forEach(step -> table.row(
                        step.action().name().toLowerCase(Locale.ROOT), from.relativize(step.from()), step.why()));
        Map<Action, Long> counts = steps.stream()
                .collect(Collectors.groupingBy(
                        Merging.Step::action, () -> new EnumMap<>(Action.class), Collectors.counting()));
        String counted = counts.entrySet().stream()
                .map(entry -> entry.getValue() + " " + past(entry.getKey()))
                .collect(Collectors.joining(", "));
        return table.shown("  ") + steps.size() + " runs in " + from
                + (counted.isEmpty() ? "" : ": " + counted)
                + (dryRun ? " (nothing was done)" : "") + System.lineSeparator();
    }

    private static String past(Action action) {
        return switch (action) {
            case COPY -> "copied";
            case REPLACE -> "copied in the place of others";
            case KEEP -> "there already";
            case REFUSE -> "left out";
        };
    }

    private String asJson(List<Merging.Step> steps, List<String> problems) {
        return new JsonObject()
                .put("done", !dryRun)
                .putObjects(
                        "runs",
                        steps.stream()
                                .map(step -> new JsonObject()
                                        .put("from", step.from().toString())
                                        .put("into", step.into().toString())
                                        .put("action", step.action().name())
                                        .put("why", step.why()))
                                .toList())
                .put("problems", problems)
                .pretty();
    }
}
