package soopt.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import soopt.backend.Decompositions.Columns;
import soopt.backend.Decompositions.Eigen;
import soopt.backend.Decompositions.Found;
import soopt.backend.Decompositions.Inverse;
import soopt.backend.Decompositions.Symmetric;

/** What every engine makes of square matrices, judged by products in float64. */
class DecompositionsContractTest {
    /** One row, few, more than a warp of threads, and on the host more than Java decomposes itself. */
    private static int[] sizes(Subject subject) {
        return new int[] {1, 2, 7, 33, subject.engine().isGpu() ? 65 : 130};
    }

    static Stream<Subject> subjects() {
        return Subject.all();
    }

    // ---- matrices ----

    /** Orthonormal rows [n·n]. */
    private static double[] rotation(int n, long seed) {
        Random random = new Random(seed);
        double[] q = new double[n * n];
        for (int k = 0; k < n; k++) {
            double[] row = random.doubles(n, -1, 1).toArray();
            for (int round = 0; round < 2; round++) {
                for (int j = 0; j < k; j++) {
                    double part = 0;
                    for (int i = 0; i < n; i++) {
                        part += row[i] * q[j * n + i];
                    }
                    for (int i = 0; i < n; i++) {
                        row[i] -= part * q[j * n + i];
                    }
                }
            }
            double length = Math.sqrt(Arrays.stream(row).map(x -> x * x).sum());
            for (int i = 0; i < n; i++) {
                q[k * n + i] = row[i] / length;
            }
        }
        return q;
    }

