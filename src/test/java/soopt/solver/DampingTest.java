package soopt.solver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import soopt.solver.Damping.Fixed;
import soopt.solver.Damping.LmRatio;
import soopt.solver.Damping.Plateau;
import soopt.solver.Damping.Rule;
import soopt.solver.Damping.Running;
import soopt.solver.Damping.Schedule;
import soopt.spec.Choices;

final class DampingTest {
    private static double after(Damping damping, double... ratios) {
        Running running = damping.start();
        for (double ratio : ratios) {
            running.judge(ratio, 1);
        }
        return running.lambda();
    }

    private static LmRatio lm(Rule rule) {
        return new LmRatio(3, rule, 0.5, 1, 1e-12, 1e12);
    }

    @Test
    void names_areThoseOfTheManual() {
        assertEquals(
                Stream.of("fixed", "schedule", "plateau", "lm-ratio").toList(),
                Choices.of(Damping.class).stream().map(Choices.Choice::name).toList());
        assertEquals(
                Stream.of("none", "armijo", "strong-wolfe").toList(),
                Choices.of(LineSearch.class).stream().map(Choices.Choice::name).toList());
    }

    @Test
    void fixed_stays() {
        assertEquals(0.25, after(new Fixed(0.25), 1, -5, Double.NaN));
    }

    @Test
    void schedule_multipliesEverySoManySteps_downToItsLeast() {
        Schedule schedule = new Schedule(8, 0.5, 3, 1.5);
        Running running = schedule.start();
        double[] seen = new double[12];
        Arrays.setAll(seen, t -> {
            double lambda = running.lambda();
            running.judge(Double.NaN, 1);
            return lambda;
        });
        assertArrayEquals(new double[] {8, 8, 8, 4, 4, 4, 2, 2, 2, 1.5, 1.5, 1.5}, seen);
    }

    /** Means of two losses: 4, 3, 3, 3, 3, then 1. */
    @Test
    void plateau_multipliesWhenMeansStopImproving() {
        Running running = new Plateau(1, 2, 2, 1, 1e-4, 0, 3).start();
        double[] losses = {5, 3, 4, 2, 2, 4, 3, 3, 3, 3, 0, 2, 1, 1, 1, 1, 1, 1, 1, 1};
        double[] seen = new double[losses.length];
        Arrays.setAll(seen, t -> {
            running.judge(Double.NaN, losses[t]);
            return running.lambda();
        });
        // best 4, 3; the second mean without improvement doubles λ; then bounded by 3
        assertArrayEquals(new double[] {1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3}, seen);
    }

    @Test
    void marquardt_followsTheRatio() {
        LmRatio lm = lm(Rule.MARQUARDT);
        assertEquals(1.5, after(lm, 0.76));
        assertEquals(3, after(lm, 0.75));
        assertEquals(3, after(lm, 0.25));
        assertEquals(6, after(lm, 0.24));
        assertEquals(6, after(lm, -100));
        assertEquals(6, after(lm, Double.NaN), "a ratio that is no number is a failure");
        assertEquals(1e12, after(new LmRatio(9e11, Rule.MARQUARDT, 0.5, 1, 0, 1e12), 0));
        assertEquals(2, after(new LmRatio(3, Rule.MARQUARDT, 0.5, 1, 2, 1e12), 1));
    }

    @Test
    void period_letsRatiosPass() {
        Running running = new LmRatio(1, Rule.MARQUARDT, 0.5, 3, 1e-12, 1e12).start();
        assertFalse(running.needsRatio());
        running.judge(1, 1);
        running.judge(1, 1);
        assertEquals(1, running.lambda());
        assertTrue(running.needsRatio());
        running.judge(1, 1);
        assertEquals(0.5, running.lambda());
        assertFalse(running.needsRatio());
    }

    @Test
    void nielsen_followsTheRatio_andFailuresGrowFaster() {
        LmRatio lm = lm(Rule.NIELSEN);
        assertEquals(1, after(lm, 1), 1e-15);
        assertEquals(1, after(lm, 5), 1e-15);
        assertEquals(3, after(lm, 0.5), 1e-15);
        assertEquals(3 * (1 + 0.8 * 0.8 * 0.8), after(lm, 0.1), 1e-14);
        assertEquals(3 * 2.0, after(lm, -1));
        assertEquals(3 * 2.0 * 4 * 8, after(lm, -1, Double.NaN, 0));
        assertEquals(3 * 2.0 * 4 * 2, after(lm, -1, -1, 0.5, -1), 1e-13, "a success resets the growth");
        double[] failures = new double[3000];
        assertEquals(1e12, after(lm, failures));
    }

    static Stream<Damping> all() {
        return Stream.of(
                new Fixed(0.1),
                new Schedule(8, 0.5, 3, 1.5),
                new Plateau(1, 2, 4, 1, 1e-4, 0, 300),
                lm(Rule.MARQUARDT),
                lm(Rule.NIELSEN),
                new LmRatio(1, Rule.MARQUARDT, 0.7, 5, 1e-12, 1e12));
    }

    @ParameterizedTest
    @MethodSource("all")
    void restored_goesOnTheSame(Damping damping) {
        Random random = new Random(1);
        Running one = damping.start();
        assertEquals(damping.lambda(), one.lambda());
        for (int t = 0; t < 57; t++) {
            one.judge(random.nextDouble() * 1.2 - 0.2, random.nextDouble());
        }
        Running other = damping.start();
        other.restore(one.save());
        for (int t = 0; t < 57; t++) {
            assertEquals(one.lambda(), other.lambda());
            assertEquals(one.needsRatio(), other.needsRatio());
            double ratio = random.nextDouble() * 1.2 - 0.2;
            double loss = random.nextDouble();
            one.judge(ratio, loss);
            other.judge(ratio, loss);
        }
        assertArrayEquals(one.save(), other.save());
    }

    @Test
    void lambdaOutsideOfItsBounds_isRefused() {
        assertEquals(
                "lambda must be in [least, most] = [2.0, 5.0], but is 1.0",
                assertThrows(IllegalArgumentException.class, () -> new LmRatio(1, Rule.NIELSEN, 0.5, 1, 2, 5))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> new Schedule(1, 0.5, 3, 2));
        assertThrows(IllegalArgumentException.class, () -> new Plateau(7, 2, 4, 1, 1e-4, 0, 5));
        assertEquals(2, new LmRatio(2, Rule.NIELSEN, 0.5, 1, 2, 2).lambda());
    }

    @Test
    void numbersOutOfRange_areRefusedFromJavaToo() {
        assertThrows(IllegalArgumentException.class, () -> new Fixed(-1));
        assertThrows(IllegalArgumentException.class, () -> new Schedule(8, 1.5, 3, 1));
        assertThrows(IllegalArgumentException.class, () -> new Plateau(1, 2, 4, -1, 1e-4, 0, 300));
        assertThrows(IllegalArgumentException.class, () -> new LmRatio(1, Rule.NIELSEN, 1, 1, 0, 2));
    }

    @Test
    void onlyRatios_needARatio() {
        assertFalse(new Fixed(1).start().needsRatio());
        assertFalse(new Schedule(8, 0.5, 3, 1.5).start().needsRatio());
        assertTrue(lm(Rule.NIELSEN).start().needsRatio());
    }
}
