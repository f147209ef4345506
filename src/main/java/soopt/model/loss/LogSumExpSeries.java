package soopt.model.loss;

import java.util.Arrays;

/**
 * Taylor coefficients of log Σ_c p_c exp v_c(t) with Σ p = 1 and v(0) = 0: the cumulants of v under p, each over its
 * factorial (curvature.md §10).
 */
final class LogSumExpSeries {
    private final int order;
    private final double[] exponential;
    private final double[] sums;
    private final double[] logarithm;

    LogSumExpSeries(int order) {
        this.order = order;
        this.exponential = new double[order + 1];
        this.sums = new double[order + 1];
        this.logarithm = new double[order + 1];
    }

    /**
     * The coefficients of tᵏ for k from 2 to K without their linear terms Σ_c p_c v_ck; valid until the next call.
     *
     * @param p [N·C], of which one example's begin at an index
     * @param v by j, from 1, the coefficients [N·C] of tʲ; those beyond are 0
     * @return [K + 1]
     */
    double[] of(double[] p, int from, int classes, double[][] v) {
        Arrays.fill(sums, 0);
        double[] means = new double[v.length];
        for (int j = 1; j < v.length; j++) {
            for (int c = 0; c < classes; c++) {
                means[j] += p[from + c] * v[j][from + c];
            }
        }
        for (int c = 0; c < classes; c++) {
            exponential[0] = 1;
            for (int k = 1; k <= order; k++) {
                // (e^v)′ = v′ e^v
                double sum = 0;
                for (int j = 1; j <= Math.min(k, v.length - 1); j++) {
                    sum += j * (v[j][from + c] - means[j]) * exponential[k - j];
                }
                exponential[k] = sum / k;
                sums[k] += p[from + c] * exponential[k];
            }
        }
        for (int k = 1; k <= order; k++) {
            // E (log E)′ = E′ with E_0 = 1 and, as v is centred, (log E)_1 = 0
            double sum = 0;
            for (int j = 2; j < k; j++) {
                sum += j * logarithm[j] * sums[k - j];
            }
            logarithm[k] = k == 1 ? 0 : sums[k] - sum / k;
        }
        return logarithm;
    }
}
