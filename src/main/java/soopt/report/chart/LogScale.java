package soopt.report.chart;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import soopt.report.draw.Words;

/** @param low greater than 0, less than high */
public record LogScale(double low, double high) implements Scale {
    private static final double ROOM = 0.03;
    /** Exponents of double. */
    private static final double LARGEST = 307;

    private static final Words NOTHING = Words.plain("");

    /** One on which these values lie with some room; those without a logarithm do not count. */
    public static LogScale of(double[] values) {
        double[] positive = Arrays.stream(values)
                .filter(value -> value > 0 && Double.isFinite(value))
                .toArray();
        double low = Math.log10(Arrays.stream(positive).min().orElse(0.1));
        double high = Math.log10(Arrays.stream(positive).max().orElse(10));
        double room = high > low ? Math.max(ROOM * (high - low), 0.01) : 0.3;
        return new LogScale(Math.pow(10, Math.max(-LARGEST, low - room)), Math.pow(10, Math.min(LARGEST, high + room)));
    }

    @Override
    public double place(double value) {
        return value > 0 ? (Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low)) : Double.NaN;
    }

    @Override
    public List<Tick> ticks(int about) {
        double decades = Math.log10(high) - Math.log10(low);
        int first = (int) Math.ceil(Math.log10(low) - 1e-9);
        int last = (int) Math.floor(Math.log10(high) + 1e-9);
        if (last <= first) {
            return decades > 0.7 ? digits(first - 1, last + 1) : linear(about);
        }
        if (decades < 2.2 && about > 3) {
            return digits(first - 1, last + 1);
        }
        int every = Math.max(1, (int) Math.ceil((last - first + 1.0) / Math.max(2, about)));
        boolean plain = first >= -2 && last <= 3;
        List<Tick> ticks = new ArrayList<>();
        for (int k = first - 1; k <= last; k++) {
            if (k >= first) {
                boolean named = Math.floorMod(k, every) == 0;
                ticks.add(new Tick(power(k), !named ? NOTHING : plain ? plain(power(k)) : Labels.power(k, false)));
            }
            for (int digit = 2; every == 1 && digit < 10; digit++) {
                add(ticks, digit * power(k), NOTHING);
            }
        }
        return ticks;
    }

    /** 1, 2 and 5 of each decade, the others without numbers. */
    private List<Tick> digits(int first, int last) {
        boolean plain = low >= 1e-4 && high < 1e5;
        List<Tick> ticks = new ArrayList<>();
        for (int k = first; k <= last; k++) {
            for (int digit = 1; digit < 10; digit++) {
                boolean named = digit == 1 || digit == 2 || digit == 5;
                double value = digit * power(k);
                add(ticks, value, !named ? NOTHING : plain ? plain(value) : powers(digit, k));
            }
        }
        return ticks;
    }

    private static Words powers(int digit, int k) {
        return digit == 1 ? Labels.power(k, false) : Words.plain(digit + "·").and(Labels.power(k, false));
    }

    private void add(List<Tick> ticks, double value, Words words) {
        if (value >= low && value <= high) {
            ticks.add(new Tick(value, words));
        }
    }

    private List<Tick> linear(int about) {
        return new LinearScale(low, high)
                .ticks(about).stream().filter(tick -> tick.value() > 0).toList();
    }

    private static Words plain(double value) {
        return Labels.tick(value, Math.pow(10, Math.floor(Math.log10(value) + 1e-9)));
    }

    private static double power(int k) {
        return Double.parseDouble("1e" + k);
    }
}
