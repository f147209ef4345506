package soopt.optimizer;

import java.util.Arrays;
import soopt.curvature.CurvatureSummary;
import soopt.optimizer.step.State;

/**
 * The running part of {@link Average}. A sample with a number that is not finite is passed on as it is, so that the
 * solver reports it, and does not enter the average.
 */
final class SummaryAverage {
    private static final String COUNTS = "average.counts";
    private static final String PREVIOUS = "average.previous";
    private static final String CURRENT = "average.current";

    private final Average kind;
    // Uniform: sums over the last whole window and over the one being filled; Moving: the average in current
    private double[] previous = {};
    private double[] current = {};
    private int previousCount;
    private int currentCount;

    SummaryAverage(Average kind) {
        this.kind = kind;
    }

    /** The average with this sample in it. */
    CurvatureSummary add(CurvatureSummary sample) {
        double[] numbers = pack(sample);
        if (kind instanceof Average.None || !Arrays.stream(numbers).allMatch(Double::isFinite)) {
            return sample;
        }
        double[] mean = kind instanceof Average.Moving moving
                ? addMoving(numbers, moving.factor())
                : addUniform(numbers, ((Average.Uniform) kind).window());
        return unpack(mean, sample);
    }

    private double[] addMoving(double[] sample, double factor) {
        current = currentCount == 0 ? sample : combine(factor, current, 1 - factor, sample);
        currentCount = 1;
        return current;
    }

    private double[] addUniform(double[] sample, int window) {
        if (currentCount == window) {
            previous = current;
            previousCount = currentCount;
            current = new double[0];
            currentCount = 0;
        }
        current = currentCount == 0 ? sample : combine(1, current, 1, sample);
        currentCount++;
        double weight = 1.0 / (previousCount + currentCount);
        return previousCount == 0 ? combine(weight, current, 0, current) : combine(weight, previous, weight, current);
    }

    private static double[] combine(double alpha, double[] x, double beta, double[] y) {
        double[] result = new double[x.length];
        Arrays.setAll(result, i -> alpha * x[i] + beta * y[i]);
        return result;
    }

    /** Loss, ḡ, H̄ row by row, D̄³. */
    private static double[] pack(CurvatureSummary summary) {
        int size = summary.size();
        double[] numbers = new double[1 + size + size * size + summary.third().length];
        numbers[0] = summary.loss();
        System.arraycopy(summary.gradient(), 0, numbers, 1, size);
        for (int i = 0; i < size; i++) {
            System.arraycopy(summary.hessian()[i], 0, numbers, 1 + size + i * size, size);
        }
        System.arraycopy(summary.third(), 0, numbers, 1 + size + size * size, summary.third().length);
        return numbers;
    }

    private static CurvatureSummary unpack(double[] numbers, CurvatureSummary like) {
        int size = like.size();
        double[][] hessian = new double[size][];
        Arrays.setAll(hessian, i -> Arrays.copyOfRange(numbers, 1 + size + i * size, 1 + size + (i + 1) * size));
        return new CurvatureSummary(
                numbers[0],
                Arrays.copyOfRange(numbers, 1, 1 + size),
                hessian,
                Arrays.copyOfRange(numbers, 1 + size + size * size, numbers.length),
                new double[0][][]);
    }

    void save(State state) {
        state.putNumbers(COUNTS, previousCount, currentCount);
        state.putNumbers(PREVIOUS, previous);
        state.putNumbers(CURRENT, current);
    }

    void restore(State state) {
        double[] counts = state.getNumbers(COUNTS);
        previousCount = (int) counts[0];
        currentCount = (int) counts[1];
        previous = state.getNumbers(PREVIOUS);
        current = state.getNumbers(CURRENT);
    }
}
