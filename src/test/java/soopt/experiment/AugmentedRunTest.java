package soopt.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.data.examples.Data;
import soopt.data.examples.Examples;
import soopt.random.RandomStreams;

/** Training and curvature see the augmented views of a data set, evaluations the set itself. */
class AugmentedRunTest {
    private static final String METRICS = "metrics.csv";
    private static final String RATES = "learning_rates.csv";

    @TempDir
    Path results;

    /** Digits with noise on every input, and who asked for it: what an augmentation is to a workload. */
    private record Noisy(Examples plain, Set<String> asked) implements Examples {
        @Override
        public int size() {
            return plain.size();
        }

        @Override
        public int features() {
            return plain.features();
        }

        @Override
        public int targets() {
            return plain.targets();
        }

        @Override
        public void inputs(int[] indices, int from, int count, float[] out) {
            plain.inputs(indices, from, count, out);
        }

        @Override
        public void inputs(int[] indices, int from, int count, double[] out) {
            plain.inputs(indices, from, count, out);
        }

        @Override
        public void targets(int[] indices, int from, int count, double[] out) {
            plain.targets(indices, from, count, out);
        }

        @Override
        public Examples augmented(long seed, String stream, long epoch) {
            asked.add(stream + " " + epoch);
            return new View(plain, seed, stream, epoch);
        }
    }

    /** One epoch's view. */
    private record View(Examples plain, long seed, String stream, long epoch) implements Examples {
        @Override
        public int size() {
            return plain.size();
        }

        @Override
        public int features() {
            return plain.features();
        }

        @Override
        public int targets() {
            return plain.targets();
        }

        @Override
        public void inputs(int[] indices, int from, int count, float[] out) {
            throw new AssertionError("the run is in float64");
        }

        @Override
        public void inputs(int[] indices, int from, int count, double[] out) {
            plain.inputs(indices, from, count, out);
            for (int k = 0; k < count; k++) {
                RandomGenerator random = RandomStreams.of(seed, stream + indices[from + k], epoch);
                for (int j = 0; j < features(); j++) {
                    out[k * features() + j] += random.nextGaussian();
                }
            }
        }

        @Override
        public void targets(int[] indices, int from, int count, double[] out) {
            plain.targets(indices, from, count, out);
        }
    }

    private static SmallRun noisy(Set<String> asked) {
        return new SmallRun()
                .data(data -> new Data(
                        new Noisy(data.train(), asked),
                        new Noisy(data.test(), asked),
                        data.featureShape(),
                        data.outputs()));
    }

    private static SmallRun noisy() {
        return noisy(new HashSet<>());
    }

    private Path file(String id, String name) {
        return results.resolve("small/runs").resolve(id).resolve(name);
    }

    private String text(String id, String name) {
        return RunFiles.withoutTimes(file(id, name));
    }

    @Test
    void augmentedRun_isAnotherRun_thatCanBeRepeated() {
        new SmallRun().train(results, "plain");
        noisy().train(results, "noisy");
        noisy().train(results, "again");

        assertNotEquals(text("plain", METRICS), text("noisy", METRICS));
        assertNotEquals(text("plain", RATES), text("noisy", RATES));
        assertEquals(text("noisy", METRICS), text("again", METRICS));
        assertEquals(text("noisy", RATES), text("again", RATES));
    }

    @Test
    void evaluation_isOfTheImagesAsTheyAre() {
        new SmallRun().train(results, "plain");
        noisy().train(results, "noisy");
        for (String column : List.of("train_loss", "train_acc", "val_loss", "val_acc", "test_loss", "test_acc")) {
            assertEquals(
                    RunFiles.column(file("plain", METRICS), column).get(0),
                    RunFiles.column(file("noisy", METRICS), column).get(0),
                    column);
        }
    }

    @Test
    void views_areThoseOfTheEpochsOfEachSampler() {
        Set<String> asked = new HashSet<>();
        noisy(asked).with("training.epochs=3").train(results, "noisy");
        // 21 steps, 7 refreshes of 50 of 400 examples each: still the sampler's first order
        assertEquals(Set.of("batches 0", "batches 1", "batches 2", "curvature-batches 0"), asked);
    }

    @Test
    void recordedBatch_isAugmented_andTheRecordedTrainingSetIsNot() {
        Set<String> ofBatch = new HashSet<>();
        noisy(ofBatch).period(0).with("training.epochs=0").train(results, "batch");
        assertEquals(Set.of("recorded-batches 0"), ofBatch);
        Set<String> ofAll = new HashSet<>();
        noisy(ofAll)
                .period(0)
                .with("training.epochs=0")
                .with("record.curvature.full-batch=true")
                .train(results, "all");
        assertEquals(Set.of(), ofAll);
    }

    @Test
    void fullBatchTraining_seesOneViewPerEpoch() {
        Set<String> asked = new HashSet<>();
        noisy(asked).period(1).with("training.full-batch=true").train(results, "full");
        assertEquals(Set.of("batches 0", "batches 1"), asked);
    }

    /** Only then is a gradient where a step ends that of the next step. */
    @Test
    void batchesAreTheSame_ofFullBatchesWithoutAugmentation() {
        assertTrue(new SmallRun().with("training.full-batch=true").batchesAreTheSame());
        assertFalse(noisy().with("training.full-batch=true").batchesAreTheSame());
        assertFalse(new SmallRun().batchesAreTheSame());
    }

    @Test
    void resumedRun_seesWhatItWouldHaveSeen() {
        noisy().train(results, "whole");
        noisy().stopAfter(9).train(results, "parted");
        noisy().resume(results, "parted");
        assertEquals(text("whole", METRICS), text("parted", METRICS));
        assertEquals(text("whole", RATES), text("parted", RATES));
    }
}
