package soopt.optimizer.rates;

import java.util.Optional;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Partition;
import soopt.curvature.Partitioning;
import soopt.optimizer.direction.Direction;
import soopt.optimizer.step.Problem;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/** How the learning rates of groups are made of the curvature along them. */
public sealed interface Rates permits Rates.Cubic, Rates.Budget {
    /**
     * η = (H̄ + (λ_int/2) ‖Dη‖ D²)⁻¹ ḡ (Wolinski 2025), by the keys of the optimizer: cubic, period, average and on.
     */
    @Doc("the cubic step of the summary every so many steps (Wolinski 2025); its keys are those of the optimizer")
    record Cubic() implements Rates {}

    /**
     * Rates α with which curvature may add κ/2 of the loss of the beginning at a step: ½ αᵀH̄α ≤ ½ κ (L₀ − floor),
     * found in the first steps of a run and kept ({@link CurvatureBudget}, {@link BudgetRates}). No gradient along the
     * groups, no third derivatives, no system: ḡ of one batch is noise where H̄ is not (step-sizes.md).
     */
    @Doc(
            "rates with which curvature may add a given part of the first loss at a step, found in the first steps and kept")
    record Budget(
            @Range(above = 0, max = 10)
            @Doc("κ: curvature adds at most κ/2 of the first loss at a step; without it what suits the direction: 0.02,"
                    + " of k-fac, ekfac, shampoo and muon 0.01, of muon up to 0.2 from half a million"
                    + " numbers in its matrices to ten, of soap 0.0013 times the root of the parameters in 62,000 where there are"
                    + " more; muon's divided by the fourth root of its hold, soap's times the root of its")
            Optional<Double> kappa,

            @Default("tensors") @Doc("what has a rate of its own")
            Shares shares,

            @Default("3.0") @Range(min = 1) @Doc("most times by which a group's step differs from the common one")
            double spread,

            @Default("20") @Range(min = 1) @Doc("most computations of the curvature whose mean is taken")
            int window,

            @Default("0.15")
            @Range(above = 0, max = 1)
            @Doc(
                    "part of the steps of the run in which the rates are found: at steps 0, 1, 2, 4, 8, 16, then every 20, or"
                            + " nine times at most")
            double calibrate,

            @Default("0.0") @Range @Doc("the least loss that can be reached, in units of the loss: 0 but for noise")
            double floor)
            implements Rates {
        /** What has a rate of its own. */
        public enum Shares implements Partition.Rule {
            @Doc("each weight and each bias, the budget shared by √P of them")
            TENSORS {
                @Override
                public Partition of(ParameterLayout layout) {
                    return new Partitioning.Canonical().of(layout);
                }
            },
            @Doc("each layer, the budget shared by √P of the layers")
            LAYERS {
                @Override
                public Partition of(ParameterLayout layout) {
                    return new Partitioning.Layers().of(layout);
                }
            },
            @Doc("all parameters together")
            ONE {
                @Override
                public Partition of(ParameterLayout layout) {
                    return new Partitioning.Trivial().of(layout);
                }
            }
        }

        public Budget {
            Constraints.check(Budget.class, kappa, shares, spread, window, calibrate, floor);
        }

        /** κ for this direction. */
        public double kappa(Direction direction, Problem problem) {
            return kappa.orElseGet(() -> direction.kappa(problem));
        }

        /**
         * Number of the first steps in which the rates are found: ⌈calibrate T⌉.
         *
         * @param steps T of the run
         */
        public long calibrationSteps(long steps) {
            return (long) Math.ceil(calibrate * steps);
        }
    }
}
