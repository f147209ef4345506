package soopt.cli.report;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import soopt.cli.options.ExitCode;
import soopt.cli.terminal.Usage;
import soopt.report.export.ExportFolder;
import soopt.report.export.TensorBoardExport;

/** Writes runs for other programs. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        header = "Write runs in the formats of other programs.",
        description = {
            "Runs that go on or were killed are exported as far as they are; the same command again brings an export up"
                    + " to date. Only what soopt exported is replaced: " + ExportFolder.LIST
                    + " lists it."
        },
        subcommands = {ExportCommand.TensorBoard.class},
        footerHeading = "%nExamples:%n",
        footer = {"  soopt export tensorboard quickstart"})
public final class ExportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Usage.print(spec.commandLine(), spec.commandLine().getErr());
        return ExitCode.USAGE;
    }

    /** export tensorboard. */
    @Command(
            name = TensorBoardExport.KIND,
            mixinStandardHelpOptions = true,
            header = "Write event files for TensorBoard, one per run.",
            description = {
                "Curves of metrics.csv by step and by epoch; of steps.csv, of the learning rates of each group and of the"
                        + " eigenvalues of H̄ by step; H̄ and its inverse as pictures with a slider over recorded moments;"
                        + " settings that vary in the table of hyper-parameters, seeds grouped; config.yaml as text.",
                "TensorBoard keeps float32, and 10 pictures of a row unless --samples_per_plugin=images=1000."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  soopt export tensorboard quickstart",
                "  soopt export tensorboard mlp_adam mlp_newtonsummary --out logs",
                "  tensorboard --logdir logs"
            })
    static final class TensorBoard implements Callable<Integer> {
        @Mixin
        private ExportOptions options;

        @Override
        public Integer call() {
            return options.run(
                    TensorBoardExport.KIND, "tensorboard", TensorBoardExport::write, "tensorboard --logdir DIR");
        }
    }
}
