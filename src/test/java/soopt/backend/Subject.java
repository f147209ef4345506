package soopt.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import soopt.backend.cuda.CudaBackend;
import soopt.backend.cuda.Standin;
import soopt.backend.engine.Backends;

/** A backend to which the contract applies, in one precision. */
public record Subject(String name, Precision precision, int threads) {
    /** Part of an operation's result that may be rounded away when it is smaller than the least normal number. */
    private static final double TINY_FLOAT = Float.MIN_NORMAL;

    /**
     * Every backend of this machine in both precisions; three threads cut long loops unevenly and leave short ones
     * whole.
     */
    public static Stream<Subject> all() {
        List<Subject> subjects = new ArrayList<>();
        for (Precision precision : Precision.values()) {
            subjects.add(new Subject("portable", precision, 1));
            if (Backends.hasVectorModule()) {
                subjects.add(new Subject("cpu", precision, 3));
            }
            if (hasCuda()) {
                subjects.add(new Subject("cuda", precision, 1));
            }
        }
        return subjects.stream();
    }

    /** Whether a GPU or, where there is a C++ compiler, its stand-in can be used. */
    private static boolean hasCuda() {
        return CudaBackend.problem(0).isEmpty() || Standin.isAvailable();
    }

    /** Whether memory that was handed out may be read before it is written. */
    boolean readsWhatNobodyWrote() {
        return !name.equals("cuda");
    }

    /** Whether it can be used by any number of threads of the CPU. */
    boolean hasThreads() {
        return !name.equals("cuda");
    }

    public Backend open() {
        return switch (name) {
            case "cpu" -> Backends.cpu(precision, threads);
            case "portable" -> Backends.portable(precision, threads);
            case "cuda" -> Standin.orGpu(precision);
            default -> throw new IllegalStateException("no backend is named " + name);
        };
    }

    /** Something computed with a backend; all its numbers in one array. */
    public interface Computation {
        double[] run(Arena arena);
    }

    /** The numbers, which must be the same bits when computed again, in a backend whose memory has been used. */
    public double[] compute(Computation computation) {
        try (Backend backend = open()) {
            double[] once = run(backend, computation);
            double[] again = run(backend, computation);
            for (int i = 0; i < once.length; i++) {
                if (Double.doubleToLongBits(once[i]) != Double.doubleToLongBits(again[i])) {
                    fail(this + ": element " + i + " was " + once[i] + " and then " + again[i]);
                }
            }
            return once;
        }
    }

    private static double[] run(Backend backend, Computation computation) {
        try (Arena arena = new Arena(backend)) {
            return computation.run(arena);
        }
    }

    /** |actual − expected| ≤ factor · unit roundoff · magnitude, element by element. */
    public void assertClose(double[] expected, double[] magnitude, double factor, double[] actual) {
        if (expected.length != actual.length) {
            fail(this + ": expected " + expected.length + " numbers, got " + actual.length);
        }
        double least = precision == Precision.FLOAT32 ? TINY_FLOAT : Double.MIN_NORMAL;
        for (int i = 0; i < expected.length; i++) {
            double error = Math.abs(actual[i] - expected[i]);
            double bound = factor * (precision.unitRoundoff() * magnitude[i] + least);
            if (!(error <= bound)) {
                fail(this + ": element " + i + " is " + actual[i] + " instead of " + expected[i] + ", off by "
                        + error / precision.unitRoundoff() + " roundoffs; allowed are " + factor + " of "
                        + magnitude[i]);
            }
        }
    }

    void assertExact(double[] expected, double[] actual) {
        assertArrayEquals(expected, actual, toString());
    }

    /** The nearest number of the precision. */
    double round(double value) {
        return precision == Precision.FLOAT32 ? (float) value : value;
    }

    /** Standard normal numbers of the precision. */
    public double[] normal(long seed, int n) {
        Random random = new Random(seed);
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            values[i] = round(random.nextGaussian());
        }
        return values;
    }
}
