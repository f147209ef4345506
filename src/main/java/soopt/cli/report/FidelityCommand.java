package soopt.cli.report;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import soopt.cli.options.ExitCode;
import soopt.experiment.folder.RunDirectoryException;
import soopt.experiment.results.ResultRun;
import soopt.report.fidelity.FidelitySheets;
import soopt.report.fidelity.FidelityTables;
import soopt.report.fidelity.Indices;
import soopt.report.fidelity.Ledger;
import soopt.report.read.Configuration;

/** Says how right the models of the loss were, and how much of H̄ lies between layers. */
@Command(
        name = "fidelity",
        mixinStandardHelpOptions = true,
        header = "Hold predicted changes of the loss against those that came, and measure interactions between layers.",
        description = {
            "Of each group of parameters and of whole updates: changes of the loss over those predicted to second and third"
                    + " order, on the batch of the model and on another one (fidelity.csv, which record.fidelity asks for, and"
                    + " steps.csv). Of each recorded moment: how much of H̄ and of its inverse lies off the diagonal, between"
                    + " layers, and between layers that are not neighbours."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  soopt run configs/quickstart.yaml \"record.fidelity={every: 10 steps}\"",
            "  soopt fidelity quickstart",
            "  soopt fidelity lenet_newtonsummary --format csv,markdown --out lenet"
        })
public final class FidelityCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private RunsOptions.Named which;

    @Mixin
    private TableOptions tables;

    @Override
    public Integer call() {
        tables.wanted();
        List<ResultRun> runs = which.selected();
        which.tell(runs);
        List<Configuration> configurations = Configuration.of(runs);
        List<Indices.Entry> indices = Indices.of(configurations);
        Ledger ledger = Ledger.of(configurations);
        if (indices.isEmpty() && ledger.lines().isEmpty()) {
            throw new RunDirectoryException(
                    "none of " + runs.size() + " runs has recorded matrices or measured steps: set"
                            + " record.curvature, record.steps or record.fidelity");
        }
        FidelityTables made = new FidelityTables(indices, ledger);
        tables.tell(
                new TableOptions.Told(() -> FidelitySheets.of(configurations, indices, ledger), made::csv, made::json));
        return ExitCode.OK;
    }
}
