package soopt.optimizer.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Value;
import soopt.file.JsonObject;
import soopt.optimizer.MemoryState;
import soopt.solver.Solve;

/** What steps, trials, step sizes and a run's random numbers say. */
final class StepTest {
    private final Trial trial =
            new Trial(0.5, -4, -1, 0.25, 3, true, Optional.of(new Solve(Solve.Ending.CONVERGED, 9, 1e-3)));

    @Test
    void whatIsAddedToAStep_leavesTheRestOfIt() {
        try (Backend backend = Backends.cpu(Precision.FLOAT64, 1);
                Tensor update = backend.allocate(1)) {
            JsonObject details = new JsonObject().put("a", 1);
            Step step = Step.moving(new Value(2, 7), 3, update).with(trial).with(details);
            assertSame(update, step.update().orElseThrow());
            assertSame(trial, step.trial().orElseThrow());
            assertSame(details, step.details().orElseThrow());
            assertEquals(2, step.loss());
            assertEquals(new Value(2, 7), step.value());
            assertEquals(3, step.gradientNorm());
            assertTrue(step.refresh().isEmpty());
            Step resting = Step.resting(Value.of(2), 3).with(details).with(trial);
            assertTrue(resting.update().isEmpty());
            assertSame(details, resting.details().orElseThrow());
        }
    }

    @Test
    void ratio_isTheActualChangeOverThePredicted_andTriesAreCountedTogether() {
        assertEquals(0.25, trial.ratio());
        Trial again = trial.withTries(11);
        assertEquals(11, again.tries());
        assertEquals(trial, again.withTries(3));
    }

    @Test
    void stepSize_isTheBaseTimesTheFactorOfTheSchedule_andTheBaseIsSaved() {
        try (Backend backend = Backends.cpu(Precision.FLOAT64, 1)) {
            StepSize size = new StepSize(0.5);
            assertEquals(0.5, size.value());
            size.scale(0.5);
            size.schedule(3);
            size.schedule(2);
            assertEquals(0.5, size.value());
            MemoryState state = new MemoryState(backend);
            size.save(state);
            StepSize restored = new StepSize(9);
            restored.restore(state);
            assertEquals(0.25, restored.value());
        }
    }

    @Test
    void randomNumbers_dependOnSeedPurposeAndStepAlone() {
        try (Backend backend = Backends.cpu(Precision.FLOAT64, 1)) {
            double[] draws = {
                draw(backend, 1, "labels", 0),
                draw(backend, 1, "labels", 1),
                draw(backend, 1, "probes", 0),
                draw(backend, 2, "labels", 0)
            };
            assertEquals(draws[0], draw(backend, 1, "labels", 0));
            assertEquals(4, Arrays.stream(draws).distinct().count());
        }
    }

    private static double draw(Backend backend, long seed, String purpose, long step) {
        ParameterLayout layout = new ParameterLayout.Builder().build();
        Batches none = new NoBatches();
        return new Problem(backend, layout, none, seed).random(purpose, step).nextDouble();
    }
}
