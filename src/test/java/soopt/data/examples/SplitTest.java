package soopt.data.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SplitTest {
    /** Images of one pixel that is the example's index. */
    private static Examples numbered(int size) {
        byte[] pixels = new byte[size];
        for (int i = 0; i < size; i++) {
            pixels[i] = (byte) i;
        }
        return new ImageExamples(pixels, new byte[size], new double[] {0}, new double[] {1 / 255.0});
    }

    private static int[] members(Examples examples) {
        double[] out = new double[examples.size()];
        examples.inputs(IntStream.range(0, out.length).toArray(), 0, out.length, out);
        return Arrays.stream(out).mapToInt(x -> (int) Math.round(x)).toArray();
    }

    @Test
    void parts_areDisjoint_complete_andInFileOrder() {
        Split split = Split.of(numbered(200), 30, 1);
        int[] train = members(split.train());
        int[] validation = members(split.validation());
        assertEquals(170, train.length);
        assertEquals(30, validation.length);
        int[] all = IntStream.concat(Arrays.stream(train), Arrays.stream(validation))
                .sorted()
                .toArray();
        assertArrayEquals(IntStream.range(0, 200).toArray(), all);
        assertArrayEquals(Arrays.stream(train).sorted().toArray(), train);
        assertArrayEquals(Arrays.stream(validation).sorted().toArray(), validation);
    }

    @Test
    void split_dependsOnTheSeedOnly() {
        int[] one = members(Split.of(numbered(200), 30, 1).validation());
        assertArrayEquals(one, members(Split.of(numbered(200), 30, 1).validation()));
        assertFalse(Arrays.equals(one, members(Split.of(numbered(200), 30, 2).validation())));
    }

    @Test
    void noValidation_keepsEverything() {
        Split split = Split.of(numbered(5), 0, 1);
        assertEquals(5, split.train().size());
        assertEquals(0, split.validation().size());
    }

    @Test
    void validationOfEverything_isRefused() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Split.of(numbered(5), 5, 1));
        assertEquals(
                "validation must be < 5, the number of training examples, but is 5: lower it or raise limit",
                e.getMessage());
    }

    @Test
    void subset_readsTheExamplesItNames_inEveryForm() {
        Examples subset = numbered(10).subset(7, 2, 5);
        float[] single = new float[2];
        subset.inputs(new int[] {9, 2, 0}, 1, 2, single);
        assertArrayEquals(new float[] {5, 7}, single, 1e-6f);
        assertArrayEquals(new int[] {7, 2, 5}, members(subset));
        assertThrows(IndexOutOfBoundsException.class, () -> numbered(10).subset(10));
    }
}
