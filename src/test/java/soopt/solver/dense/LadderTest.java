package soopt.solver.dense;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.backend.dense.SymmetricEigen;
import soopt.solver.Solve.Ending;
import soopt.solver.dense.Ladder.Clip;
import soopt.solver.dense.Ladder.Rung;

/** In plain Java for 20 rows, by OpenBLAS for 120. */
final class LadderTest {
    /** Σ λ_k v_k v_kᵀ with the vectors of a random matrix. */
    private static double[] withEigenvalues(double[] values) {
        return new SymmetricEigen(values, vectors(values.length)).apply(x -> x);
    }

    private static double[] vectors(int size) {
        double[] random = new Random(size).doubles((long) size * size, -1, 1).toArray();
        return SymmetricEigen.of(random, size).orElseThrow().vectors();
    }

    /** From 1 to 2, the first one as given. */
    private static double[] values(int size, double first) {
        double[] values = new double[size];
        Arrays.setAll(values, k -> k == 0 ? first : 1 + (double) k / size);
        return values;
    }

    private static double[] solution(Rung rung, double[] b) {
        double[] x = new double[b.length];
        rung.definite().orElseThrow().solve(b, x);
        return x;
    }

    private static double[] row(double[] vectors, int k, int size) {
        return Arrays.copyOfRange(vectors, k * size, (k + 1) * size);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 20, 120})
    void definiteMatrices_stayOnTheFirstRung(int size) {
        double[] matrix = withEigenvalues(values(size, 0.5));
        Rung rung = Ladder.DEFAULT.climb(matrix, size);
        assertEquals(Ending.CONVERGED, rung.solve().ending());
        assertEquals(1, rung.solve().iterations());
        assertTrue(rung.solve().residual() <= 1e-14 * size, "backward error");
        double[] v = row(vectors(size), 0, size);
        double[] expected = Arrays.stream(v).map(x -> x / 0.5).toArray();
        assertArrayEquals(expected, solution(rung, v), 1e-12);
        assertEquals(1, Ladder.DEFAULT.climb(new double[0], 0).solve().iterations());
    }

    /** −1e-8 beside 1.5 on average: of the shifts 1e-10, 1e-9 … times that, 1e-8 is the first that helps. */
    @ParameterizedTest
    @ValueSource(ints = {20, 120})
    void slightlyIndefiniteMatrices_areShifted(int size) {
        double[] values = values(size, -1e-8);
        Rung rung = Ladder.DEFAULT.climb(withEigenvalues(values), size);
        assertEquals(Ending.SHIFTED, rung.solve().ending());
        assertEquals(4, rung.solve().iterations());
        double mean = Arrays.stream(values).average().orElseThrow();
        assertEquals(1e-8 * mean, rung.shift().orElseThrow(), 1e-20);
        double[] v = row(vectors(size), 0, size);
        double factor = 1 / (rung.shift().orElseThrow() - 1e-8);
        double[] expected = Arrays.stream(v).map(x -> x * factor).toArray();
        assertArrayEquals(expected, solution(rung, v), 1e-6 * factor);
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 120})
    void singularMatrices_areShifted(int size) {
        double[] values = values(size, 0);
        values[1] = 0;
        Rung rung = Ladder.DEFAULT.climb(withEigenvalues(values), size);
        assertEquals(Ending.SHIFTED, rung.solve().ending());
        assertEquals(2, rung.solve().iterations());
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 120})
    void indefiniteMatrices_areClipped_upOrOver(int size) {
        double[] values = values(size, -0.5);
        values[1] = 1e-12;
        double[] matrix = withEigenvalues(values);
        double largest = values[size - 1];
        for (Clip clip : new Clip[] {Clip.RAISE, Clip.MIRROR}) {
            Rung rung = new Ladder(1e-4, 1e-2, clip, 1e-3).climb(matrix, size);
            assertEquals(Ending.CLIPPED, rung.solve().ending());
            assertEquals(5, rung.solve().iterations(), "plain, three shifts, eigenvalues");
            assertEquals(2, rung.clipped().orElseThrow());
            assertTrue(rung.solve().residual() <= 1e-14 * size);
            double[] raised = values.clone();
            raised[0] = clip == Clip.RAISE ? 1e-3 * largest : 0.5;
            raised[1] = 1e-3 * largest;
            for (int k : new int[] {0, 1, 2, size - 1}) {
                double[] v = row(vectors(size), k, size);
                double[] expected = Arrays.stream(v).map(x -> x / raised[k]).toArray();
                assertArrayEquals(expected, solution(rung, v), 1e-9, "vector " + k);
            }
            double[] rows = vectors(size);
            rung.definite().orElseThrow().solveRowsInPlace(rows, size);
            assertArrayEquals(solution(rung, row(vectors(size), 3, size)), row(rows, 3, size), 1e-12);
            double[] inverse = rung.definite().orElseThrow().inverse();
            double[] unit = new double[size];
            unit[size - 1] = 1;
            assertArrayEquals(solution(rung, unit), row(inverse, size - 1, size), 1e-9);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 120})
    void whatNoRungHolds_isKept_orSaidToBreakDown(int size) {
        double[] indefinite = withEigenvalues(values(size, -0.5));
        Ladder ladder = new Ladder(1e-4, 1e-2, Clip.NONE, 1e-3);
        Rung broken = ladder.climb(indefinite, size);
        assertEquals(Ending.BREAKDOWN, broken.solve().ending());
        assertFalse(broken.solve().usable());
        assertEquals(broken, broken.orKeep(Optional.empty()));
        Rung good = ladder.climb(withEigenvalues(values(size, 0.5)), size);
        Rung kept = broken.orKeep(good.definite());
        assertEquals(Ending.KEPT, kept.solve().ending());
        assertTrue(kept.solve().usable());
        assertEquals(4, kept.solve().iterations());
        assertEquals(good.definite(), kept.definite());
        assertEquals(good, good.orKeep(kept.definite()), "what holds needs no other");
        assertEquals(
                Ending.BREAKDOWN,
                Ladder.DEFAULT.climb(new double[size * size], size).solve().ending());
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 120})
    void whatIsNotFinite_isNotTried(int size) {
        Rung good = Ladder.DEFAULT.climb(withEigenvalues(values(size, 0.5)), size);
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            double[] matrix = withEigenvalues(values(size, 0.5));
            matrix[(size - 1) * size] = bad;
            Rung rung = Ladder.DEFAULT.climb(matrix, size);
            assertEquals(Ending.NOT_FINITE, rung.solve().ending());
            assertEquals(0, rung.solve().iterations());
            assertEquals(Ending.KEPT, rung.orKeep(good.definite()).solve().ending());
            matrix[(size - 1) * size] = 0;
            matrix[size - 1] = bad;
            assertTrue(Ladder.DEFAULT.climb(matrix, size).solve().usable(), "the upper triangle is not read");
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-290, 1e290})
    void scales_changeNoRung(double scale) {
        for (double first : new double[] {0.5, -1e-8, -0.5}) {
            double[] matrix = withEigenvalues(values(110, first));
            Rung plain = Ladder.DEFAULT.climb(matrix, 110);
            Rung scaled = Ladder.DEFAULT.climb(
                    Arrays.stream(matrix).map(x -> x * scale).toArray(), 110);
            assertEquals(plain.solve().ending(), scaled.solve().ending());
            assertEquals(plain.solve().iterations(), scaled.solve().iterations());
        }
    }

    @Test
    void numbersWithoutMeaning_areRefused() {
        assertEquals(
                "the floor of eigenvalues must be in (0, 1], but is 0.0",
                assertThrows(IllegalArgumentException.class, () -> new Ladder(1e-8, 1e-2, Clip.RAISE, 0))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> new Ladder(0, 1e-2, Clip.RAISE, 0.1));
        assertThrows(IllegalArgumentException.class, () -> new Ladder(1e-8, Double.NaN, Clip.RAISE, 0.1));
        assertThrows(IllegalArgumentException.class, () -> Ladder.DEFAULT.climb(new double[5], 2));
    }
}
