package soopt.solver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import soopt.Golden;
import soopt.solver.Line.Point;
import soopt.solver.LineSearch.Armijo;
import soopt.solver.LineSearch.Ending;
import soopt.solver.LineSearch.Interpolation;
import soopt.solver.LineSearch.None;
import soopt.solver.LineSearch.Outcome;
import soopt.solver.LineSearch.StrongWolfe;
import soopt.solver.Lines.Counted;
import soopt.solver.Lines.Function;

final class LineSearchTest {
    private static final StrongWolfe WOLFE = new StrongWolfe(1e-4, 0.9, 26, 1e-9);
    private static final Armijo ARMIJO = new Armijo(1e-4, 0.5, 20, Interpolation.NONE);

    /** Both are of the same operations in float64, but for the sine of the wave and the root. */
    private static final double TOLERANCE = 1e-12;

    @TestFactory
    Stream<DynamicTest> strongWolfe_triesThePointsOfPyTorch() {
        JsonNode file = Golden.read(Path.of("src/test/resources/search/strong_wolfe.json"));
        return Golden.list(file.get("cases")).stream()
                .map(one -> dynamicTest(
                        one.get("function").asText() + " from " + one.get("first") + ", c₂ " + one.get("curvature"),
                        () -> compare(one)));
    }

    private static void compare(JsonNode one) {
        String name = one.get("function").asText();
        Function function = name.equals("polynomial")
                ? Lines.polynomial(Golden.numbers(one.get("coefficients")))
                : Lines.moreThuente(Integer.parseInt(name));
        StrongWolfe search = new StrongWolfe(
                one.get("decrease").doubleValue(),
                Math.max(
                        one.get("curvature").doubleValue(),
                        Math.nextUp(one.get("decrease").doubleValue())),
                one.get("evaluations").intValue(),
                one.get("smallest").doubleValue());
        Counted line = new Counted(function);
        Outcome outcome = line.search(search, one.get("first").doubleValue());
        List<JsonNode> points = Golden.list(one.get("points"));
        assertEquals(points.size(), outcome.evaluations());
        for (int i = 0; i < points.size(); i++) {
            double[] expected = Golden.numbers(points.get(i));
            Point point = outcome.tried().get(i);
            assertEquals(expected[0], point.alpha(), TOLERANCE * expected[0], "point " + i);
            assertEquals(expected[1], point.value(), TOLERANCE * Math.max(1, Math.abs(expected[1])), "point " + i);
        }
        double alpha = one.get("alpha").doubleValue();
        assertEquals(alpha, outcome.point().alpha(), TOLERANCE * alpha);
        assertConsistent(line, outcome);
    }

    /** The point is one of those tried, and its gradient is the one kept. */
    private static void assertConsistent(Counted line, Outcome outcome) {
        assertEquals(line.asked.size(), outcome.evaluations());
        if (outcome.moves()) {
            assertTrue(outcome.tried().contains(outcome.point()));
            assertEquals(outcome.point().alpha(), line.kept, 0, "the gradient that was kept");
        }
    }

    /** With c₁ and c₂ of the paper's tables; from 1000 PyTorch's steps on function 1 do not arrive. */
    @ParameterizedTest
    @CsvSource({"1,0.001,0.1", "2,0.1,0.1001", "3,0.1,0.1001", "4,0.001,0.00101", "5,0.001,0.00101", "6,0.001,0.00101"})
    void strongWolfe_findsPointsWhereTheConditionsHold(int number, double decrease, double curvature) {
        for (double first : new double[] {1e-3, 1e-1, 1e1, 1e3}) {
            Counted line = new Counted(Lines.moreThuente(number));
            Outcome outcome = line.search(new StrongWolfe(decrease, curvature, 40, 1e-9), first);
            assertConsistent(line, outcome);
            if (number == 1 && first == 1e3) {
                assertEquals(Ending.INTERVAL, outcome.ending());
                continue;
            }
            String what = "function " + number + " from " + first + ": " + outcome;
            assertEquals(Ending.FOUND, outcome.ending(), what);
            double[] start = Lines.moreThuente(number).at(0);
            Point point = outcome.point();
            assertTrue(point.value() <= start[0] + decrease * point.alpha() * start[1], what);
            assertTrue(Math.abs(point.slope()) <= -curvature * start[1], what);
        }
    }

