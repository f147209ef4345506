package soopt.data.examples;

import java.util.Optional;
import java.util.function.LongUnaryOperator;
import soopt.backend.Rows;
import soopt.random.RandomStreams;

/**
 * Images of bytes with one label each. Kept as bytes; input j of channel c with byte p is (p/255 − mean_c) /
 * deviation_c, looked up in a table of 256 that is computed in float64 and rounded once for float32.
 */
public final class ImageExamples implements Examples {
    private final byte[] pixels;
    private final byte[] labels;
    private final int channels;
    private final int plane;
    private final int width;
    private final Augmentation augmentation;
    private final double[][] values;
    private final float[][] roundedValues;

    /** Images that every pass sees alike. */
    public ImageExamples(byte[] pixels, byte[] labels, double[] mean, double[] deviation) {
        this(pixels, labels, mean, deviation, 1, Augmentation.NONE);
    }

    /**
     * @param pixels [N, channels, height, width], one unsigned byte each
     * @param labels [N] class indices
     * @param mean [channels] mean of p/255
     * @param deviation [channels] standard deviation of p/255
     * @param width of an image; only the augmentation asks for it
     * @param augmentation what {@link #augmented} does
     */
    public ImageExamples(
            byte[] pixels, byte[] labels, double[] mean, double[] deviation, int width, Augmentation augmentation) {
        this.pixels = pixels;
        this.labels = labels;
        this.channels = mean.length;
        this.plane = labels.length == 0 ? 0 : pixels.length / labels.length / channels;
        this.width = width;
        this.augmentation = augmentation;
        if ((long) labels.length * channels * plane != pixels.length || plane % width != 0) {
            throw new IllegalArgumentException(pixels.length + " bytes are not " + labels.length + " images of "
                    + channels + " channels of rows of " + width);
        }
        this.values = new double[channels][256];
        this.roundedValues = new float[channels][256];
        for (int c = 0; c < channels; c++) {
            for (int p = 0; p < 256; p++) {
                values[c][p] = (p / 255.0 - mean[c]) / deviation[c];
                roundedValues[c][p] = (float) values[c][p];
            }
        }
    }

    @Override
    public int size() {
        return labels.length;
    }

    @Override
    public int features() {
        return channels * plane;
    }

    @Override
    public int targets() {
        return 1;
    }

    @Override
    public void inputs(int[] indices, int from, int count, float[] out) {
        for (int k = 0; k < count; k++) {
            normalize(pixels, indices[from + k] * features(), out, k * features());
        }
    }

    @Override
    public void inputs(int[] indices, int from, int count, double[] out) {
        for (int k = 0; k < count; k++) {
            normalize(pixels, indices[from + k] * features(), out, k * features());
        }
    }

    @Override
    public void targets(int[] indices, int from, int count, double[] out) {
        for (int k = 0; k < count; k++) {
            out[k] = labels[indices[from + k]] & 0xff;
        }
    }

    @Override
    public Optional<Rows.Pixels> pixels() {
        return Optional.of(new Rows.Pixels(pixels, values, plane / width, width));
    }

    @Override
    public Examples augmented(long seed, String stream, long epoch) {
        return augmentation.equals(Augmentation.NONE)
                ? this
                : new Augmented(RandomStreams.table(seed, stream + ".augmentation", epoch));
    }

    /** out_{at+j} ← normalized byte bytes_{from+j} for one image. */
    private void normalize(byte[] bytes, int from, float[] out, int at) {
        int pixel = from;
        int i = at;
        for (float[] table : roundedValues) {
            for (int end = i + plane; i < end; i++) {
                out[i] = table[bytes[pixel++] & 0xff];
            }
        }
    }

    private void normalize(byte[] bytes, int from, double[] out, int at) {
        int pixel = from;
        int i = at;
        for (double[] table : values) {
            for (int end = i + plane; i < end; i++) {
                out[i] = table[bytes[pixel++] & 0xff];
            }
        }
    }

    /** These images as one pass sees them: example i is changed by number i of a table of random bits. */
    private final class Augmented implements Examples {
        private final LongUnaryOperator random;

        Augmented(LongUnaryOperator random) {
            this.random = random;
        }

        @Override
        public int size() {
            return ImageExamples.this.size();
        }

        @Override
        public int features() {
            return ImageExamples.this.features();
        }

        @Override
        public int targets() {
            return 1;
        }

        @Override
        public void inputs(int[] indices, int from, int count, float[] out) {
            byte[] image = new byte[features()];
            for (int k = 0; k < count; k++) {
                change(indices[from + k], image);
                normalize(image, 0, out, k * image.length);
            }
        }

        @Override
        public void inputs(int[] indices, int from, int count, double[] out) {
            byte[] image = new byte[features()];
            for (int k = 0; k < count; k++) {
                change(indices[from + k], image);
                normalize(image, 0, out, k * image.length);
            }
        }

        @Override
        public void targets(int[] indices, int from, int count, double[] out) {
            ImageExamples.this.targets(indices, from, count, out);
        }

        @Override
        public Examples root() {
            return ImageExamples.this;
        }

        @Override
        public int window(int example) {
            return augmentation.window(random.applyAsLong(example)).code();
        }

        private void change(int example, byte[] image) {
            long bits = random.applyAsLong(example);
            augmentation.apply(bits, pixels, example * image.length, plane / width, width, image);
        }
    }
}
