package soopt.report.read;

import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Several runs as one curve: their middle and a band around it.
 *
 * @param x [n], increasing
 * @param middle [n]
 * @param low [n]; the middle itself where there is no band
 * @param high [n]
 * @param runs [n]: how many runs have a value there
 * @param words what middle and band are: "mean and min–max of 5 runs"
 */
public record Band(double[] x, double[] middle, double[] low, double[] high, int[] runs, String words) {
    /** Of a grid that the runs do not share. */
    private static final int POINTS = 200;

    /** What stands for all runs. */
    public enum Middle {
        MEAN,
        MEDIAN;

        @Override
        public String toString() {
            return this == MEAN ? "mean" : "median";
        }

        /** Of these values, which are sorted. */
        double of(double[] sorted) {
            return this == MEAN ? Arrays.stream(sorted).average().orElse(Double.NaN) : quantile(sorted, 0.5);
        }
    }

    /** What lies around it. */
    public enum Spread {
        NONE("none", ""),
        RANGE("range", "min–max"),
        /** From the first quartile to the third, interpolated linearly between order statistics. */
        QUARTILES("quartiles", "quartiles"),
        /** The deviation of a sample, whose square has n − 1. */
        SD("sd", "± standard deviation"),
        /** The deviation over √n. */
        SE("se", "± standard error");

        private final String word;
        private final String label;

        Spread(String word, String label) {
            this.word = word;
            this.label = label;
        }

        /** In a legend. */
        public String label() {
            return label;
        }

        /** As the command line names it. */
        @Override
        public String toString() {
            return word;
        }
    }

    /**
     * The runs together. Where one's rows are among those of the longest, which is so of epochs and steps, at each of
     * these; else linearly between their rows, at {@value #POINTS} points. Where fewer than half of the runs have a
     * value there is none: what remains would be other runs, not a course.
     */
    public static Band of(List<Series> all, Middle middle, Spread spread) {
        List<Series> runs = all.stream().filter(each -> !each.isEmpty()).toList();
        double[] x = grid(runs);
        double[][] values = new double[x.length][];
        for (int i = 0; i < x.length; i++) {
            double at = x[i];
            values[i] = runs.stream()
                    .mapToDouble(run -> at(run, at))
                    .filter(value -> !Double.isNaN(value))
                    .sorted()
                    .toArray();
        }
        int[] kept = IntStream.range(0, x.length)
                .filter(i -> 2 * values[i].length >= runs.size())
                .toArray();
        double[] middles = of(values, kept, middle::of);
        String name = runs.size() == 1 ? "" : middle + (spread == Spread.NONE ? "" : " and " + spread.label()) + " of ";
        return new Band(
                only(x, kept),
                middles,
                of(values, kept, sorted -> edge(sorted, middle.of(sorted), spread, -1)),
                of(values, kept, sorted -> edge(sorted, middle.of(sorted), spread, 1)),
                Arrays.stream(kept).map(i -> values[i].length).toArray(),
                name + runs.size() + (runs.size() == 1 ? " run" : " runs"));
    }

    /**
     * The same of runs whose rows are the same steps at other places, as of seconds: at each step the mean of the
     * places. Between rows, runs that take longer would go on alone once the others have ended.
     *
     * @param all by steps
     * @param places by steps, where these lie
     */
    public static Band along(List<Series> all, List<Series> places, Middle middle, Spread spread) {
        Band bySteps = of(all, middle, spread);
        Band at = of(places, Middle.MEAN, Spread.NONE);
        double[] x = Arrays.stream(bySteps.x)
                .map(step -> at(new Series(at.x, at.middle), step))
                .toArray();
        // where a slow run has ended, the mean of the others lies before what was there
        double[] last = {Double.NEGATIVE_INFINITY};
        int[] kept = IntStream.range(0, x.length)
                .filter(i -> {
                    boolean isLater = x[i] > last[0];
                    last[0] = isLater ? x[i] : last[0];
                    return isLater;
                })
                .toArray();
        return new Band(
                only(x, kept),
                only(bySteps.middle, kept),
                only(bySteps.low, kept),
                only(bySteps.high, kept),
                Arrays.stream(kept).map(i -> bySteps.runs[i]).toArray(),
                bySteps.words);
    }

    private static double[] only(double[] values, int[] kept) {
        return Arrays.stream(kept).mapToDouble(i -> values[i]).toArray();
    }

    private static double[] of(double[][] values, int[] kept, ToDoubleFunction<double[]> what) {
        return Arrays.stream(kept)
                .mapToDouble(i -> what.applyAsDouble(values[i]))
                .toArray();
    }

    private static double edge(double[] sorted, double middle, Spread spread, int side) {
        return switch (spread) {
            case NONE -> middle;
            case RANGE -> side < 0 ? sorted[0] : sorted[sorted.length - 1];
            case QUARTILES -> quantile(sorted, 0.5 + side * 0.25);
            case SD -> middle + side * deviation(sorted);
            case SE -> middle + side * deviation(sorted) / Math.sqrt(sorted.length);
        };
    }

    /** √(Σ (v − mean)² / (n − 1)); 0 of one value. */
    private static double deviation(double[] values) {
        if (values.length < 2) {
            return 0;
        }
        double mean = Arrays.stream(values).average().orElseThrow();
        return Math.sqrt(Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / (values.length - 1));
    }

    /** Linear between order statistics: at 0 the smallest value, at 1 the largest. */
    private static double quantile(double[] sorted, double part) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        double place = part * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] == sorted[above]
                ? sorted[below]
                : sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }

    private static double[] grid(List<Series> runs) {
        TreeSet<Double> all = new TreeSet<>();
        runs.forEach(run -> Arrays.stream(run.x()).forEach(all::add));
        int longest = runs.stream()
                .mapToInt(run -> (int) Arrays.stream(run.x()).distinct().count())
                .max()
                .orElse(0);
        if (all.size() == longest) {
            return all.stream().mapToDouble(Double::doubleValue).toArray();
        }
        double first = all.first();
        double last = all.last();
        double[] x = new double[POINTS];
        Arrays.setAll(x, i -> i == POINTS - 1 ? last : first + i * (last - first) / (POINTS - 1));
        return x;
    }

    /** Linear between the rows of a run; NaN before its first and after its last. */
    private static double at(Series run, double x) {
        int found = Arrays.binarySearch(run.x(), x);
        if (found >= 0) {
            return run.y()[found];
        }
        int after = -found - 1;
        if (after == 0 || after == run.size()) {
            return Double.NaN;
        }
        double part = (x - run.x()[after - 1]) / (run.x()[after] - run.x()[after - 1]);
        return run.y()[after - 1] + part * (run.y()[after] - run.y()[after - 1]);
    }

    public int size() {
        return x.length;
    }
}