    @Test
    void strongWolfe_takesAFirstStepThatWillDo() {
        Counted line = new Counted(Lines.polynomial(0, -1, 0.5));
        Outcome outcome = line.search(WOLFE, 0.7);
        assertEquals(Ending.FOUND, outcome.ending());
        assertEquals(1, outcome.evaluations());
        assertEquals(0.7, outcome.point().alpha());
        assertEquals(-0.455, outcome.point().value(), 1e-15);
        assertEquals(-0.3, outcome.point().slope(), 1e-15);
    }

    /** The cubic through a parabola's values is the parabola: one interpolation arrives. */
    @ParameterizedTest
    @CsvSource({"0.01", "0.3", "1.5", "50"})
    void strongWolfe_ofAParabola_takesTwoPoints(double first) {
        Counted line = new Counted(Lines.polynomial(3, -1, 0.5));
        Outcome outcome = line.search(new StrongWolfe(1e-4, 1e-3, 26, 1e-9), first);
        assertEquals(Ending.FOUND, outcome.ending());
        if (first >= 0.1) {
            assertEquals(2, outcome.evaluations());
        }
        assertEquals(1, outcome.point().alpha(), 1e-3);
    }

    @Test
    void strongWolfe_comesBackFromWhereTheLossIsNoNumber() {
        Function walled = a -> a > 0.3
                ? new double[] {Double.NaN, Double.NaN}
                : Lines.polynomial(0, -1, 2).at(a);
        Counted line = new Counted(walled);
        Outcome outcome = line.search(new StrongWolfe(1e-4, 0.1, 26, 1e-9), 100);
        assertEquals(Ending.FOUND, outcome.ending());
        assertEquals(0.25, outcome.point().alpha(), 0.03);
        assertConsistent(line, outcome);
    }

    @Test
    void strongWolfe_endsInWords_whereNothingIsFinite() {
        Counted line = new Counted(a -> new double[] {a == 0 ? 1 : Double.POSITIVE_INFINITY, -1});
        Outcome outcome = line.search(WOLFE, 1);
        assertEquals(Ending.NOT_FINITE, outcome.ending());
        assertFalse(outcome.moves());
        assertEquals(26, outcome.evaluations());
    }

    /** A loss that falls for ever: the last point is the best. */
    @Test
    void strongWolfe_ofALineWithoutEnd_isLimited() {
        Counted line = new Counted(Lines.polynomial(0, -1));
        Outcome outcome = line.search(new StrongWolfe(1e-4, 0.9, 5, 1e-9), 1);
        assertEquals(Ending.LIMIT, outcome.ending());
        assertEquals(5, outcome.evaluations());
        assertEquals(line.asked.get(4), outcome.point().alpha());
        assertTrue(outcome.point().alpha() > 500);
        assertConsistent(line, outcome);
    }

    /** A derivative that lies: φ never falls. */
    @Test
    void strongWolfe_ofAWrongSlope_endsWithAnIntervalTooSmall() {
        Counted line = new Counted(a -> new double[] {a, -1}, 100);
        Outcome outcome = line.search(new StrongWolfe(1e-4, 0.9, 200, 1e-3), 1);
        assertEquals(Ending.INTERVAL, outcome.ending());
        assertFalse(outcome.moves());
        double last = outcome.tried().get(outcome.evaluations() - 1).alpha();
        assertTrue(last * 100 < 1e-3 && last * 100 > 1e-5, "largest change " + last * 100);
    }

    @Test
    void searches_refuseWhatDoesNotDescend_orIsNoNumber() {
        for (LineSearch search : List.of(WOLFE, ARMIJO)) {
            Counted line = new Counted(Lines.polynomial(0, 1, 1));
            assertEquals(new Outcome(Ending.NO_DESCENT, new Point(0, 0, 1), 0, List.of()), line.search(search, 1));
            assertEquals(
                    Ending.NO_DESCENT,
                    new Counted(Lines.polynomial(1, 0, 1)).search(search, 1).ending());
            assertEquals(
                    Ending.NOT_FINITE, search.search(line, Double.NaN, -1, 1).ending());
            assertEquals(
                    Ending.NOT_FINITE,
                    search.search(line, 0, Double.NEGATIVE_INFINITY, 1).ending());
            assertEquals(List.of(), line.asked);
        }
    }

