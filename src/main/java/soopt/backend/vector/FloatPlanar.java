package soopt.backend.vector;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Convolutions of stride 1 with very few output channels: the lanes run over neighbouring pixels of a row and weights are spread over
 * them, so that no lane is lost to missing channels. {@code DoublePlanar} is this file with the type replaced.
 */
final class FloatPlanar {
    private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
    private static final int WIDTH = LANES.length();

    private final ImageLoops.Shape g;
    private final boolean planes;
    private final int outChannels;
    private final int row;
    private final int plane;
    /** The padded image [channels, height + 2p, width + 2p]. */
    private final float[] image;
    /** Where each number of a patch (kernel, kernel, channels) lies in the padded image, from the patch's corner. */
    private final int[] taps;

    FloatPlanar(ImageLoops.Shape g, boolean planes, int outChannels) {
        this.g = g;
        this.planes = planes;
        this.outChannels = outChannels;
        this.row = g.width() + 2 * g.padding();
        this.plane = (g.height() + 2 * g.padding()) * row;
        this.image = new float[g.channels() * plane];
        this.taps = new int[g.kernel() * g.kernel() * g.channels()];
        int run = g.kernel() * g.channels();
        Arrays.setAll(taps, i -> i % g.channels() * plane + i / run * row + i % run / g.channels());
    }

    /** Whether the rows are long enough for whole vectors and the channels too few to fill one. */
    static boolean suits(ImageLoops.Shape g, int outChannels) {
        return g.stride() == 1 && outChannels < WIDTH && g.outWidth() >= WIDTH;
    }

    void convolve(
            ByteBuffer x,
            int at,
            ByteBuffer w,
            int atW,
            double alpha,
            double beta,
            ByteBuffer out,
            int atOut,
            int from,
            int to) {
        float[] weights = turned(w, atW, alpha);
        int positions = g.outHeight() * g.outWidth();
        float[] sums = new float[outChannels * positions];
        for (int n = from; n < to; n++) {
            read(x, at + n * g.height() * g.width() * g.channels());
            for (int oy = 0; oy < g.outHeight(); oy++) {
                convolveRow(weights, oy * row, sums, oy * g.outWidth(), positions);
            }
            write(sums, positions, beta, out, atOut + n * positions * outChannels);
        }
    }

    /** Weights [out, patch] → [patch, out], times α. */
    private float[] turned(ByteBuffer w, int at, double alpha) {
        float[] turned = new float[taps.length * outChannels];
        for (int o = 0; o < outChannels; o++) {
            for (int i = 0; i < taps.length; i++) {
                turned[i * outChannels + o] = (float) (alpha * w.getFloat((at + o * taps.length + i) * Float.BYTES));
            }
        }
        return turned;
    }

