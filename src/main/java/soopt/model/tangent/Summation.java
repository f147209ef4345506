package soopt.model.tangent;

import soopt.curvature.CurvatureSummary;

/**
 * Sums of ḡ, H̄ and the diagonal of D̄³ over layers, chunks and rounds, in float64. Directions are given by their
 * position in a round.
 */
public final class Summation {
    private final int groups;
    private double loss;
    private final double[] gradient;
    private final double[][] hessian;
    private final double[] third;
    private Round round;

    public Summation(int groups) {
        this.groups = groups;
        this.gradient = new double[groups];
        this.hessian = new double[groups][groups];
        this.third = new double[groups];
        this.round = Round.whole(groups);
    }

    /** From here on, directions are those of this round, and entries that another one counts are left out. */
    public void begin(Round next) {
        round = next;
    }

    public void addLoss(double value) {
        loss += value;
    }

    public void addGradient(int i, double value) {
        if (round.counts(i)) {
            gradient[round.group(i)] += value;
        }
    }

    public void addThird(int i, double value) {
        if (round.counts(i)) {
            third[round.group(i)] += value;
        }
    }

    private void addHessian(int i, int j, double value) {
        if (round.counts(i, j)) {
            hessian[round.group(i)][round.group(j)] += value;
        }
    }

    /** H̄_st and H̄_ts both receive the value; H̄_ss twice. */
    public void addHessianPair(int i, int j, double value) {
        addHessian(i, j, value);
        addHessian(j, i, value);
    }

    /** Adds a matrix [n, n] and a vector [n] over the first n rows of the jets. */
    public void addRows(Jets jets, double[] gram, double[] thirds) {
        int n = thirds.length;
        for (int row = 0; row < n; row++) {
            int i = jets.direction(row);
            addThird(i, thirds[row]);
            for (int column = 0; column < n; column++) {
                addHessian(i, jets.direction(column), gram[row * n + column]);
            }
        }
    }

    public CurvatureSummary result(boolean withThird, double[][][] thirdFull) {
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
