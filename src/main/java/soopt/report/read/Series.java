package soopt.report.read;

import java.util.stream.IntStream;
import soopt.file.CsvTable;

/**
 * A quantity in the course of one run.
 *
 * @param x [n]
 * @param y [n]; no NaN in either
 */
public record Series(double[] x, double[] y) {
    /** Points (x_i, y_i) without those of which one is NaN. */
    public static Series of(double[] x, double[] y) {
        int[] known = IntStream.range(0, Math.min(x.length, y.length))
                .filter(i -> !Double.isNaN(x[i]) && !Double.isNaN(y[i]))
                .toArray();
        return new Series(
                IntStream.of(known).mapToDouble(i -> x[i]).toArray(),
                IntStream.of(known).mapToDouble(i -> y[i]).toArray());
    }

    /** A column of metrics.csv against an axis; empty if the file lacks it. */
    public static Series of(CsvTable metrics, String column, Axis axis) {
        return of(axis.of(metrics), metrics.numbers(column));
    }

    /** A column of a table against another. */
    public static Series of(CsvTable table, String x, String y) {
        return of(table.numbers(x), table.numbers(y));
    }

    public int size() {
        return x.length;
    }

    public boolean isEmpty() {
        return x.length == 0;
    }
}
