package soopt.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Random;
import java.util.stream.Stream;
import soopt.backend.cuda.Standin;
import soopt.backend.engine.Backends;
import soopt.backend.engine.CpuEngine;
import soopt.backend.engine.CudaEngine;
import soopt.backend.engine.Engine;

/** A backend to which the contract applies, in one precision. */
public record Subject(Engine engine, Precision precision, int threads) {
    /** Part of an operation's result that may be rounded away when it is smaller than the least normal number. */
    private static final double TINY_FLOAT = Float.MIN_NORMAL;

    /**
     * Every backend of this machine in both precisions; three threads cut long loops unevenly and leave short ones
     * whole.
     */
    public static Stream<Subject> all() {
        return Precision.EVERYWHERE.stream()
                .flatMap(precision -> Backends.all().stream()
                        .filter(Subject::isOpened)
                        .map(engine -> new Subject(engine, precision, engine instanceof CpuEngine ? 3 : 1)));
    }

    /** With -Dsoopt.engines=NAME that one alone. A GPU is replaced by its stand-in where there is a C++ compiler. */
    private static boolean isOpened(Engine engine) {
        if (!System.getProperty("soopt.engines", engine.name()).equals(engine.name())) {
            return false;
        }
        return engine.problem().isEmpty() || engine instanceof CudaEngine && Standin.isAvailable();
    }

    /** Whether memory that was handed out may be read before it is written. */
    boolean readsWhatNobodyWrote() {
        return !engine.isGpu();
    }

    /** Whether it can be used by any number of threads of the CPU. */
    boolean hasThreads() {
        return !engine.isGpu();
    }

    public Backend open() {
        return engine instanceof CudaEngine ? Standin.orGpu(precision) : engine.open(precision, threads);
    }

    @Override
    public String toString() {
        return engine.name() + " in " + precision + " by " + threads + (threads == 1 ? " thread" : " threads");
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
