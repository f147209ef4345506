package soopt.optimizer.schedule;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.spec.Binder;
import soopt.spec.Choices;
import soopt.spec.Form;
import soopt.spec.SpecSource;
import soopt.spec.yaml.SpecException;

class ScheduleTest {
    private static final double EXACT = 1e-15;

    private record File(Schedule schedule) {}

    private static Schedule schedule(String yaml) {
        return Binder.bind(SpecSource.parse("f.yaml", "schedule: " + yaml), File.class)
                .schedule();
    }

    /** The first factors of a run of so many steps, four in an epoch. */
    private static double[] factors(String yaml, int count, long steps) {
        Schedule schedule = schedule(yaml);
        return LongStream.range(0, count)
                .mapToDouble(done -> schedule.factor(done, new Horizon(steps, 4)))
                .toArray();
    }

    private static List<String> all() {
        return List.of(
                "{type: constant, ",
                "{type: step, every: 2 epochs, ",
                "{type: step, every: 20 steps, factor: 1, ",
                "{type: linear, ",
                "{type: linear, to: 3, over: 7 epochs, ",
                "{type: cosine, ",
                "{type: cosine, to: 0.25, over: 13 steps, ",
                "{type: inverse-sqrt, ");
    }

    @Test
    void everySchedule_isTriedHere() {
        TreeSet<String> tried = new TreeSet<>();
        all().forEach(text -> tried.add(Choices.name(schedule(text + "}").getClass())));
        TreeSet<String> permitted = new TreeSet<>();
        Choices.of(Schedule.class).forEach(choice -> permitted.add(choice.name()));
        assertEquals(permitted, tried);
    }

    @Test
    void linear_fallsToTheEnd_orOverItsSteps() {
        assertArrayEquals(new double[] {1, .8, .6, .4, .2}, factors("linear", 5, 5), EXACT);
        assertArrayEquals(new double[] {1, .9, .8, .7, .6}, factors("{type: linear, to: 0.5}", 5, 5), EXACT);
        assertArrayEquals(
                new double[] {1, .75, .5, .25, 0, 0}, factors("{type: linear, over: 1 epoch}", 6, 100), EXACT);
        assertArrayEquals(new double[] {1, 1.5, 2, 2}, factors("{type: linear, to: 2, over: 2 steps}", 4, 100), EXACT);
    }

    @Test
    void cosine_isHalfAWave() {
        double root = Math.sqrt(3) / 4;
        double[] sixths = {1, .5 + root, .75, .5, .25, .5 - root};
        assertArrayEquals(sixths, factors("cosine", 6, 6), EXACT);
        double quarter = Math.sqrt(0.5) / 2;
        assertArrayEquals(
                new double[] {.5, 1, .5 + quarter, .5, .5 - quarter, 0},
                factors("{type: cosine, warm-up: 2 steps}", 6, 5),
                EXACT);
        assertArrayEquals(
                new double[] {1, .55, .1, .1}, factors("{type: cosine, to: 0.1, over: 2 steps}", 4, 100), EXACT);
    }

    @Test
    void step_multipliesFromTheBeginning_alsoAfterAWarmUp() {
        assertArrayEquals(
                new double[] {1, 1, 1, .1, .1, .1, .01}, factors("{type: step, every: 3 steps}", 7, 7), EXACT);
        assertArrayEquals(
                new double[] {.5, 1, 1, 1, .5, .5, .5, .5, .25},
                factors("{type: step, every: 1 epoch, factor: 0.5, warm-up: 2 steps}", 9, 9),
                EXACT);
    }

    /** d^−½ min(t^−½, t W^−3/2) of Vaswani et al. 2017, eq. 3, over its largest value. */
    @Test
    void inverseSqrt_isThatOfTheTransformer() {
        double[] factors = factors("{type: inverse-sqrt, warm-up: 4 steps}", 20, 20);
        for (int t = 1; t <= factors.length; t++) {
            double vaswani = Math.min(Math.pow(t, -0.5), t * Math.pow(4, -1.5));
            assertEquals(vaswani / Math.pow(4, -0.5), factors[t - 1], EXACT, "step " + t);
        }
        assertArrayEquals(
                new double[] {1, 1 / Math.sqrt(2), 1 / Math.sqrt(3), .5}, factors("inverse-sqrt", 4, 4), EXACT);
    }

    @Test
    void warmUp_risesAlongALine_toFullSizeAtItsLastStep() {
        assertArrayEquals(
                new double[] {.25, .5, .75, 1, 1, 1}, factors("{type: constant, warm-up: 4 steps}", 6, 6), EXACT);
        assertArrayEquals(
                new double[] {.4, .6, .8, 1, 1},
                factors("{type: constant, warm-up: 1 epoch, warm-up-from: 0.2}", 5, 5),
                EXACT);
        assertArrayEquals(new double[] {.5, 1, .75, .5, .25}, factors("{type: linear, warm-up: 2 steps}", 5, 5), EXACT);
    }

