package soopt.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every backend refuses what does not fit: one number more or less in any tensor, a label beyond the classes, too
 * little room.
 */
class RefusalsContractTest {
    private static final Convolution CONVOLUTION = new Convolution(3, 5, 4, 4, 3, 1, 1, false);
    private static final Pooling POOLING = new Pooling(3, 5, 4, 2, 2);
    private static final Averaging AVERAGING = Averaging.windows(3, 5, 4, 2, 2);

    private static final Backend.AdamStep ADAM = new Backend.AdamStep(0.9, 0.9, 1, 1, 1, true);

    /** Operations on one tensor of any size: what else they take is tested by itself. */
    private static final Set<String> UNARY = Set.of("fill", "signs", "scaleInPlace", "fromHost", "toHost");

    static Stream<Subject> subjects() {
        return Subject.all();
    }

    /**
     * An operation on tensors that fit.
     *
     * @param growing index of the one whose leading axis may be longer, or −1
     */
    private record Call(String method, int growing, BiConsumer<Backend, Tensor[]> run, int[]... shapes) {}

    private static int[] shape(int... lengths) {
        return lengths;
    }

    private static List<Call> calls() {
        return Stream.of(vectors(), matrices(), contractions(), losses(), images())
                .flatMap(List::stream)
                .toList();
    }

    private static List<Call> vectors() {
        int[] x = shape(3, 6);
        return List.of(
                new Call("copy", -1, (b, t) -> b.copy(t[0], t[1]), x, x),
                new Call("dot", -1, (b, t) -> b.dot(t[0], t[1]), x, x),
                new Call("dots", -1, (b, t) -> b.dots(t[0], t[1], t[2], t[3]), x, x, x, x),
                new Call("axpyInPlace", -1, (b, t) -> b.axpyInPlace(2, t[0], t[1]), x, x),
                new Call("combine", -1, (b, t) -> b.combine(2, t[0], 3, t[1], t[2]), x, x, x),
                new Call("multiply", -1, (b, t) -> b.multiply(t[0], t[1], t[2]), x, shape(6), x),
                new Call("multiplyAddInPlace", -1, (b, t) -> b.multiplyAddInPlace(t[0], t[1], t[2]), x, shape(6), x),
                new Call("adam", -1, (b, t) -> b.adam(ADAM, t[0], t[1], t[2], t[3]), x, x, x, x),
                new Call("adam", -1, (b, t) -> b.adam(ADAM, t[0], t[1], t[2], t[3], t[4], t[5]), x, x, x, x, x, x),
                new Call("squaredError", -1, (b, t) -> b.squaredError(t[0], t[1], 1, t[2]), x, x, x),
                new Call(
                        "activate",
                        -1,
                        (b, t) -> b.activate(Activation.TANH, t[0], t[1], t[2], t[3], t[4]),
                        x,
                        x,
                        x,
                        x,
                        x),
                new Call(
                        "activateBiased",
                        -1,
                        (b, t) -> b.activateBiased(Activation.RELU, t[0], t[1], t[2], t[3]),
                        shape(6),
                        x,
                        x,
                        x));
    }

    private static List<Call> matrices() {
        return List.of(
                new Call(
                        "gemm",
                        -1,
                        (b, t) -> b.gemm(false, false, 1, t[0], t[1], 0, t[2]),
                        shape(2, 3),
                        shape(3, 4),
                        shape(2, 4)),
                new Call(
                        "gemm",
                        -1,
                        (b, t) -> b.gemm(true, false, 1, t[0], t[1], 0, t[2]),
                        shape(3, 2),
                        shape(3, 4),
                        shape(2, 4)),
                new Call(
                        "gemm",
                        -1,
                        (b, t) -> b.gemm(false, true, 1, t[0], t[1], 0, t[2]),
                        shape(2, 3),
                        shape(4, 3),
                        shape(2, 4)),
                new Call(
                        "gemm",
                        -1,
                        (b, t) -> b.gemm(true, true, 1, t[0], t[1], 0, t[2]),
                        shape(3, 2),
                        shape(4, 3),
                        shape(2, 4)),
                new Call("rowGram", -1, (b, t) -> b.rowGram(1, t[0], 0, t[1]), shape(6, 3), shape(6, 6)),
                new Call("columnGram", 0, (b, t) -> b.columnGram(1, t[0], 0, t[1]), shape(3, 6), shape(6, 6)),
                new Call("addRowInPlace", 1, (b, t) -> b.addRowInPlace(t[0], t[1]), shape(6), shape(3, 6)),
                new Call("sumRows", 0, (b, t) -> b.sumRows(t[0], 0, t[1]), shape(3, 6), shape(6)));
    }

