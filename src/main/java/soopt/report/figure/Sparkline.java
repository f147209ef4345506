package soopt.report.figure;

import java.util.Arrays;

/** A curve in one line of text. */
public final class Sparkline {
    private static final String BARS = "▁▂▃▄▅▆▇█";

    private Sparkline() {}

    /**
     * Eight heights from the smallest value to the largest; each character is the mean of its part of the values, a
     * blank where there is none.
     *
     * @param values in equal distances
     * @param width characters at most
     * @param logarithmic whether heights are those of logarithms; values ≤ 0 are blanks then
     */
    public static String of(double[] values, int width, boolean logarithmic) {
        double[] known = Arrays.stream(values)
                .map(value -> !logarithmic ? value : value > 0 ? Math.log(value) : Double.NaN)
                .map(value -> Double.isFinite(value) ? value : Double.NaN)
                .toArray();
        int columns = Math.min(width, known.length);
        double[] means = new double[columns];
        Arrays.setAll(
                means,
                i -> Arrays.stream(known, i * known.length / columns, (i + 1) * known.length / columns)
                        .filter(value -> !Double.isNaN(value))
                        .average()
                        .orElse(Double.NaN));
        double low = Arrays.stream(means).filter(v -> !Double.isNaN(v)).min().orElse(0);
        double high = Arrays.stream(means).filter(v -> !Double.isNaN(v)).max().orElse(0);
        StringBuilder line = new StringBuilder();
        for (double mean : means) {
            double part = high > low ? (mean - low) / (high - low) : 0.5;
            line.append(Double.isNaN(mean) ? ' ' : BARS.charAt((int) Math.min(7, part * 8)));
        }
        return line.toString();
    }
}
