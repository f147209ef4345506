package soopt.report.html;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import soopt.report.read.Group;
import soopt.report.read.Rates;

/**
 * The learning rates of all groups at common steps, S × n.
 *
 * @param steps [n] that use them first
 * @param epochs [n] of these steps
 * @param applied [S][n]
 * @param raw [S][n] of the cubic step
 */
record RateTable(List<Group> groups, double[] steps, double[] epochs, double[][] applied, double[][] raw) {
    static final RateTable NONE =
            new RateTable(List.of(), new double[0], new double[0], new double[0][], new double[0][]);

    /** Without groups where the run has no rates; NaN where the file lacks one. */
    static RateTable read(Path run) {
        Rates rates = Rates.of(run);
        if (rates.isEmpty()) {
            return NONE;
        }
        TreeMap<Double, Double> times = new TreeMap<>();
        for (Rates.Course course : rates.courses()) {
            for (int i = 0; i < course.steps().length; i++) {
                if (!Double.isNaN(course.steps()[i])) {
                    times.put(course.steps()[i], course.epochs()[i]);
                }
            }
        }
        double[] steps =
                times.keySet().stream().mapToDouble(Double::doubleValue).toArray();
        return new RateTable(
                rates.courses().stream().map(Rates.Course::group).toList(),
                steps,
                times.values().stream().mapToDouble(Double::doubleValue).toArray(),
                at(steps, rates, Rates.Kind.APPLIED),
                at(steps, rates, Rates.Kind.RAW));
    }

    private static double[][] at(double[] steps, Rates rates, Rates.Kind kind) {
        return rates.courses().stream()
                .map(course -> {
                    double[] values = new double[steps.length];
                    Arrays.fill(values, Double.NaN);
                    for (int i = 0; i < course.steps().length; i++) {
                        int place = Arrays.binarySearch(steps, course.steps()[i]);
                        if (place >= 0) {
                            values[place] = course.rates().get(kind)[i];
                        }
                    }
                    return values;
                })
                .toArray(double[][]::new);
    }

    boolean isEmpty() {
        return groups.isEmpty() || steps.length == 0;
    }

    /** With at most so many of its computations. */
    RateTable thinned(int limit) {
        Thinning thinning = new Thinning(steps.length, limit);
        return new RateTable(
                groups,
                thinning.axis(steps),
                thinning.axis(epochs),
                Arrays.stream(applied).map(thinning::course).toArray(double[][]::new),
                Arrays.stream(raw).map(thinning::course).toArray(double[][]::new));
    }
}
