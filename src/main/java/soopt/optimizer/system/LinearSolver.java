package soopt.optimizer.system;

import java.util.List;
import soopt.backend.Tensor;
import soopt.curvature.ParameterLayout;
import soopt.file.JsonObject;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.State;
import soopt.solver.ConjugateGradient;
import soopt.solver.Solve;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;
import soopt.spec.yaml.SpecException;

/** How (B + λI) δ = −g is solved: the block {@code solver:}. */
public sealed interface LinearSolver permits LinearSolver.Dense, LinearSolver.Cg {
    Running start(Problem problem);

    /**
     * Whether it can hold a matrix of so many parameters.
     *
     * @throws SpecException at {@code solver}, or where the method has none, at its own key
     */
    default void requireFit(ParameterLayout layout) {}

    /** Solutions of one run, one for each λ and θ. */
    interface Running extends AutoCloseable {
        /** Takes in B at a new θ; what was known of the one before is forgotten. */
        void look(Products matrix);

        /**
         * δ [P] ← −(B + λI)⁻¹ g for the matrix last looked at.
         *
         * @param gradient g [P]
         */
        Solution solve(double lambda, Tensor gradient, Tensor delta);

        void save(State state);

        void restore(State state);

        @Override
        void close();
    }

    /**
     * A solution.
     *
     * @param damped gᵀδ + ½ δᵀ(B + λI)δ; 0 for δ = 0
     * @param candidates where δ may have been better on the way: iterates before the last, oldest first, valid until
     *     the next solution
     * @param details for solver.jsonl
     */
    record Solution(Solve solve, double damped, List<ConjugateGradient.Iterate> candidates, JsonObject details) {}

    /**
     * The matrix is formed, column by column from products, and factored in float64. Where it is not positive definite
     * it is made so: by a multiple of the identity, then by its eigenvalues.
     */
    @Doc("forms the matrix and factors it: P² numbers, P products")
    record Dense(
            @Default("20000") @Range(min = 1, max = 46_000) @Doc("most parameters: 8 P² bytes are taken twice")
            int parameters)
            implements LinearSolver {
        public Dense {
            Constraints.check(Dense.class, parameters);
        }

        @Override
        public void requireFit(ParameterLayout layout) {
            if (layout.size() > parameters) {
                throw new SpecException(String.format(
                        "the network has %,d parameters, whose matrix takes %.1f GiB; at most %,d are allowed: use"
                                + " hessian-free, or a solver of type cg where there is a choice",
                        layout.size(), 8.0 * layout.size() * layout.size() / (1L << 30), parameters));
            }
        }

        @Override
        public Running start(Problem problem) {
            return new DenseSolver(problem);
        }
    }

    /** Conjugate gradients, which need no matrix but its products. */
    @Doc("conjugate gradients: no matrix, a product per iteration (Hestenes and Stiefel 1952)")
    record Cg(
            @Default("{type: progress}") @Doc("when the solution is good enough")
            ConjugateGradient.Stop stop,

            @Default("250") @Range(min = 1, max = 1_000_000) @Doc("most iterations")
            int iterations,

            @Default("0.0") @Range(min = 0, max = 1) @Doc("part of the last solution that the next one starts from")
            double warmStart,

            @Default("none") @Doc("what the system is scaled by")
            Preconditioner preconditioner,

            @Default("0") @Range(min = 0, max = 100) @Doc("iterates kept for going back to (Martens 2010, §4.6)")
            int kept)
            implements LinearSolver {
        public Cg {
            Constraints.check(Cg.class, stop, iterations, warmStart, preconditioner, kept);
        }

        @Override
        public Running start(Problem problem) {
            return new CgSolver(this, problem);
        }
    }

    /** The M of preconditioned conjugate gradients. */
    enum Preconditioner {
        @Doc("the identity")
        NONE,
        @Doc("diag(running mean of the squared gradient + λ)^0.75 (after Martens 2010, §4.7, who squares by example)")
        GRADIENTS
    }
}
