package soopt.solver.spectrum;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import soopt.backend.dense.SymmetricEigen;
import soopt.curvature.Matrices;

/**
 * All eigenvalues of H̄_st = u_sᵀ H u_t [S, S], or of H̄ with every u_s of length 1: then they are those of ÛᵀHÛ with
 * orthonormal columns, and lie between the least and the largest of H (Cauchy; Horn and Johnson 2013, cor. 4.3.37).
 *
 * @param groups those that H̄ has a row for: all, or those with u_s ≠ 0 where lengths are divided by
 * @param values all λ, by falling |λ|; none if H̄ is not finite
 * @param leading of the first of them: exact, so without a residual; a share is an entry of the vector squared, 0 for a
 *     group without a row
 */
public record SummarySpectrum(List<Integer> groups, double[] values, List<Spectrum.Pair> leading) {
    public SummarySpectrum {
        groups = List.copyOf(groups);
        leading = List.copyOf(leading);
    }

    /** Of H̄ as it is, with so many pairs. */
    public static SummarySpectrum of(double[][] summary, int top) {
        double[] ones = new double[summary.length];
        Arrays.fill(ones, 1);
        return ofUnit(summary, ones, top);
    }

    /**
     * Of H̄_st / (‖u_s‖ ‖u_t‖).
     *
     * @param lengths [S] ‖u_s‖
     * @param top pairs, at most
     */
    public static SummarySpectrum ofUnit(double[][] summary, double[] lengths, int top) {
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
        return SymmetricEigen.of(Matrices.symmetrized(matrix))
                .map(eigen -> sorted(groups, eigen, lengths.length, top))
                .orElse(new SummarySpectrum(groups, new double[0], List.of()));
    }

    private static SummarySpectrum sorted(List<Integer> groups, SymmetricEigen eigen, int all, int top) {
        int size = eigen.size();
        int[] order = IntStream.range(0, size)
                .boxed()
                .sorted((i, j) -> Double.compare(Math.abs(eigen.values()[j]), Math.abs(eigen.values()[i])))
                .mapToInt(Integer::intValue)
                .toArray();
        List<Spectrum.Pair> leading = new ArrayList<>();
        for (int k = 0; k < Math.min(top, size); k++) {
            double[] shares = new double[all];
            for (int i = 0; i < size; i++) {
                double entry = eigen.vectors()[order[k] * size + i];
                shares[groups.get(i)] = entry * entry;
            }
            leading.add(new Spectrum.Pair(eigen.values()[order[k]], 0, shares));
        }
        double[] values =
                Arrays.stream(order).mapToDouble(k -> eigen.values()[k]).toArray();
        return new SummarySpectrum(groups, values, leading);
    }

    /** tr H̄. */
    public double trace() {
        return Arrays.stream(values).sum();
    }
}
