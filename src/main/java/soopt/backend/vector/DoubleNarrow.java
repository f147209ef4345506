package soopt.backend.vector;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Convolutions with at most two vectors of output channels, for which a matrix product is too narrow: the lanes run over the output
 * channels, eight sums stay in registers, and each number of the image is read from a padded copy on the heap and spread over the lanes.
 * No patches are formed. It is {@code FloatNarrow} with the type replaced.
 */
final class DoubleNarrow {
    private static final VectorSpecies<Double> LANES = DoubleVector.SPECIES_PREFERRED;
    private static final int WIDTH = LANES.length();

    private final ImageLoops.Shape g;
    private final boolean planes;
    private final int outChannels;
    /** Vectors of output channels: 1 or 2. */
    private final int vectors;
    /** Numbers of one row of the padded image, of the kernel's row, and between neighbouring output pixels. */
    private final int imageRow;

    private final int run;
    private final int step;
    /** The padded image [height + 2p, width + 2p, channels]. */
    private final double[] image;
    /** Where each number of a patch lies in the padded image, from the patch's corner. */
    private final int[] taps;
    /** Where the patch of each output position begins in the padded image. */
    private final int[] corners;

    DoubleNarrow(ImageLoops.Shape g, boolean planes, int outChannels) {
        this.g = g;
        this.planes = planes;
        this.outChannels = outChannels;
        this.vectors = (outChannels + WIDTH - 1) / WIDTH;
        this.imageRow = (g.width() + 2 * g.padding()) * g.channels();
        this.run = g.kernel() * g.channels();
        this.step = g.stride() * g.channels();
        this.image = new double[(g.height() + 2 * g.padding()) * imageRow];
        this.taps = new int[g.kernel() * run];
        Arrays.setAll(taps, i -> i / run * imageRow + i % run);
        this.corners = new int[g.outHeight() * g.outWidth()];
        Arrays.setAll(corners, i -> i / g.outWidth() * g.stride() * imageRow + i % g.outWidth() * step);
    }

    private static DoubleVector zero() {
        return DoubleVector.zero(LANES);
    }

    private static DoubleVector lanes(double[] x, int at) {
        return DoubleVector.fromArray(LANES, x, at);
    }

    private static DoubleVector all(double value) {
        return DoubleVector.broadcast(LANES, value);
    }

