package soopt.solver;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.solver.Solve.Ending;

/**
 * A Q = Q T + β_k q_{k+1} e_kᵀ for a symmetric A [P, P], with Q [k, P] orthonormal (in rows) and T [k, k] tridiagonal
 * (Lanczos 1950; Golub and Van Loan 2013, alg. 10.1.1). Each new vector is made orthogonal to all before it, twice
 * (Giraud, Langou, Rozložník and van den Eshof 2005), so that no eigenvalue appears again as a ghost. The memory, k + 1
 * vectors, is taken once and used for one start after the other.
 */
public final class Lanczos implements AutoCloseable {
    /** Of ‖A q_j‖: what two orthogonalizations leave of a vector that lies in the space. */
    private static final double INVARIANT = 10;

    private final Backend backend;
    private final int size;
    private final int steps;
    private final Tensor basis;
    private final Tensor next;
    private final Tensor weights;
    private final double[] projections;
    private final double[] sums;

    /**
     * @param size P ≥ 1
     * @param steps k ≥ 1; P if that is less
     */
    public Lanczos(Backend backend, int size, int steps) {
        this.backend = backend;
        this.size = size;
        this.steps = Math.min(steps, size);
        this.basis = backend.allocate(this.steps, size);
        this.next = backend.allocate(1, size);
        this.weights = backend.allocate(1, this.steps);
        this.projections = new double[this.steps];
        this.sums = new double[this.steps];
    }

    /** Bytes that vectors of P numbers take for so many steps. */
    public static long bytes(Backend backend, int size, int steps) {
        return backend.precision().bytesOf(Math.min(steps, size) + 1, size);
    }

    /**
     * The most steps whose vectors fit that memory.
     *
     * @throws IllegalArgumentException if not two do: in words, with what it takes
     */
    public static int stepsWithin(long bytes, Backend backend, int size) {
        long most = bytes / backend.precision().bytesOf(1, size) - 1;
        if (most < 2) {
            throw new IllegalArgumentException("Lanczos keeps at least 3 vectors of " + size + " numbers, "
                    + bytes(backend, size, 2) + " bytes, but may take " + bytes);
        }
        return (int) Math.min(most, size);
    }

    /**
     * Where k steps led.
     *
     * @param solve converged where the space became invariant under A, so that T's eigenvalues are A's; limit after k
     *     steps; the residual is β_k / max ‖A q_j‖
     * @param start ‖v‖ of the vector it began with: v = start · q_1
     * @param t T of the steps taken
     * @param beyond β_k; 0 where the space is invariant
     */
    public record Krylov(Solve solve, double start, Tridiagonal t, double beyond) {
        /**
         * All pairs (θ, Qᵀs) with T s = θ s, by falling |θ|: ‖A x − θ x‖ = β_k |s_k|, so that an eigenvalue of A lies
         * as near θ (Parlett 1998, §13.2).
         */
        public List<Ritz> ritz() {
            Tridiagonal.Eigen eigen = t.eigen();
            return IntStream.range(0, t.size())
                    .mapToObj(i -> {
                        double[] s = eigen.vectors()[i];
                        return new Ritz(eigen.values()[i], beyond * Math.abs(s[s.length - 1]), s);
                    })
                    .sorted((a, b) -> Double.compare(Math.abs(b.value), Math.abs(a.value)))
                    .toList();
        }

        /** The rule of Gauss for A's spectrum as q_1 sees it: Σ ω_i f(θ_i) ≈ q_1ᵀ f(A) q_1, ω_i = s_{i1}². */
        public Quadrature quadrature() {
            return quadrature(t.size());
        }

        /** The rule as it was after so many of the steps. */
        public Quadrature quadrature(int steps) {
            Tridiagonal.Eigen eigen = t.leading(steps).eigen();
            double[] weights =
                    Arrays.stream(eigen.vectors()).mapToDouble(s -> s[0] * s[0]).toArray();
            return new Quadrature(eigen.values(), weights);
        }
    }

    /**
     * An approximate eigenpair.
     *
     * @param value θ
     * @param bound on the distance to the nearest eigenvalue
     * @param coordinates [k] s of the vector in the basis: {@link #combine} makes it
     */
    public record Ritz(double value, double bound, double[] coordinates) {}

    /**
     * Builds the space of v, A v, A² v, …
     *
     * @param start v [P]
     */
    public Krylov run(Operator matrix, Tensor start) {
        Space space = new Space(start);
        while (space.isOpen()) {
            matrix.apply(space.latest(), next.reshape(size));
            space.grow();
        }
        return space.krylov();
    }

