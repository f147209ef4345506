package soopt.report.figure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import soopt.experiment.results.ResultRun;
import soopt.report.read.Band;
import soopt.report.read.Configuration;
import soopt.report.read.Group;
import soopt.report.read.Rates;
import soopt.report.read.Series;

/**
 * The learning rates of a group over the seeds of a configuration.
 *
 * @param steps [n] that use them first
 * @param x [n] where these lie
 * @param eta [n] the rates, smoothed
 * @param shown [n] the same; where they are 0 by clipping what they would have been
 * @param runs [n] how many runs have one
 * @param recorded whether no step of them was made with these rates
 */
record RateCourse(Group group, double[] steps, double[] x, double[] eta, double[] shown, int[] runs, boolean recorded) {
    /** By group; none where no run has rates. */
    static List<RateCourse> of(Configuration configuration, Options options) {
        List<ResultRun> runs = configuration.runs();
        List<Rates> rates = runs.parallelStream()
                .map(run -> Rates.usedOrRecorded(run.folder()))
                .toList();
        boolean recorded = rates.stream().allMatch(Rates::recorded);
        List<RateCourse> courses = new ArrayList<>();
        Rates longest = rates.stream()
                .max((one, other) -> Integer.compare(length(one), length(other)))
                .orElseThrow();
        List<double[]> factors = rates.stream().map(RateCourse::factors).toList();
        for (int s = 0; s < longest.courses().size(); s++) {
            List<Series> etas = new ArrayList<>();
            List<Series> meant = new ArrayList<>();
            for (int r = 0; r < rates.size(); r++) {
                if (s < rates.get(r).courses().size()) {
                    Rates.Course course = rates.get(r).courses().get(s);
                    etas.add(smooth(course.series(options.rate()), options.smooth()));
                    meant.add(smooth(unclipped(course, factors.get(r), options.rate()), options.smooth()));
                }
            }
            Band eta = Band.of(etas, options.middle(), Band.Spread.NONE);
            Band would = Band.of(meant, options.middle(), Band.Spread.NONE);
            double[] shown = eta.middle().clone();
            for (int i = 0; i < shown.length; i++) {
                if (shown[i] == 0 && i < would.size()) {
                    shown[i] = Math.min(0, would.middle()[i]);
                }
            }
            Group group = longest.courses().get(s).group();
            double[] x = Courses.at(steps(eta.x()), runs.get(0), options.x());
            courses.add(new RateCourse(group, eta.x(), x, eta.middle(), shown, eta.runs(), recorded));
        }
        return courses;
    }

    private static int length(Rates rates) {
        return rates.isEmpty() ? -1 : rates.courses().get(0).steps().length;
    }

    /** Rates belong to the point before the step that uses them first. */
    private static double[] steps(double[] from) {
        return Arrays.stream(from).map(step -> step - 1).toArray();
    }

    /** What the averages are multiplied by at each refresh: where all rates are 0, as at the refresh before. */
    private static double[] factors(Rates rates) {
        double[] factors = new double[Math.max(0, length(rates))];
        double last = Double.NaN;
        for (int i = 0; i < factors.length; i++) {
            for (Rates.Course course : rates.courses()) {
                double[] applied = course.rates().get(Rates.Kind.APPLIED);
                double[] used = course.rates().get(Rates.Kind.USED);
                if (i < used.length && used[i] != 0) {
                    last = applied[i] / used[i];
                }
            }
            factors[i] = last;
        }
        double first =
                Arrays.stream(factors).filter(f -> !Double.isNaN(f)).findFirst().orElse(1);
        return Arrays.stream(factors).map(f -> Double.isNaN(f) ? first : f).toArray();
    }

    private static Series unclipped(Rates.Course course, double[] factors, Rates.Kind rate) {
        double[] averaged = course.rates().get(Rates.Kind.AVERAGED);
        double[] raw = course.rates().get(Rates.Kind.RAW);
        double[] values = new double[averaged.length];
        boolean isApplied = rate == Rates.Kind.APPLIED;
        for (int i = 0; i < values.length; i++) {
            // clipped before the average, the average is 0 and η alone tells
            double value = averaged[i] == 0 ? raw[i] : averaged[i];
            values[i] = value * (isApplied && i < factors.length ? factors[i] : 1);
        }
        return Series.of(course.steps(), values);
    }

    /** The mean of so many refreshes, half of them before and half after, fewer at the ends. */
    private static Series smooth(Series series, int k) {
        double[] y = series.y();
        double[] means = new double[y.length];
        for (int i = 0; i < y.length; i++) {
            int from = Math.max(0, i - (k - 1) / 2);
            int to = Math.min(y.length, i + k / 2 + 1);
            means[i] = k == 1 ? y[i] : Arrays.stream(y, from, to).average().orElseThrow();
        }
        return new Series(series.x(), means);
    }
}
