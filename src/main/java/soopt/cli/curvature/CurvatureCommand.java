package soopt.cli.curvature;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import soopt.backend.Tensor;
import soopt.cli.options.Arguments;
import soopt.cli.options.ComputeOptions;
import soopt.cli.options.DataOptions;
import soopt.cli.options.SpecArguments;
import soopt.curvature.CubicStep;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Grouping;
import soopt.curvature.Order;
import soopt.experiment.file.Experiment;

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
public final class CurvatureCommand implements Callable<Integer> {
    /** More are of use where the series converges fast, and there the last of these is small. */
    private static final int MOST_ORDERS = 6;

    @Spec
    private CommandSpec spec;

    @Mixin
    private SpecArguments arguments;

    @Mixin
    private DataOptions data;

    @Mixin
    private ComputeOptions compute;

    @Mixin
    private LookOptions look;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "write hbar, hbar_inverse, regularized, regularized_inverse"
                    + " and groups as CSV and JSON to this folder")
    private Path out;

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

    @Override
    public Integer call() {
        if (damping != null) {
            Arguments.requireNotNegative(spec, "--damping", damping);
        }
        if (taylor != null) {
            Arguments.requireWithin(spec, "--taylor", taylor, 1, MOST_ORDERS);
        }
        CurvatureReport report =
                look.look(() -> arguments.source(compute.overrides()), data, Optional.ofNullable(out), this::compute);
        return look.print(json, Optional.ofNullable(out), report::json, report::text, report::write);
    }

    private CurvatureReport compute(Look at) {
        Tensor gradient = at.bench().vector();
        at.begin("gradient");
        at.objective().gradient(at.theta(), gradient);
        at.begin("curvature");
        CurvatureSummary summary = at.objective().summary(at.theta(), gradient, at.partition(), Order.THIRD);
        Optional<TaylorReport> terms = Optional.empty();
        if (taylor != null) {
            at.begin("Taylor terms");
            terms = Optional.of(new TaylorReport(
                    at.partition().names(), at.objective().taylor(at.theta(), gradient, at.partition(), taylor)));
        }
        CubicStep.Outcome step =
                CubicStep.solve(summary.hessian(), summary.gradient(), summary.third(), damping(at.experiment()));
        return new CurvatureReport(at.partition(), summary, step, at.objective().examples(), terms);
    }

    private double damping(Experiment experiment) {
        if (damping != null) {
            return damping;
        }
        return experiment.optimizer().grouping().map(Grouping::damping).orElse(1.0);
    }
}
