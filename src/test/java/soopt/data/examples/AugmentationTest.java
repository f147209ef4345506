package soopt.data.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.function.LongUnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import soopt.random.RandomStreams;

class AugmentationTest {
    private static final long SEED = 571677914;
    private static final int HEIGHT = 4;
    private static final int WIDTH = 5;
    private static final int FEATURES = 2 * HEIGHT * WIDTH;
    private static final int[] ALL = IntStream.range(0, 300).toArray();

    /** Images [2, 4, 5] of bytes from 1 to 255, so that black marks the border, read as they are. */
    private static ImageExamples images(Augmentation augmentation) {
        byte[] pixels = new byte[ALL.length * FEATURES];
        for (int j = 0; j < pixels.length; j++) {
            pixels[j] = (byte) (1 + (j * 37 + j / 255) % 255);
        }
        double[] unit = {1 / 255.0, 1 / 255.0};
        return new ImageExamples(pixels, new byte[ALL.length], new double[2], unit, WIDTH, augmentation);
    }

    private static double[] inputs(Examples examples, int... indices) {
        double[] out = new double[indices.length * FEATURES];
        examples.inputs(indices, 0, indices.length, out);
        return out;
    }

    private static double[] at(long seed, String stream, long epoch, int... indices) {
        return inputs(images(new Augmentation(2, true)).augmented(seed, stream, epoch), indices);
    }

    /** Image of one example by the definition: the window at (top, left), then the mirror. */
    private static double[] changed(double[] image, int top, int left, boolean mirrored) {
        double[] out = new double[FEATURES];
        for (int c = 0; c < 2; c++) {
            for (int y = 0; y < HEIGHT; y++) {
                for (int x = 0; x < WIDTH; x++) {
                    int sourceX = (mirrored ? WIDTH - 1 - x : x) + left;
                    boolean inside = y + top >= 0 && y + top < HEIGHT && sourceX >= 0 && sourceX < WIDTH;
                    int source = (c * HEIGHT + y + top) * WIDTH + sourceX;
                    out[(c * HEIGHT + y) * WIDTH + x] = inside ? image[source] : 0;
                }
            }
        }
        return out;
    }

    @Test
    void noCropAndNoFlip_isTheIdentity() {
        ImageExamples images = images(Augmentation.NONE);
        assertSame(images, images.augmented(SEED, "batches", 3));
        byte[] source = {1, 2, 3, 4, 5, 6};
        byte[] out = new byte[6];
        Augmentation.NONE.apply(-1, source, 0, 2, 3, out);
        assertArrayEquals(source, out);
    }

    @Test
    void flip_isTheExactMirror_ofAboutHalfOfTheImages() {
        ImageExamples images = images(new Augmentation(0, true));
        Examples augmented = images.augmented(SEED, "batches", 0);
        int mirrored = 0;
        for (int i : ALL) {
            double[] plain = inputs(images, i);
            double[] mirror = changed(plain, 0, 0, true);
            double[] seen = inputs(augmented, i);
            if (!Arrays.equals(seen, plain)) {
                assertArrayEquals(mirror, seen);
                mirrored++;
            }
        }
        // 150 ± 4.6 standard deviations
        assertTrue(mirrored > 110 && mirrored < 190, "mirrored of 300 with seed " + SEED + ": " + mirrored);
    }

    @Test
    void crop_isAWindowOfTheImageWithABlackBorder_everyPlaceEquallyOften() {
        ImageExamples images = images(new Augmentation(2, true));
        int[] counts = new int[50];
        int epochs = 20;
        for (int epoch = 0; epoch < epochs; epoch++) {
            Examples augmented = images.augmented(SEED, "batches", epoch);
            for (int i : ALL) {
                counts[place(inputs(images, i), inputs(augmented, i))]++;
            }
        }
        double expected = epochs * ALL.length / 50.0;
        double chiSquared = Arrays.stream(counts)
                .mapToDouble(n -> (n - expected) * (n - expected) / expected)
                .sum();
        assertTrue(chiSquared < 85.4, "χ² with 49 degrees of freedom exceeds its 0.1 % point: " + chiSquared);
    }