    /**
     * Builds the spaces of several starts at once, a product with all of them for each step, where that costs less than
     * as many products. It takes 2n vectors more.
     *
     * @param spaces the memory of each, n of one size P, all different
     * @param starts [n, P]
     */
    public static List<Krylov> together(Operator matrix, List<Lanczos> spaces, Tensor starts) {
        int n = spaces.size();
        Lanczos first = spaces.get(0);
        if (n == 1) {
            return List.of(first.run(matrix, starts.reshape(first.size)));
        }
        List<Space> all = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            all.add(spaces.get(i).new Space(starts.slice((long) i * first.size, first.size)));
        }
        try (Tensor vectors = first.backend.allocate(n, first.size);
                Tensor products = first.backend.allocate(n, first.size)) {
            List<Space> open = all.stream().filter(Space::isOpen).toList();
            while (!open.isEmpty()) {
                for (int i = 0; i < open.size(); i++) {
                    first.backend.copy(open.get(i).latest(), vectors.slice((long) i * first.size, first.size));
                }
                matrix.applyRows(vectors.rows(0, open.size()), products.rows(0, open.size()));
                for (int i = 0; i < open.size(); i++) {
                    open.get(i).grow(products.slice((long) i * first.size, first.size));
                }
                open = open.stream().filter(Space::isOpen).toList();
            }
        }
        return all.stream().map(Space::krylov).toList();
    }

    /** A space while it is built: q_1 … q_k, of which A q_1 … A q_{k−1} are known. */
    private final class Space {
        private final double norm;
        private final double[] alpha = new double[steps];
        private final double[] beta = new double[steps];
        private double largest;
        private int taken;
        private Optional<Ending> ending = Optional.empty();

        Space(Tensor start) {
            this.norm = norm(start);
            if (norm == 0 || !Double.isFinite(norm)) {
                largest = Double.NaN;
                ending = Optional.of(norm == 0 ? Ending.ZERO : Ending.NOT_FINITE);
            } else {
                backend.combine(1 / norm, start, 0, start, row(0));
            }
        }

        boolean isOpen() {
            return ending.isEmpty();
        }

        /** q_k, whose product is wanted. */
        Tensor latest() {
            return row(taken);
        }

        void grow(Tensor product) {
            backend.copy(product, next.reshape(size));
            grow();
        }

        /** Takes A q_k, which is in next. */
        void grow() {
            double length = orthogonalize(taken + 1);
            largest = Math.max(largest, length);
            double a = projections[taken];
            double b = norm(next);
            if (!Double.isFinite(length) || !Double.isFinite(a + b)) {
                ending = Optional.of(Ending.NOT_FINITE);
                return;
            }
            boolean invariant = b <= INVARIANT * backend.precision().unitRoundoff() * largest;
            alpha[taken] = a;
            beta[taken] = invariant ? 0 : b;
            taken++;
            if (invariant || taken == size) {
                ending = Optional.of(Ending.CONVERGED);
            } else if (taken == steps) {
                ending = Optional.of(Ending.LIMIT);
            } else {
                backend.combine(1 / b, next, 0, next, row(taken));
            }
        }

        Krylov krylov() {
            double beyond = taken == 0 ? Double.NaN : beta[taken - 1];
            double residual = largest == 0 ? 0 : beyond / largest;
            Tridiagonal t = new Tridiagonal(Arrays.copyOf(alpha, taken), Arrays.copyOf(beta, Math.max(0, taken - 1)));
            return new Krylov(new Solve(ending.orElseThrow(), taken, residual), norm, t, beyond);
        }
    }

    /** out [P] ← Σ_j y_j q_j: a vector of the space of the last run. */
    public void combine(double[] y, Tensor out) {
        Tensor coordinates = weights.slice(0, 1, y.length);
        backend.fromHost(y, 0, coordinates);
        backend.gemm(false, false, 1, coordinates, basis.rows(0, y.length), 0, out.reshape(1, size));
    }

    /** next ← next − Qᵀ Q next for the first n rows of Q; projections ← Q next. The length that next had. */
    private double orthogonalize(int n) {
        double[] square = new double[1];
        Tensor rows = basis.rows(0, n);
        Tensor coordinates = weights.slice(0, 1, n);
        Arrays.fill(sums, 0);
        for (int pass = 0; pass < 2; pass++) {
            int now = pass;
            Arrays.fill(projections, 0);
            backend.together(() -> {
                if (now == 0) {
                    backend.dot(next, next, product -> square[0] = product);
                }
                backend.dots(1, rows, next.reshape(size), projections);
                backend.await();
            });
            backend.fromHost(projections, 0, coordinates);
            backend.gemm(false, false, -1, coordinates, rows, 1, next);
            for (int i = 0; i < n; i++) {
                sums[i] += projections[i];
            }
        }
        System.arraycopy(sums, 0, projections, 0, n);
        return Math.sqrt(square[0]);
    }

    private Tensor row(int j) {
        return basis.slice((long) j * size, size);
    }

    private double norm(Tensor x) {
        return Math.sqrt(backend.dot(x, x));
    }

    @Override
    public void close() {
        basis.close();
        next.close();
        weights.close();
    }
}