    /** Σ λ_k q_k q_kᵀ, rounded to the precision of the subject. */
    private static double[] withSpectrum(Subject subject, double[] values, double[] q) {
        int n = values.length;
        double[] matrix = new double[n * n];
        for (int k = 0; k < n; k++) {
            for (int i = 0; i < n; i++) {
                for (int j = 0; j <= i; j++) {
                    matrix[i * n + j] += values[k] * q[k * n + i] * q[k * n + j];
                }
            }
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                matrix[i * n + j] = subject.round(matrix[i * n + j]);
                matrix[j * n + i] = matrix[i * n + j];
            }
        }
        return matrix;
    }

    /** Distinct, several the same and some of them 0, and of very different sizes. */
    private static List<double[]> spectra(int n) {
        return List.of(
                IntStream.range(0, n).mapToDouble(k -> k - 2).toArray(),
                IntStream.range(0, n).mapToDouble(k -> k < n / 2 ? 0 : 3).toArray(),
                IntStream.range(0, n)
                        .mapToDouble(k -> 1e12 * Math.pow(10, -k % 9))
                        .sorted()
                        .toArray());
    }

    private static double[] product(boolean transposesB, double[] a, double[] b, int n) {
        double[] c = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                for (int k = 0; k < n; k++) {
                    c[i * n + j] += a[i * n + k] * (transposesB ? b[j * n + k] : b[k * n + j]);
                }
            }
        }
        return c;
    }

    private static void assertIdentity(double[] matrix, int n, double tolerance, Object what) {
        for (int i = 0; i < n * n; i++) {
            assertEquals(i % (n + 1) == 0 ? 1 : 0, matrix[i], tolerance, what + " at " + i);
        }
    }

    private static double tolerance(Subject subject, int n) {
        return 20 * Math.max(4, n) * subject.precision().unitRoundoff();
    }

    private static Symmetric symmetric(Arena arena, double[] matrix) {
        int n = (int) Math.round(Math.sqrt(matrix.length));
        return Symmetric.of(arena.of(matrix, n, n));
    }

    // ---- eigenvectors ----

    @ParameterizedTest
    @MethodSource("subjects")
    void eigen_hasTheSpectrumThatTheMatrixWasMadeOf(Subject subject) {
        for (int n : sizes(subject)) {
            for (double[] values : spectra(n)) {
                subject.compute(arena -> eigen(subject, arena, values, rotation(n, n)));
            }
        }
    }

    private static double[] eigen(Subject subject, Arena arena, double[] values, double[] q) {
        int n = values.length;
        double[] matrix = withSpectrum(subject, values, q);
        double largest = Arrays.stream(values).map(Math::abs).max().orElse(0);
        Tensor ascending = arena.empty(n, n);
        Tensor descending = arena.empty(n, n);
        Tensor scaled = arena.empty(n, n);
        Tensor square = arena.empty(n, n);
        List<double[]> numbers = new ArrayList<>();
        arena.backend().decompositions().eigen(List.of(symmetric(arena, matrix)), found -> {
            Eigen eigen = found.get(0).parts().orElseThrow();
            numbers.add(eigen.values());
            eigen.vectors(false, Columns.of(ascending));
            eigen.vectors(true, Columns.of(descending));
            eigen.scaledVectors(value -> value + 1, scaled);
            eigen.apply(value -> value * value, Columns.of(square));
        });
        double tolerance = tolerance(subject, n);
        double[] found = numbers.get(0);
        double[] v = arena.read(ascending);
        for (int k = 0; k < n; k++) {
            assertEquals(values[k], found[k], tolerance * largest, subject + " λ" + k);
        }
        assertIdentity(product(true, v, v, n), n, tolerance, subject);
        double[] mv = product(false, v, matrix, n);
        double[] turned = arena.read(descending);
        double[] longer = arena.read(scaled);
        for (int i = 0; i < n * n; i++) {
            int k = i / n;
            assertEquals(found[k] * v[i], mv[i], tolerance * largest, subject + " M v = λ v");
            assertEquals(v[(n - 1 - k) * n + i % n], turned[i], 0, "largest first");
            assertEquals((found[k] + 1) * v[i], longer[i], tolerance * (largest + 1), "scaled");
        }
        double[] squared = product(false, matrix, matrix, n);
        double[] applied = arena.read(square);
        for (int i = 0; i < n * n; i++) {
            assertEquals(squared[i], applied[i], tolerance * largest * largest, subject + " M²");
            assertEquals(applied[i % n * n + i / n], applied[i], 0, "symmetric to the bit");
        }
        return Arena.join(found, v, applied);
    }

    /** A block with a border is the matrix that it makes, and what goes to two tensors is what goes to one. */
    @ParameterizedTest
    @MethodSource("subjects")
    void borderAndLastColumn_areParts(Subject subject) {
        for (int n : new int[] {1, 2, 34}) {
            subject.compute(arena -> bordered(subject, arena, n));
        }
    }

    private static double[] bordered(Subject subject, Arena arena, int n) {
        double[] values = IntStream.range(0, n).mapToDouble(k -> 1 + k).toArray();
        double[] matrix = withSpectrum(subject, values, rotation(n, 5));
        double[] block = new double[(n - 1) * (n - 1)];
        double[] border = new double[n - 1];
        for (int i = 0; i < n - 1; i++) {
            System.arraycopy(matrix, i * n, block, i * (n - 1), n - 1);
            border[i] = matrix[i * n + n - 1];
        }
        Symmetric parts =
                new Symmetric(arena.of(block, n - 1, n - 1), Optional.of(arena.of(border, n - 1)), matrix[n * n - 1]);
        Tensor whole = arena.empty(n, n);
        Tensor vectors = arena.empty(n, n);
        Columns apart = new Columns(arena.empty(n, n - 1), Optional.of(arena.empty(n)));
        Columns vectorsApart = new Columns(arena.empty(n, n - 1), Optional.of(arena.empty(n)));
        arena.backend().decompositions().eigen(List.of(parts, symmetric(arena, matrix)), found -> {
            found.get(0).parts().orElseThrow().apply(value -> 1 / value, apart);
            found.get(1).parts().orElseThrow().apply(value -> 1 / value, Columns.of(whole));
            found.get(0).parts().orElseThrow().vectors(false, vectorsApart);
            found.get(1).parts().orElseThrow().vectors(false, Columns.of(vectors));
        });
        for (Tensor[] pair : new Tensor[][] {
            {whole, apart.columns(), apart.last().get()},
            {vectors, vectorsApart.columns(), vectorsApart.last().get()}
        }) {
            double[] one = arena.read(pair[0]);
            double[] columns = arena.read(pair[1]);
            double[] last = arena.read(pair[2]);
            for (int i = 0; i < n * n; i++) {
                double part = i % n < n - 1 ? columns[i / n * (n - 1) + i % n] : last[i / n];
                assertEquals(one[i], part, 0, subject + " at " + i);
            }
        }
        return arena.read(whole);
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void numbersNearTheEndsOfTheRange_doNotOverflow(Subject subject) {
        double big = subject.precision().isSingle() ? 1e38 : 1e300;
        for (double unit : new double[] {big, 1 / big}) {
            subject.compute(arena -> {
                double[] matrix = Arrays.stream(new double[] {2, 1, 1, 2})
                        .map(x -> subject.round(x * unit))
                        .toArray();
                double[] values = new double[2];
                arena.backend()
                        .decompositions()
                        .eigen(
                                List.of(symmetric(arena, matrix)),
                                found -> System.arraycopy(
                                        found.get(0).parts().orElseThrow().values(), 0, values, 0, 2));
                assertEquals(unit, values[0], 1e-5 * unit);
                assertEquals(3 * unit, values[1], 1e-5 * unit);
                return values;
            });
        }
    }

    // ---- what is not finite, and what is not there ----

    @ParameterizedTest
    @MethodSource("subjects")
    void matrixThatIsNotFinite_hasNoParts_andHarmsNoOther(Subject subject) {
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            subject.compute(arena -> {
                Symmetric ill = symmetric(arena, new double[] {1, bad, bad, 1});
                Symmetric well = symmetric(arena, new double[] {2, 0, 0, 5});
                List<Boolean> seen = new ArrayList<>();
                Decompositions of = arena.backend().decompositions();
                of.eigen(List.of(ill, well), found -> note(found, seen));
                of.inverses(List.of(ill, well), traces -> new double[] {1, 1}, found -> note(found, seen));
                Tensor out = arena.of(new double[] {1, 2, 3, 4}, 2, 2);
                of.orthonormalize(arena.of(new double[] {1, 2, bad, 4}, 2, 2), new int[] {1, 0}, out, seen::add);
                assertEquals(List.of(false, false, true, true, false, false, true, true, false), seen);
                assertArrayEquals(new double[] {1, 2, 3, 4}, arena.read(out));
                return new double[0];
            });
        }
    }

    private static void note(List<? extends Found<?>> found, List<Boolean> seen) {
        for (Found<?> one : found) {
            seen.add(one.isFinite());
            seen.add(one.parts().isPresent());
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void emptyMatrices_areDecomposed(Subject subject) {
        subject.compute(arena -> {
            Tensor none = arena.empty(0, 0);
            List<Integer> seen = new ArrayList<>();
            Decompositions of = arena.backend().decompositions();
            of.eigen(List.of(Symmetric.of(none)), found -> {
                Eigen eigen = found.get(0).parts().orElseThrow();
                eigen.apply(value -> value, Columns.of(none));
                seen.add(eigen.values().length);
            });
            of.inverses(List.of(Symmetric.of(none)), traces -> traces, found -> {
                found.get(0).parts().orElseThrow().write(Columns.of(none));
                seen.add(1);
            });
            of.orthonormalize(none, new int[0], none, finite -> seen.add(2));
            of.permutation(new int[0], none);
            of.products(new double[0], new double[0], 1, none, none);
            of.reciprocals(none, 1, none, finite -> seen.add(finite ? 3 : -1));
            assertEquals(List.of(0, 1, 2, 3), seen);
            return new double[0];
        });
    }

    // ---- inverses ----

    @ParameterizedTest
    @MethodSource("subjects")
    void inverse_isThatOfTheShiftedMatrix(Subject subject) {
        for (int n : sizes(subject)) {
            subject.compute(arena -> {
                double[] values = IntStream.range(0, n).mapToDouble(k -> k % 5).toArray();
                double[] matrix = withSpectrum(subject, values, rotation(n, 3));
                Tensor out = arena.empty(n, n);
                double[] seen = new double[1];
                arena.backend()
                        .decompositions()
                        .inverses(
                                List.of(symmetric(arena, matrix)),
                                traces -> {
                                    seen[0] = traces[0];
                                    return new double[] {0.5};
                                },
                                found -> found.get(0).parts().orElseThrow().write(Columns.of(out)));
                double trace = Arrays.stream(values).sum();
                assertEquals(trace, seen[0], tolerance(subject, n) * (1 + trace));
                for (int i = 0; i < n; i++) {
                    matrix[i * n + i] += 0.5;
                }
                double[] inverse = arena.read(out);
                assertIdentity(product(false, matrix, inverse, n), n, 10 * tolerance(subject, n), subject);
                for (int i = 0; i < n * n; i++) {
                    assertEquals(inverse[i % n * n + i / n], inverse[i], 0, "symmetric to the bit");
                }
                return inverse;
            });
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void matrixThatIsNotDefinite_hasNoInverse(Subject subject) {
        double[][] matrices = {{1, 2, 2, 1}, {1, 1, 1, 1}, {-1, 0, 0, 1}, {0, 0, 0, 0}, {1, 0, 0, 0}};
        for (double[] matrix : matrices) {
            subject.compute(arena -> {
                List<Found<Inverse>> all = new ArrayList<>();
                arena.backend()
                        .decompositions()
                        .inverses(List.of(symmetric(arena, matrix)), traces -> new double[1], all::addAll);
                assertTrue(all.get(0).isFinite());
                assertTrue(all.get(0).parts().isEmpty(), Arrays.toString(matrix));
                return new double[0];
            });
        }
    }

    // ---- orthonormal rows ----

    /** Of full rank, of rank 1 and of rank 0. */
    @ParameterizedTest
    @MethodSource("subjects")
    void orthonormalRows_spanWhatTheGivenOnesDo_inTheirOrder(Subject subject) {
        for (int n : sizes(subject)) {
            for (int rank : new int[] {n, 1, 0}) {
                subject.compute(arena -> orthonormal(subject, arena, n, rank));
            }
        }
    }

    private static double[] orthonormal(Subject subject, Arena arena, int n, int rank) {
        double[] x = subject.normal(n, n * n);
        for (int i = 0; i < n * n; i++) {
            x[i] = rank == n ? x[i] : rank == 0 ? 0 : subject.round(x[i / n * n] * (i % n + 1));
        }
        int[] order = IntStream.range(0, n)
                .map(k -> (k * 2 + 1) % n == k ? k : n - 1 - k)
                .toArray();
        if (Arrays.stream(order).distinct().count() < n) {
            order = IntStream.range(0, n).map(k -> n - 1 - k).toArray();
        }
        int[] places = order;
        Tensor rows = arena.of(x, n, n);
        List<Boolean> finite = new ArrayList<>();
        arena.backend().decompositions().orthonormalize(rows, places, rows, finite::add);
        assertEquals(List.of(true), finite);
        double[] q = arena.read(rows);
        double tolerance = tolerance(subject, n);
        assertIdentity(product(true, q, q, n), n, tolerance, subject);
        for (int k = 0; k < n; k++) {
            double[] row = Arrays.copyOfRange(x, places[k] * n, places[k] * n + n);
            double length = Math.sqrt(Arrays.stream(row).map(v -> v * v).sum());
            for (int j = 0; j < n; j++) {
                double part = 0;
                for (int i = 0; i < n; i++) {
                    part += row[i] * q[j * n + i];
                }
                if (j > k) {
                    assertEquals(0, part, tolerance * length, subject + ": R is upper triangular");
                } else if (j == k) {
                    assertTrue(part >= -tolerance * length, subject + ": " + part + " on the diagonal");
                }
            }
        }
        return q;
    }

    // ---- what goes with them ----

    @ParameterizedTest
    @MethodSource("subjects")
    void permutationsAndProducts_areExact(Subject subject) {
        subject.compute(arena -> {
            Decompositions of = arena.backend().decompositions();
            Tensor permutation = arena.empty(3, 3);
            of.permutation(new int[] {2, 0, 1}, permutation);
            assertArrayEquals(new double[] {0, 0, 1, 1, 0, 0, 0, 1, 0}, arena.read(permutation));
            double[] lambda = subject.normal(1, 37);
            double[] mu = subject.normal(2, 11);
            Tensor products = arena.empty(37, 11);
            Tensor reciprocals = arena.empty(37, 11);
            of.products(lambda, mu, 7, products, reciprocals);
            double[] expected = new double[37 * 11];
            double[] inverted = new double[37 * 11];
            for (int i = 0; i < expected.length; i++) {
                expected[i] = subject.round(lambda[i / 11] * mu[i % 11]);
                inverted[i] = subject.round(1 / (lambda[i / 11] * mu[i % 11] + 7));
            }
            subject.assertExact(expected, arena.read(products));
            subject.assertClose(inverted, Reference.absolute(inverted), 2, arena.read(reciprocals));
            return arena.read(reciprocals);
        });
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void reciprocals_areThoseOfFiniteNumbers(Subject subject) {
        for (double last : new double[] {3, Double.NaN, Double.NEGATIVE_INFINITY}) {
            subject.compute(arena -> {
                double[] x = subject.normal(3, 700);
                x[699] = last;
                Tensor out = arena.of(new double[700]);
                List<Boolean> seen = new ArrayList<>();
                arena.backend().decompositions().reciprocals(arena.of(x), 5, out, seen::add);
                boolean finite = last == 3;
                assertEquals(List.of(finite), seen);
                double[] expected = Arrays.stream(x)
                        .map(v -> finite ? subject.round(1 / (v + 5)) : 0)
                        .toArray();
                subject.assertClose(expected, Reference.absolute(expected), 2, arena.read(out));
                return arena.read(out);
            });
        }
    }

    // ---- order, failures, refusals ----

    /** Uses come in the order of the calls, among contractions too. */
    @ParameterizedTest
    @MethodSource("subjects")
    void uses_comeInTheOrderOfTheCalls(Subject subject) {
        subject.compute(arena -> {
            Backend backend = arena.backend();
            Tensor x = arena.of(new double[] {3, 1, 1, 3}, 2, 2);
            List<String> seen = new ArrayList<>();
            backend.together(() -> {
                backend.dot(x, x, value -> seen.add("dot " + value));
                backend.decompositions()
                        .eigen(
                                List.of(Symmetric.of(x)),
                                found -> seen.add("eigen "
                                        + Math.round(found.get(0)
                                                .parts()
                                                .orElseThrow()
                                                .values()[1])));
                backend.then(() -> seen.add("then"));
                backend.decompositions().orthonormalize(x, new int[] {0, 1}, x, finite -> seen.add("rows"));
            });
            assertEquals(List.of("dot 20.0", "eigen 4", "then", "rows"), seen);
            return arena.read(x);
        });
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void useThatFails_leavesNoMemoryBehind(Subject subject) {
        try (Backend backend = subject.open();
                Tensor x = backend.allocate(3, 3)) {
            backend.fill(x, 1);
            long live = backend.memory().liveBytes();
            for (int i = 0; i < 2; i++) {
                boolean within = i == 1;
                assertThrows(
                        IllegalStateException.class,
                        () -> backend.together(() -> {
                            for (int k = 0; k < 3; k++) {
                                backend.decompositions().eigen(List.of(Symmetric.of(x), Symmetric.of(x)), found -> {
                                    throw new IllegalStateException("in the use");
                                });
                            }
                            if (within) {
                                throw new IllegalStateException("before any use");
                            }
                        }));
                assertEquals(live, backend.memory().liveBytes());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void shapesThatDoNotFit_areRefused(Subject subject) {
        try (Backend backend = subject.open();
                Tensor square = backend.allocate(2, 2);
                Tensor wide = backend.allocate(2, 3)) {
            backend.fill(square, 1);
            assertThrows(IllegalArgumentException.class, () -> Symmetric.of(wide));
            assertThrows(IllegalArgumentException.class, () -> new Symmetric(square, Optional.of(wide), 1));
            assertThrows(IllegalArgumentException.class, () -> Columns.of(wide));
            assertThrows(IllegalArgumentException.class, () -> new Columns(square, Optional.of(square)));
            Decompositions of = backend.decompositions();
            for (int[] order : new int[][] {{0}, {0, 0}, {0, 2}, {-1, 0}}) {
                assertThrows(
                        IllegalArgumentException.class,
                        () -> of.orthonormalize(square, order, square, finite -> assertFalse(finite)));
            }
            assertThrows(
                    IllegalArgumentException.class,
                    () -> of.orthonormalize(wide, new int[] {0, 1}, square, finite -> assertFalse(finite)));
        }
    }
}
