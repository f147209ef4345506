package soopt.report.compare;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import soopt.file.CsvTable;
import soopt.report.read.Axis;

/**
 * A metric in the course of a run.
 *
 * @param values [n] in the rows of metrics.csv where it is finite
 * @param at [n] where that is, on each axis
 */
public record Curve(double[] values, Map<Axis, double[]> at) {
    static final List<Axis> AXES = List.of(Axis.EPOCH, Axis.STEP, Axis.COST, Axis.TIME);

    /** The columns that it is made of. */
    static Set<String> columns(String metric) {
        Set<String> columns = new LinkedHashSet<>(List.of(metric));
        AXES.forEach(axis -> columns.addAll(axis.columns()));
        return columns;
    }

    static Curve of(CsvTable metrics, String metric) {
        double[] all = metrics.numbers(metric);
        int[] rows = IntStream.range(0, all.length)
                .filter(row -> Double.isFinite(all[row]))
                .toArray();
        Map<Axis, double[]> at = new EnumMap<>(Axis.class);
        for (Axis axis : AXES) {
            double[] places = axis.of(metrics);
            at.put(axis, IntStream.of(rows).mapToDouble(row -> places[row]).toArray());
        }
        return new Curve(IntStream.of(rows).mapToDouble(row -> all[row]).toArray(), at);
    }

    boolean isEmpty() {
        return values.length == 0;
    }

    double first() {
        return isEmpty() ? Double.NaN : values[0];
    }

    double last() {
        return isEmpty() ? Double.NaN : values[values.length - 1];
    }

    double best(Question question) {
        return Arrays.stream(values).reduce(question::better).orElse(Double.NaN);
    }

    /** How far it goes. */
    double end(Axis axis) {
        return isEmpty() ? Double.NaN : at.get(axis)[values.length - 1];
    }

    /** Where the first row is that reaches the target, not interpolated; infinite if none does. */
    double first(Axis axis, double target, Question question) {
        return IntStream.range(0, values.length)
                .filter(row -> !question.isBetter(target, values[row]))
                .mapToDouble(row -> at.get(axis)[row])
                .findFirst()
                .orElse(Double.POSITIVE_INFINITY);
    }

    /** Its value there, linear between rows; NaN before the first and after the last. */
    double value(Axis axis, double x) {
        double[] places = at.get(axis);
        for (int row = 0; row < places.length; row++) {
            if (places[row] == x) {
                return values[row];
            }
            if (places[row] > x) {
                double part = (x - places[Math.max(0, row - 1)]) / (places[row] - places[Math.max(0, row - 1)]);
                return row == 0 ? Double.NaN : values[row - 1] + part * (values[row] - values[row - 1]);
            }
        }
        return Double.NaN;
    }

    /** The part of its way that lies between the two rows around a place; 0 at a row and beyond its ends. */
    double gap(Axis axis, double x) {
        double[] places = at.get(axis);
        for (int row = 1; row < places.length; row++) {
            if (places[row - 1] < x && x < places[row]) {
                return (places[row] - places[row - 1]) / (places[places.length - 1] - places[0]);
            }
        }
        return 0;
    }
}
