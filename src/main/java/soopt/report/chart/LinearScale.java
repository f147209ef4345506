package soopt.report.chart;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** @param low less than high */
public record LinearScale(double low, double high) implements Scale {
    private static final double ROOM = 0.03;

    /** One on which these values lie with some room; those that are not finite do not count. */
    public static LinearScale of(double[] values) {
        double[] finite = Arrays.stream(values).filter(Double::isFinite).toArray();
        double low = Arrays.stream(finite).min().orElse(0);
        double high = Arrays.stream(finite).max().orElse(1);
        double room = isRange(low, high) ? ROOM * (high - low) : low == 0 ? 1 : Math.abs(low) / 10;
        return new LinearScale(low - room, high + room);
    }

    /** One that begins and ends with these values. */
    public static LinearScale exact(double[] values) {
        double low = Arrays.stream(values).filter(Double::isFinite).min().orElse(0);
        double high = Arrays.stream(values).filter(Double::isFinite).max().orElse(1);
        return isRange(low, high) ? new LinearScale(low, high) : of(values);
    }

    /** Whether there are numbers enough between them for ticks. */
    private static boolean isRange(double low, double high) {
        return high - low > 1e-9 * Math.max(Math.abs(low), Math.abs(high));
    }

    @Override
    public double place(double value) {
        return (value - low) / (high - low);
    }

    @Override
    public List<Tick> ticks(int about) {
        double step = step(about);
        List<Tick> ticks = new ArrayList<>();
        double tolerance = 1e-9 * (high - low);
        for (double k = Math.ceil((low - tolerance) / step); k * step <= high + tolerance; k++) {
            ticks.add(new Tick(k * step, Labels.tick(k * step, step)));
        }
        return ticks;
    }

    /** 1, 2 or 5 times a power of ten. */
    private double step(int about) {
        double raw = (high - low) / Math.max(1, about);
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        double digit = raw / power;
        return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
    }
}