    @ParameterizedTest
    @MethodSource("all")
    void endOfTheWarmUp_isWithoutAJump(String text) {
        Horizon run = new Horizon(1000, 1000);
        for (int length : new int[] {1, 2, 50}) {
            Schedule schedule = schedule(text + "warm-up: " + length + " steps}");
            assertEquals(1, schedule.factor(length - 1, run));
            assertTrue(Math.abs(schedule.factor(length, run) - 1) <= 0.3, text + length);
            for (int done = 0; done < length; done++) {
                assertEquals((done + 1.0) / length, schedule.factor(done, run), EXACT, text + length);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void factors_areFinite_andPositiveBeforeTheEnd_howeverShortTheRun(String text) {
        for (String rise : List.of("}", "warm-up: 0 epochs}", "warm-up: 3 steps}", "warm-up: 999999999 epochs}")) {
            Schedule schedule = schedule(text + rise);
            for (long steps : new long[] {0, 1, 2, 3, 8, 40}) {
                for (long done = 0; done < steps + 3; done++) {
                    double factor = schedule.factor(done, new Horizon(steps, 4));
                    assertTrue(Double.isFinite(factor) && factor >= 0 && factor <= 3, text + rise + factor);
                    assertTrue(factor > 0 || done >= steps, text + rise + done + " of " + steps);
                }
                assertTrue(schedule.doubts(new Horizon(steps, 4)).size() <= 2);
            }
        }
    }

    @Test
    void runTooShort_isDoubted() {
        Horizon run = Horizon.of(5, 4);
        assertEquals(
                List.of(
                        "training.schedule.warm-up needs 40 steps, but the run has 20, the last of them with 0.500 of the"
                                + " step size: shorten it or raise training.epochs"),
                schedule("{type: cosine, warm-up: 10 epochs}").doubts(run));
        assertEquals(
                List.of("training.schedule.over needs 41 steps, but the run has 20, the last of them with 0.550 of the"
                        + " step size: shorten it or raise training.epochs"),
                schedule("{type: linear, over: 40 steps, warm-up: 2 steps}").doubts(run));
        assertEquals(1, schedule("{type: step, every: 5 epochs}").doubts(run).size());
        assertEquals(
                List.of("training.schedule makes the step size 0 before the run ends: leave out training.schedule.over"
                        + " or set training.schedule.to above 0"),
                schedule("{type: cosine, over: 19 steps}").doubts(run));
        for (String fits : List.of(
                "{type: linear, over: 20 steps}",
                "{type: linear, over: 2 steps, to: 0.1}",
                "cosine",
                "{type: constant, warm-up: 20 steps}",
                "{type: linear, over: 19 steps, warm-up: 2 steps}",
                "{type: step, every: 19 steps}",
                "inverse-sqrt")) {
            assertEquals(List.of(), schedule(fits).doubts(run), fits);
        }
        assertEquals(List.of(), schedule("{type: cosine, warm-up: 1 epoch}").doubts(Horizon.of(0, 4)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{type: step, every: 0 steps} | every must be at least 1 step, but is '0 steps'",
                "{type: step, every: 3 min} | every must be like '5 epochs' or '200 steps', but is '3 min'",
                "{type: step, every: 1 epoch, factor: 0} | factor must be in (0, 1], but is 0.0",
                "{type: linear, over: 0 epochs} | over must be at least 1 step, but is '0 epochs'",
                "{type: linear, to: -1} | to must be ≥ 0, but is -1.0",
                "{type: cosine, over: 0 steps} | over must be at least 1 step, but is '0 steps'",
                "{type: cosine, warm-up: -1 steps} | warm-up must be like '5 epochs' or '200 steps', but is '-1 steps'",
                "{type: constant, warm-up-from: 2} | warm-up-from must be in [0, 1], but is 2.0"
            })
    void mistakes_areAtTheirKeys(String yaml, String message) {
        String problem = assertThrows(SpecException.class, () -> schedule(yaml))
                .problems()
                .get(0);
        assertTrue(problem.matches("f\\.yaml:1:\\d+: schedule\\." + Pattern.quote(message)), problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1 epoch", "5 epochs", "0 steps", "1 step", "200 steps"})
    void span_isWrittenAsItIsRead(String text) {
        assertEquals(text, Span.parse(text).toString());
        assertEquals(
                Span.parse(text), Span.parse(" " + text.toUpperCase(Locale.ROOT).replace(" ", "") + " "));
    }

    /** What editors check by the schema is what is read. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "5 epochs",
                " 5EPOCH ",
                "0 Steps",
                "999999999 steps",
                "1000000000 steps",
                "5",
                "5 min",
                "-1 steps",
                "1.5 epochs",
                "",
                "never"
            })
    void schemaOfASpan_takesWhatIsRead(String text) {
        boolean isRead = true;
        try {
            Span.parse(text);
        } catch (IllegalArgumentException refused) {
            isRead = false;
        }
        assertEquals(isRead, text.matches(Span.class.getAnnotation(Form.class).pattern()));
    }
}
