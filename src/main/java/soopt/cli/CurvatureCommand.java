package soopt.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import soopt.backend.Tensor;
import soopt.cli.options.Arguments;
import soopt.cli.options.DataOptions;
import soopt.cli.options.ExitCode;
import soopt.cli.options.SpecArguments;
import soopt.cli.options.ThreadOptions;
import soopt.cli.terminal.Natives;
import soopt.cli.terminal.StatusLine;
import soopt.cli.terminal.Table;
import soopt.cli.terminal.Terminal;
import soopt.cli.terminal.Text;
import soopt.curvature.CubicStep;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Grouping;
import soopt.curvature.Matrices;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.Partition;
import soopt.curvature.TaylorTerms;
import soopt.data.examples.Data;
import soopt.data.examples.Examples;
import soopt.experiment.Workbench;
import soopt.experiment.file.Experiment;
import soopt.experiment.folder.GroupRates;
import soopt.experiment.folder.MatrixFiles;
import soopt.experiment.folder.RunDirectoryException;
import soopt.file.Column;
import soopt.file.JsonObject;
import soopt.file.WholeFile;
import soopt.spec.SpecSource;

/** Computes the curvature along groups of parameters at given weights, over many examples. */
@Command(
        name = "curvature",
        mixinStandardHelpOptions = true,
        header = "Compute ḡ, H̄, D̄³ and the learning rates η at given weights, as tables, CSV and JSON.",
        description = "Along the gradient of the mean loss of the examples; H̄ is averaged over all of them.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  soopt curvature configs/quickstart.yaml --limit 1000",
            "  soopt curvature configs/quickstart.yaml --weights results/quickstart/runs/<id> --out curvature",
            "  soopt curvature configs/mlp_adam.yaml --weights weights.npz --split test",
            "  soopt curvature configs/quickstart.yaml --limit 1000 --taylor 6"
        })
final class CurvatureCommand implements Callable<Integer> {
    /** More are of use where the series converges fast, and there the last of these is small. */
    private static final int MOST_ORDERS = 6;

    @Spec
    private CommandSpec spec;

    @Mixin
    private SpecArguments arguments;

    @Mixin
    private DataOptions data;

    @Mixin
    private ThreadOptions threads;

