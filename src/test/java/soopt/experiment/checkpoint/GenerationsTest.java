package soopt.experiment.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.engine.Backends;
import soopt.experiment.InMemory;
import soopt.experiment.RunFiles;

class GenerationsTest {
    @TempDir(factory = InMemory.class)
    Path folder;

    private final Backend backend = Backends.cpu(Precision.FLOAT64, 1);

    @AfterEach
    void close() {
        backend.close();
    }

    private static double[] numbers(double first) {
        return new double[] {first, 2, 3};
    }

    private void save(double first) {
        Checkpoint checkpoint = Checkpoint.empty(backend);
        checkpoint.putNumbers("a", numbers(first));
        checkpoint.within("b").putNumbers("c", first);
        new Generations(folder).save(checkpoint, () -> {});
    }

    private Generations.Choice newest() {
        return new Generations(folder).newest(backend, checkpoint -> Optional.empty());
    }

    private double first(Generations.Choice choice) {
        Checkpoint checkpoint = choice.checkpoint().orElseThrow();
        double first = checkpoint.getNumbers("a")[0];
        assertArrayEquals(numbers(first), checkpoint.getNumbers("a"));
        assertArrayEquals(new double[] {first}, checkpoint.within("b").getNumbers("c"));
        return first;
    }

    @Test
    void newest_isTheLastSaved_andTheOneBeforeIsKept() {
        assertEquals(Optional.empty(), newest().checkpoint());
        for (int i = 1; i <= 3; i++) {
            save(i);
            assertEquals(i, first(newest()));
        }
        assertEquals(Set.of("last.npz", "prev.npz"), RunFiles.files(folder));
        Generations.Choice before = new Generations(folder)
                .newest(backend, found -> found.getNumbers("a")[0] == 3 ? Optional.of("is too new") : Optional.empty());
        assertEquals(2, first(before));
        assertEquals(List.of("checkpoint " + folder.resolve("last.npz") + " is too new"), before.problems());
    }

    @Test
    void anyFlippedBit_andAnyTear_isFoundOrChangesNothing() throws IOException {
        save(1);
        save(2);
        Path last = folder.resolve("last.npz");
        byte[] whole = Files.readAllBytes(last);
        int found = 0;
        for (int i = 0; i < 8 * whole.length; i++) {
            byte[] flipped = whole.clone();
            flipped[i / 8] ^= (byte) (1 << i % 8);
            Files.write(last, flipped);
            Generations.Choice choice = newest();
            double first = first(choice);
            assertTrue(first == 2 || !choice.problems().isEmpty(), "bit " + i);
            found += first == 1 ? 1 : 0;
        }
        assertTrue(found > 4 * whole.length, found + " of " + 8 * whole.length);
        for (int length = 0; length < whole.length; length++) {
            Files.write(last, Arrays.copyOf(whole, length));
            assertEquals(1, first(newest()), "torn at " + length);
        }
    }

    @Test
    void chosenOne_takesThePlaceOfThoseThatAreOfNoUse() throws IOException {
        save(1);
        save(2);
        Files.writeString(folder.resolve("last.npz"), "damaged");
        new Generations(folder).settle(newest());

        assertEquals(Set.of("last.npz"), RunFiles.files(folder));
        save(3);
        Files.delete(folder.resolve("last.npz"));
        assertEquals(1, first(newest()));
    }
}
