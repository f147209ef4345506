package soopt.solver;

import java.util.Arrays;
import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.solver.ConjugateGradient.Equation;
import soopt.solver.ConjugateGradient.Iterate;
import soopt.solver.ConjugateGradient.Outcome;
import soopt.solver.Solve.Ending;

/**
 * The vectors of {@link ConjugateGradient}, taken once and used for one solution after the other. Lengths in the trust
 * region and of directions are those of the preconditioner, ‖x‖² = xᵀMx, by the recurrences of Conn, Gould and Toint
 * 2000, (7.5.5) to (7.5.7), which need no product with M.
 */
public final class ConjugateGradientIteration implements AutoCloseable {
    private final ConjugateGradient settings;
    private final Backend backend;
    private final Tensor residual;
    private final Tensor direction;
    private final Tensor product;
    private final KeptIterates kept;
    private final double[] residuals;
    private final double[] models;
    private Optional<Tensor> preconditioned = Optional.empty();

    ConjugateGradientIteration(ConjugateGradient settings, Backend backend, int size, int kept) {
        this.settings = settings;
        this.backend = backend;
        this.residual = backend.allocate(size);
        this.direction = backend.allocate(size);
        this.product = backend.allocate(size);
        this.kept = new KeptIterates(backend, size, kept);
        this.residuals = new double[settings.iterations() + 1];
        this.models = new double[settings.iterations() + 1];
    }

    /**
     * x ← A⁻¹ b. Where the search ends early x is the last iterate; 0 where b or an iterate is not finite.
     *
     * @param x [P] x_0 on entry, taken as 0 if it is not finite
     */
    public Outcome solve(Equation equation, Tensor x) {
        return new Search(equation, Double.POSITIVE_INFINITY, x).run();
    }

    /**
     * Steihaug's (1983) approximate minimum of φ over ‖x‖ ≤ Δ: conjugate gradients from x_0 = 0 that stop where they
     * leave the region, and follow a direction of negative curvature to its boundary.
     *
     * @param delta Δ &gt; 0
     * @param x [P] the result
     */
    public Outcome within(double delta, Equation equation, Tensor x) {
        backend.fill(x, 0);
        return new Search(equation, delta, x).run();
    }

    @Override
    public void close() {
        residual.close();
        direction.close();
        product.close();
        preconditioned.ifPresent(Tensor::close);
        kept.close();
    }

    /** One solution. */
    private final class Search {
        private final Equation equation;
        private final double radius;
        private final Tensor x;
        private final double right;
        private int count;
        private boolean boundary;

        /** rᵀM⁻¹r, which is pᵀr. */
        private double descent;

        /** The same after the last step. */
        private double nextDescent;

        /** ‖p‖². */
        private double directionSquare;

        /** xᵀMp. */
        private double along;

        /** ‖x‖². */
        private double lengthSquare;

        /** rᵀr. */
        private double square;

        /** Of the x that the search begins with: xᵀx. */
        private final double start;

        /** The largest pᵀAp / ‖p‖² so far: an eigenvalue of M⁻¹A is as large. */
        private double largest;

        Search(Equation equation, double radius, Tensor x) {
            this.equation = equation;
            this.radius = radius;
            this.x = x;
            double[] squares = backend.dots(equation.right(), equation.right(), x, x);
            this.right = Math.sqrt(squares[0]);
            this.square = squares[0];
            this.start = squares[1];
        }

        Outcome run() {
            Ending ending = begin();
            while (ending == Ending.LIMIT && count < settings.iterations()) {
                ending = advance();
            }
            double model = model();
            if (!Double.isFinite(model)) {
                ending = refused();
                model = model();
            }
            return new Outcome(
                    new Solve(ending, count, residuals[count]),
                    model,
                    Arrays.copyOf(residuals, count + 1),
                    Arrays.copyOf(models, count + 1),
                    ending == Ending.NEGATIVE_CURVATURE ? Optional.of(direction) : Optional.empty(),
                    boundary,
                    kept.with(new Iterate(count, model, x)));
        }

