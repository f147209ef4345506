package soopt.solver.spectrum;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.Partition;
import soopt.solver.Lanczos;
import soopt.solver.Operator;
import soopt.solver.Quadrature;
import soopt.solver.Solve;

/**
 * What products tell of the eigenvalues of a symmetric matrix A [P, P].
 *
 * @param leading by falling |λ|; from the Krylov space of the first vector
 * @param solve how that space ended: converged if it is invariant, so that all its eigenvalues are A's
 * @param converged eigenvalues of that space whose residual is at most {@value #CONVERGED} of the largest |λ|
 * @param density of all eigenvalues; its trace of x is a second estimate of tr A
 * @param coarse the density as it was after half the steps: what changed since tells how far the rest may be
 * @param trace tr A (Hutchinson 1990)
 */
public record Spectrum(
        List<Pair> leading,
        Solve solve,
        int converged,
        SpectralDensity density,
        SpectralDensity coarse,
        Estimate trace) {
    /** Of the largest |λ|: an eigenvalue with that residual is exact to its square over the gap to the next. */
    public static final double CONVERGED = 1e-6;

    public Spectrum {
        leading = List.copyOf(leading);
    }

    /**
     * An approximate eigenpair with ‖v‖ = 1.
     *
     * @param value λ = vᵀAv
     * @param residual ‖A v − λ v‖ of one more product: an eigenvalue of A lies as near (Parlett 1998, §4.5)
     * @param shares [S] Σ v_i² over each group, of sum 1
     */
    public record Pair(double value, double residual, double[] shares) {}

    /**
     * How much is looked at.
     *
     * @param top leading pairs, ≥ 1; no more than steps are found
     * @param steps of each Krylov space, ≥ 1, and samples of the trace
     * @param probes vectors that the density is the mean of, ≥ 1
     * @param together probes at once, from 1 to probes: each takes the memory of a Krylov space
     */
    public record Effort(int top, int steps, int probes, int together) {
        /** Products that are at most taken: one of several rows counts as so many. */
        public long products() {
            return (long) steps * probes + steps + Math.min(top, steps);
        }
    }

    /** From the products of A with random vectors. */
    public static Spectrum of(
            Backend backend, Operator matrix, Partition partition, Effort effort, RandomGenerator random) {
        int size = partition.layout().size();
        First first = new First(backend, matrix, partition, effort);
        List<Lanczos> spaces = new ArrayList<>();
        SpectralDensity density;
        try {
            for (int i = 0; i < effort.together(); i++) {
                spaces.add(new Lanczos(backend, size, effort.steps()));
            }
            density = SpectralDensity.estimate(backend, spaces, matrix, size, effort.probes(), random, first);
        } finally {
            spaces.forEach(Lanczos::close);
        }
        Estimate trace = Trace.hutchinson(backend, matrix, size, effort.steps(), effort.together(), random);
        SpectralDensity coarse = new SpectralDensity(first.coarse, size, density.failed());
        return new Spectrum(first.pairs, first.solve, first.converged, density, coarse, trace);
    }

    /** Makes the pairs of the first space it sees, and of each the rule of half the steps. */
    private static final class First implements SpectralDensity.Visitor {
        private final Backend backend;
        private final Operator matrix;
        private final Partition partition;
        private final Effort effort;
        private final List<Pair> pairs = new ArrayList<>();
        private final List<Quadrature> coarse = new ArrayList<>();
        private Solve solve = new Solve(Solve.Ending.NOT_FINITE, 0, Double.NaN);
        private int converged;
        private boolean seen;

        First(Backend backend, Operator matrix, Partition partition, Effort effort) {
            this.backend = backend;
            this.matrix = matrix;
            this.partition = partition;
            this.effort = effort;
        }

        @Override
        public void space(Lanczos lanczos, Lanczos.Krylov krylov) {
            if (krylov.solve().usable()) {
                coarse.add(krylov.quadrature((krylov.t().size() + 1) / 2));
            }
            if (!seen) {
                seen = true;
                look(lanczos, krylov);
            }
        }

        private void look(Lanczos lanczos, Lanczos.Krylov krylov) {
            solve = krylov.solve();
            if (!solve.usable()) {
                return;
            }
            List<Lanczos.Ritz> ritz = krylov.ritz();
            double enough = CONVERGED * Math.abs(ritz.get(0).value());
            converged =
                    (int) ritz.stream().filter(pair -> pair.bound() <= enough).count();
            int top = Math.min(effort.top(), ritz.size());
            int rows = Math.min(effort.together(), top);
            int size = partition.layout().size();
            try (Tensor vectors = backend.allocate(rows, size);
                    Tensor products = backend.allocate(rows, size)) {
                for (int from = 0; from < top; from += rows) {
                    int count = Math.min(rows, top - from);
                    for (int i = 0; i < count; i++) {
                        lanczos.combine(ritz.get(from + i).coordinates(), vectors.slice((long) i * size, size));
                    }
                    matrix.applyRows(vectors.rows(0, count), products.rows(0, count));
                    for (int i = 0; i < count; i++) {
                        long at = (long) i * size;
                        pairs.add(pair(vectors.slice(at, size), products.slice(at, size)));
                    }
                }
            }
        }

        /** Modifies the product. */
        private Pair pair(Tensor v, Tensor product) {
            double[] values = new double[(int) v.size()];
            backend.toHost(v, values, 0);
            double[] shares = partition.squares(values);
            double norm = 0;
            for (double share : shares) {
                norm += share;
            }
            for (int s = 0; s < shares.length; s++) {
                shares[s] /= norm;
            }
            double lambda = backend.dot(v, product) / norm;
            backend.axpyInPlace(-lambda, v, product);
            return new Pair(lambda, Math.sqrt(backend.dot(product, product) / norm), shares);
        }
    }
}
