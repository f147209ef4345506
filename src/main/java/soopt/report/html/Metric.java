package soopt.report.html;

import java.util.List;
import soopt.experiment.results.Ranking;

/**
 * A column of metrics.csv that figures show.
 *
 * @param label as axes name it
 */
record Metric(String name, String label) {
    /** Losses first. */
    static final List<Metric> ALL = List.of(
            new Metric("train_loss", "training loss"),
            new Metric("val_loss", "validation loss"),
            new Metric("test_loss", "test loss"),
            new Metric("train_acc", "training accuracy"),
            new Metric("val_acc", "validation accuracy"),
            new Metric("test_acc", "test accuracy"),
            new Metric("step_size", "step size"),
            new Metric("peak_memory_bytes", "peak memory (bytes)"));

    /** Whether it is drawn on a logarithmic scale at first. */
    boolean isLogarithmic() {
        return name.endsWith("loss") || name.equals("step_size");
    }

    boolean isMaximized() {
        return Ranking.isMaximized(name);
    }
}
