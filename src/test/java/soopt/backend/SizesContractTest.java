package soopt.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every backend computes every operation at every size where a loop could go wrong: nothing, one, a vector and one
 * more or less, a block of a sum and one more; windows and kernels that leave pixels over; all on views that begin at
 * odd offsets ({@link Arena}).
 */
class SizesContractTest {
    /** Roundoffs of a sum or of a few operations after a transcendental, as a multiple of the terms. */
    private static final double SUM = 16;

    /** Nothing, one, and vectors of 4, 8 and 16 lanes with one more or less. */
    private static final int[] VECTORS = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65};

    /** One beyond the blocks in which sums go to float64, tiles of Gram matrices, and shares of threads. */
    private static final int[] BLOCKS = {1025, 2049, 8193};

    /** Methods of the interface that compute nothing. */
    private static final Set<String> NO_OPERATIONS = Set.of(
            "name",
            "device",
            "hardware",
            "note",
            "precision",
            "threads",
            "scratch",
            "memory",
            "resetPeak",
            "decompositions",
            "allocate",
            "together",
            "then",
            "await",
            "recorded",
            "replay",
            "keep",
            "turns",
            "meanwhile",
            "close");

    static Stream<Subject> subjects() {
        return Subject.all();
    }

    private static int[] all() {
        return IntStream.concat(Arrays.stream(VECTORS), Arrays.stream(BLOCKS)).toArray();
    }

    private static List<Operation> vectors(Subject subject) {
        List<Operation> operations = new ArrayList<>();
        for (int n : all()) {
            operations.addAll(Operations.onVectors(subject, n));
            operations.addAll(Operations.onFeatures(subject, n, 1));
        }
        return operations;
    }

    private static List<Operation> rows(Subject subject) {
        List<Operation> operations = new ArrayList<>();
        for (int n : VECTORS) {
            operations.addAll(Operations.onRows(subject, n, 3));
            operations.addAll(Operations.onFeatures(subject, n, 3));
            operations.addAll(Operations.onDirections(subject, n, 3));
            operations.addAll(Operations.onDirections(subject, 3, n));
            if (n > 0) {
                operations.addAll(Operations.onRows(subject, 3, n));
                operations.addAll(Operations.onFeatures(subject, 3, n));
            }
        }
        operations.addAll(Operations.onRows(subject, 1, 1));
        // Gram matrices of few columns and many rows, on both sides of a vector; of short ones several are one
        for (int columns : new int[] {3, 11, 31, 33, 75}) {
            operations.addAll(Operations.onRows(subject, 515, columns));
        }
        for (int n : BLOCKS) {
            operations.addAll(Operations.onRows(subject, n, 2));
            operations.addAll(Operations.onDirections(subject, 5, n));
        }
        return operations;
    }

    private static List<Operation> matrices(Subject subject) {
        List<Operation> operations = new ArrayList<>();
        for (int n : VECTORS) {
            operations.addAll(Operations.onMatrices(subject, n, 3, 5));
            operations.addAll(Operations.onMatrices(subject, 3, n, 5));
            operations.addAll(Operations.onMatrices(subject, 3, 5, n));
        }
        return operations;
    }

    private static List<Operation> images(Subject subject) {
        List<Operation> operations = new ArrayList<>();
        for (int count : new int[] {0, 1, 3}) {
            for (int kernel = 1; kernel <= 4; kernel++) {
                for (int stride = 1; stride <= 3; stride++) {
                    operations.addAll(square(subject, count, 2, kernel, stride, 7, 8));
                    // exactly one window
                    operations.addAll(square(subject, count, 2, kernel, stride, kernel, kernel));
                }
            }
        }
        for (int channels : VECTORS) {
            if (channels > 0) {
                operations.addAll(square(subject, 2, channels, 2, 3, 6, 5));
                operations.addAll(square(subject, 2, channels, 3, 2, 5, 3));
            }
        }
        for (int cells = 1; cells <= 6; cells++) {
            operations.addAll(Operations.onImages(subject, 2, Averaging.adaptive(3, 5, 4, cells, 7 - cells)));
        }
        return operations;
    }

    /** Everything that has a kernel of one size, a convolution with each padding too. */
    private static List<Operation> square(
            Subject subject, int count, int channels, int kernel, int stride, int height, int width) {
        List<Operation> operations = new ArrayList<>();
        operations.addAll(Operations.onImages(subject, count, new Pooling(channels, height, width, kernel, stride)));
        operations.addAll(
                Operations.onImages(subject, count, Averaging.windows(channels, height, width, kernel, stride)));
        for (int padding = 0; padding < kernel; padding++) {
            boolean first = padding % 2 == 1;
            operations.addAll(Operations.onImages(
                    subject,
                    count,
                    new Convolution(channels, height, width, channels + 1, kernel, stride, padding, first)));
        }
        return operations;
    }

    private static List<Operation> operations(Subject subject) {
        return Stream.of(vectors(subject), rows(subject), matrices(subject), images(subject))
                .flatMap(List::stream)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void everyOperation_isItsFormula_atEverySize(Subject subject) {
        List<String> wrong = new ArrayList<>();
        try (Backend backend = subject.open()) {
            for (Operation operation : operations(subject)) {
                try (Arena arena = new Arena(backend)) {
                    Operation.Expected expected = operation.expected().get();
                    double[] actual = operation.actual().run(arena);
                    subject.assertClose(expected.values(), expected.terms(), SUM, actual);
                } catch (AssertionError | RuntimeException e) {
                    wrong.add(operation + ": " + e);
                }
            }
        }
        assertEquals(List.of(), wrong.stream().limit(5).toList(), wrong.size() + " operations are wrong");
    }

    static Set<String> operationsOfTheInterface() {
        return Arrays.stream(Backend.class.getMethods())
                .map(Method::getName)
                .filter(name -> !NO_OPERATIONS.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void everyOperationOfTheInterface_isTested() {
        Set<String> tested = operations(Subject.all().findFirst().orElseThrow()).stream()
                .map(Operation::method)
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(operationsOfTheInterface(), tested);
    }
}