    private static int place(double[] plain, double[] seen) {
        for (int place = 0; place < 50; place++) {
            if (Arrays.equals(changed(plain, place / 5 % 5 - 2, place % 5 - 2, place >= 25), seen)) {
                return place;
            }
        }
        throw new AssertionError("no window of the image: " + Arrays.toString(seen));
    }

    @Test
    void change_dependsOnSeedStreamEpochAndExampleOnly() {
        double[] seen = at(SEED, "batches", 3, ALL);
        assertArrayEquals(seen, at(SEED, "batches", 3, ALL));
        assertFalse(Arrays.equals(seen, at(SEED + 1, "batches", 3, ALL)));
        assertFalse(Arrays.equals(seen, at(SEED, "curvature-batches", 3, ALL)));
        assertFalse(Arrays.equals(seen, at(SEED, "batches", 4, ALL)));
        double[] seventh = Arrays.copyOfRange(seen, 7 * FEATURES, 8 * FEATURES);
        assertArrayEquals(seventh, at(SEED, "batches", 3, 7));
        assertArrayEquals(seventh, Arrays.copyOfRange(at(SEED, "batches", 3, 250, 7), FEATURES, 2 * FEATURES));
    }

    @Test
    void subset_changesAnExampleAsTheWholeDoes() {
        ImageExamples images = images(new Augmentation(2, true));
        Split split = Split.of(images, 60, SEED);
        Examples view = split.train().subset(5, 9).augmented(SEED, "batches", 2);
        Examples whole = split.train().augmented(SEED, "batches", 2);
        assertArrayEquals(inputs(whole, 9), inputs(view, 1));
        Examples seventeen = images.subset(17).augmented(SEED, "batches", 2);
        assertArrayEquals(at(SEED, "batches", 2, 17), inputs(seventeen, 0));
        Examples plain = images(Augmentation.NONE).subset(17);
        assertSame(plain, plain.augmented(SEED, "batches", 2));
    }

    @Test
    void evaluation_readsTheImagesUnchanged() {
        ImageExamples images = images(new Augmentation(2, true));
        assertArrayEquals(inputs(images(Augmentation.NONE), ALL), inputs(images, ALL));
    }

    @Test
    void float32_isFloat64RoundedOnce() {
        Examples view = images(new Augmentation(2, true)).augmented(SEED, "batches", 1);
        float[] narrow = new float[ALL.length * FEATURES];
        view.inputs(ALL, 0, ALL.length, narrow);
        double[] wide = inputs(view, ALL);
        for (int j = 0; j < wide.length; j++) {
            assertEquals((float) wide[j], narrow[j]);
        }
    }

    @Test
    void batchesAndSamplers_giveTheViewOfTheirEpoch() {
        ImageExamples images = images(new Augmentation(2, true));
        Batches batches = new Batches(images, 100, SEED, true);
        assertArrayEquals(at(SEED, "batches", 5, ALL), inputs(batches.augmented(images, 5), ALL));
        BatchSampler sampler = BatchSampler.curvature(images, 100, SEED);
        for (int k = 0; k < 4; k++) {
            sampler.next();
        }
        double[] second = at(SEED, "curvature-batches", 1, ALL);
        assertArrayEquals(second, inputs(sampler.augmented(images), ALL));
        BatchSampler resumed = BatchSampler.curvature(images, 100, SEED);
        resumed.seek(3);
        resumed.next();
        assertArrayEquals(second, inputs(resumed.augmented(images), ALL));
    }

    @Test
    void table_isTheStreamInAnyOrder() {
        LongUnaryOperator table = RandomStreams.table(SEED, "batches", 3);
        RandomGenerator random = RandomStreams.of(SEED, "batches", 3);
        long[] stream = {random.nextLong(), random.nextLong(), random.nextLong()};
        for (int k = 2; k >= 0; k--) {
            assertEquals(stream[k], table.applyAsLong(k));
        }
    }
}