    @Option(
            names = "--weights",
            paramLabel = "F",
            description = "npz file with the parameters under PyTorch's names, a checkpoint, or a run folder"
                    + " (default: the starting parameters)")
    private Path weights;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "write hbar, hbar_inverse, regularized, regularized_inverse"
                    + " and groups as CSV and JSON to this folder")
    private Path out;

    @Option(
            names = "--split",
            defaultValue = "train",
            paramLabel = "PART",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private Split split;

    @Option(names = "--limit", paramLabel = "N", defaultValue = "0", description = "the first N examples; 0 for all")
    private int limit;

    @Option(
            names = "--damping",
            paramLabel = "L",
            description = "λ_int of the regularized matrix (default: the optimizer's, else 1)")
    private Double damping;

    @Option(
            names = "--taylor",
            paramLabel = "K",
            description = "DᵏL[u,…,u]/k! along the gradient u, and DᵏL[u_s,…,u_s] of each group, k ≤ K ≤ 6; with --out"
                    + " in taylor.csv and taylor_groups.csv")
    private Integer taylor;

    @Option(names = "--json", description = "print JSON on stdout")
    private boolean json;

    /** A part of the data. */
    enum Split {
        train,
        test
    }

    /** What was computed. */
    private record Result(
            Partition partition,
            CurvatureSummary summary,
            CubicStep.Outcome step,
            int examples,
            Optional<TaylorTerms> taylor) {
        List<String> names() {
            return partition.groups().stream().map(Partition.Group::name).toList();
        }

        GroupRates rates() {
            return new GroupRates(partition.groups(), summary, step);
        }

        double[] scale() {
            return CubicStep.scale(summary.third());
        }
    }

    @Override
    public Integer call() {
        Arguments.requireNotNegative(spec, "--limit", limit);
        if (damping != null) {
            Arguments.requireNotNegative(spec, "--damping", damping);
        }
        if (taylor != null) {
            Arguments.requireWithin(spec, "--taylor", taylor, 1, MOST_ORDERS);
        }
        SpecSource source = arguments.source(threads.overrides());
        return SpecArguments.placed(source, () -> curvature(SpecArguments.bind(source)));
    }

    private int curvature(Experiment experiment) {
        if (out != null) {
            makeFolder();
        }
        PrintWriter err = spec.commandLine().getErr();
        Data loaded = experiment.dataset().load(data.store(err));
        Natives.prepare(err);
        Result result;
        try (Workbench bench = new Workbench(experiment, loaded, experiment.precision());
                StatusLine status = new StatusLine(err, Terminal.interactive())) {
            Tensor theta = weights == null ? bench.initial() : bench.weights(file());
            result = compute(experiment, bench, theta, status);
        }
        if (out != null) {
            write(result);
        }
        PrintWriter stdout = spec.commandLine().getOut();
        stdout.print(json ? asJson(result).pretty() : asText(result));
        stdout.flush();
        return ExitCode.OK;
    }

    private void makeFolder() {
        try {
            Files.createDirectories(out);
        } catch (IOException e) {
            throw new RunDirectoryException("cannot write to " + out + ": " + e + "; choose another with --out", e);
        }
    }

    private Result compute(Experiment experiment, Workbench bench, Tensor theta, StatusLine status) {
        Partition partition = experiment.partition(bench.network().layout());
        Examples part = split == Split.train ? bench.train() : bench.test();
        int batch = experiment.training().evaluationBatchSize();
        Objective objective = bench.whole(part, limit, batch, (done, of) -> status.reached(done, ""));
        Tensor gradient = bench.vector();
        long pieces = (objective.examples() - 1) / batch + 1;
        status.begin("gradient", " batches", 1, pieces);
        objective.gradient(theta, gradient);
        status.begin("curvature", " batches", 1, pieces);
        CurvatureSummary summary = objective.summary(theta, gradient, partition, Order.THIRD);
        Optional<TaylorTerms> terms = Optional.empty();
        if (taylor != null) {
            status.begin("Taylor terms", " batches", 1, pieces);
            terms = Optional.of(objective.taylor(theta, gradient, partition, taylor));
        }
        status.end();
        CubicStep.Outcome step =
                CubicStep.solve(summary.hessian(), summary.gradient(), summary.third(), damping(experiment));
        return new Result(partition, summary, step, objective.examples(), terms);
    }

    private Path file() {
        return Files.isDirectory(weights) ? weights.resolve("checkpoints").resolve("last.npz") : weights;
    }

    private double damping(Experiment experiment) {
        if (damping != null) {
            return damping;
        }
        return experiment.optimizer().grouping().map(Grouping::damping).orElse(1.0);
    }

    private void write(Result result) {
        double[][] hessian = result.summary().hessian();
        MatrixFiles.kinds("hbar", hessian, result.step().regularized())
                .forEach((kind, matrix) -> MatrixFiles.write(
                        out.resolve(kind), new JsonObject().put("kind", kind), result.names(), matrix));
        WholeFile.write(out.resolve("groups.csv"), result.rates().csv());
        WholeFile.write(out.resolve("groups.json"), asJson(result).pretty());
        result.taylor().ifPresent(terms -> {
            WholeFile.write(out.resolve("taylor.csv"), taylorCsv(terms));
            WholeFile.write(out.resolve("taylor_groups.csv"), taylorGroupsCsv(result, terms));
        });
    }

    private static String taylorCsv(TaylorTerms terms) {
        double[] coefficients = terms.coefficients();
        List<Column<Integer>> columns = List.of(
                new Column<>("order", k -> k, "k"),
                new Column<>(
                        "derivative", k -> k == 0 ? terms.loss() : terms.whole()[k - 1], "DᵏL[u, …, u]; L at k = 0"),
                new Column<>("coefficient", k -> coefficients[k], "DᵏL[u, …, u] / k!"));
        return Column.table(
                columns, IntStream.rangeClosed(0, terms.order()).boxed().toList());
    }

    private static String taylorGroupsCsv(Result result, TaylorTerms terms) {
        List<Column<Integer>> columns = new ArrayList<>();
        columns.add(new Column<>("group", result.names()::get, "name of the group"));
        for (int k = 1; k <= terms.order(); k++) {
            double[] derivatives = terms.groups()[k - 1];
            columns.add(new Column<>("d" + k, s -> derivatives[s], "derivative of this order along the group"));
        }
        return Column.table(
                columns, IntStream.range(0, result.partition().size()).boxed().toList());
    }

    private static String taylorText(Result result, TaylorTerms terms) {
        String[] head = new String[terms.order() + 1];
        head[0] = "DᵏL[u_s,…,u_s]";
        for (int k = 1; k < head.length; k++) {
            head[k] = "k = " + k;
        }
        Table table = new Table(head);
        for (int s = 0; s < result.partition().size(); s++) {
            String[] row = new String[head.length];
            row[0] = result.names().get(s);
            for (int k = 1; k < head.length; k++) {
                row[k] = number(terms.groups()[k - 1][s]);
            }
            table.row((Object[]) row);
        }
        String[] whole = new String[head.length];
        whole[0] = "DᵏL[u,…,u]/k!";
        for (int k = 1; k < head.length; k++) {
            whole[k] = number(terms.coefficients()[k]);
        }
        table.row((Object[]) whole);
        return System.lineSeparator() + table.shown("");
    }

    private static JsonObject taylorJson(TaylorTerms terms) {
        return new JsonObject()
                .put("order", terms.order())
                .put("coefficients", terms.coefficients())
                .put("derivatives", terms.whole())
                .put("groups", terms.groups());
    }

    private String asText(Result result) {
        CurvatureSummary summary = result.summary();
        Table table = new Table("group", "parameters", "ḡ", "H̄ diagonal", "D̄³", "D", "η");
        for (int s = 0; s < result.partition().size(); s++) {
            Partition.Group group = result.partition().groups().get(s);
            table.row(
                    group.name(),
                    String.format(Locale.ROOT, "%,d", group.size()),
                    number(summary.gradient()[s]),
                    number(summary.hessian()[s][s]),
                    number(summary.third()[s]),
                    number(result.scale()[s]),
                    number(result.step().eta()[s]));
        }
        Matrices.Spectrum spectrum = result.step().spectrum();
        CubicStep.Outcome step = result.step();
        return table.shown("")
                + Text.shown(String.format(
                        Locale.ROOT,
                        "%nloss %s over %d examples; H̄ has eigenvalues from %s to %s%ncubic step with λ_int = %s: %s%n",
                        number(summary.loss()),
                        result.examples(),
                        number(spectrum.smallest()),
                        number(spectrum.largest()),
                        number(step.model().damping()),
                        step.found()
                                ? "r = ‖Dη‖ = " + number(step.r())
                                : step.status().words()))
                + result.taylor().map(terms -> taylorText(result, terms)).orElse("")
                + (out == null ? "" : "written to " + out + System.lineSeparator());
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4e", value);
    }

    private static JsonObject asJson(Result result) {
        Matrices.Spectrum spectrum = result.step().spectrum();
        JsonObject object = new JsonObject().put("examples", result.examples());
        result.rates()
                .putTo(object)
                .put("hbar", result.summary().hessian())
                .put("min_eigenvalue", spectrum.smallest())
                .put("max_eigenvalue", spectrum.largest());
        result.taylor().ifPresent(terms -> object.put("taylor", taylorJson(terms)));
        return object;
    }
}
