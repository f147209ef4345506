package soopt.backend.vector;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Convolutions of stride 1 with very few output channels: the lanes run over neighbouring pixels of a row and weights are spread over
 * them, so that no lane is lost to missing channels. It is {@code FloatPlanar} with the type replaced.
 */
final class DoublePlanar {
    private static final VectorSpecies<Double> LANES = DoubleVector.SPECIES_PREFERRED;
    private static final int WIDTH = LANES.length();

    private final ImageLoops.Shape g;
    private final boolean planes;
    private final int outChannels;
    private final int row;
    private final int plane;
    /** The padded image [channels, height + 2p, width + 2p]. */
    private final double[] image;
    /** Where each number of a patch (kernel, kernel, channels) lies in the padded image, from the patch's corner. */
    private final int[] taps;

    DoublePlanar(ImageLoops.Shape g, boolean planes, int outChannels) {
        this.g = g;
        this.planes = planes;
        this.outChannels = outChannels;
        this.row = g.width() + 2 * g.padding();
        this.plane = (g.height() + 2 * g.padding()) * row;
        this.image = new double[g.channels() * plane];
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
        double[] weights = turned(w, atW, alpha);
        int positions = g.outHeight() * g.outWidth();
        double[] sums = new double[outChannels * positions];
        for (int n = from; n < to; n++) {
            read(x, at + n * g.height() * g.width() * g.channels());
            for (int oy = 0; oy < g.outHeight(); oy++) {
                convolveRow(weights, oy * row, sums, oy * g.outWidth(), positions);
            }
            write(sums, positions, beta, out, atOut + n * positions * outChannels);
        }
    }

    /** Weights [out, patch] → [patch, out], times α. */
    private double[] turned(ByteBuffer w, int at, double alpha) {
        double[] turned = new double[taps.length * outChannels];
        for (int o = 0; o < outChannels; o++) {
            for (int i = 0; i < taps.length; i++) {
                turned[i * outChannels + o] = (double) (alpha * w.getDouble((at + o * taps.length + i) * Double.BYTES));
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
                    x.slice((at + (c * g.height() + y) * g.width()) * Double.BYTES, g.width() * Double.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .asDoubleBuffer()
                            .get(image, to + c * plane, g.width());
                    continue;
                }
                int from = at + y * g.width() * channels + c;
                for (int i = 0; i < g.width(); i++) {
                    image[to + c * plane + i] = x.getDouble((from + i * channels) * Double.BYTES);
                }
            }
        }
    }

    /** Two vectors of pixels at a time; the last ones start early enough to be whole, and do some pixels again. */
    private void convolveRow(double[] weights, int corner, double[] sums, int target, int positions) {
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
            double[] x,
            int[] taps,
            int first,
            int second,
            double[] w,
            int o,
            int channels,
            double[] sums,
            int to,
            int to2,
            int step) {
        DoubleVector s0 = DoubleVector.zero(LANES);
        DoubleVector t0 = s0;
        DoubleVector s1 = s0;
        DoubleVector t1 = s1;
        DoubleVector s2 = s0;
        DoubleVector t2 = s2;
        DoubleVector s3 = s0;
        DoubleVector t3 = s3;
        DoubleVector s4 = s0;
        DoubleVector t4 = s4;
        DoubleVector s5 = s0;
        DoubleVector t5 = s5;
        for (int i = 0; i < taps.length; i++) {
            DoubleVector x0 = DoubleVector.fromArray(LANES, x, first + taps[i]);
            DoubleVector x1 = DoubleVector.fromArray(LANES, x, second + taps[i]);
            int at = i * channels + o;
            DoubleVector w0 = DoubleVector.broadcast(LANES, w[at]);
            s0 = x0.fma(w0, s0);
            t0 = x1.fma(w0, t0);
            DoubleVector w1 = DoubleVector.broadcast(LANES, w[at + 1]);
            s1 = x0.fma(w1, s1);
            t1 = x1.fma(w1, t1);
            DoubleVector w2 = DoubleVector.broadcast(LANES, w[at + 2]);
            s2 = x0.fma(w2, s2);
            t2 = x1.fma(w2, t2);
            DoubleVector w3 = DoubleVector.broadcast(LANES, w[at + 3]);
            s3 = x0.fma(w3, s3);
            t3 = x1.fma(w3, t3);
            DoubleVector w4 = DoubleVector.broadcast(LANES, w[at + 4]);
            s4 = x0.fma(w4, s4);
            t4 = x1.fma(w4, t4);
            DoubleVector w5 = DoubleVector.broadcast(LANES, w[at + 5]);
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
            double[] x,
            int[] taps,
            int first,
            int second,
            double[] w,
            int o,
            int channels,
            double[] sums,
            int to,
            int to2) {
        DoubleVector s = DoubleVector.zero(LANES);
        DoubleVector t = s;
        for (int i = 0; i < taps.length; i++) {
            DoubleVector weight = DoubleVector.broadcast(LANES, w[i * channels + o]);
            s = DoubleVector.fromArray(LANES, x, first + taps[i]).fma(weight, s);
            t = DoubleVector.fromArray(LANES, x, second + taps[i]).fma(weight, t);
        }
        s.intoArray(sums, to);
        t.intoArray(sums, to2);
    }

    /** [channels, positions] → [positions, channels]. */
    private void write(double[] sums, int positions, double beta, ByteBuffer out, int atOut) {
        for (int p = 0; p < positions; p++) {
            for (int o = 0; o < outChannels; o++) {
                int i = (atOut + p * outChannels + o) * Double.BYTES;
                double value = sums[o * positions + p];
                out.putDouble(i, beta == 0 ? value : value + (double) (beta * out.getDouble(i)));
            }
        }
    }
}
