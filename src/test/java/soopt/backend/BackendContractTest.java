package soopt.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every backend computes what the interface says of copies, vectors, matrices and contractions, against plain float64
 * loops.
 */
class BackendContractTest {
    /** Around the widths of vector registers, one cache line, one loop share; the last is cut among threads. */
    private static final int[] SIZES = {1, 3, 7, 8, 9, 31, 100, 1000, 4099, 66_001};

    /** Roundoffs of a few rounded multiplications and additions, one of them of a scalar to the precision. */
    private static final double FEW = 4;

    /**
     * Roundoffs of a sum or matrix product, as a multiple of the sum of the absolute values of its terms: 1e-6 in
     * float32.
     */
    private static final double SUM = 16;

    /**
     * Roundoffs of a float64 sum of equal terms where each accumulator takes that many, as BLAS's 32 do of 65,536:
     * 2e-13.
     */
    private static final double DRIFT = 2048;

    private static final double ALPHA = -0.7;
    private static final double BETA = 1.3;

    static Stream<Subject> subjects() {
        return Subject.all();
    }

    // ---- tensors and the host ----

    @ParameterizedTest
    @MethodSource("subjects")
    void hostCopies_areExact_atAnyPosition(Subject subject) {
        for (int n : SIZES) {
            double[] x = subject.normal(n, n + 2);
            float[] narrow = new float[n + 2];
            double[] rounded = new double[n + 2];
            for (int i = 0; i < n + 2; i++) {
                narrow[i] = (float) x[i];
                rounded[i] = narrow[i];
            }
            subject.assertExact(
                    Arena.join(new double[] {9, 9}, Arrays.copyOfRange(x, 1, n + 1), new double[] {9}),
                    subject.compute(arena -> {
                        Tensor tensor = arena.empty(n);
                        arena.backend().fromHost(x, 1, tensor);
                        return read(arena, tensor);
                    }));
            subject.assertExact(
                    Arena.join(new double[] {9, 9}, Arrays.copyOfRange(rounded, 2, n + 2), new double[] {9}),
                    subject.compute(arena -> {
                        Tensor tensor = arena.empty(n);
                        arena.backend().fromHost(narrow, 2, tensor);
                        return read(arena, tensor);
                    }));
        }
    }

