package soopt.solver.spectrum;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import soopt.backend.dense.SymmetricEigen;
import soopt.curvature.Matrices;

/**
 * All eigenvalues of H̄_st = u_sᵀ H u_t [S, S], or of H̄ with every u_s of length 1: then they are those of ÛᵀHÛ with
 * orthonormal columns, and lie between the least and the largest of H (Cauchy; Horn and Johnson 2013, cor. 4.3.37).
 *
 * @param groups those that H̄ has a row for: all, or those with u_s ≠ 0 where lengths are divided by
 * @param values ascending; none if H̄ is not finite
 * @param vectors [k][S] of the values: entries squared are the shares of the groups; 0 for a group without a row
 */
public record SummarySpectrum(List<Integer> groups, double[] values, double[][] vectors) {
    public SummarySpectrum {
        groups = List.copyOf(groups);
    }

    /** Of H̄ as it is. */
    public static SummarySpectrum of(double[][] summary) {
        double[] ones = new double[summary.length];
        Arrays.fill(ones, 1);
        return ofUnit(summary, ones);
    }

    /**
     * Of H̄_st / (‖u_s‖ ‖u_t‖).
     *
     * @param lengths [S] ‖u_s‖
     */
    public static SummarySpectrum ofUnit(double[][] summary, double[] lengths) {
        List<Integer> groups = IntStream.range(0, lengths.length)
                .filter(s -> lengths[s] != 0)
                .boxed()
                .toList();
        int size = groups.size();
        double[][] matrix = new double[size][size];
        for (int i = 0; i < size; i++) {
            int s = groups.get(i);
            for (int j = 0; j < size; j++) {
                int t = groups.get(j);
                matrix[i][j] = summary[s][t] / lengths[s] / lengths[t];
            }
        }
        Optional<SymmetricEigen> eigen = SymmetricEigen.of(Matrices.symmetrized(matrix));
        if (eigen.isEmpty()) {
            return new SummarySpectrum(groups, new double[0], new double[0][]);
        }
        double[][] vectors = new double[size][lengths.length];
        for (int k = 0; k < size; k++) {
            for (int i = 0; i < size; i++) {
                vectors[k][groups.get(i)] = eigen.get().vectors()[k * size + i];
            }
        }
        return new SummarySpectrum(groups, eigen.get().values(), vectors);
    }

    /** By falling |λ|, as those of a large matrix; exact, so without a residual. */
    public List<Spectrum.Pair> leading() {
        return IntStream.range(0, values.length)
                .boxed()
                .sorted((i, j) -> Double.compare(Math.abs(values[j]), Math.abs(values[i])))
                .map(k -> new Spectrum.Pair(
                        values[k], 0, Arrays.stream(vectors[k]).map(x -> x * x).toArray()))
                .toList();
    }

    /** tr H̄. */
    public double trace() {
        return Arrays.stream(values).sum();
    }
}
