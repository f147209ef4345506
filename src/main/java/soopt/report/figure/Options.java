package soopt.report.figure;

import java.util.List;
import soopt.report.read.Axis;
import soopt.report.read.Band;
import soopt.report.read.Moment;
import soopt.report.read.Rates;

/**
 * What of the runs is drawn, and how.
 *
 * @param x against what
 * @param metrics columns of metrics.csv
 * @param middle of the seeds
 * @param spread around it
 * @param apart whether each seed has a line of its own
 * @param linear whether losses have a linear axis
 * @param rate which learning rates
 * @param smooth refreshes in a running mean of them, ≥ 1
 * @param moments words, see {@link soopt.report.read.Moments#chosen}
 * @param matrices which
 * @param normalize whether |H_st| / √|H_ss H_tt| stands for H_st
 */
public record Options(
        Axis x,
        List<String> metrics,
        Band.Middle middle,
        Band.Spread spread,
        boolean apart,
        boolean linear,
        Rates.Kind rate,
        int smooth,
        List<String> moments,
        List<Moment.Kind> matrices,
        boolean normalize) {}
