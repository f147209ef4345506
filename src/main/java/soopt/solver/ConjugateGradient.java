package soopt.solver;

import java.util.List;
import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/**
 * A x = b for a symmetric A by preconditioned conjugate gradients: iterates x_i that minimize φ(x) = ½ xᵀAx − bᵀx over
 * growing Krylov subspaces (Hestenes and Stiefel 1952; Nocedal and Wright 2006, alg. 5.3). One product with A, one with
 * the preconditioner, two inner products (three with a preconditioner) and three passes over vectors an iteration.
 */
@Doc("conjugate gradients (Hestenes and Stiefel 1952)")
public record ConjugateGradient(
        @Default("progress") @Doc("when the solution is good enough")
        Stop stop,

        @Default("250") @Range(min = 1, max = 1_000_000) @Doc("most iterations, each a product with the matrix")
        int iterations) {
    public ConjugateGradient {
        Constraints.check(ConjugateGradient.class, stop, iterations);
    }

    /** When a solution is good enough; a residual within rounding of 0 always is. */
    public sealed interface Stop permits Stop.Residual, Stop.Progress {
        /**
         * Whether iterate i ends the search.
         *
         * @param i from 0, where the start is good enough
         * @param residual ‖b − A x_i‖ / ‖b‖
         * @param models φ(x_0), …, φ(x_i), and room for more
         */
        boolean holds(int i, double residual, double[] models);

        /** ‖b − A x_i‖ ≤ tolerance ‖b‖. */
        @Doc("the residual is so small beside the right side")
        record Residual(
                @Default("1.0e-4") @Range(above = 0, below = 1) @Doc("of the norm of the right side")
                double tolerance) implements Stop {
            public Residual {
                Constraints.check(Residual.class, tolerance);
            }

            @Override
            public boolean holds(int i, double residual, double[] models) {
                return residual <= tolerance;
            }
        }

        /**
         * i &gt; k, φ(x_i) &lt; 0 and (φ(x_i) − φ(x_{i−k})) / φ(x_i) &lt; k tolerance with k = max(10, ⌊i/10⌋)
         * (Martens 2010, §4.4): what another iteration wins of φ, not the residual, decides.
         */
        @Doc("the quadratic model falls by less than this part per iteration, over the last tenth of them, at least 10")
        record Progress(
                @Default("5.0e-4") @Range(above = 0, below = 1) @Doc("of the model, per iteration")
                double tolerance) implements Stop {
            private static final int LEAST = 10;

            public Progress {
                Constraints.check(Progress.class, tolerance);
            }

            @Override
            public boolean holds(int i, double residual, double[] models) {
                int k = Math.max(LEAST, i / LEAST);
                return i > k && models[i] < 0 && (models[i] - models[i - k]) / models[i] < k * tolerance;
            }
        }
    }

    /**
     * @param matrix A
     * @param preconditioner v ↦ M⁻¹ v for a symmetric positive definite M near A
     * @param right b [P]
     */
    public record Equation(Operator matrix, Optional<Operator> preconditioner, Tensor right) {
        public static Equation of(Operator matrix, Tensor right) {
            return new Equation(matrix, Optional.empty(), right);
        }

        public Equation preconditioned(Operator preconditioner) {
            return new Equation(matrix, Optional.of(preconditioner), right);
        }
    }

    /**
     * How it went.
     *
     * @param solve how it ended; the residual is ‖b − A x‖ / ‖b‖ by the recurrence
     * @param model φ(x) = −½ xᵀ(b + r), r = b − A x; 0 for x = 0
     * @param residuals [n + 1] relative, of x_0, …, x_n
     * @param models [n + 1] φ of the same by the recurrence
     * @param direction p [P] with pᵀAp ≤ 0, as far as rounding can tell, and pᵀ(b − A x) &gt; 0, where that ended the
     *     search; along it φ falls without bound
     * @param boundary whether x lies on the boundary of the trust region
     * @param iterates kept on the way, oldest first; the last is x itself
     */
    public record Outcome(
            Solve solve,
            double model,
            double[] residuals,
            double[] models,
            Optional<Tensor> direction,
            boolean boundary,
            List<Iterate> iterates) {
        /** Whether x is better than 0: finite and not 0. */
        public boolean usable() {
            return model < 0;
        }
    }

    /**
     * An iterate on the way.
     *
     * @param iteration i
     * @param model φ(x_i)
     * @param x [P] valid until the next solution
     */
    public record Iterate(int iteration, double model, Tensor x) {}

    /** With memory for vectors of that size. */
    public ConjugateGradientIteration start(Backend backend, int size) {
        return start(backend, size, 0);
    }

    /**
     * With memory for vectors of that size, and for iterates beside the last.
     *
     * @param kept most iterates that are kept, the latest ones of the iterations ⌈1.3ʲ⌉, j = 0, 1, … (Martens 2010,
     *     §4.6)
     */
    public ConjugateGradientIteration start(Backend backend, int size, int kept) {
        return new ConjugateGradientIteration(this, backend, size, kept);
    }
}
