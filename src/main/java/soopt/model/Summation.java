package soopt.model;

import soopt.curvature.CurvatureSummary;

/** Sums of ḡ, H̄ and the diagonal of D̄³ over layers and chunks, in float64. */
final class Summation {
    private final int groups;
    private double loss;
    private final double[] gradient;
    private final double[][] hessian;
    private final double[] third;

    Summation(int groups) {
        this.groups = groups;
        this.gradient = new double[groups];
        this.hessian = new double[groups][groups];
        this.third = new double[groups];
    }

    void addLoss(double value) {
        loss += value;
    }

    void addGradient(int s, double value) {
        gradient[s] += value;
    }

    void addThird(int s, double value) {
        third[s] += value;
    }

    /** H̄_st and H̄_ts both receive the value; H̄_ss twice. */
    void addHessianPair(int s, int t, double value) {
        hessian[s][t] += value;
        hessian[t][s] += value;
    }

    /** Adds a matrix [n1, n1] and a vector [n1] over the rows of the jets. */
    void addRows(Jets jets, double[] gram, double[] thirds) {
        int n = jets.n1();
        for (int i = 0; i < n; i++) {
            int s = jets.group(i);
            third[s] += thirds[i];
            for (int j = 0; j < n; j++) {
                hessian[s][jets.group(j)] += gram[i * n + j];
            }
        }
    }

    CurvatureSummary result(boolean withThird, double[][][] thirdFull) {
        for (int s = 0; s < groups; s++) {
            for (int t = 0; t < s; t++) {
                // Each pair was summed from the same products in another order: equal up to rounding.
                double mean = (hessian[s][t] + hessian[t][s]) / 2;
                hessian[s][t] = mean;
                hessian[t][s] = mean;
            }
        }
        return new CurvatureSummary(loss, gradient, hessian, withThird ? third : new double[0], thirdFull);
    }
}
