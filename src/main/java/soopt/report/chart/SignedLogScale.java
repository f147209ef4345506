package soopt.report.chart;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import soopt.report.draw.Words;

/**
 * f(v) = sign(v) log(1 + |v|/c) from −most to most: as v about 0, as the logarithm beyond c.
 *
 * @param linear c &gt; 0
 * @param most greater than c
 * @param low the beginning of the axis; −most, or more where nothing is so far below
 * @param high the end of the axis
 */
public record SignedLogScale(double linear, double most, double low, double high) implements Scale {
    /** Below so many powers of ten under the largest value, values are as good as 0. */
    private static final double DECADES = 6;

    /** One for values around 0: c is their 5 % quantile in size, but not less than 10⁻⁶ of the largest. */
    public static SignedLogScale of(double[] values) {
        double[] sizes = Arrays.stream(values)
                .filter(value -> value != 0 && Double.isFinite(value))
                .map(Math::abs)
                .sorted()
                .toArray();
        if (sizes.length == 0) {
            return new SignedLogScale(0.1, 1, -1, 1);
        }
        double most = Math.max(1e-290, Math.min(1e290, sizes[sizes.length - 1]));
        double small = sizes[sizes.length / 20];
        double floor = Math.max(small, most * Math.pow(10, -DECADES));
        double linear = Math.pow(10, Math.floor(Math.log10(Math.min(floor, most / 10)) + 1e-9));
        return new SignedLogScale(linear, most, -most, most);
    }

    /** The same that ends where the values do. */
    public SignedLogScale over(double[] values) {
        double[] finite = Arrays.stream(values).filter(Double::isFinite).toArray();
        double least = Arrays.stream(finite).min().orElse(-most);
        double largest = Arrays.stream(finite).max().orElse(most);
        double room = 1.25;
        return new SignedLogScale(
                linear,
                most,
                least < 0 ? least * room - linear / 2 : -linear,
                largest > 0 ? largest * room + linear / 2 : linear);
    }

    /** f(v) / f(most), in [−1, 1] within ±most. */
    public double part(double value) {
        return Math.signum(value) * Math.log1p(Math.abs(value) / linear) / Math.log1p(most / linear);
    }

    @Override
    public double place(double value) {
        return (part(value) - part(low)) / (part(high) - part(low));
    }

    @Override
    public List<Tick> ticks(int about) {
        int first = (int) Math.round(Math.log10(linear));
        int last = (int) Math.floor(Math.log10(Math.max(high, -low)) + 1e-9);
        int every = Math.max(1, (int) Math.ceil(2.0 * (last - first) / Math.max(2, about - 1)));
        List<Tick> ticks = new ArrayList<>();
        for (int k = last; k > first; k--) {
            boolean named = (last - k) % every == 0;
            add(ticks, -Math.pow(10, k), named ? Labels.power(k, true) : Words.plain(""));
        }
        ticks.add(new Tick(0, Words.plain("0")));
        for (int k = first + 1; k <= last; k++) {
            boolean named = (last - k) % every == 0;
            add(ticks, Math.pow(10, k), named ? Labels.power(k, false) : Words.plain(""));
        }
        return ticks;
    }

    private void add(List<Tick> ticks, double value, Words words) {
        if (value >= low && value <= high) {
            ticks.add(new Tick(value, words));
        }
    }
}