    private void read(ByteBuffer x, int at) {
        int channels = g.channels();
        for (int y = 0; y < g.height(); y++) {
            int to = (y + g.padding()) * row + g.padding();
            for (int c = 0; c < channels; c++) {
                if (planes) {
                    x.slice((at + (c * g.height() + y) * g.width()) * Float.BYTES, g.width() * Float.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .asFloatBuffer()
                            .get(image, to + c * plane, g.width());
                    continue;
                }
                int from = at + y * g.width() * channels + c;
                for (int i = 0; i < g.width(); i++) {
                    image[to + c * plane + i] = x.getFloat((from + i * channels) * Float.BYTES);
                }
            }
        }
    }

    /** Two vectors of pixels at a time; the last ones start early enough to be whole, and do some pixels again. */
    private void convolveRow(float[] weights, int corner, float[] sums, int target, int positions) {
        int last = g.outWidth() - WIDTH;
        for (int first = 0; first <= last; first += 2 * WIDTH) {
            int second = Math.min(first + WIDTH, last);
            int o = 0;
            for (; o + 6 <= outChannels; o += 6) {
                sixChannels(
                        image,
                        taps,
                        corner + first,
                        corner + second,
                        weights,
                        o,
                        outChannels,
                        sums,
                        o * positions + target + first,
                        o * positions + target + second,
                        positions);
            }
            for (; o < outChannels; o++) {
                oneChannel(
                        image,
                        taps,
                        corner + first,
                        corner + second,
                        weights,
                        o,
                        outChannels,
                        sums,
                        o * positions + target + first,
                        o * positions + target + second);
            }
        }
        if (g.outWidth() % (2 * WIDTH) != 0 && g.outWidth() % (2 * WIDTH) < WIDTH && last > 0) {
            for (int o = 0; o < outChannels; o++) {
                int to = o * positions + target + last;
                oneChannel(image, taps, corner + last, corner + last, weights, o, outChannels, sums, to, to);
            }
        }
    }

    /** Twelve sums in registers; too large to be inlined into loops that would move them to memory. */
    private static void sixChannels(
            float[] x,
            int[] taps,
            int first,
            int second,
            float[] w,
            int o,
            int channels,
            float[] sums,
            int to,
            int to2,
            int step) {
        FloatVector s0 = FloatVector.zero(LANES);
        FloatVector t0 = s0;
        FloatVector s1 = s0;
        FloatVector t1 = s1;
        FloatVector s2 = s0;
        FloatVector t2 = s2;
        FloatVector s3 = s0;
        FloatVector t3 = s3;
        FloatVector s4 = s0;
        FloatVector t4 = s4;
        FloatVector s5 = s0;
        FloatVector t5 = s5;
        for (int i = 0; i < taps.length; i++) {
            FloatVector x0 = FloatVector.fromArray(LANES, x, first + taps[i]);
            FloatVector x1 = FloatVector.fromArray(LANES, x, second + taps[i]);
            int at = i * channels + o;
            FloatVector w0 = FloatVector.broadcast(LANES, w[at]);
            s0 = x0.fma(w0, s0);
            t0 = x1.fma(w0, t0);
            FloatVector w1 = FloatVector.broadcast(LANES, w[at + 1]);
            s1 = x0.fma(w1, s1);
            t1 = x1.fma(w1, t1);
            FloatVector w2 = FloatVector.broadcast(LANES, w[at + 2]);
            s2 = x0.fma(w2, s2);
            t2 = x1.fma(w2, t2);
            FloatVector w3 = FloatVector.broadcast(LANES, w[at + 3]);
            s3 = x0.fma(w3, s3);
            t3 = x1.fma(w3, t3);
            FloatVector w4 = FloatVector.broadcast(LANES, w[at + 4]);
            s4 = x0.fma(w4, s4);
            t4 = x1.fma(w4, t4);
            FloatVector w5 = FloatVector.broadcast(LANES, w[at + 5]);
            s5 = x0.fma(w5, s5);
            t5 = x1.fma(w5, t5);
        }
        s0.intoArray(sums, to);
        t0.intoArray(sums, to2);
        s1.intoArray(sums, to + step);
        t1.intoArray(sums, to2 + step);
        s2.intoArray(sums, to + 2 * step);
        t2.intoArray(sums, to2 + 2 * step);
        s3.intoArray(sums, to + 3 * step);
        t3.intoArray(sums, to2 + 3 * step);
        s4.intoArray(sums, to + 4 * step);
        t4.intoArray(sums, to2 + 4 * step);
        s5.intoArray(sums, to + 5 * step);
        t5.intoArray(sums, to2 + 5 * step);
    }

    private static void oneChannel(
            float[] x,
            int[] taps,
            int first,
            int second,
            float[] w,
            int o,
            int channels,
            float[] sums,
            int to,
            int to2) {
        FloatVector s = FloatVector.zero(LANES);
        FloatVector t = s;
        for (int i = 0; i < taps.length; i++) {
            FloatVector weight = FloatVector.broadcast(LANES, w[i * channels + o]);
            s = FloatVector.fromArray(LANES, x, first + taps[i]).fma(weight, s);
            t = FloatVector.fromArray(LANES, x, second + taps[i]).fma(weight, t);
        }
        s.intoArray(sums, to);
        t.intoArray(sums, to2);
    }

    /** [channels, positions] → [positions, channels]. */
    private void write(float[] sums, int positions, double beta, ByteBuffer out, int atOut) {
        for (int p = 0; p < positions; p++) {
            for (int o = 0; o < outChannels; o++) {
                int i = (atOut + p * outChannels + o) * Float.BYTES;
                float value = sums[o * positions + p];
                out.putFloat(i, beta == 0 ? value : value + (float) (beta * out.getFloat(i)));
            }
        }
    }
}
