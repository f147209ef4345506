package soopt.optimizer.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.engine.Backends;
import soopt.optimizer.MemoryState;

/** When the step size is reduced. */
final class PlateauTest {
    /**
     * An improvement is a loss below best·(1 − threshold), and not at it; after a reduction the cooldown's epochs are
     * not bad ones.
     */
    @Test
    void plateau_countsEpochsWithoutImprovement_andCoolsDown() {
        Plateau.Watch watch = new Plateau(1, 0.5, 0.25, 2, Plateau.Best.KEEP).start();
        double[] losses = {8, 6, 5.9, 4, 3.5, 3, 4, 4, 4, 4, 4, 4};
        double[] factors = {1, 1, 1, 1, 1, 0.5, 1, 1, 1, 0.5, 1, 1};
        for (int epoch = 0; epoch < losses.length; epoch++) {
            assertEquals(factors[epoch], watch.observe(losses[epoch]), "epoch " + epoch);
        }
    }

    @Test
    void restoredPlateau_goesOnAsBefore() {
        try (Backend backend = Backends.cpu(Precision.FLOAT64, 1)) {
            Plateau plateau = new Plateau(1, 0.5, 0, 1, Plateau.Best.KEEP);
            Plateau.Watch watch = plateau.start();
            double[] losses = {1, 2, 2, 2, 2, 0.5, 2, 2, 2, 2, 2};
            for (double loss : losses) {
                MemoryState state = new MemoryState(backend);
                watch.save(state);
                Plateau.Watch restored = plateau.start();
                restored.restore(state);
                assertEquals(watch.observe(loss), restored.observe(loss));
            }
        }
    }

    /** With a best loss that stays, 4 and 5 are no improvements on 1; with the present one, 4 is, on 5. */
    @Test
    void bestLoss_staysOrBecomesThePresentOne_afterAReduction() {
        double[] losses = {1, 5, 4, 4.5};
        double[] kept = {1, 0.5, 0.5, 0.5};
        double[] reset = {1, 0.5, 1, 0.5};
        Plateau.Watch keeps = new Plateau(0, 0.5, 0, 0, Plateau.Best.KEEP).start();
        Plateau.Watch resets = new Plateau(0, 0.5, 0, 0, Plateau.Best.RESET).start();
        for (int epoch = 0; epoch < losses.length; epoch++) {
            assertEquals(kept[epoch], keeps.observe(losses[epoch]), "epoch " + epoch);
            assertEquals(reset[epoch], resets.observe(losses[epoch]), "epoch " + epoch);
        }
    }

    @Test
    void lossAtTheThreshold_isNoImprovement() {
        Plateau.Watch watch = new Plateau(0, 0.1, 0.5, 0, Plateau.Best.KEEP).start();
        assertEquals(1, watch.observe(8));
        assertEquals(0.1, watch.observe(4));
        assertEquals(1, watch.observe(Math.nextDown(4.0)));
    }
}