    private static List<Call> contractions() {
        int[] x = shape(3, 6);
        int[] y = shape(6);
        return List.of(
                new Call("dots", -1, (b, t) -> b.dots(1, t[0], t[1], new double[3]), x, y),
                new Call("pairedDots", -1, (b, t) -> b.pairedDots(1, t[0], t[1], new double[3]), x, x),
                new Call("gram", -1, (b, t) -> b.gram(1, t[0], t[1], new double[11], 4), x, y),
                new Call(
                        "activationTangents",
                        -1,
                        (b, t) -> b.activationTangents(
                                t[0], t[1], 2, t[2], t[3], t[4], t[5], new double[11], 4, new double[3]),
                        x,
                        x,
                        y,
                        y,
                        y,
                        y));
    }

    private static List<Call> losses() {
        int[] p = shape(4, 3);
        int[] v = shape(2, 4, 3);
        return List.of(
                new Call(
                        "softmaxCrossEntropy",
                        -1,
                        (b, t) -> b.softmaxCrossEntropy(t[0], t[1], 1, t[2], t[3]),
                        p,
                        shape(4),
                        p,
                        p),
                new Call("countCorrect", -1, (b, t) -> b.countCorrect(t[0], t[1]), p, shape(4)),
                new Call("outerProducts", 0, (b, t) -> b.outerProducts(t[0], t[1], 1, t[2]), v, v, v),
                new Call("softmaxHessian", -1, (b, t) -> b.softmaxHessian(t[0], t[1], 1, t[2]), p, v, v),
                new Call(
                        "softmaxTangents",
                        2,
                        (b, t) -> b.softmaxTangents(t[0], t[1], t[2], 2, 1, new double[5], 3, new double[2]),
                        p,
                        v,
                        v));
    }

    private static List<Call> images() {
        Convolution c = CONVOLUTION;
        int[] x = shape(4, c.inputs());
        int[] y = shape(4, c.outputs());
        int[] w = shape(c.outChannels(), c.patch());
        int[] in = shape(4, POOLING.inputs());
        int[] out = shape(4, POOLING.outputs());
        int[] index = shape(2, POOLING.outputs());
        return List.of(
                new Call("convolve", -1, (b, t) -> b.convolve(c, t[0], t[1], 1, 0, t[2]), x, w, y),
                new Call("convolveAdjoint", -1, (b, t) -> b.convolveAdjoint(c, t[0], t[1], 0, t[2]), y, w, x),
                new Call(
                        "convolveWeightGradient",
                        -1,
                        (b, t) -> b.convolveWeightGradient(c, t[0], t[1], 0, t[2]),
                        x,
                        y,
                        w),
                new Call(
                        "convolveGram",
                        0,
                        (b, t) -> b.convolveGram(c, t[0], 1, 0, t[1], t[2]),
                        x,
                        shape(c.patch(), c.patch()),
                        shape(c.patch())),
                new Call("maxPool", -1, (b, t) -> b.maxPool(POOLING, t[0], t[1], t[2]), in, out, out),
                new Call("maxPoolSelect", -1, (b, t) -> b.maxPoolSelect(POOLING, t[0], t[1], t[2]), in, index, out),
                new Call("maxPoolScatter", -1, (b, t) -> b.maxPoolScatter(POOLING, t[0], t[1], t[2]), out, index, in),
                new Call("averagePool", -1, (b, t) -> b.averagePool(AVERAGING, t[0], t[1]), in, out),
                new Call("averagePoolAdjoint", -1, (b, t) -> b.averagePoolAdjoint(AVERAGING, t[0], t[1]), out, in));
    }

    private static void run(Call call, Backend backend, int changed, int[] shape) {
        List<Tensor> tensors = new ArrayList<>();
        try {
            for (int i = 0; i < call.shapes.length; i++) {
                tensors.add(backend.allocate(i == changed ? shape : call.shapes[i]));
                backend.fill(tensors.get(i), 0);
            }
            call.run.accept(backend, tensors.toArray(Tensor[]::new));
        } finally {
            tensors.forEach(Tensor::close);
        }
    }

    private static int[] with(int[] shape, int axis, int length) {
        int[] changed = shape.clone();
        changed[axis] = length;
        return changed;
    }