    @Test
    void none_goesWithoutALook() {
        Counted line = new Counted(Lines.polynomial(0, 1));
        Outcome outcome = line.search(new None(), 0.3);
        assertEquals(Ending.FOUND, outcome.ending());
        assertEquals(0.3, outcome.point().alpha());
        assertEquals(List.of(), line.asked);
    }

    @Test
    void armijo_multipliesByTheFactor_untilTheLossFallsEnough() {
        Counted line = new Counted(Lines.polynomial(0, -1, 1));
        Outcome outcome = line.search(new Armijo(0.25, 0.5, 20, Interpolation.NONE), 8);
        // φ(α) = α² − α ≤ −α/4 from α = 3/4 down
        assertEquals(List.of(8.0, 4.0, 2.0, 1.0, 0.5), line.asked);
        assertEquals(Ending.FOUND, outcome.ending());
        assertEquals(0.5, outcome.point().alpha());
        assertEquals(-0.25, outcome.point().value());
    }

    /** φ = α² − α has its minimum at 1/2, which the parabola finds where it is not further back than a tenth. */
    @ParameterizedTest
    @EnumSource(
            value = Interpolation.class,
            names = {"QUADRATIC", "CUBIC"})
    void armijo_ofAParabola_interpolatesItsMinimum(Interpolation interpolation) {
        Counted near = new Counted(Lines.polynomial(0, -1, 1));
        near.search(new Armijo(1e-4, 0.5, 20, interpolation), 2);
        assertEquals(List.of(2.0, 0.5), near.asked);
        Counted far = new Counted(Lines.polynomial(0, -1, 1));
        far.search(new Armijo(1e-4, 0.5, 20, interpolation), 40);
        assertEquals(3, far.asked.size());
        assertEquals(4, far.asked.get(1), 1e-15, "no further back than a tenth");
        assertEquals(0.5, far.asked.get(2), 1e-12);
    }

    /** φ = 7 + 3(α³ + α²/10 − α), least at (−0.1 + √3.01)/3: two values and φ′(0) determine it. */
    @Test
    void armijo_ofACubic_interpolatesItsMinimumFromTwoPoints() {
        double least = (Math.sqrt(3.01) - 0.1) / 3;
        Counted line = new Counted(Lines.polynomial(7, -3, 0.3, 3));
        Outcome outcome = line.search(new Armijo(1e-4, 0.9, 20, Interpolation.CUBIC), 10);
        assertEquals(Ending.FOUND, outcome.ending());
        assertEquals(3, outcome.evaluations());
        assertEquals(1, line.asked.get(1), 1e-15, "the parabola's 0.05, but no further back than a tenth");
        assertEquals(least, outcome.point().alpha(), 1e-14);
        Counted bounded = new Counted(Lines.polynomial(7, -3, 0.3, 3));
        bounded.search(new Armijo(1e-4, 0.5, 20, Interpolation.CUBIC), 10);
        assertEquals(0.5, bounded.asked.get(2), 1e-15, "no further on than the factor");
        Counted parabola = new Counted(Lines.polynomial(7, -3, 0.3, 3));
        parabola.search(new Armijo(1e-4, 0.9, 20, Interpolation.QUADRATIC), 10);
        assertEquals(1 / 2.2, parabola.asked.get(2), 1e-14);
    }

    /** φ = α³ − α²/2 − α bends down at first: its minimum is the other root. */
    @Test
    void armijo_ofACubicThatBendsDown_interpolatesItsMinimumToo() {
        Counted line = new Counted(Lines.polynomial(0, -1, -0.5, 1));
        line.search(new Armijo(0.9, 0.9, 3, Interpolation.CUBIC), 10);
        assertEquals((0.5 + Math.sqrt(3.25)) / 3, line.asked.get(2), 1e-14);
    }

