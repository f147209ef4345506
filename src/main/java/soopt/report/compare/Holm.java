package soopt.report.compare;

import java.util.Comparator;
import java.util.stream.IntStream;

/** Several tests at once (Holm 1979): the chance that any of them claims what is not there stays below the level. */
public final class Holm {
    private Holm() {}

    /**
     * p̃_(i) = max over j ≤ i of min(1, (m − j + 1) p_(j)), p_(1) ≤ p_(2) ≤ …; what is at most the level is claimed.
     *
     * @param p of the tests that are told
     * @param m how many tests there are, told or not; at least as many
     */
    public static double[] adjusted(double[] p, int m) {
        int[] order = IntStream.range(0, p.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> p[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] adjusted = new double[p.length];
        double most = 0;
        for (int j = 0; j < order.length; j++) {
            most = Math.max(most, Math.min(1, (m - j) * p[order[j]]));
            adjusted[order[j]] = most;
        }
        return adjusted;
    }
}
