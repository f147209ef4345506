package soopt.optimizer.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.engine.Backends;
import soopt.optimizer.MemoryState;

final class SafeguardTest {
    private static List<Integer> halvings(Safeguard guard, double... losses) {
        List<Integer> halvings = new ArrayList<>();
        for (int t = 0; t < losses.length; t++) {
            Optional<Intervention> done = guard.observe(losses[t], 1);
            if (done.isPresent()) {
                assertEquals(Intervention.Kind.HALVED, done.get().kind());
                assertEquals(losses[t], done.get().loss());
                halvings.add(t);
            }
        }
        return halvings;
    }

    /** 2 − t/100 and a little noise, but from step 30 on 9. */
    private static double[] risen() {
        double[] losses = new double[60];
        for (int t = 0; t < 60; t++) {
            losses[t] = t < 30 ? 2 - 0.01 * t + 0.02 * Math.sin(t) : 9;
        }
        return losses;
    }

    @Test
    void lossesFarAboveTheirMean_halve_andNotAgainBeforeTheyCouldFall() {
        assertEquals(List.of(31), halvings(new Safeguard(3), risen()));
        assertEquals(List.of(), halvings(new Safeguard(6), risen()), "9 is five times the mean");
        assertEquals(List.of(), halvings(new Safeguard(0), risen()), "turned off");
    }

    @Test
    void lossesThatSwingFarAreNotARise() {
        Random random = new Random(5);
        double[] losses = random.doubles(3000)
                .map(x -> 0.004 * Math.exp(3 * x * x) + (x > 0.97 ? 0.05 : 0))
                .toArray();
        assertEquals(List.of(), halvings(new Safeguard(3), losses), "one example of a hundred is wrong now and then");
    }

    @Test
    void gradientThatIsNotFinite_isLeftOut_butNotTwiceInARow() {
        Safeguard guard = new Safeguard(3);
        assertTrue(guard.observe(1, 1).isEmpty());
        assertEquals(
                Intervention.Kind.DROPPED,
                guard.observe(1, Double.POSITIVE_INFINITY).orElseThrow().kind());
        assertTrue(guard.observe(1, Double.NaN).isEmpty(), "the second ends the run");
        assertTrue(guard.observe(1, 1).isEmpty());
        assertTrue(guard.observe(1, Double.NaN).isPresent());
        guard.observe(1, 1);
        guard.observe(1, 1);
        assertTrue(guard.drops());
        guard.observe(1, 1);
        assertFalse(guard.drops());
        assertTrue(guard.observe(Double.NaN, Double.NaN).isEmpty(), "a loss that is not finite ends it at once");
    }

    @Test
    void restoredGuard_goesOnAsTheOldOne() {
        double[] losses = risen();
        try (Backend backend = Backends.cpu(Precision.FLOAT64, 1)) {
            for (int cut : new int[] {0, 12, 30, 31, 32}) {
                Safeguard first = new Safeguard(3);
                for (int t = 0; t < cut; t++) {
                    first.observe(losses[t], 1);
                }
                MemoryState state = new MemoryState(backend);
                first.save(state);
                Safeguard second = new Safeguard(3);
                second.restore(state);
                for (int t = cut; t < losses.length; t++) {
                    assertEquals(first.observe(losses[t], 1), second.observe(losses[t], 1));
                }
            }
        }
    }
}