    /** One more or less of the last axis, and one more of the leading axis. */
    private static List<int[]> misfits(Call call, int tensor) {
        int[] shape = call.shapes[tensor];
        int last = shape.length - 1;
        List<int[]> misfits = new ArrayList<>();
        if (Set.of("countCorrect", "rowGram").contains(call.method) && tensor == 0) {
            // its last axis is how many classes there are, or how long the rows are
            return List.of(with(shape, 0, shape[0] - 1), with(shape, 0, shape[0] + 1));
        }
        misfits.add(with(shape, last, shape[last] - 1));
        misfits.add(with(shape, last, shape[last] + 1));
        if (tensor != call.growing) {
            misfits.add(with(shape, 0, shape[0] + 1));
        }
        return misfits;
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void oneNumberMoreOrLess_inAnyTensor_isRefused(Subject subject) {
        List<String> accepted = new ArrayList<>();
        try (Backend backend = subject.open()) {
            for (Call call : calls()) {
                run(call, backend, -1, null);
                for (int i = 0; i < call.shapes.length; i++) {
                    for (int[] shape : misfits(call, i)) {
                        int changed = i;
                        try {
                            assertThrows(IllegalArgumentException.class, () -> run(call, backend, changed, shape));
                        } catch (AssertionError e) {
                            accepted.add(call.method + ", tensor " + i + " of " + Arrays.toString(shape) + ": " + e);
                        }
                    }
                }
            }
            assertEquals(0, backend.memory().liveBytes(), "what was refused is closed");
        }
        assertEquals(List.of(), accepted);
    }

    @Test
    void everyOperationOnSeveralTensors_isTested() {
        Set<String> tested = calls().stream().map(Call::method).collect(Collectors.toCollection(TreeSet::new));
        tested.addAll(UNARY);
        assertEquals(SizesContractTest.operationsOfTheInterface(), tested);
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void labelsThatAreNoClasses_areRefused(Subject subject) {
        try (Backend backend = subject.open();
                Tensor logits = backend.allocate(3, 4);
                Tensor labels = backend.allocate(3)) {
            backend.fill(logits, 0);
            backend.fromHost(new double[] {0, 3, 1}, 0, labels);
            assertEquals(Math.log(4) * 3, backend.softmaxCrossEntropy(logits, labels, 1), 1e-6);
            for (double none : new double[] {4, -1, 0.5, Double.NaN, Double.POSITIVE_INFINITY, 1 << 24}) {
                backend.fromHost(new double[] {0, 3, none}, 0, labels);
                String message = assertThrows(
                                IllegalArgumentException.class, () -> backend.softmaxCrossEntropy(logits, labels, 1))
                        .getMessage();
                assertTrue(message.contains("of example 2") && message.contains("0 to 3"), message);
                assertThrows(IllegalArgumentException.class, () -> backend.countCorrect(logits, labels));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void arraysWithoutRoom_areRefused_beforeTheyAreWritten(Subject subject) {
        try (Backend backend = subject.open();
                Tensor x = backend.allocate(3, 5)) {
            backend.fill(x, 1);
            double[] host = new double[16];
            backend.toHost(x, host, 1);
            double[] before = host.clone();
            List<Executable> refused = List.of(
                    () -> backend.toHost(x, host, 2),
                    () -> backend.toHost(x, host, -1),
                    () -> backend.fromHost(host, 2, x),
                    () -> backend.fromHost(new float[15], 1, x),
                    () -> backend.dots(1, x, x.rows(0, 1), new double[2]),
                    () -> backend.gram(1, x, new double[8], 3),
                    () -> backend.gram(1, x, host, 2));
            IntStream.range(0, refused.size())
                    .forEach(i -> assertThrows(RuntimeException.class, refused.get(i)::execute, "case " + i));
            assertEquals(Arrays.toString(before), Arrays.toString(host));
            backend.gram(1, x, new double[9], 3);
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void arraysBeyondEveryMemory_areRefused(Subject subject) {
        int most = Integer.MAX_VALUE;
        try (Backend backend = subject.open()) {
            for (int[] shape :
                    new int[][] {{most, most, 2}, {most, most, most}, {1 << 20, 1 << 20, 1 << 20}, {-1}, {2, -3}}) {
                String message = assertThrows(IllegalArgumentException.class, () -> backend.allocate(shape))
                        .getMessage();
                assertTrue(message.contains(Arrays.toString(shape)) || message.contains("2 GiB"), message);
            }
            assertEquals(0, backend.memory().liveBytes());
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void numbersOfThreadsOutOfRange_areRefused(Subject subject) {
        assumeTrue(subject.hasThreads(), "its work is not done by threads of the CPU");
        for (int threads : new int[] {0, -1, 1025, 100_000, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            String message = assertThrows(
                            IllegalArgumentException.class,
                            () -> new Subject(subject.engine(), subject.precision(), threads).open())
                    .getMessage();
            assertEquals("threads must be in [1, 1024], but is " + threads, message);
        }
    }

    /** As JUnit's, without checked exceptions. */
    private interface Executable {
        void execute();
    }
}
