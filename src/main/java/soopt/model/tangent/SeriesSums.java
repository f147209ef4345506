package soopt.model.tangent;

import soopt.curvature.TaylorTerms;

/**
 * Sums of Taylor coefficients of L along the directions over layers, chunks and rounds, in float64. Directions are
 * given by their position in a round.
 */
public final class SeriesSums {
    private final int groups;
    private final double[][] sums;
    private double loss;
    private Round round;

    /** @param order K; coefficients beyond are left out */
    public SeriesSums(int groups, int order) {
        this.groups = groups;
        this.sums = new double[order][groups];
        this.round = Round.whole(groups);
    }

    /** From here on, directions are those of this round. */
    public void begin(Round next) {
        round = next;
    }

    public void addLoss(double value) {
        loss += value;
    }

    /** Adds to the coefficient of tᵏ, k ≥ 1. */
    public void add(int k, int i, double value) {
        if (k <= sums.length && round.counts(i)) {
            sums[k - 1][round.group(i)] += value;
        }
    }

    /** The derivatives: k! times the coefficients; the direction that comes last is the whole. */
    public TaylorTerms result() {
        int parts = Math.max(1, groups - 1);
        double[] whole = new double[sums.length];
        double[][] ofGroups = new double[sums.length][parts];
        double factorial = 1;
        for (int k = 1; k <= sums.length; k++) {
            factorial *= k;
            whole[k - 1] = factorial * sums[k - 1][groups - 1];
            for (int s = 0; s < parts; s++) {
                ofGroups[k - 1][s] = factorial * sums[k - 1][s];
            }
        }
        return new TaylorTerms(loss, whole, ofGroups);
    }
}
