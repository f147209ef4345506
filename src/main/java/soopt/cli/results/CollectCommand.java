package soopt.cli.results;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import soopt.cli.options.ExitCode;
import soopt.experiment.results.ResultRun;
import soopt.experiment.results.Summary;
import soopt.file.JsonObject;

/** Writes the summary of an experiment. */
@Command(
        name = "collect",
        mixinStandardHelpOptions = true,
        header =
                "Write summary.csv and summary.json of an experiment: a row per run, with what varies and its results.",
        description = {
            "The order does not depend on when runs ended, and equal runs give equal files but for the columns from "
                    + Summary.MACHINE + " on: times, memory, restarts, reasons."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  soopt collect mlp_newtonsummary", "  soopt collect --results /scratch/results"})
public final class CollectCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ResultsOptions options;

    @Option(names = "--json", description = "print what was written as JSON on stdout")
    private boolean json;

    @Override
    public Integer call() {
        List<JsonObject> written = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (Path experiment : options.experiments()) {
            List<ResultRun> runs = options.runs(experiment, run -> true);
            List<Path> files = Summary.write(experiment, runs);
            text.append(RunColumns.counts(runs))
                    .append(" in ")
                    .append(files.get(0))
                    .append(" and summary.json")
                    .append(System.lineSeparator());
            written.add(new JsonObject()
                    .put("experiment", experiment.getFileName().toString())
                    .put("runs", runs.size())
                    .put("files", files.stream().map(Path::toString).toList()));
        }
        PrintWriter out = spec.commandLine().getOut();
        out.print(json ? new JsonObject().putObjects("experiments", written).pretty() : text);
        out.flush();
        return ExitCode.OK;
    }
}
