package soopt.report.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Where numbers lie on an axis, and which of them are named. */
class ScaleTest {
    private static List<String> words(Scale scale, int about) {
        return scale.ticks(about).stream()
                .filter(Tick::isMajor)
                .map(tick -> tick.words().text())
                .toList();
    }

    static Stream<Scale> scales() {
        double[][] values = {
            {0, 1},
            {3},
            {0},
            {},
            {-1e-9, 2e-9},
            {1e8, 3e8},
            {1e-12, 1e12},
            {0.5, 0.6},
            {-5, -4, Double.NaN},
            {Double.POSITIVE_INFINITY, 1, 2},
            {0, -1},
            {1e300, 1e-300},
            {7, 7, 7},
            {-3, 100}
        };
        return Stream.of(values)
                .flatMap(each -> Stream.of(
                        LinearScale.of(each),
                        LinearScale.exact(each),
                        LogScale.of(each),
                        SignedLogScale.of(each),
                        SignedLogScale.of(each).over(each)));
    }

    @ParameterizedTest
    @MethodSource("scales")
    void everyScale_growsAndNamesSomethingWithinIt(Scale scale) {
        List<Tick> ticks = scale.ticks(6);
        double before = -1;
        for (Tick tick : ticks) {
            double place = scale.place(tick.value());
            assertTrue(place > before - 1e-12, scale + " at " + tick);
            assertTrue(place >= -1e-6 && place <= 1 + 1e-6, scale + " at " + tick);
            before = place;
        }
        long named = ticks.stream().filter(Tick::isMajor).count();
        assertTrue(named >= 1 && named <= 16, scale + " names " + named);
    }

    @Test
    void linearTicks_areOneTwoFive() {
        assertEquals(List.of("0", "2", "4", "6", "8", "10", "12"), words(new LinearScale(0, 12), 6));
        assertEquals(List.of("0.5", "0.6", "0.7"), words(new LinearScale(0.45, 0.75), 4));
        assertEquals(List.of("−1.0", "−0.5", "0.0", "0.5", "1.0"), words(new LinearScale(-1, 1), 5));
        assertEquals(List.of("0", "10,000", "20,000", "30,000"), words(new LinearScale(0, 30_000), 4));
    }

    @Test
    void logTicks_areDecades_plainWhereTheyAreShort() {
        assertEquals(List.of("0.01", "0.1", "1", "10"), words(new LogScale(0.005, 20), 8));
        assertEquals(List.of("10−6", "10−4", "10−2", "100"), words(new LogScale(1e-6, 1), 4));
        assertEquals(List.of("1", "2", "5", "10", "20"), words(new LogScale(0.8, 30), 6));
        assertEquals(List.of("2·106", "5·106", "107"), words(new LogScale(1.5e6, 1.7e7), 6));
    }

    @Test
    void whatHasNoLogarithm_hasNoPlace() {
        LogScale scale = LogScale.of(new double[] {-1, 0, Double.NaN, 0.1, 10});
        assertTrue(Double.isNaN(scale.place(0)));
        assertTrue(Double.isNaN(scale.place(-1)));
        assertTrue(Double.isNaN(scale.place(Double.NaN)));
        assertEquals(0.5, scale.place(1), 1e-12);
    }

    @Test
    void signedLog_isOdd_andMonotone_andLinearAboutZero() {
        SignedLogScale scale = new SignedLogScale(1e-3, 10, -10, 10);
        double before = -2;
        for (double value : new double[] {-10, -1, -1e-3, -1e-6, 0, 1e-6, 1e-3, 1, 10}) {
            assertEquals(-scale.part(value), scale.part(-value), 0);
            assertTrue(scale.part(value) > before);
            before = scale.part(value);
        }
        assertEquals(1, scale.part(10), 1e-12);
        assertEquals(2, scale.part(2e-7) / scale.part(1e-7), 1e-3);
        assertEquals(List.of("−101", "−100", "−10−1", "−10−2", "0", "10−2", "10−1", "100", "101"), words(scale, 12));
    }

    @Test
    void numbersOfTables_haveThreeDigits() {
        assertEquals("0.0123", Labels.three(0.012345));
        assertEquals("-1.23e-7", Labels.three(-1.2345e-7));
        assertEquals("1e6", Labels.three(1e6));
        assertEquals("1.5e-10", Labels.three(1.5e-10));
        assertEquals("-0.5", Labels.three(-0.5));
        assertEquals("12300", Labels.three(12345));
        assertEquals("0", Labels.three(0));
        assertEquals("NaN", Labels.three(Double.NaN));
    }
}