        /** The ending known before the first iteration; LIMIT while there is none. */
        private Ending begin() {
            kept.clear();
            models[0] = 0;
            residuals[0] = right == 0 ? 0 : 1;
            backend.copy(equation.right(), residual);
            if (right == 0) {
                backend.fill(x, 0);
                return Ending.ZERO;
            }
            if (!Double.isFinite(right) || !Double.isFinite(Math.sqrt(start))) {
                backend.fill(x, 0);
            } else if (start > 0) {
                equation.matrix().apply(x, product);
                backend.axpyInPlace(-1, product, residual);
                double[] products = backend.dots(x, equation.right(), x, residual, residual, residual);
                models[0] = model(products[0] + products[1]);
                square = products[2];
                residuals[0] = Math.sqrt(square) / right;
            }
            if (!Double.isFinite(right) || !Double.isFinite(models[0] + residuals[0])) {
                return refused();
            }
            return isSolved() ? Ending.CONVERGED : firstDirection();
        }

        private Ending firstDirection() {
            Tensor z = precondition();
            backend.copy(z, direction);
            descent = z == residual ? square : backend.dot(residual, z);
            directionSquare = descent;
            return descends();
        }

        /** Whether φ falls along p. */
        private Ending descends() {
            if (!Double.isFinite(descent)) {
                return Ending.NOT_FINITE;
            }
            return descent > 0 ? Ending.LIMIT : Ending.BREAKDOWN;
        }

        private Ending advance() {
            equation.matrix().apply(direction, product);
            double curvature = backend.dot(direction, product);
            if (!Double.isFinite(curvature)) {
                return Ending.NOT_FINITE;
            }
            // what rounding leaves of 0 would make steps without bound in directions that A does not know
            if (curvature <= backend.precision().unitRoundoff() * largest * directionSquare) {
                if (radius < Double.POSITIVE_INFINITY) {
                    stepToBoundary(curvature);
                }
                return Ending.NEGATIVE_CURVATURE;
            }
            largest = Math.max(largest, curvature / directionSquare);
            double alpha = descent / curvature;
            double nextLength = lengthSquare + alpha * (2 * along + alpha * directionSquare);
            if (nextLength >= radius * radius) {
                stepToBoundary(curvature);
                return Double.isFinite(residuals[count]) ? Ending.CONVERGED : refused();
            }
            Tensor z = step(alpha, curvature);
            lengthSquare = nextLength;
            if (!Double.isFinite(residuals[count])) {
                return refused();
            }
            kept.offer(count, models[count], x);
            return isSolved() ? Ending.CONVERGED : turn(alpha, z);
        }

        private boolean isSolved() {
            return residuals[count] <= backend.precision().unitRoundoff()
                    || settings.stop().holds(count, residuals[count], models);
        }

        /** x ← x + α p, and what follows from it; M⁻¹ r, whose product with r is known. */
        private Tensor step(double alpha, double curvature) {
            backend.axpyInPlace(alpha, direction, x);
            backend.axpyInPlace(-alpha, product, residual);
            Tensor z = precondition();
            boolean plain = z == residual;
            double[] products =
                    plain ? backend.dots(residual, residual) : backend.dots(residual, residual, residual, z);
            square = products[0];
            nextDescent = plain ? square : products[1];
            models[count + 1] = models[count] - alpha * (descent - 0.5 * alpha * curvature);
            count++;
            residuals[count] = Math.sqrt(square) / right;
            return z;
        }

        /** With the τ &gt; 0 that makes ‖x + τ p‖ = Δ. */
        private void stepToBoundary(double curvature) {
            double room = radius * radius - lengthSquare;
            step(room / (along + Math.sqrt(along * along + directionSquare * room)), curvature);
            boundary = true;
        }

        /** p ← M⁻¹ r + β p. */
        private Ending turn(double alpha, Tensor z) {
            double next = nextDescent;
            double beta = next / descent;
            backend.combine(1, z, beta, direction, direction);
            along = beta * (along + alpha * directionSquare);
            directionSquare = next + beta * beta * directionSquare;
            descent = next;
            return descends();
        }

        /** An x beyond the range of the numbers is no answer. */
        private Ending refused() {
            backend.fill(x, 0);
            backend.fill(residual, 0);
            kept.clear();
            return Ending.NOT_FINITE;
        }

        /** M⁻¹ r. */
        private Tensor precondition() {
            if (equation.preconditioner().isEmpty()) {
                return residual;
            }
            Tensor z = preconditioned.orElseGet(() -> backend.allocate((int) residual.size()));
            preconditioned = Optional.of(z);
            equation.preconditioner().get().apply(residual, z);
            return z;
        }

        /** φ(x) = −½ xᵀ(b + r). */
        private double model() {
            double[] products = backend.dots(x, equation.right(), x, residual);
            return model(products[0] + products[1]);
        }

        private double model(double product) {
            return Double.isFinite(right) ? 0 - 0.5 * product : 0;
        }
    }
}
