package soopt.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.data.examples.Data;
import soopt.data.fetch.DatasetException;
import soopt.data.fetch.Store;
import soopt.spec.Binder;
import soopt.spec.SpecSource;
import soopt.spec.yaml.SpecException;

/** Idx files of one's own: four images 2×3 for training, two for the test. */
class IdxDatasetTest {
    @TempDir
    private Path directory;

    private record File(Dataset dataset) {}

    private static byte[] idx(int[] shape, int... elements) {
        ByteBuffer buffer = ByteBuffer.allocate(4 + 4 * shape.length + elements.length);
        buffer.putInt(0x800 | shape.length);
        for (int length : shape) {
            buffer.putInt(length);
        }
        for (int element : elements) {
            buffer.put((byte) element);
        }
        return buffer.array();
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream zip = new GZIPOutputStream(out)) {
            zip.write(content);
        }
        return out.toByteArray();
    }

    private static int[] counting(int count) {
        int[] elements = new int[count];
        Arrays.setAll(elements, i -> 10 * i);
        return elements;
    }

    private void write(String name, byte[] content) throws IOException {
        Files.write(directory.resolve(name), content);
    }

    @BeforeEach
    void fourFiles() throws IOException {
        write("xi", idx(new int[] {4, 2, 3}, counting(24)));
        write("xl", gzip(idx(new int[] {4}, 0, 3, 1, 25)));
        write("ti.gz", gzip(idx(new int[] {2, 2, 3}, counting(12))));
        write("tl", idx(new int[] {2}, 25, 1));
    }

    private Data load(String more) {
        String dataset = String.format(
                "dataset: {type: idx, train-images: %1$s/xi, train-labels: %1$s/xl, test-images: %1$s/ti.gz, "
                        + "test-labels: %1$s/tl%2$s}",
                directory, more);
        return Binder.bind(SpecSource.parse("f.yaml", dataset), File.class)
                .dataset()
                .load(new Store(directory, true));
    }

    private void refuses(String more, String what) {
        DatasetException e = assertThrows(DatasetException.class, () -> load(more));
        assertTrue(e.getMessage().contains(what), e.getMessage());
        assertFalse(e.getMessage().contains("soopt datasets"), e.getMessage());
    }

    @Test
    void files_plainOrCompressed_areNormalizedByTheirOwnTrainingPixels() {
        Data data = load("");
        assertArrayEquals(new int[] {1, 2, 3}, data.featureShape());
        assertEquals(26, data.outputs());
        assertEquals(4, data.train().size());
        double[] x = new double[24];
        data.train().inputs(new int[] {0, 1, 2, 3}, 0, 4, x);
        assertEquals(0, Arrays.stream(x).sum(), 1e-12);
        assertEquals(24, Arrays.stream(x).map(v -> v * v).sum(), 1e-12);
        double[] y = new double[2];
        data.test().targets(new int[] {0, 1}, 0, 2, y);
        assertArrayEquals(new double[] {25, 1}, y);
    }

    @Test
    void transposedImages_standUp() {
        Data lying = load("");
        Data standing = load(", transposed: true");
        assertArrayEquals(new int[] {1, 3, 2}, standing.featureShape());
        double[] x = new double[6];
        double[] y = new double[6];
        lying.train().inputs(new int[] {2}, 0, 1, x);
        standing.train().inputs(new int[] {2}, 0, 1, y);
        assertArrayEquals(new double[] {x[0], x[3], x[1], x[4], x[2], x[5]}, y);
    }

    @Test
    void whatIsWrong_isNamedByItsFile() throws IOException {
        refuses(", classes: 20", "/xl has label 25 at index 3, but labels are 0…19");
        refuses(", limit: 5", "has 4 images, fewer than limit 5; lower dataset.limit");
        refuses(", validation: 4", "not more than validation 4; lower dataset.validation");
        write("tl", idx(new int[] {3}, 1, 1, 1));
        refuses("", "/tl has 3 labels for 2 images of ");
        write("tl", new byte[] {0, 0});
        refuses("", "/tl is truncated: 2 bytes do not hold the header of 8");
        write("ti.gz", gzip(idx(new int[] {2, 3, 2}, counting(12))));
        refuses("", "has images 3×2, but those for training are 2×3");
        byte[] half = gzip(idx(new int[] {2, 2, 3}, counting(12)));
        write("ti.gz", Arrays.copyOf(half, half.length - 12));
        refuses("", "is truncated: its gzip stream ends early");
        Files.delete(directory.resolve("xi"));
        refuses("", "xi does not exist");
        SpecException e = assertThrows(SpecException.class, () -> load(", limit: 2, validation: 2"));
        assertTrue(e.getMessage().contains("validation must be < 2"), e.getMessage());
    }

    /** A header costs nothing to write: what it claims is neither allocated nor unpacked beyond the file. */
    @Test
    void headerThatClaimsMuch_costsNothing() throws IOException {
        byte[] claims = idx(new int[] {1 << 15, 1 << 10, 1 << 5}, 1, 2, 3);
        write("xi", claims);
        refuses("", "is truncated: [32768, 1024, 32] needs 1073741824 bytes after the header, but there are 3");
        write("xi", idx(new int[] {1 << 30, 1 << 30, 1 << 30}, 1));
        refuses("", "more than Java's memory can hold");
        write("xi", gzip(Arrays.copyOf(idx(new int[] {1, 2, 3}, counting(6)), 1 << 24)));
        refuses("", "is too long: [1, 2, 3] needs 6 bytes after the header, but there are more");
    }
}
