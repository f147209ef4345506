package soopt.report.fidelity;

import java.util.List;
import java.util.function.IntPredicate;
import soopt.report.read.Group;

/**
 * How much of a symmetric matrix [S, S] lies off its diagonal, by sums of absolute values. The layers of its groups are
 * numbered in order; weights and biases of one are a block.
 *
 * @param offDiagonal Σ_{s≠t} |m_st| / Σ |m_st|, in [0, 1]
 * @param offBlock the same between different layers: 0 of a matrix that is block-diagonal by layers
 * @param beyondNeighbours the same between layers that are not neighbours: 0 of a block-tridiagonal matrix
 * @param offBlockOfBlocks off-block mass per entry over in-block mass per entry: 1 where nothing tells layers apart
 */
public record Interaction(double offDiagonal, double offBlock, double beyondNeighbours, double offBlockOfBlocks) {
    /** Of the matrix as it is: large groups count for more. */
    public static Interaction of(double[][] matrix, List<Group> groups) {
        int size = matrix.length;
        double all = 0;
        double[] byDistance = new double[size + 1];
        long[] count = new long[size + 1];
        double offDiagonal = 0;
        for (int s = 0; s < size; s++) {
            for (int t = 0; t < size; t++) {
                double mass = Math.abs(matrix[s][t]);
                int distance = Math.abs(groups.get(s).layer() - groups.get(t).layer());
                all += mass;
                byDistance[distance] += mass;
                count[distance]++;
                offDiagonal += s == t ? 0 : mass;
            }
        }
        double offBlock = sum(byDistance, distance -> distance > 0);
        long offEntries = (long) size * size - count[0];
        double perEntry = offBlock / offEntries / (byDistance[0] / count[0]);
        return new Interaction(
                offDiagonal / all, offBlock / all, sum(byDistance, distance -> distance > 1) / all, perEntry);
    }

    private static double sum(double[] masses, IntPredicate which) {
        double sum = 0;
        for (int distance = 0; distance < masses.length; distance++) {
            sum += which.test(distance) ? masses[distance] : 0;
        }
        return sum;
    }

    /**
     * c_st = m_st / √|m_ss m_tt|, which does not depend on the scale of the groups; 0 where a diagonal entry is 0.
     *
     * @return a matrix of its own [S][S]
     */
    public static double[][] normalized(double[][] matrix) {
        int size = matrix.length;
        double[][] normalized = new double[size][size];
        for (int s = 0; s < size; s++) {
            for (int t = 0; t < size; t++) {
                double scale = Math.sqrt(Math.abs(matrix[s][s])) * Math.sqrt(Math.abs(matrix[t][t]));
                normalized[s][t] = scale == 0 ? 0 : matrix[s][t] / scale;
            }
        }
        return normalized;
    }

    /** Mean of |m_st| over s in layer a and t in layer b [layers][layers]; NaN of a layer without groups. */
    public static double[][] betweenLayers(double[][] matrix, List<Group> groups) {
        int layers = groups.stream().mapToInt(Group::layer).max().orElse(-1) + 1;
        double[][] means = new double[layers][layers];
        int[][] counts = new int[layers][layers];
        for (int s = 0; s < matrix.length; s++) {
            for (int t = 0; t < matrix.length; t++) {
                int a = groups.get(s).layer();
                int b = groups.get(t).layer();
                means[a][b] += Math.abs(matrix[s][t]);
                counts[a][b]++;
            }
        }
        for (int a = 0; a < layers; a++) {
            for (int b = 0; b < layers; b++) {
                means[a][b] /= counts[a][b];
            }
        }
        return means;
    }
}
