package soopt.optimizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import soopt.curvature.CubicStep;
import soopt.curvature.Grouping;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Partitioning;
import soopt.optimizer.direction.Direction;
import soopt.optimizer.rates.Rates;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.Safeguard;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/**
 * θ_s ← θ_s − λ₁ η_s u_s for each group s of a partition of the parameters, with η = (H̄ + (λ_int/2) ‖Dη‖ D²)⁻¹ ḡ
 * computed every few steps from the derivatives of the loss along the group-wise parts u_s of a direction u (Wolinski
 * 2025, algorithm 2). One group is Cauchy's steepest descent with exact step, one group per scalar Newton's method.
 * When the objectives of training and of curvature are both the whole data set, it is the paper's full-batch method 1.
 *
 * <p>With {@link Rates.Budget} the rates come of H̄ alone, in the first part of the run, and are kept.
 *
 * <p>Where the cubic step has no solution η_new = 0, but with the uniform average the last η stays (golden/README.md).
 */
@Doc("one learning rate per group of parameters from second and third derivatives (Wolinski 2025)")
public record NewtonSummary(
        @Default("{type: sgd, momentum: 0.9}") @Doc("u, the direction made of the gradients")
        Direction direction,

        @Default("canonical") @Doc("groups of parameters with a learning rate each")
        Partitioning partition,

        @Default("0.1") @Range(above = 0) @Doc("λ₁: multiplies all learning rates")
        double stepSize,

        @Default("{}") @Doc("the cubic regularization") Cubic cubic,

        @Default("10") @Range(min = 1) @Doc("number of steps from one computation of the curvature to the next")
        int period,

        @Default("none") @Doc("average of successive derivatives")
        Average average,

        @Default("{}") @Doc("average of successive learning rates")
        LearningRateMomentum learningRateMomentum,

        @Default("true") @Doc("negative learning rates become 0")
        boolean clipNegative,

        @Default("0.0")
        @Range(min = 0)
        @Doc("adds this part of its size to each diagonal entry of H: keeps the invariance to scale")
        double ridge,

        @Default("false") @Doc("uses the diagonal of H alone (Wolinski 2025, appendix K)")
        boolean diagonalOnly,

        @Doc("how the rates are made of the curvature; without it cubic, and all keys above but direction are its own")
        Optional<Rates> rates,

        @Range(min = 0)
        @Doc("losses of two batches above so many times their mean halve the rates, and an update that is not finite is"
                + " dropped once; 0 for neither. Without it 3 with rates: budget, 0 with rates: cubic")
        Optional<Double> safeguard)
        implements Optimizer {
    /** Of a budget: no run that went well came near it (step-sizes.md). */
    private static final double SAFEGUARD = 3;

    public NewtonSummary {
        Constraints.check(
                NewtonSummary.class,
                direction,
                partition,
                stepSize,
                cubic,
                period,
                average,
                learningRateMomentum,
                clipNegative,
                ridge,
                diagonalOnly,
                rates,
                safeguard);
        safeguard.filter(multiple -> multiple > 0 && multiple < 1).ifPresent(low -> {
            throw new IllegalArgumentException("safeguard must be 0 or ≥ 1, but is " + low);
        });
        // cubic, said or left out, is one experiment
        rates = rates.filter(Rates.Budget.class::isInstance);
        if (rates.isPresent()) {
            List<String> foreign = new ArrayList<>(Constraints.changed(
                    NewtonSummary.class,
                    direction,
                    partition,
                    stepSize,
                    cubic,
                    period,
                    average,
                    learningRateMomentum,
                    clipNegative,
                    ridge,
                    diagonalOnly,
                    rates,
                    safeguard));
            foreign.remove("direction");
            if (!foreign.isEmpty()) {
                throw new IllegalArgumentException("rates budget does not take the keys of rates cubic: leave out "
                        + String.join(", ", foreign) + "; its own are kappa, shares, spread, window, calibrate, floor");
            }
        }
    }

    /** The method of the paper. */
    public NewtonSummary(
            Direction direction,
            Partitioning partition,
            double stepSize,
            Cubic cubic,
            int period,
            Average average,
            LearningRateMomentum learningRateMomentum,
            boolean clipNegative,
            double ridge,
            boolean diagonalOnly) {
        this(
                direction,
                partition,
                stepSize,
                cubic,
                period,
                average,
                learningRateMomentum,
                clipNegative,
                ridge,
                diagonalOnly,
                Optional.empty(),
                Optional.empty());
    }

    private Optional<Rates.Budget> budget() {
        return rates.map(Rates.Budget.class::cast);
    }

    /** Anisotropic cubic regularization. */
    @Doc("anisotropic cubic regularization")
    public record Cubic(
            @Default("1.0")
            @Range(min = 0)
            @Doc("λ_int; 0 turns it off, which is Newton's method on the groups and needs no third derivatives")
            double damping) {
        public Cubic {
            Constraints.check(Cubic.class, damping);
        }
    }

    @Override
    public Optional<Grouping> grouping() {
        return budget().map(budget -> new Grouping(budget.shares(), 0))
                .or(() -> Optional.of(new Grouping(partition, cubic.damping)));
    }

    @Override
    public Optional<String> choice(Problem problem) {
        return direction.choiceFor(problem).map(words -> "direction auto: " + words);
    }

    @Override
    public void requireFit(ParameterLayout layout) {
        direction.requireFit(layout);
    }

    @Override
    public List<String> remedies() {
        if (rates.isPresent()) {
            return List.of("a smaller optimizer.rates.kappa");
        }
        List<String> remedies =
                new ArrayList<>(List.of("a smaller optimizer.step-size", "a larger optimizer.cubic.damping"));
        if (!clipNegative) {
            remedies.add("optimizer.clip-negative: true");
        }
        return remedies;
    }

    @Override
    public List<String> remedies(CubicStep.Status status) {
        return switch (status) {
            case CONVERGED, NOT_FINITE, OUT_OF_RANGE -> List.of();
            case NOT_POSITIVE_DEFINITE ->
                List.of(cubic.damping == 0 ? "optimizer.cubic.damping above 0" : "a larger optimizer.ridge");
            case UNBOUNDED, ZERO_GRADIENT, HARD_CASE ->
                List.of(
                        "a larger training.curvature-batch-size",
                        "a larger optimizer.ridge",
                        "a coarser optimizer.partition");
        };
    }

    @Override
    public String toStepFurther() {
        return rates.isPresent() ? "a larger optimizer.rates.kappa" : Optimizer.super.toStepFurther();
    }

    @Override
    public long calibrationSteps(long steps) {
        return budget().map(budget -> budget.calibrationSteps(steps)).orElse(0L);
    }

    @Override
    public long warmUpSteps() {
        return (long) average.warmUp() * period;
    }

    /** @throws soopt.spec.yaml.SpecException if the partition does not fit the model */
    @Override
    public Iteration start(Problem problem) {
        Safeguard guard = new Safeguard(safeguard.orElse(rates.isPresent() ? SAFEGUARD : 0));
        return budget().<Iteration>map(budget -> new BudgetIteration(direction, budget, guard, problem))
                .orElseGet(() -> new NewtonSummaryIteration(this, guard, problem));
    }
}
