package soopt.solver.spectrum;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class SummarySpectrumTest {
    /** [[4, 3], [3, 9]] along lengths 2 and 3 is [[1, 1/2], [1/2, 1]]. */
    @Test
    void lengths_areDividedBy_andGroupsWithoutOneLeftOut() {
        double[][] summary = {{4, 0, 3}, {0, 0, 0}, {3, 0, 9}};
        SummarySpectrum unit = SummarySpectrum.ofUnit(summary, new double[] {2, 0, 3}, 1);
        assertEquals(List.of(0, 2), unit.groups());
        assertArrayEquals(new double[] {1.5, 0.5}, unit.values(), 1e-15);
        assertEquals(2, unit.trace(), 1e-15);
        assertEquals(1, unit.leading().size());
        assertEquals(1.5, unit.leading().get(0).value(), 1e-15);
        assertArrayEquals(new double[] {0.5, 0, 0.5}, unit.leading().get(0).shares(), 1e-15);
        assertEquals(3, SummarySpectrum.of(summary, 2).values().length);
    }

    @Test
    void summaryThatIsNotFinite_hasNoValues() {
        SummarySpectrum none = SummarySpectrum.of(new double[][] {{Double.NaN}}, 1);
        assertEquals(0, none.values().length);
        assertEquals(List.of(), none.leading());
        assertTrue(Double.isNaN(Spread.of(none.values()).nearZero()));
        assertEquals(
                0, SummarySpectrum.ofUnit(new double[1][1], new double[1], 1).values().length);
    }

    @Test
    void spread_countsWhereEigenvaluesLie() {
        Spread spread = Spread.of(-10, -1, -0.5, -0.1, 0, 0.05, 0.1, 0.99, 1, 9);
        assertEquals(10, spread.largest());
        assertArrayEquals(new double[] {0.2, 0.2, 0.2, 0.2, 0.2}, spread.shares(), 1e-15);
        assertEquals(0.2, spread.nearZero(), 1e-15);
        assertArrayEquals(new double[] {0, 0, 1, 0, 0}, Spread.of(0, 0).shares());
    }
}
