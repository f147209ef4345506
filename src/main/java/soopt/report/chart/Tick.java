package soopt.report.chart;

import soopt.report.draw.Words;

/**
 * A mark on an axis.
 *
 * @param words empty for one without a number
 */
public record Tick(double value, Words words) {
    boolean isMajor() {
        return !words.isEmpty();
    }
}
