package soopt.experiment.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.data.HeldOut;
import soopt.spec.Binder;
import soopt.spec.RandomRecords;
import soopt.spec.SpecSource;
import soopt.spec.SpecWriter;

/** What soopt writes of an experiment, soopt reads to the same. */
class WrittenSpecTest {
    private static final Map<Class<?>, Function<Random, ?>> VALUES = Map.of(
            Every.class,
            random -> random.nextInt(5) == 0
                    ? Every.parse("never")
                    : new Every(
                            1 + random.nextInt(999_999_999),
                            List.of(Every.Unit.EPOCH, Every.Unit.STEP, Every.Unit.SECOND)
                                    .get(random.nextInt(3))),
            HeldOut.class,
            random -> random.nextBoolean()
                    ? HeldOut.of(random.nextInt(3))
                    : HeldOut.parse(
                            List.of("a b.npz", "12", "~/x.npz", "1e3").get(random.nextInt(4)),
                            List.of(Path.of("data"))),
            Keep.class,
            random -> Keep.parse(List.of("all", "last", "2", "999999999").get(random.nextInt(4))),
            MemoryBudget.class,
            random -> random.nextInt(5) == 0
                    ? new MemoryBudget(OptionalLong.empty())
                    : MemoryBudget.parse((1 + random.nextInt(999_999_999)) + " "
                            + List.of("KB", "KiB", "MB", "MiB", "GB", "GiB").get(random.nextInt(6))));

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void everyExperiment_readsBackEqual(long seed) throws IOException {
        TreeSet<String> kinds = new TreeSet<>();
        for (int i = 0; i < 60; i++) {
            Experiment experiment = new RandomRecords(new Random(1000 * seed + i), VALUES).of(Experiment.class);
            String where = "seed " + seed + ", " + i;
            expectSame(experiment, where);
            expectSame(experiment.run(experiment.seeds().get(0)), where + ", one run");
            kinds.add(experiment.optimizer().getClass().getSimpleName());
            kinds.add(experiment.dataset().getClass().getSimpleName());
            kinds.add(experiment.model().getClass().getSimpleName());
        }
        assertTrue(kinds.size() > 10, kinds.toString());
    }

    private void expectSame(Experiment experiment, String where) throws IOException {
        String yaml = SpecWriter.toYaml(experiment);
        Path file = Files.writeString(folder.resolve("config.yaml"), yaml);
        Experiment again = Binder.bind(SpecSource.read(file), Experiment.class);
        assertEquals(experiment, again, () -> where + "\n" + yaml);
        assertEquals(yaml, SpecWriter.toYaml(again), where);
        assertEquals(SpecWriter.hash(experiment), SpecWriter.hash(again), where);
    }

    @Test
    void theLongestInterval_readsBack() {
        for (String text :
                List.of("999999999 h", "999999999 min", "999999999 s", "1 h", "90 s", "999999999 epochs", "never")) {
            assertEquals(Every.parse(text), Every.parse(Every.parse(text).toString()), text);
        }
    }

    @Test
    void theLargestBudget_readsBack() {
        for (String text :
                List.of("999999999 GB", "999999999 GiB", "999999999 MB", "1 KB", "1000 KB", "1024 KB", "125 KiB")) {
            MemoryBudget budget = MemoryBudget.parse(text);
            assertEquals(budget, MemoryBudget.parse(budget.toString()), text + " is " + budget);
        }
    }
}
