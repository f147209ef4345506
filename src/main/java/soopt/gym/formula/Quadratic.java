package soopt.gym.formula;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.hipparchus.CalculusFieldElement;
import soopt.curvature.ParameterLayout;

/**
 * ½ (θ − ξ)ᵀH(θ − ξ).
 *
 * @param matrix H [P, P]
 * @param centre ξ [P]
 */
public record Quadratic(ParameterLayout layout, double[][] matrix, double[] centre) implements Formula {
    /** With its minimum at 0. */
    public Quadratic(ParameterLayout layout, double[][] matrix) {
        this(layout, matrix, new double[matrix.length]);
    }

    /** Q diag(λ) Q with the reflection Q = I − 2vvᵀ/vᵀv, v = (1, 2, …): every eigenvector has a part of every entry. */
    public static double[][] reflected(double... eigenvalues) {
        int n = eigenvalues.length;
        double squares = n * (n + 1.0) * (2 * n + 1) / 6;
        double[][] q = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                q[i][j] = (i == j ? 1 : 0) - 2.0 * (i + 1) * (j + 1) / squares;
            }
        }
        double[][] matrix = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                for (int k = 0; k < n; k++) {
                    matrix[i][j] += q[i][k] * eigenvalues[k] * q[k][j];
                }
            }
        }
        return matrix;
    }

    /** n eigenvalues from least to largest, each the same multiple of the one before. */
    public static double[] geometric(int n, double least, double largest) {
        double[] values = new double[n];
        Arrays.setAll(values, i -> least * Math.pow(largest / least, i / (n - 1.0)));
        return values;
    }

    /** diag(B_1, B_2, …). */
    public static double[][] blocks(double[][]... blocks) {
        int size = Arrays.stream(blocks).mapToInt(block -> block.length).sum();
        double[][] matrix = new double[size][size];
        int offset = 0;
        for (double[][] block : blocks) {
            for (int i = 0; i < block.length; i++) {
                System.arraycopy(block[i], 0, matrix[offset + i], offset, block.length);
            }
            offset += block.length;
        }
        return matrix;
    }

    @Override
    public <T extends CalculusFieldElement<T>> List<T> outputs(List<T> theta) {
        List<T> outputs = new ArrayList<>();
        for (int i = 0; i < theta.size(); i++) {
            outputs.add(theta.get(i).subtract(centre[i]));
        }
        return outputs;
    }

    @Override
    public <T extends CalculusFieldElement<T>> T loss(List<T> x) {
        List<T> terms = new ArrayList<>();
        for (int i = 0; i < x.size(); i++) {
            T row = x.get(0).getField().getZero();
            for (int j = 0; j < x.size(); j++) {
                if (matrix[i][j] != 0) {
                    row = row.add(x.get(j).multiply(matrix[i][j]));
                }
            }
            terms.add(x.get(i).multiply(row).multiply(0.5));
        }
        return Formula.sum(terms);
    }
}
