package soopt.solver.spectrum;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.DoubleStream;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.solver.Lanczos;
import soopt.solver.Operator;
import soopt.solver.Quadrature;

/**
 * The density of the eigenvalues of a symmetric matrix A [P, P] by stochastic Lanczos quadrature (Ubaru, Chen and Saad
 * 2017, alg. 1; Ghorbani, Krishnan and Xiao 2019, alg. 2): for a random unit vector v the rule of Gauss that k steps
 * from v give is exact for vᵀA^m v, m ≤ 2k − 1, and the mean of vᵀf(A)v over v is tr f(A) / P.
 *
 * @param rules one for each starting vector with finite products; without any all numbers are NaN
 * @param size P
 * @param failed number of starting vectors with a product that is not finite
 */
public record SpectralDensity(List<Quadrature> rules, int size, int failed) {
    public SpectralDensity {
        rules = List.copyOf(rules);
    }

    /** Is shown each Krylov space before its memory is used for the next. */
    public interface Visitor {
        void space(Lanczos lanczos, Lanczos.Krylov krylov);
    }

    /**
     * From so many normal vectors.
     *
     * @param spaces as many vectors at once; no number of them changes which vectors are drawn
     * @param size P of the matrix and of the Lanczos vectors
     * @param vectors ≥ 1
     */
    public static SpectralDensity estimate(
            Backend backend,
            List<Lanczos> spaces,
            Operator matrix,
            int size,
            int vectors,
            RandomGenerator random,
            Visitor visitor) {
        Probes probes = new Probes(backend, size);
        List<Quadrature> rules = new ArrayList<>();
        try (Tensor starts = backend.allocate(spaces.size(), size)) {
            for (int from = 0; from < vectors; from += spaces.size()) {
                int count = Math.min(spaces.size(), vectors - from);
                for (int i = 0; i < count; i++) {
                    probes.gaussian(random, starts.slice((long) i * size, size));
                }
                List<Lanczos.Krylov> krylovs =
                        Lanczos.together(matrix, spaces.subList(0, count), starts.rows(0, count));
                for (int i = 0; i < count; i++) {
                    visitor.space(spaces.get(i), krylovs.get(i));
                    if (krylovs.get(i).solve().usable()) {
                        rules.add(krylovs.get(i).quadrature());
                    }
                }
            }
        }
        return new SpectralDensity(rules, size, vectors - rules.size());
    }

    /** tr f(A), with the error that the choice of vectors makes. */
    public Estimate trace(DoubleUnaryOperator f) {
        return Estimate.of(
                rules.stream().mapToDouble(rule -> size * rule.mean(f)).toArray());
    }

    /** At each x of a grid the mean of the smoothed densities; of integral 1. */
    public double[] density(double[] grid, double sigma) {
        return Arrays.stream(grid)
                .map(x -> rules.stream()
                        .mapToDouble(rule -> rule.density(x, sigma))
                        .average()
                        .orElse(Double.NaN))
                .toArray();
    }

    public double smallest() {
        return nodes().min().orElse(Double.NaN);
    }

    public double largest() {
        return nodes().max().orElse(Double.NaN);
    }

    /** n equal steps over all nodes and four widths σ beyond them: nothing but rounding is cut off. */
    public double[] grid(int n, double sigma) {
        double from = smallest() - 4 * sigma;
        double to = largest() + 4 * sigma;
        double[] grid = new double[n];
        Arrays.setAll(grid, i -> from + (to - from) * i / Math.max(1, n - 1));
        return grid;
    }

    private DoubleStream nodes() {
        return rules.stream().flatMapToDouble(rule -> Arrays.stream(rule.nodes()));
    }
}