    /** φ(α) ≤ φ(0) + c₁ α φ′(0), equality included: 6 ≤ 8 − 2. */
    @Test
    void armijo_takesWhatFallsExactlyEnough() {
        Counted line = new Counted(Lines.polynomial(8, -4, 2));
        assertEquals(
                1, line.search(new Armijo(0.5, 0.5, 3, Interpolation.NONE), 1).evaluations());
    }

    /** Values and slopes in the order of the calls, whatever is asked. */
    private static Counted scripted(double... values) {
        int[] calls = new int[1];
        return new Counted(a -> {
            int k = 2 * Math.min(calls[0]++, values.length / 2 - 1);
            return new double[] {values[k], values[k + 1]};
        });
    }

    @Test
    void strongWolfe_goesOnFromASecondPointThatIsNoLower_butNotFromAThird() {
        Counted second = scripted(0, -1, -1, -1, -1, -0.95, -30, -0.95, -30, -0.95);
        second.search(WOLFE, 1);
        assertTrue(second.asked.get(2) > second.asked.get(1), "on from the second: " + second.asked);
        Counted third = scripted(0, -1, -1, -1, -12, -1, -12, -0.95, -12.5, -0.5);
        Outcome outcome = third.search(WOLFE, 1);
        assertTrue(third.asked.get(2) > third.asked.get(1));
        assertTrue(
                third.asked.get(3) > third.asked.get(1) && third.asked.get(3) < third.asked.get(2),
                "back from the third: " + third.asked);
        assertEquals(Ending.FOUND, outcome.ending());
        assertEquals(4, outcome.evaluations());
    }

    @Test
    void strongWolfe_keepsTheGradientOfTheLastStepForward() {
        Function wall = a -> a < 1 ? new double[] {-a, -1} : new double[] {10 * (a - 1) - 1, 10};
        Counted line = new Counted(wall);
        Outcome outcome = line.search(new StrongWolfe(1e-4, 0.9, 26, 1e9), 0.2);
        assertEquals(Ending.INTERVAL, outcome.ending());
        int last = outcome.evaluations() - 1;
        assertEquals(outcome.tried().get(last - 1), outcome.point());
        assertEquals(0.2, outcome.point().alpha());
        assertConsistent(line, outcome);
    }

    @Test
    void armijo_stepsBackFromNumbersThatAreNotFinite_andSaysIfAllAre() {
        Counted line = new Counted(a -> new double[] {a > 1 ? Double.NaN : -a, -1});
        Outcome outcome = line.search(new Armijo(1e-4, 0.1, 20, Interpolation.CUBIC), 500);
        assertEquals(Ending.FOUND, outcome.ending());
        assertEquals(0.5, outcome.point().alpha(), 1e-12);
        Counted bad = new Counted(a -> new double[] {a == 0 ? 0 : Double.NEGATIVE_INFINITY, -1});
        assertEquals(Ending.NOT_FINITE, bad.search(ARMIJO, 1).ending());
        assertEquals(20, bad.asked.size());
        Counted rising = new Counted(a -> new double[] {a, -1});
        Outcome limited = rising.search(ARMIJO, 1);
        assertEquals(Ending.LIMIT, limited.ending());
        assertFalse(limited.moves());
    }

    @Test
    void numbersOutOfRange_areRefusedFromJavaToo() {
        assertThrows(IllegalArgumentException.class, () -> new Armijo(0.5, 1, 20, Interpolation.NONE));
        assertThrows(IllegalArgumentException.class, () -> new StrongWolfe(1e-4, 0.9, 0, 1e-9));
        assertThrows(IllegalArgumentException.class, () -> new StrongWolfe(0.5, 0.5, 26, 1e-9));
    }

    @Test
    void onlyStrongWolfe_evaluatesGradients() {
        assertTrue(WOLFE.evaluatesGradients());
        assertFalse(ARMIJO.evaluatesGradients());
        assertFalse(new None().evaluatesGradients());
    }

    @Test
    void curvatureBelowDecrease_isRefused() {
        assertEquals(
                "curvature must be above decrease, or there may be no such point, but they are 0.1 and 0.5",
                assertThrows(IllegalArgumentException.class, () -> new StrongWolfe(0.5, 0.1, 26, 1e-9))
                        .getMessage());
    }
}
