package soopt.report.compare;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.hipparchus.special.Erf;

/**
 * A two-sided test that looks at ranks alone, so that a run that diverged counts as worst, by whatever number. It is
 * exact given the ties, which share their mean rank: of up to {@value #MOST_EXACT} values the distribution of the
 * statistic is summed up, beyond it is the normal one with a correction for ties and for continuity.
 *
 * @param p the probability of a statistic as far from its mean or farther, if nothing differs
 * @param values how many it rests on: pairs that differ, or runs of both groups
 * @param least the smallest p that so many can give
 * @param direction the sign of its distance from the mean: 1 where differences, or values of the first, tend to be
 *     large
 */
public record RankTest(double p, int values, double least, int direction) {
    private static final int MOST_EXACT = 100;

    /**
     * The signed-rank test of pairs (Wilcoxon 1945): are differences symmetric about 0? T is the sum of the ranks of
     * |d_i| over d_i > 0; if nothing differs each sign is + or − with probability ½. Differences of 0 are left out.
     */
    public static RankTest signed(double[] differences) {
        double[] d = Arrays.stream(differences).filter(each -> each != 0).toArray();
        int[] ranks = doubledRanks(Arrays.stream(d).map(Math::abs).toArray());
        int all = Arrays.stream(ranks).sum();
        int observed = IntStream.range(0, d.length)
                .filter(i -> d[i] > 0)
                .map(i -> ranks[i])
                .sum();
        double least = Math.min(1, 2 * Math.pow(2, -d.length));
        int direction = Integer.signum(2 * observed - all);
        if (d.length > MOST_EXACT) {
            double variance =
                    Arrays.stream(ranks).mapToDouble(r -> (double) r * r).sum() / 4;
            return new RankTest(normal(observed - all / 2.0, variance), d.length, least, direction);
        }
        double[] chances = new double[all + 1];
        chances[0] = 1;
        int most = 0;
        for (int rank : ranks) {
            most += rank;
            for (int sum = most; sum >= 0; sum--) {
                chances[sum] = (chances[sum] + (sum >= rank ? chances[sum - rank] : 0)) / 2;
            }
        }
        return new RankTest(twoSided(chances, observed), d.length, least, direction);
    }

    /**
     * The rank-sum test of two groups (Wilcoxon 1945; Mann and Whitney 1947): does one tend to larger values? W is the
     * sum of the ranks of {@code a} among all; if nothing differs each choice of so many ranks is as likely.
     */
    public static RankTest sum(double[] a, double[] b) {
        int n = a.length + b.length;
        double[] all = Arrays.copyOf(a, n);
        System.arraycopy(b, 0, all, a.length, b.length);
        int[] ranks = doubledRanks(all);
        int observed = Arrays.stream(ranks, 0, a.length).sum();
        double least = Math.min(1, 2 / choices(n, a.length));
        int direction = Integer.signum(observed - a.length * (n + 1));
        if (n > MOST_EXACT) {
            double mean = a.length * (n + 1.0);
            double squares = Arrays.stream(ranks)
                    .mapToDouble(r -> Math.pow(r - (n + 1.0), 2))
                    .sum();
            double variance = squares * a.length * b.length / ((double) n * (n - 1));
            return new RankTest(normal(observed - mean, variance), n, least, direction);
        }
        double[][] ways = new double[a.length + 1][Arrays.stream(ranks).sum() + 1];
        ways[0][0] = 1;
        for (int rank : ranks) {
            for (int taken = a.length; taken > 0; taken--) {
                for (int sum = ways[taken].length - 1; sum >= rank; sum--) {
                    ways[taken][sum] += ways[taken - 1][sum - rank];
                }
            }
        }
        double total = Arrays.stream(ways[a.length]).sum();
        double[] chances =
                Arrays.stream(ways[a.length]).map(each -> each / total).toArray();
        return new RankTest(twoSided(chances, observed), n, least, direction);
    }

    /** The sign test of pairs: 2 P(X ≤ min(k, n − k)) of X ~ B(n, ½), n pairs that differ, k of them above 0. */
    public static double sign(double[] differences) {
        long above = Arrays.stream(differences).filter(each -> each > 0).count();
        long below = Arrays.stream(differences).filter(each -> each < 0).count();
        int n = (int) (above + below);
        double p = 0;
        double chance = Math.pow(0.5, n);
        for (int k = 0; k <= Math.min(above, below); k++) {
            p += chance;
            chance *= (n - k) / (k + 1.0);
        }
        return Math.min(1, 2 * p);
    }

    /** The fewest pairs whose {@link #least} is at most this. */
    public static int pairsFor(double p) {
        int n = 1;
        while (2 * Math.pow(2, -n) > p) {
            n++;
        }
        return n;
    }

    /** The fewest runs in each of two groups whose {@link #least} is at most this. */
    public static int runsFor(double p) {
        int n = 1;
        while (2 / choices(2 * n, n) > p) {
            n++;
        }
        return n;
    }

    private static double choices(int n, int k) {
        double choices = 1;
        for (int i = 1; i <= k; i++) {
            choices = choices * (n - k + i) / i;
        }
        return choices;
    }

    /** Twice the rank of each value from 1, the mean rank of equal ones: whole numbers. */
    private static int[] doubledRanks(double[] values) {
        Integer[] order = IntStream.range(0, values.length).boxed().toArray(Integer[]::new);
        Arrays.sort(order, (i, j) -> Double.compare(values[i], values[j]));
        int[] ranks = new int[values.length];
        for (int from = 0; from < order.length; ) {
            int to = from + 1;
            while (to < order.length && values[order[to]] == values[order[from]]) {
                to++;
            }
            for (int i = from; i < to; i++) {
                ranks[order[i]] = from + to + 1;
            }
            from = to;
        }
        return ranks;
    }

    private static double twoSided(double[] chances, int observed) {
        double below = Arrays.stream(chances, 0, observed + 1).sum();
        double above = Arrays.stream(chances, observed, chances.length).sum();
        return Math.min(1, 2 * Math.min(below, above));
    }

    /** @param distance from the mean, in doubled ranks: half a rank is 1 */
    private static double normal(double distance, double variance) {
        double z = Math.max(0, Math.abs(distance) - 1) / Math.sqrt(variance);
        return variance == 0 ? 1 : Erf.erfc(z / Math.sqrt(2));
    }
}
