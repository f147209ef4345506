package soopt.data.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import soopt.data.examples.Examples;
import soopt.data.fetch.DatasetException;

class IdxArrayTest {
    private static final byte[] LABELS = {0, 0, 8, 1, 0, 0, 0, 3, 7, 0, 9};
    private static final byte[] IMAGES = {0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4, 5, (byte) 255};

    private static void refuses(byte[] content, int rank, String what) {
        DatasetException e =
                assertThrows(DatasetException.class, () -> IdxArray.parse("some-file", content, rank, IdxArray.REMEDY));
        assertTrue(e.getMessage().startsWith("some-file " + what), e.getMessage());
        assertTrue(e.getMessage().contains("fetch or import it anew"), e.getMessage());
    }

    private static byte[] with(byte[] content, int at, int value) {
        byte[] changed = content.clone();
        changed[at] = (byte) value;
        return changed;
    }

    @Test
    void elements_followTheHeader_rowMajor() {
        IdxArray images = IdxArray.parse("images", IMAGES, 3, IdxArray.REMEDY);
        assertArrayEquals(new int[] {3, 1, 2}, images.shape());
        assertArrayEquals(new byte[] {1, 2, 3, 4}, images.first(2));
        Examples examples = images.examples(IdxArray.parse("labels", LABELS, 1, IdxArray.REMEDY), 3, 10, 0, 1 / 255.0);
        double[] out = new double[2];
        examples.inputs(new int[] {2}, 0, 1, out);
        assertArrayEquals(new double[] {5, 255}, out, 1e-12);
        examples.targets(new int[] {2, 0}, 0, 2, out);
        assertArrayEquals(new double[] {9, 7}, out);
    }

    @Test
    void everyDefect_isNamed() {
        refuses(LABELS, 3, "is truncated: 11 bytes do not hold the header of 16");
        refuses(IMAGES, 1, "is not an idx file of bytes of rank 1: magic 0x00000803, not 0x00000801");
        refuses(with(IMAGES, 2, 9), 3, "is not an idx file of bytes of rank 3: magic 0x00000903, not 0x00000803");
        refuses(
                Arrays.copyOf(IMAGES, 20),
                3,
                "is truncated: [3, 1, 2] needs 6 bytes after the header, but there are 4");
        refuses(Arrays.copyOf(IMAGES, 23), 3, "is too long: [3, 1, 2] needs 6 bytes after the header, but there are 7");
        refuses(with(IMAGES, 4, 200), 3, "has the length -939524093 on axis 0");
        refuses(with(with(with(IMAGES, 4, 127), 8, 127), 12, 127), 3, "is truncated");
    }

    @Test
    void labelsAndImages_mustFitEachOther() {
        IdxArray images = IdxArray.parse("images", IMAGES, 3, IdxArray.REMEDY);
        IdxArray labels = IdxArray.parse("labels", LABELS, 1, IdxArray.REMEDY);
        IdxArray bad = IdxArray.parse("labels", with(LABELS, 9, 10), 1, IdxArray.REMEDY);
        IdxArray two = IdxArray.parse("labels", Arrays.copyOf(with(LABELS, 7, 2), 10), 1, IdxArray.REMEDY);
        message("labels has label 10 at index 1, but labels are 0…9", () -> images.examples(bad, 3, 10, 0, 1));
        message("labels has 2 labels for 3 images of images", () -> images.examples(two, 2, 10, 0, 1));
        message("images has 3 images, fewer than limit 4", () -> images.examples(labels, 4, 10, 0, 1));
    }

    private static void message(String what, org.junit.jupiter.api.function.Executable call) {
        DatasetException e = assertThrows(DatasetException.class, call);
        assertTrue(e.getMessage().startsWith(what), e.getMessage());
    }
}
