package soopt.optimizer.system;

import soopt.backend.Tensor;
import soopt.curvature.ParameterLayout;
import soopt.optimizer.step.Problem;
import soopt.solver.Solve;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/** How min gᵀs + ½ sᵀHs + (ρ/6) ‖s‖³ is found: the block {@code solver:} of cubic-newton. */
public sealed interface CubicSolver permits CubicSolver.Dense, CubicSolver.Lanczos {
    Running start(Problem problem);

    /** @throws soopt.spec.yaml.SpecException if it cannot hold what so many parameters take */
    default void requireFit(ParameterLayout layout) {}

    /** Minima of one run. */
    interface Running extends AutoCloseable {
        /**
         * Takes in H and g at a new θ: what does not depend on ρ is done here, once.
         *
         * @param gradient g [P]
         */
        void look(Products hessian, Tensor gradient);

        /** s [P] for that ρ. */
        Minimum minimum(double rho, Tensor step);

        @Override
        void close();
    }

    /**
     * A minimum.
     *
     * @param model m(s) ≤ 0
     * @param multiplier σ = (ρ/2) ‖s‖
     * @param hardCase whether σ = −λ₁ to working precision
     */
    record Minimum(Solve solve, double length, double model, double multiplier, boolean hardCase) {}

    /** From all eigenvalues of the matrix: the global minimum. */
    @Doc("from all eigenvalues of the matrix: exact, P products and 16 P² bytes")
    record Dense(
            @Default("20000") @Range(min = 1, max = 46_000) @Doc("most parameters")
            int parameters) implements CubicSolver {
        public Dense {
            Constraints.check(Dense.class, parameters);
        }

        @Override
        public void requireFit(ParameterLayout layout) {
            new LinearSolver.Dense(parameters).requireFit(layout);
        }

        @Override
        public Running start(Problem problem) {
            return new DenseCubic(problem);
        }
    }

    /** The minimum in the Krylov space of g (Cartis, Gould and Toint 2011, §6.2). */
    @Doc("in the Krylov space of the gradient: a product and P numbers of memory for each step (Cartis et al. 2011)")
    record Lanczos(
            @Default("30") @Range(min = 1, max = 10_000) @Doc("most steps")
            int steps) implements CubicSolver {
        public Lanczos {
            Constraints.check(Lanczos.class, steps);
        }

        @Override
        public Running start(Problem problem) {
            return new LanczosCubic(problem, steps);
        }
    }
}
