package soopt.cli.report;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import soopt.cli.options.ExitCode;
import soopt.cli.terminal.Usage;
import soopt.experiment.folder.MetricsRow;
import soopt.file.Column;
import soopt.file.Shown;
import soopt.report.export.CsvExport;
import soopt.report.export.ExportFolder;
import soopt.report.export.MlflowExport;
import soopt.report.export.NpzExport;
import soopt.report.export.PandasExport;
import soopt.report.export.TensorBoardExport;
import soopt.spec.Suggestions;

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
        subcommands = {
            ExportCommand.TensorBoard.class,
            ExportCommand.Csv.class,
            ExportCommand.Npz.class,
            ExportCommand.Pandas.class,
            ExportCommand.Mlflow.class
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  soopt export tensorboard quickstart",
            "  soopt export csv mlp_adam mlp_newtonsummary --metrics train_loss,test_acc",
            "  soopt export pandas"
        })
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

    /** Which metrics go into tables. */
    static final class MetricOptions {
        @Spec(Spec.Target.MIXEE)
        private CommandSpec spec;

        @Option(
                names = "--metrics",
                split = ",",
                paramLabel = "COLUMN",
                description = "columns of metrics.csv; all without")
        private List<String> columns = List.of();

        List<String> columns() {
            List<String> known = Column.names(MetricsRow.COLUMNS);
            for (String column : columns) {
                if (!known.contains(column)) {
                    throw new ParameterException(
                            spec.commandLine(),
                            "--metrics must name columns of metrics.csv, but " + Shown.quoted(column) + " is none"
                                    + Suggestions.didYouMean(column, known));
                }
            }
            return columns;
        }
    }

    /** export csv. */
    @Command(
            name = CsvExport.KIND,
            mixinStandardHelpOptions = true,
            header = "Write the metrics of all runs as one table.",
            description = {
                "Every row has experiment, run_id, seed, state, the settings that vary, epoch and step; then metric and"
                        + " value (metrics_long.csv, a row per value that was measured) or a column per metric"
                        + " (metrics_wide.csv). Texts that a spreadsheet would run as formulas begin with an apostrophe."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  soopt export csv quickstart",
                "  soopt export csv mlp_adam mlp_newtonsummary --shape wide --metrics train_loss,test_acc"
            })
    static final class Csv implements Callable<Integer> {
        @Mixin
        private ExportOptions options;

        @Mixin
        private MetricOptions metrics;

        @Option(
                names = "--shape",
                defaultValue = "long",
                description = "a row per value or per evaluation: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
        private CsvExport.Shape shape;

        @Override
        public Integer call() {
            List<String> columns = metrics.columns();
            return options.run(CsvExport.KIND, "", (runs, to) -> CsvExport.write(runs, to, shape, columns), "");
        }
    }

    /** export npz. */
    @Command(
            name = NpzExport.KIND,
            mixinStandardHelpOptions = true,
            header = "Write an archive for NumPy per experiment: metrics, settings, learning rates and matrices.",
            description = {
                "Of R runs with at most N evaluations: run_id, seed, state, rows, configuration [R] (a place in label),"
                        + " setting.KEY [R], metrics.COLUMN [R, N] with NaN behind the last row.",
                "Of a run with recorded matrices: ID.group [S], ID.moment_step and ID.moment_epoch [M], ID.hessian,"
                        + " ID.inverse, ID.regularized, ID.regularized_inverse [M, S, S]. With learning rates:"
                        + " ID.rate_group [S], ID.rate_step [T], ID.eta_raw, ID.eta_used, ID.eta_applied [T, S]."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  soopt export npz quickstart",
                "  python3 -c 'import numpy; print(*numpy.load(\"results/quickstart/export/quickstart.npz\"))'"
            })
    static final class Npz implements Callable<Integer> {
        @Mixin
        private ExportOptions options;

        @Mixin
        private MetricOptions metrics;

        @Override
        public Integer call() {
            List<String> columns = metrics.columns();
            return options.run(NpzExport.KIND, "", (runs, to) -> NpzExport.write(runs, to, columns), "");
        }
    }

    /** export pandas. */
    @Command(
            name = PandasExport.KIND,
            mixinStandardHelpOptions = true,
            header = "Write a Python program and a notebook that load the runs as data frames of pandas.",
            description = {
                "load.py and load.ipynb read the runs where they lie, by the paths in runs.csv beside them: metrics of all"
                        + " runs, the last row of each with mean and deviation over seeds, curves, matrices."
            },
            footerHeading = "%nExamples:%n",
            footer = {"  soopt export pandas quickstart", "  python3 results/quickstart/export/load.py"})
    static final class Pandas implements Callable<Integer> {
        @Mixin
        private ExportOptions options;

        @Override
        public Integer call() {
            return options.run(PandasExport.KIND, "", PandasExport::write, "python3 DIR/load.py");
        }
    }

    /** export mlflow. */
    @Command(
            name = MlflowExport.KIND,
            mixinStandardHelpOptions = true,
            header = "Write runs as MLflow's file store: parameters, metrics by step, tags.",
            description = {
                "Metrics are those of metrics.csv, eta_used/GROUP and the eigenvalues of H̄; parameters all settings."
                        + " Newer releases of MLflow read their file store with MLFLOW_ALLOW_FILE_STORE=true only; from"
                        + " 3.10 on 'mlflow migrate-filestore' brings it into a data base."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  soopt export mlflow quickstart",
                "  MLFLOW_ALLOW_FILE_STORE=true mlflow ui --backend-store-uri results/quickstart/export/mlruns",
                "  mlflow migrate-filestore --source results/quickstart/export/mlruns --target sqlite:///mlflow.db"
            })
    static final class Mlflow implements Callable<Integer> {
        @Mixin
        private ExportOptions options;

        @Override
        public Integer call() {
            return options.run(
                    MlflowExport.KIND,
                    "mlruns",
                    MlflowExport::write,
                    "MLFLOW_ALLOW_FILE_STORE=true mlflow ui --backend-store-uri DIR");
        }
    }
}
