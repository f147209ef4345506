package soopt.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import soopt.backend.engine.CpuEngine;

/** Every operation gives the same bits for any number of threads: what is summed is cut by its size alone. */
class ThreadsTest {
    private static final int[] THREADS = {2, 3, 5};

    static Stream<Subject> subjects() {
        return Subject.all();
    }

    /**
     * Sizes that five threads share, none of them evenly. The portable backend, which is slow and whose only sums are
     * BLAS's, takes a tenth.
     */
    private static List<Operation> operations(Subject subject) {
        int parts = subject.engine() instanceof CpuEngine ? 10 : 1;
        List<Operation> operations = new ArrayList<>();
        operations.addAll(Operations.onVectors(subject, 17_003 * parts));
        operations.addAll(Operations.onDirections(subject, 3, 10_003 * parts));
        operations.addAll(Operations.onDirections(subject, 20, 3011 * parts));
        operations.addAll(Operations.onRows(subject, 3011 * parts, 6));
        operations.addAll(Operations.onFeatures(subject, 401 * parts, 6));
        operations.addAll(Operations.onRows(subject, 61 * parts, 301));
        operations.addAll(Operations.onMatrices(subject, 100, 1003, 301));
        operations.addAll(Operations.onMatrices(subject, 1003, 100, 301));
        operations.addAll(Operations.onMatrices(subject, 801, 803, 37));
        operations.addAll(Operations.onMatrices(subject, 97, 300, 785));
        operations.addAll(Operations.onMatrices(subject, 10, 90, 4001));
        operations.addAll(convolutions(subject));
        operations.addAll(Operations.onImages(subject, 4 * parts, new Pooling(7, 24, 24, 2, 2)));
        operations.addAll(Operations.onImages(subject, 4 * parts, new Pooling(5, 25, 24, 3, 2)));
        operations.addAll(Operations.onImages(subject, 4 * parts, Averaging.windows(7, 24, 24, 3, 3)));
        operations.addAll(Operations.onImages(subject, 4 * parts, Averaging.adaptive(17, 13, 13, 4, 4)));
        return operations;
    }

    /** With few output channels, by patches, by Winograd's way. */
    private static List<Operation> convolutions(Subject subject) {
        List<Operation> operations = new ArrayList<>();
        operations.addAll(Operations.onImages(subject, 41, new Convolution(1, 28, 28, 6, 5, 1, 0, true)));
        operations.addAll(Operations.onImages(subject, 41, new Convolution(6, 12, 12, 16, 5, 1, 0, false)));
        operations.addAll(Operations.onImages(subject, 21, new Convolution(3, 16, 16, 64, 3, 1, 1, true)));
        operations.addAll(Operations.onImages(subject, 21, new Convolution(24, 13, 13, 40, 3, 2, 1, false)));
        operations.addAll(Operations.onImages(subject, 37, new Convolution(64, 8, 8, 96, 3, 1, 1, false)));
        return operations;
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void everyOperation_givesTheSameBits_forAnyNumberOfThreads(Subject subject) {
        List<Operation> operations = operations(subject);
        List<long[]> once = bits(subject, 1, operations);
        List<String> different = new ArrayList<>();
        for (int threads : THREADS) {
            List<long[]> again = bits(subject, threads, operations);
            for (int i = 0; i < operations.size(); i++) {
                int at = Arrays.mismatch(once.get(i), again.get(i));
                if (at >= 0) {
                    different.add(operations.get(i) + " with " + threads + " threads, result " + at);
                }
            }
        }
        assertEquals(List.of(), different, different.size() + " results");
    }

    private static List<long[]> bits(Subject subject, int threads, List<Operation> operations) {
        List<long[]> bits = new ArrayList<>();
        try (Backend backend = new Subject(subject.engine(), subject.precision(), threads).open()) {
            for (Operation operation : operations) {
                try (Arena arena = new Arena(backend)) {
                    double[] values = operation.actual().run(arena);
                    bits.add(Arrays.stream(values)
                            .mapToLong(Double::doubleToRawLongBits)
                            .toArray());
                }
            }
        }
        return bits;
    }

    @Test
    void everyOperationOfTheInterface_isTested() {
        Set<String> tested = operations(Subject.all().findFirst().orElseThrow()).stream()
                .map(Operation::method)
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(SizesContractTest.operationsOfTheInterface(), tested);
    }
}