    private static double[] read(Arena arena, Tensor tensor) {
        double[] target = new double[(int) tensor.size() + 3];
        Arrays.fill(target, 9);
        arena.backend().toHost(tensor, target, 2);
        return target;
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void hostCopy_roundsToNearest(Subject subject) {
        double[] x = {0.1, 1 + 0x1p-24, 1 + 3 * 0x1p-24, -1e-3, 1e30};
        double[] rounded = Arrays.stream(x).map(subject::round).toArray();
        subject.assertExact(rounded, subject.compute(arena -> arena.read(arena.of(x))));
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void fillAndCopy_writeEveryElement(Subject subject) {
        for (int n : SIZES) {
            double[] constant = new double[n];
            Arrays.fill(constant, 0.25);
            subject.assertExact(constant, subject.compute(arena -> {
                Tensor x = arena.empty(n);
                arena.backend().fill(x, 0.25);
                Tensor out = arena.empty(n);
                arena.backend().copy(x, out);
                return arena.read(out);
            }));
        }
    }

    // ---- vectors ----

    @ParameterizedTest
    @MethodSource("subjects")
    void dot_isAccurateInTheSizeOfItsTerms(Subject subject) {
        for (int n : SIZES) {
            double[] x = subject.normal(n, n);
            double[] y = subject.normal(n + 1, n);
            assertSum(subject, x, y, SUM);
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void dot_doesNotDrift_whenTermsHaveOneSign(Subject subject) {
        double[] x = new double[1_000_000];
        Arrays.fill(x, subject.round(1 / 3.0));
        assertSum(subject, x, x, subject.precision() == Precision.FLOAT32 ? SUM : DRIFT);
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void dotsOfPairs_haveTheBitsOfEach(Subject subject) {
        for (int n : SIZES) {
            double[] both = subject.compute(arena -> {
                Tensor x = arena.of(subject.normal(1, n));
                Tensor y = arena.of(subject.normal(2, n));
                Backend backend = arena.backend();
                return Arena.join(backend.dots(x, y, y, y), new double[] {backend.dot(x, y), backend.dot(y, y)});
            });
            assertArrayEquals(Arrays.copyOfRange(both, 2, 4), Arrays.copyOf(both, 2));
        }
    }

    private static void assertSum(Subject subject, double[] x, double[] y, double factor) {
        subject.assertClose(
                new double[] {Reference.dot(x, y)},
                new double[] {Reference.dot(Reference.absolute(x), Reference.absolute(y))},
                factor,
                subject.compute(arena -> new double[] {arena.backend().dot(arena.of(x), arena.of(y))}));
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void axpyScaleCombine_areLinear_inPlaceToo(Subject subject) {
        for (int n : SIZES) {
            double[] x = subject.normal(n, n);
            double[] y = subject.normal(n + 1, n);
            double[] expected = Arena.join(
                    Reference.combine(ALPHA, x, 1, y),
                    Reference.combine(ALPHA, x, 0, y),
                    Reference.combine(ALPHA, x, BETA, y),
                    Reference.combine(ALPHA, x, BETA, y),
                    Reference.combine(ALPHA, x, BETA, y));
            double[] size = Reference.combine(1, Reference.absolute(x), 2, Reference.absolute(y));
            subject.assertClose(expected, Arena.join(size, size, size, size, size), FEW, subject.compute(arena -> {
                Tensor sum = arena.of(y);
                arena.backend().axpyInPlace(ALPHA, arena.of(x), sum);
                Tensor scaled = arena.of(x);
                arena.backend().scaleInPlace(ALPHA, scaled);
                Tensor out = arena.empty(n);
                arena.backend().combine(ALPHA, arena.of(x), BETA, arena.of(y), out);
                Tensor first = arena.of(x);
                arena.backend().combine(ALPHA, first, BETA, arena.of(y), first);
                Tensor second = arena.of(y);
                arena.backend().combine(ALPHA, arena.of(x), BETA, second, second);
                return Arena.join(
                        arena.read(sum), arena.read(scaled), arena.read(out), arena.read(first), arena.read(second));
            }));
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void multiply_repeatsTheSecondFactorAlongTheLeadingAxis(Subject subject) {
        for (int n : new int[] {1, 3}) {
            for (int m : SIZES) {
                double[] x = subject.normal(n, n * m);
                double[] y = subject.normal(m, m);
                double[] start = subject.normal(7, n * m);
                double[] product = Reference.multiply(x, y);
                double[] expected = Arena.join(product, product, Reference.combine(1, start, 1, product));
                double[] size = Arena.join(
                        product,
                        product,
                        Reference.combine(1, Reference.absolute(start), 1, Reference.absolute(product)));
                subject.assertClose(expected, Reference.absolute(size), FEW, subject.compute(arena -> {
                    Tensor out = arena.empty(n, m);
                    arena.backend().multiply(arena.of(x, n, m), arena.of(y), out);
                    Tensor inPlace = arena.of(x, n, m);
                    arena.backend().multiply(inPlace, arena.of(y), inPlace);
                    Tensor sum = arena.of(start, n, m);
                    arena.backend().multiplyAddInPlace(arena.of(x, n, m), arena.of(y), sum);
                    return Arena.join(arena.read(out), arena.read(inPlace), arena.read(sum));
                }));
            }
        }
    }

    private static Backend.AdamStep adamStep(boolean cautious) {
        return new Backend.AdamStep(0.9, 0.999, -0.5, 0.02, 1e-3, cautious);
    }

    /**
     * Numbers of both signs, 0, and such whose product with those of another seed is less than any of the precision.
     */
    private static double[] slopes(Subject subject, long seed, int n) {
        double[] x = subject.normal(seed, n);
        double tiny = subject.precision() == Precision.FLOAT32 ? 1e-30 : 1e-200;
        for (int i = 0; i < n; i++) {
            x[i] = i % 5 == 3 && seed == 1 ? 0 : i % 3 == 2 ? subject.round(tiny * x[i]) : x[i];
        }
        return x;
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void adam_isItsFormula(Subject subject) {
        for (int n : SIZES) {
            assertAdam(subject, n, false);
            assertAdam(subject, n, true);
        }
    }

    private static void assertAdam(Subject subject, int n, boolean cautious) {
        double[] g = slopes(subject, 1, n);
        double[] m = slopes(subject, 2, n);
        double[] v = Reference.absolute(subject.normal(3, n));
        double[] newM = Reference.combine(1 - 0.9, g, 0.9, m);
        double[] newV = Reference.combine(1 - 0.999, Reference.multiply(g, g), 0.999, v);
        double[] u = new double[n];
        double[] size = new double[n];
        double[] mSize = Reference.combine(1 - 0.9, Reference.absolute(g), 0.9, Reference.absolute(m));
        for (int i = 0; i < n; i++) {
            double divisor = Math.sqrt(newV[i]) / Math.sqrt(0.02) + 1e-3;
            boolean isAgainst = Math.signum(newM[i]) * Math.signum(g[i]) < 0;
            u[i] = cautious && isAgainst ? 0 : -0.5 * newM[i] / divisor;
            size[i] = 0.5 * mSize[i] / divisor;
        }
        // the roundings of v, its root, the quotient and the scale add to those of m
        subject.assertClose(
                Arena.join(newM, newV, u), Arena.join(mSize, newV, size), 2 * FEW, subject.compute(arena -> {
                    Tensor first = arena.of(m);
                    Tensor second = arena.of(v);
                    Tensor out = arena.empty(n);
                    arena.backend().adam(adamStep(cautious), arena.of(g), first, second, out);
                    return Arena.join(arena.read(first), arena.read(second), arena.read(out));
                }));
    }

    /** The moments before a step, those after it and its direction, written apart; the last three again in place. */
    private static double[][] adamTwice(Subject subject, int n, boolean cautious) {
        double[] all = subject.compute(arena -> {
            Tensor first = arena.of(slopes(subject, 2, n));
            Tensor second = arena.of(Reference.absolute(subject.normal(3, n)));
            Tensor nextFirst = arena.empty(n);
            Tensor nextSecond = arena.empty(n);
            Tensor out = arena.empty(n);
            Tensor slope = arena.of(slopes(subject, 1, n));
            Backend backend = arena.backend();
            backend.adam(adamStep(cautious), slope, first, second, nextFirst, nextSecond, out);
            double[] kept = Arena.join(arena.read(first), arena.read(second));
            double[] made = Arena.join(arena.read(nextFirst), arena.read(nextSecond), arena.read(out));
            backend.adam(adamStep(cautious), slope, first, second, out);
            return Arena.join(kept, made, arena.read(first), arena.read(second), arena.read(out));
        });
        double[][] parts = new double[8][];
        Arrays.setAll(parts, i -> Arrays.copyOfRange(all, i * n, (i + 1) * n));
        return parts;
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void adamIntoOtherMoments_hasTheSameBits_andLeavesTheFirst(Subject subject) {
        for (int n : SIZES) {
            for (boolean cautious : new boolean[] {false, true}) {
                double[][] parts = adamTwice(subject, n, cautious);
                assertArrayEquals(slopes(subject, 2, n), parts[0]);
                assertArrayEquals(Reference.absolute(subject.normal(3, n)), parts[1]);
                for (int i = 2; i < 5; i++) {
                    assertArrayEquals(parts[i + 3], parts[i]);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void cautiousAdam_hasTheBitsOfAdam_orZeroWhereTheNewMeanIsAgainstTheGradient(Subject subject) {
        for (int n : SIZES) {
            double[] g = slopes(subject, 1, n);
            double[][] plain = adamTwice(subject, n, false);
            double[][] cautious = adamTwice(subject, n, true);
            double[] expected = new double[n];
            Arrays.setAll(expected, i -> Math.signum(plain[2][i]) * Math.signum(g[i]) < 0 ? 0 : plain[4][i]);
            assertArrayEquals(plain[2], cautious[2]);
            assertArrayEquals(plain[3], cautious[3]);
            assertArrayEquals(expected, cautious[4], subject + " at " + n);
        }
    }

    /** A step that is not finite is found by its direction. */
    @ParameterizedTest
    @MethodSource("subjects")
    void cautiousAdam_hidesNoNaN(Subject subject) {
        double[] g = {Double.NaN, 1, -1, -1, 0, 1, Double.NaN, -1, 2};
        double[] m = {1, Double.NaN, Double.NaN, 1, Double.NaN, 1, -1, 1, 1};
        double[] out = subject.compute(arena -> {
            Tensor u = arena.empty(g.length);
            Tensor v = arena.of(new double[] {1, 1, 1, 1, 1, 1, 1, 1, 1});
            arena.backend().adam(adamStep(true), arena.of(g), arena.of(m), v, u);
            return arena.read(u);
        });
        for (int i = 0; i < g.length; i++) {
            assertEquals(Double.isNaN(g[i] + m[i]), Double.isNaN(out[i]), subject + ": element " + i);
        }
        assertEquals(0, out[3]);
    }

    // ---- matrices ----

    @ParameterizedTest
    @MethodSource("subjects")
    void gemm_isTheProduct_forEveryTranspose(Subject subject) {
        int[][] shapes = {{1, 1, 1}, {1, 9, 3}, {7, 1, 8}, {3, 7, 5}, {8, 9, 31}, {100, 31, 1}, {33, 65, 300}, {3, 4, 0}
        };
        for (int[] shape : shapes) {
            for (int transposes = 0; transposes < 4; transposes++) {
                for (double beta : new double[] {0, 1, BETA}) {
                    assertGemm(subject, shape[0], shape[1], shape[2], transposes % 2 == 1, transposes > 1, beta);
                }
            }
        }
    }

    private static void assertGemm(
            Subject subject, int m, int n, int k, boolean transposeA, boolean transposeB, double beta) {
        double[] a = subject.normal(1, m * k);
        double[] b = subject.normal(2, k * n);
        double[] c = subject.normal(3, m * n);
        double[] expected = Reference.gemm(m, n, k, ALPHA, a, b, beta, c);
        double[] size = Reference.gemm(
                m, n, k, -ALPHA, Reference.absolute(a), Reference.absolute(b), beta, Reference.absolute(c));
        subject.assertClose(expected, size, SUM, subject.compute(arena -> {
            Tensor left = transposeA ? arena.of(Reference.transpose(a, m, k), k, m) : arena.of(a, m, k);
            Tensor right = transposeB ? arena.of(Reference.transpose(b, k, n), n, k) : arena.of(b, k, n);
            // with β = 0 the output may hold anything
            Tensor out = beta == 0 ? arena.empty(m, n) : arena.of(c, m, n);
            arena.backend().gemm(transposeA, transposeB, ALPHA, left, right, beta, out);
            return arena.read(out);
        }));
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void rows_areAddedToAndSummed(Subject subject) {
        int[][] shapes = {{1, 1}, {1, 8}, {3, 7}, {9, 31}, {100, 100}, {4099, 3}, {1, 4099}, {30_000, 9}};
        for (int[] shape : shapes) {
            int n = shape[0];
            int d = shape[1];
            double[] x = subject.normal(1, n * d);
            double[] row = subject.normal(2, d);
            double[] start = subject.normal(3, d);
            double[] ones = new double[n];
            Arrays.fill(ones, 1);
            double[] shifted = x.clone();
            for (int i = 0; i < n * d; i++) {
                shifted[i] += row[i % d];
            }
            double[] sum = Reference.gemm(1, d, n, 1, ones, x, 0, start);
            double[] expected = Arena.join(shifted, sum, Reference.combine(1, sum, BETA, start));
            double[] sumSize = Reference.gemm(1, d, n, 1, ones, Reference.absolute(x), BETA, Reference.absolute(start));
            double[] size = Arena.join(Reference.absolute(shifted), sumSize, sumSize);
            subject.assertClose(expected, size, SUM, subject.compute(arena -> {
                Tensor inPlace = arena.of(x, n, d);
                arena.backend().addRowInPlace(arena.of(row), inPlace);
                Tensor out = arena.empty(d);
                arena.backend().sumRows(arena.of(x, n, d), 0, out);
                Tensor added = arena.of(start);
                arena.backend().sumRows(arena.of(x, n, d), BETA, added);
                return Arena.join(arena.read(inPlace), arena.read(out), arena.read(added));
            }));
        }
    }

    // ---- contractions ----

    @ParameterizedTest
    @MethodSource("subjects")
    void contractions_areAddedToTheArraysGiven(Subject subject) {
        for (int n : new int[] {0, 1, 3, 20}) {
            for (int m : new int[] {1, 3, 8, 31, 4099, 12_001}) {
                assertContractions(subject, n, m);
            }
        }
    }

    private static void assertContractions(Subject subject, int n, int m) {
        int stride = n + 2;
        double[] x = subject.normal(n, n * m);
        double[] y = subject.normal(m, m);
        double[] z = subject.normal(3, n * m);
        subject.assertClose(
                Reference.contractions(ALPHA, x, y, z, n, stride),
                Reference.contractions(
                        -ALPHA, Reference.absolute(x), Reference.absolute(y), Reference.absolute(z), n, stride),
                SUM,
                subject.compute(arena -> {
                    double[] dots = Reference.ones(n);
                    double[] pairs = Reference.ones(n);
                    double[] gram = Reference.ones(stride * stride);
                    double[] weighted = Reference.ones(stride * stride);
                    Tensor tensor = arena.of(x, n, m);
                    arena.backend().dots(ALPHA, tensor, arena.of(y), dots);
                    arena.backend().pairedDots(ALPHA, tensor, arena.of(z, n, m), pairs);
                    arena.backend().gram(ALPHA, tensor, gram, stride);
                    arena.backend().gram(ALPHA, tensor, arena.of(y), weighted, stride);
                    return Arena.join(dots, pairs, gram, weighted);
                }));
    }

    /** Arrays and callbacks within are those of the same calls one by one, in their order. */
    @ParameterizedTest
    @MethodSource("subjects")
    void together_endsWithTheNumbersOfTheSameCalls(Subject subject) {
        double[] x = subject.normal(1, 3 * 1000);
        double[] y = subject.normal(2, 1000);
        double[] one = subject.compute(arena -> contractions(arena, x, y, Runnable::run));
        double[] all = subject.compute(arena -> contractions(arena, x, y, arena.backend()::together));
        subject.assertExact(one, all);
    }

    private static double[] contractions(Arena arena, double[] x, double[] y, Consumer<Runnable> scope) {
        Backend backend = arena.backend();
        Tensor rows = arena.of(x, 3, 1000);
        Tensor row = arena.of(y);
        double[] dots = new double[3];
        double[] gram = new double[9];
        List<Double> seen = new ArrayList<>();
        scope.accept(() -> {
            backend.dots(2, rows, row, dots);
            backend.then(() -> seen.add(dots[2]));
            backend.dot(row, row, seen::add);
            backend.gram(1, rows, row, gram, 3);
            backend.dots(-0.5, rows, row, dots);
            backend.then(() -> seen.add(dots[2] + gram[8]));
            seen.add(backend.dot(rows.rows(0, 1), row));
            backend.then(() -> backend.then(() -> seen.add(-1.0)));
        });
        assertEquals(5, seen.size());
        double[] callbacks = seen.stream().mapToDouble(value -> value).toArray();
        return Arena.join(dots, gram, callbacks);
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void togetherThatFails_leavesNothingBehind(Subject subject) {
        subject.compute(arena -> {
            Tensor x = arena.of(new double[] {1, 2});
            double[] lost = new double[1];
            assertThrows(
                    IllegalStateException.class,
                    () -> arena.backend().together(() -> {
                        arena.backend().dots(1, x.reshape(1, 2), x, lost);
                        throw new IllegalStateException("on the way");
                    }));
            double[] kept = new double[1];
            arena.backend().dots(1, x.reshape(1, 2), x, kept);
            assertEquals(5, kept[0]);
            return kept;
        });
    }

    // ---- memory ----

    @ParameterizedTest
    @MethodSource("subjects")
    void secondRoundOfAllocations_takesNothingFromTheSystem(Subject subject) {
        try (Backend backend = subject.open()) {
            round(backend);
            Backend.Memory once = backend.memory();
            assertEquals(0, once.liveBytes());
            round(backend);
            assertEquals(once, backend.memory());
        }
    }

    private static void round(Backend backend) {
        try (Tensor x = backend.allocate(10, 100);
                Tensor y = backend.allocate(1000);
                Tensor z = backend.allocate(37)) {
            backend.fill(x, 1);
            backend.combine(1, x, 2, x, y);
            backend.dot(x, y);
            backend.fill(z, 2);
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void peak_isTheMostThatWasLiveAtOnce(Subject subject) {
        int bytes = 1024 * subject.precision().bytes();
        try (Backend backend = subject.open()) {
            backend.allocate(1024).close();
            try (Tensor x = backend.allocate(1024);
                    Tensor y = backend.allocate(1024)) {
                assertEquals(2L * bytes, backend.memory().liveBytes(), x + " and " + y);
            }
            assertEquals(0, backend.memory().liveBytes());
            assertEquals(2L * bytes, backend.memory().peakBytes());
            backend.resetPeak();
            backend.allocate(1024).close();
            assertEquals(bytes, backend.memory().peakBytes());
        }
    }

    /** What reads memory that it has not written shows in every test (BlockPool). */
    @ParameterizedTest
    @MethodSource("subjects")
    void allocatedMemory_isNotANumber_newOrUsed(Subject subject) {
        assumeTrue(subject.readsWhatNobodyWrote(), "the stand-in stops where such memory is read");
        for (int n : SIZES) {
            double[] nothing = new double[2 * n];
            Arrays.fill(nothing, Double.NaN);
            try (Backend backend = subject.open()) {
                assertArrayEquals(nothing, Arena.join(used(backend, n), used(backend, n)));
            }
        }
    }

    private static double[] used(Backend backend, int n) {
        double[] before = new double[n];
        try (Tensor tensor = backend.allocate(n)) {
            backend.toHost(tensor, before, 0);
            backend.fill(tensor, 1);
        }
        return before;
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void closedTensor_canNeitherBeClosedNorUsed(Subject subject) {
        try (Backend backend = subject.open()) {
            Tensor tensor = backend.allocate(10);
            tensor.reshape(2, 5).close();
            backend.fill(tensor, 1);
            tensor.close();
            assertThrows(IllegalStateException.class, tensor::close);
            assertThrows(IllegalStateException.class, () -> backend.fill(tensor, 1));
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void shapesThatDoNotFit_areRefused(Subject subject) {
        try (Backend backend = subject.open();
                Tensor x = backend.allocate(2, 3);
                Tensor y = backend.allocate(4, 2)) {
            assertThrows(IllegalArgumentException.class, () -> backend.dot(x, y));
            assertThrows(IllegalArgumentException.class, () -> backend.copy(x, y));
            assertThrows(IllegalArgumentException.class, () -> backend.axpyInPlace(1, x, y));
            assertThrows(IllegalArgumentException.class, () -> backend.combine(1, x, 1, y, x));
            assertThrows(IllegalArgumentException.class, () -> backend.multiply(x, y, x));
            assertThrows(IllegalArgumentException.class, () -> backend.gemm(false, false, 1, x, y, 0, x));
            assertThrows(IllegalArgumentException.class, () -> backend.addRowInPlace(y, x));
            assertThrows(IllegalArgumentException.class, () -> backend.activate(Activation.RELU, x, y));
            assertThrows(IllegalArgumentException.class, () -> backend.squaredError(x, y, 1));
        }
    }
}
