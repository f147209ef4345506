package soopt.data;

/**
 * Images of bytes with one label each. Kept as bytes; input j of channel c with byte p is (p/255 − mean_c) /
 * deviation_c, looked up in a table of 256 that is computed in float64 and rounded once for float32.
 */
final class ImageExamples implements Examples {
    private final byte[] pixels;
    private final byte[] labels;
    private final int channels;
    private final int plane;
    private final double[][] values;
    private final float[][] roundedValues;

    /**
     * @param pixels [N, channels, plane], one unsigned byte each
     * @param labels [N] class indices
     * @param mean [channels] mean of p/255
     * @param deviation [channels] standard deviation of p/255
     */
    ImageExamples(byte[] pixels, byte[] labels, double[] mean, double[] deviation) {
        this.pixels = pixels;
        this.labels = labels;
        this.channels = mean.length;
        this.plane = labels.length == 0 ? 0 : pixels.length / labels.length / channels;
        if ((long) labels.length * channels * plane != pixels.length) {
            throw new IllegalArgumentException(
                    pixels.length + " bytes are not " + labels.length + " images of " + channels + " channels");
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
        int at = 0;
        for (int k = 0; k < count; k++) {
            int pixel = indices[from + k] * features();
            for (float[] table : roundedValues) {
                for (int end = at + plane; at < end; at++) {
                    out[at] = table[pixels[pixel++] & 0xff];
                }
            }
        }
    }

    @Override
    public void inputs(int[] indices, int from, int count, double[] out) {
        int at = 0;
        for (int k = 0; k < count; k++) {
            int pixel = indices[from + k] * features();
            for (double[] table : values) {
                for (int end = at + plane; at < end; at++) {
                    out[at] = table[pixels[pixel++] & 0xff];
                }
            }
        }
    }

    @Override
    public void targets(int[] indices, int from, int count, double[] out) {
        for (int k = 0; k < count; k++) {
            out[k] = labels[indices[from + k]] & 0xff;
        }
    }
}
