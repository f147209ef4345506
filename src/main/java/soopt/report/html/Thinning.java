package soopt.report.html;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Fewer points of long curves. The first and the last row stay; those between are cut into equal stretches, and of each
 * the smallest and the largest value of a column stay, in the order in which they come, at the first and the last row
 * of the stretch. So no peak goes, and all columns keep common rows.
 */
final class Thinning {
    private final int rows;
    /** Where stretches begin; the last is their end. Empty if all rows stay. */
    private final int[] starts;

    /**
     * @param rows of the curve
     * @param limit points that may stay, at least 4
     */
    Thinning(int rows, int limit) {
        this.rows = rows;
        int stretches = (limit - 2) / 2;
        this.starts = rows <= limit
                ? new int[0]
                : IntStream.rangeClosed(0, stretches)
                        .map(i -> 1 + (int) ((long) i * (rows - 2) / stretches))
                        .toArray();
    }

    boolean thins() {
        return starts.length > 0;
    }

    /** A column that others are drawn against. */
    double[] axis(double[] values) {
        return thins() ? points(values, (from, to) -> new double[] {values[from], values[to - 1]}) : values;
    }

    /** A column that is drawn; NaN where a stretch has nothing else. */
    double[] course(double[] values) {
        return thins() ? points(values, (from, to) -> extremes(values, from, to)) : values;
    }

    private interface Pair {
        double[] of(int from, int to);
    }

    private double[] points(double[] values, Pair pair) {
        double[] points = new double[2 + 2 * (starts.length - 1)];
        points[0] = values[0];
        for (int i = 0; i + 1 < starts.length; i++) {
            System.arraycopy(pair.of(starts[i], starts[i + 1]), 0, points, 1 + 2 * i, 2);
        }
        points[points.length - 1] = values[rows - 1];
        return points;
    }

    private static double[] extremes(double[] values, int from, int to) {
        int least = -1;
        int most = -1;
        for (int i = from; i < to; i++) {
            if (!Double.isNaN(values[i])) {
                least = least < 0 || values[i] < values[least] ? i : least;
                most = most < 0 || values[i] > values[most] ? i : most;
            }
        }
        double[] pair = new double[2];
        Arrays.fill(pair, Double.NaN);
        if (least >= 0) {
            pair[0] = values[Math.min(least, most)];
            pair[1] = values[Math.max(least, most)];
        }
        return pair;
    }
}
