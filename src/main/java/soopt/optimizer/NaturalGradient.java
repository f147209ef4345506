package soopt.optimizer;

import java.util.List;
import soopt.curvature.Fisher;
import soopt.curvature.ParameterLayout;
import soopt.optimizer.step.Problem;
import soopt.optimizer.system.LinearSolver;
import soopt.solver.Damping;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/**
 * θ ← θ + Δ along −F⁻¹ g, with F the Fisher matrix of the batch (Amari 1998): the steepest descent if lengths are
 * Kullback–Leibler divergences of the model's outputs. Δ = −η F⁻¹ g, or the step to the boundary of a region of radius
 * ε, Δ = −√(2ε / gᵀF⁻¹g) F⁻¹ g, whose divergence is ε to second order. Everywhere F + λI stands for F.
 */
@Doc("natural gradient (Amari 1998), matrix formed or by conjugate gradients")
public record NaturalGradient(
        @Doc("whose labels make the Fisher matrix") Fisher fisher,

        @Default("1") @Range(min = 1, max = 10_000) @Doc("labels drawn for each example, with fisher: mc")
        int draws,

        @Default("{type: fixed, step-size: 0.1}") @Doc("how far to go")
        Length length,

        @Default("{type: fixed, lambda: 0.1}") @Doc("λ") Damping damping,

        @Default("cg") @Doc("how the system is solved") LinearSolver solver)
        implements Optimizer {
    public NaturalGradient {
        Constraints.check(NaturalGradient.class, fisher, draws, length, damping, solver);
        if (damping instanceof Damping.LmRatio) {
            throw new IllegalArgumentException("damping must not need the ratio of decreases, which natural-gradient"
                    + " does not measure: use fixed, schedule or plateau, or levenberg-marquardt, which does");
        }
    }

    /** The length of a step. */
    public sealed interface Length permits Length.Fixed, Length.TrustRegion {
        /** α of Δ = −α F⁻¹ g. */
        double alpha(double scale, double square);

        /** λ₁ at the start. */
        double stepSize();

        /** α = η. */
        @Doc("the same part of F⁻¹g for all steps")
        record Fixed(
                @Default("0.1") @Range(above = 0) @Doc("η") double stepSize) implements Length {
            public Fixed {
                Constraints.check(Fixed.class, stepSize);
            }

            @Override
            public double alpha(double scale, double square) {
                return scale;
            }
        }

        /** α = λ₁ √(2ε / gᵀF⁻¹g). */
        @Doc("to a Kullback–Leibler divergence")
        record TrustRegion(
                @Default("1.0e-3") @Range(above = 0) @Doc("ε: the divergence")
                double radius) implements Length {
            public TrustRegion {
                Constraints.check(TrustRegion.class, radius);
            }

            @Override
            public double alpha(double scale, double square) {
                return scale * Math.sqrt(2 * radius / square);
            }

            @Override
            public double stepSize() {
                return 1;
            }
        }
    }

    @Override
    public void requireFit(ParameterLayout layout) {
        solver.requireFit(layout);
    }

    @Override
    public List<String> remedies() {
        return List.of(
                length instanceof Length.Fixed
                        ? "a smaller optimizer.length.step-size"
                        : "a smaller optimizer.length.radius",
                "a larger optimizer.damping.lambda");
    }

    @Override
    public Iteration start(Problem problem) {
        return new NaturalGradientIteration(this, problem);
    }
}
