package soopt.optimizer.step;

import soopt.curvature.CubicStep;

/** How the learning rates of a refresh were found, or why not. */
public sealed interface RateSolution permits RateSolution.Cubic, RateSolution.Budget {
    CubicStep.Status status();

    /** The matrix [S][S] that they were solved with; NaN where there was no solution. */
    double[][] regularized();

    default boolean found() {
        return status() == CubicStep.Status.CONVERGED;
    }

    /** By the cubic step; its model has H̄ with ridge or as diagonal. During a warm-up for the record only. */
    record Cubic(CubicStep.Outcome outcome) implements RateSolution {
        @Override
        public CubicStep.Status status() {
            return outcome.status();
        }

        @Override
        public double[][] regularized() {
            return outcome.regularized();
        }
    }

    /**
     * By a budget of curvature.
     *
     * @param kappa κ
     * @param initialLoss L₀ of the first batch
     * @param budget κ |L₀ − floor|
     * @param count number of summaries in all
     * @param perLength Ā [S][S], the mean of H̄_st/(‖u_s‖ ‖u_t‖)
     * @param regularized B [S][S] = |Ā_st| ‖u_s‖ ‖u_t‖
     * @param shares w [S] of the budget
     * @param one the rate that all groups would have together
     * @param clipped [S] whether the rate stood off the common step by more than the spread
     * @param limited [S] whether the rate would have grown too fast
     * @param last whether the rates are kept from now on
     */
    record Budget(
            CubicStep.Status status,
            double kappa,
            double initialLoss,
            double budget,
            long count,
            double[][] perLength,
            double[][] regularized,
            double[] shares,
            double one,
            boolean[] clipped,
            boolean[] limited,
            boolean last)
            implements RateSolution {}
}
