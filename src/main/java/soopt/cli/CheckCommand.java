package soopt.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.cli.options.Arguments;
import soopt.cli.options.ComputeOptions;
import soopt.cli.options.DataOptions;
import soopt.cli.options.ExitCode;
import soopt.cli.options.SpecArguments;
import soopt.cli.terminal.Natives;
import soopt.cli.terminal.Table;
import soopt.cli.terminal.Text;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.DerivativeAudit;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.Partition;
import soopt.data.examples.Data;
import soopt.experiment.Devices;
import soopt.experiment.Workbench;
import soopt.experiment.file.Experiment;
import soopt.file.JsonObject;
import soopt.spec.SpecSource;

/** Audits the derivatives of an experiment's network at its starting parameters on one batch. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        header = "Compare derivatives of orders 1 to 3 with differences, and with identities they must satisfy.",
        description = {
            "In float64, at the starting parameters, on one batch: central differences of the loss (order 1) and of the"
                    + " gradient (orders 2 and 3) along each group. 'unsure' means that the difference quotients change with"
                    + " their step, as near the kinks of relu and max-pool, or that a derivative disagrees at this point"
                    + " but not beside it, as exactly at a kink; it does not fail the check.",
            "The exit code is 0 if nothing is wrong, 1 otherwise."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  soopt check configs/quickstart.yaml",
            "  soopt check configs/mlp_newtonsummary.yaml model.activation=gelu --batch 8"
        })
final class CheckCommand implements Callable<Integer> {
    private static final double IDENTITY_TOLERANCE = 1e-10;
    private static final double FLOAT32_TOLERANCE = 1e-4;

    @Spec
    private CommandSpec spec;

    @Mixin
    private SpecArguments arguments;

    @Mixin
    private DataOptions data;

    @Mixin
    private ComputeOptions compute;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "32",
            description = "examples (default: ${DEFAULT-VALUE})")
    private int batch;

    @Option(
            names = "--epsilon",
            paramLabel = "E",
            defaultValue = "2e-3",
            description = "largest step of the differences along unit vectors (default: ${DEFAULT-VALUE})")
    private double epsilon;

    @Option(names = "--json", description = "print JSON on stdout")
    private boolean json;

    /** One identity: an error that should be rounding noise. */
    private record Identity(String name, double error, double tolerance) {
        boolean holds() {
            return error <= tolerance;
        }
    }

    @Override
    public Integer call() {
        Arguments.requirePositive(spec, "--batch", batch);
        Arguments.requirePositive(spec, "--epsilon", epsilon);
        SpecSource source = arguments.source(compute.overrides());
        return SpecArguments.placed(source, () -> check(SpecArguments.bind(source)));
    }

    private int check(Experiment experiment) {
        PrintWriter err = spec.commandLine().getErr();
        Data loaded = experiment.dataset().load(data.store(err));
        Natives.prepare(err, List.of(experiment.device()));
        Devices.choose(experiment.device()).note().ifPresent(err::println);
        List<DerivativeAudit.Row> rows;
        List<Identity> identities = new ArrayList<>();
        try (Workbench exact = new Workbench(experiment, loaded, Precision.FLOAT64)) {
            Objective objective = exact.firstBatch(batch);
            Partition partition = experiment.partition(exact.network().layout());
            Tensor theta = exact.initial();
            try (DerivativeAudit audit = new DerivativeAudit(objective, partition, theta)) {
                rows = audit.rows(epsilon);
                Tensor u = audit.direction();
                CurvatureSummary summary = objective.summary(theta, u, partition, Order.THIRD);
                addIdentities(exact, objective, theta, u, summary, identities);
                addFloat32(experiment, loaded, exact, theta, u, partition, summary, identities);
            }
        }
        boolean passed = rows.stream().noneMatch(row -> row.verdict() == DerivativeAudit.Verdict.WRONG)
                && identities.stream().allMatch(Identity::holds);
        PrintWriter out = spec.commandLine().getOut();
        out.print(json ? asJson(rows, identities, passed) : asText(rows, identities, passed));
        out.flush();
        return passed ? ExitCode.OK : ExitCode.INTERNAL;
    }

    private static void addIdentities(
            Workbench bench,
            Objective objective,
            Tensor theta,
            Tensor u,
            CurvatureSummary summary,
            List<Identity> identities) {
        double[][] h = summary.hessian();
        double largest = 0;
        double defect = 0;
        double sum = 0;
        double absolute = 0;
        for (int s = 0; s < h.length; s++) {
            for (int t = 0; t < h.length; t++) {
                largest = Math.max(largest, Math.abs(h[s][t]));
                defect = Math.max(defect, Math.abs(h[s][t] - h[t][s]));
                sum += h[s][t];
                absolute += Math.abs(h[s][t]);
            }
        }
        identities.add(new Identity("H̄ is symmetric", ratio(defect, largest), IDENTITY_TOLERANCE));
        CurvatureSummary whole = objective.summary(theta, u, Partition.whole(objective.layout()), Order.SECOND);
        double block = Math.abs(sum - whole.hessian()[0][0]);
        identities.add(new Identity("Σ H̄ = H̄ of one group", ratio(block, absolute), IDENTITY_TOLERANCE));
        Tensor product = bench.vector();
        objective.hessianVector(theta, u, product);
        double quadratic = bench.backend().dot(u, product);
        identities.add(new Identity("Σ H̄ = u·∇²L u", ratio(Math.abs(sum - quadratic), absolute), IDENTITY_TOLERANCE));
    }

    private void addFloat32(
            Experiment experiment,
            Data loaded,
            Workbench exact,
            Tensor theta,
            Tensor u,
            Partition partition,
            CurvatureSummary reference,
            List<Identity> identities) {
        try (Workbench single = new Workbench(experiment, loaded, Precision.FLOAT32)) {
            Tensor theta32 = single.copyOf(theta, exact.backend());
            Tensor u32 = single.copyOf(u, exact.backend());
            CurvatureSummary summary = single.firstBatch(batch).summary(theta32, u32, partition, Order.THIRD);
            double[] h = flatten(summary.hessian());
            double[] exactH = flatten(reference.hessian());
            identities.add(
                    new Identity("ḡ in float32", error(summary.gradient(), reference.gradient()), FLOAT32_TOLERANCE));
            identities.add(new Identity("H̄ in float32", error(h, exactH), FLOAT32_TOLERANCE));
            identities.add(
                    new Identity("D̄³ in float32", error(summary.third(), reference.third()), FLOAT32_TOLERANCE));
        }
    }

    private static double[] flatten(double[][] matrix) {
        return Arrays.stream(matrix).flatMapToDouble(Arrays::stream).toArray();
    }

    /** Largest difference relative to the largest entry. */
    private static double error(double[] values, double[] reference) {
        double difference = 0;
        double largest = 0;
        for (int i = 0; i < values.length; i++) {
            difference = Math.max(difference, Math.abs(values[i] - reference[i]));
            largest = Math.max(largest, Math.abs(reference[i]));
        }
        return ratio(difference, largest);
    }

    private static double ratio(double difference, double scale) {
        return difference == 0 ? 0 : difference / scale;
    }

    private String asText(List<DerivativeAudit.Row> rows, List<Identity> identities, boolean passed) {
        Table table = new Table("group", "order", "analytic", "numeric", "rel. error", "verdict");
        for (DerivativeAudit.Row row : rows) {
            table.row(
                    row.group(),
                    row.order(),
                    number(row.analytic(), "%.9e"),
                    number(row.numeric(), "%.9e"),
                    number(row.error(), "%.1e"),
                    row.verdict() == DerivativeAudit.Verdict.WRONG ? "WRONG" : word(row.verdict()));
        }
        Table second = new Table("identity", "rel. error", "limit", "verdict");
        for (Identity identity : identities) {
            second.row(
                    identity.name(),
                    number(identity.error(), "%.1e"),
                    number(identity.tolerance(), "%.0e"),
                    identity.holds() ? "ok" : "WRONG");
        }
        String line = System.lineSeparator();
        long unsure = rows.stream()
                .filter(row -> row.verdict() == DerivativeAudit.Verdict.UNSURE)
                .count();
        String note = unsure == 0
                ? ""
                : "unsure: " + unsure
                        + " difference quotients cannot be trusted (kinks of relu, elu or max-pool within"
                        + " reach of the step, or rounding): try a smaller --epsilon or --batch, or a smooth activation"
                        + line;
        return table.shown("")
                + line
                + second.shown("")
                + line
                + Text.shown(note)
                + (passed ? "ok: derivatives agree" : "WRONG: derivatives disagree")
                + line;
    }

    private static String word(DerivativeAudit.Verdict verdict) {
        return verdict.name().toLowerCase(Locale.ROOT);
    }

    private static String number(double value, String format) {
        return String.format(Locale.ROOT, format, value);
    }

    private static String asJson(List<DerivativeAudit.Row> rows, List<Identity> identities, boolean passed) {
        List<JsonObject> derivatives = rows.stream()
                .map(row -> new JsonObject()
                        .put("group", row.group())
                        .put("order", row.order())
                        .put("analytic", row.analytic())
                        .put("numeric", row.numeric())
                        .put("relative_error", row.error())
                        .put("verdict", word(row.verdict())))
                .toList();
        List<JsonObject> others = identities.stream()
                .map(identity -> new JsonObject()
                        .put("identity", identity.name())
                        .put("relative_error", identity.error())
                        .put("limit", identity.tolerance())
                        .put("verdict", identity.holds() ? "ok" : "wrong"))
                .toList();
        return new JsonObject()
                .put("passed", passed)
                .putObjects("derivatives", derivatives)
                .putObjects("identities", others)
                .pretty();
    }
}