    /** Copies one image to the heap, channels last, inside its border of zeros. */
    private void read(ByteBuffer x, int at) {
        int pixels = g.height() * g.width();
        int channels = g.channels();
        for (int y = 0; y < g.height(); y++) {
            int to = (y + g.padding()) * imageRow + g.padding() * channels;
            int from = at + y * g.width() * (planes ? 1 : channels);
            if (!planes) {
                x.slice(from * Double.BYTES, g.width() * channels * Double.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asDoubleBuffer()
                        .get(image, to, g.width() * channels);
                continue;
            }
            for (int c = 0; c < channels; c++) {
                for (int i = 0; i < g.width(); i++) {
                    image[to + i * channels + c] = x.getDouble((from + c * pixels + i) * Double.BYTES);
                }
            }
        }
    }

    // ---- out = α A(x; w) + β out ----

    /** Weights [out, patch] turned to [patch, lanes], times α, with zeros in the lanes beyond. */
    private double[] lanesOf(ByteBuffer w, int at, double alpha) {
        int patch = g.kernel() * run;
        double[] turned = new double[patch * vectors * WIDTH];
        for (int o = 0; o < outChannels; o++) {
            for (int i = 0; i < patch; i++) {
                turned[i * vectors * WIDTH + o] = (double) (alpha * w.getDouble((at + o * patch + i) * Double.BYTES));
            }
        }
        return turned;
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
        double[] weights = lanesOf(w, atW, alpha);
        int positions = g.outHeight() * g.outWidth();
        double[] sums = new double[positions * vectors * WIDTH];
        for (int n = from; n < to; n++) {
            read(x, at + n * g.height() * g.width() * g.channels());
            for (int oy = 0; oy < g.outHeight(); oy++) {
                convolveRow(weights, oy, sums);
            }
            write(sums, positions, beta, out, atOut + n * positions * outChannels);
        }
    }

    /** A row is cut into blocks of pixels; the last block starts early enough to be whole, and does some pixels again. */
    private void convolveRow(double[] weights, int oy, double[] sums) {
        int corner = oy * g.stride() * imageRow;
        int target = oy * g.outWidth() * vectors * WIDTH;
        int pixels = vectors == 1 ? 8 : 4;
        if (g.outWidth() < pixels) {
            for (int ox = 0; ox < g.outWidth(); ox++) {
                onePixel(weights, corner + ox * step, sums, target + ox * vectors * WIDTH);
            }
            return;
        }
        for (int block = 0; block < g.outWidth(); block += pixels) {
            int ox = Math.min(block, g.outWidth() - pixels);
            if (vectors == 1) {
                eightPixels(image, taps, corner + ox * step, step, weights, sums, target + ox * WIDTH);
            } else {
                fourPixels(image, taps, corner + ox * step, step, weights, sums, target + ox * 2 * WIDTH);
            }
        }
    }

    // One loop each, over arrays passed in: with nested loops or fields the compiler of JDK 17 keeps the sums in
    // memory.

    private static void eightPixels(
            double[] x, int[] taps, int corner, int d, double[] weights, double[] sums, int target) {
        DoubleVector s0 = zero();
        DoubleVector s1 = s0;
        DoubleVector s2 = s0;
        DoubleVector s3 = s0;
        DoubleVector s4 = s0;
        DoubleVector s5 = s0;
        DoubleVector s6 = s0;
        DoubleVector s7 = s0;
        for (int i = 0; i < taps.length; i++) {
            int p = corner + taps[i];
            DoubleVector w = DoubleVector.fromArray(LANES, weights, i * WIDTH);
            s0 = w.fma(all(x[p]), s0);
            s1 = w.fma(all(x[p + d]), s1);
            s2 = w.fma(all(x[p + 2 * d]), s2);
            s3 = w.fma(all(x[p + 3 * d]), s3);
            s4 = w.fma(all(x[p + 4 * d]), s4);
            s5 = w.fma(all(x[p + 5 * d]), s5);
            s6 = w.fma(all(x[p + 6 * d]), s6);
            s7 = w.fma(all(x[p + 7 * d]), s7);
        }
        s0.intoArray(sums, target);
        s1.intoArray(sums, target + WIDTH);
        s2.intoArray(sums, target + 2 * WIDTH);
        s3.intoArray(sums, target + 3 * WIDTH);
        s4.intoArray(sums, target + 4 * WIDTH);
        s5.intoArray(sums, target + 5 * WIDTH);
        s6.intoArray(sums, target + 6 * WIDTH);
        s7.intoArray(sums, target + 7 * WIDTH);
    }

    private static void fourPixels(
            double[] x, int[] taps, int corner, int d, double[] weights, double[] sums, int target) {
        DoubleVector s0 = zero();
        DoubleVector s1 = s0;
        DoubleVector s2 = s0;
        DoubleVector s3 = s0;
        DoubleVector t0 = s0;
        DoubleVector t1 = s0;
        DoubleVector t2 = s0;
        DoubleVector t3 = s0;
        for (int i = 0; i < taps.length; i++) {
            int p = corner + taps[i];
            DoubleVector w0 = lanes(weights, 2 * i * WIDTH);
            DoubleVector w1 = lanes(weights, (2 * i + 1) * WIDTH);
            DoubleVector x0 = all(x[p]);
            s0 = w0.fma(x0, s0);
            t0 = w1.fma(x0, t0);
            DoubleVector x1 = all(x[p + d]);
            s1 = w0.fma(x1, s1);
            t1 = w1.fma(x1, t1);
            DoubleVector x2 = all(x[p + 2 * d]);
            s2 = w0.fma(x2, s2);
            t2 = w1.fma(x2, t2);
            DoubleVector x3 = all(x[p + 3 * d]);
            s3 = w0.fma(x3, s3);
            t3 = w1.fma(x3, t3);
        }
        s0.intoArray(sums, target);
        t0.intoArray(sums, target + WIDTH);
        s1.intoArray(sums, target + 2 * WIDTH);
        t1.intoArray(sums, target + 3 * WIDTH);
        s2.intoArray(sums, target + 4 * WIDTH);
        t2.intoArray(sums, target + 5 * WIDTH);
        s3.intoArray(sums, target + 6 * WIDTH);
        t3.intoArray(sums, target + 7 * WIDTH);
    }

    private void onePixel(double[] weights, int corner, double[] sums, int target) {
        for (int v = 0; v < vectors; v++) {
            pixel(image, taps, corner, weights, v * WIDTH, vectors * WIDTH, sums, target + v * WIDTH);
        }
    }

    private static void pixel(
            double[] x, int[] taps, int corner, double[] weights, int at, int row, double[] sums, int target) {
        DoubleVector sum = zero();
        for (int i = 0; i < taps.length; i++) {
            sum = lanes(weights, at + i * row).fma(all(x[corner + taps[i]]), sum);
        }
        sum.intoArray(sums, target);
    }

    /** Drops the lanes beyond the channels: [positions, lanes] → [positions, outChannels]. */
    private void write(double[] sums, int positions, double beta, ByteBuffer out, int atOut) {
        int i = atOut;
        for (int p = 0; p < positions; p++) {
            int from = p * vectors * WIDTH;
            for (int o = 0; o < outChannels; o++, i++) {
                double value = sums[from + o];
                if (beta != 0) {
                    value += (double) (beta * out.getDouble(i * Double.BYTES));
                }
                out.putDouble(i * Double.BYTES, value);
            }
        }
    }

    // ---- dw += Σ over positions of dy x ----

    void weightGradient(ByteBuffer x, int at, ByteBuffer dy, int atDy, double[] dw, int from, int to) {
        int patch = g.kernel() * run;
        int positions = g.outHeight() * g.outWidth();
        int lanes = vectors * WIDTH;
        double[] adjoint = new double[positions * lanes];
        double[] sums = new double[patch * lanes];
        for (int n = from; n < to; n++) {
            read(x, at + n * g.height() * g.width() * g.channels());
            readAdjoint(dy, atDy + n * positions * outChannels, adjoint);
            for (int v = 0; v < vectors; v++) {
                gradientOf(adjoint, v, sums);
            }
            addTo(sums, dw);
        }
    }

    /** Eight numbers of the patch at a time; the last eight start early enough to be whole. */
    private void gradientOf(double[] adjoint, int v, double[] sums) {
        int row = vectors * WIDTH;
        for (int a = 0; a < g.kernel(); a++) {
            int first = a * run;
            if (run < 8) {
                for (int i = first; i < first + run; i++) {
                    oneTap(image, corners, taps[i], adjoint, v * WIDTH, row, sums, i * row + v * WIDTH);
                }
                continue;
            }
            for (int block = 0; block < run; block += 8) {
                int i = first + Math.min(block, run - 8);
                eightTaps(image, corners, taps[i], adjoint, v * WIDTH, row, sums, i * row + v * WIDTH);
            }
        }
    }

    /** Two positions a turn; also keeps the method too large to be inlined into loops that would move the sums to memory. */
    private static void eightTaps(
            double[] x, int[] corners, int tap, double[] adjoint, int at, int row, double[] sums, int target) {
        DoubleVector s0 = zero();
        DoubleVector s1 = s0;
        DoubleVector s2 = s0;
        DoubleVector s3 = s0;
        DoubleVector s4 = s0;
        DoubleVector s5 = s0;
        DoubleVector s6 = s0;
        DoubleVector s7 = s0;
        for (int i = 0; i < corners.length; i += 2) {
            int p = corners[i] + tap;
            DoubleVector d = lanes(adjoint, at + i * row);
            s0 = d.fma(all(x[p]), s0);
            s1 = d.fma(all(x[p + 1]), s1);
            s2 = d.fma(all(x[p + 2]), s2);
            s3 = d.fma(all(x[p + 3]), s3);
            s4 = d.fma(all(x[p + 4]), s4);
            s5 = d.fma(all(x[p + 5]), s5);
            s6 = d.fma(all(x[p + 6]), s6);
            s7 = d.fma(all(x[p + 7]), s7);
            if (i + 1 < corners.length) {
                int q = corners[i + 1] + tap;
                DoubleVector e = lanes(adjoint, at + (i + 1) * row);
                s0 = e.fma(all(x[q]), s0);
                s1 = e.fma(all(x[q + 1]), s1);
                s2 = e.fma(all(x[q + 2]), s2);
                s3 = e.fma(all(x[q + 3]), s3);
                s4 = e.fma(all(x[q + 4]), s4);
                s5 = e.fma(all(x[q + 5]), s5);
                s6 = e.fma(all(x[q + 6]), s6);
                s7 = e.fma(all(x[q + 7]), s7);
            }
        }
        s0.intoArray(sums, target);
        s1.intoArray(sums, target + row);
        s2.intoArray(sums, target + 2 * row);
        s3.intoArray(sums, target + 3 * row);
        s4.intoArray(sums, target + 4 * row);
        s5.intoArray(sums, target + 5 * row);
        s6.intoArray(sums, target + 6 * row);
        s7.intoArray(sums, target + 7 * row);
    }

    private static void oneTap(
            double[] x, int[] corners, int tap, double[] adjoint, int at, int row, double[] sums, int target) {
        DoubleVector sum = zero();
        for (int i = 0; i < corners.length; i++) {
            sum = lanes(adjoint, at + i * row).fma(all(x[corners[i] + tap]), sum);
        }
        sum.intoArray(sums, target);
    }

    private void readAdjoint(ByteBuffer dy, int at, double[] adjoint) {
        int lanes = vectors * WIDTH;
        int i = at;
        for (int p = 0; p < adjoint.length; p += lanes) {
            for (int o = 0; o < outChannels; o++, i++) {
                adjoint[p + o] = dy.getDouble(i * Double.BYTES);
            }
        }
    }

    private void addTo(double[] sums, double[] dw) {
        int patch = g.kernel() * run;
        int lanes = vectors * WIDTH;
        for (int o = 0; o < outChannels; o++) {
            for (int i = 0; i < patch; i++) {
                dw[o * patch + i] += sums[i * lanes + o];
            }
        }
    }
}
