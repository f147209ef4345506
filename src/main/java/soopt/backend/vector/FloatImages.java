package soopt.backend.vector;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops over off-heap float32 images, channels-last: patches for convolutions and their adjoint, and pooling, vectorized along the
 * channels. {@code DoubleImages} is this file with the type replaced.
 */
public final class FloatImages implements ImageLoops {
    private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final int BYTES = Float.BYTES;
    private static final int WIDTH = LANES.length();

    private static FloatVector load(ByteBuffer x, int at) {
        return FloatVector.fromByteBuffer(LANES, x, at * BYTES, ORDER);
    }

    private static void store(FloatVector value, ByteBuffer x, int at) {
        value.intoByteBuffer(x, at * BYTES, ORDER);
    }

    private static float get(ByteBuffer x, int at) {
        return x.getFloat(at * BYTES);
    }

    private static void put(ByteBuffer x, int at, float value) {
        x.putFloat(at * BYTES, value);
    }

    /**
     * Copies n numbers. A last partial vector is written whole where it stays before {@code limit}: what lies behind is written
     * later, and every allocation ends with room for a vector that is read too far.
     */
    private static void copy(ByteBuffer x, int atX, ByteBuffer out, int atOut, int n, int limit) {
        int i = 0;
        for (; i + WIDTH <= n; i += WIDTH) {
            store(load(x, atX + i), out, atOut + i);
        }
        if (i < n && atOut + i + WIDTH <= limit) {
            store(load(x, atX + i), out, atOut + i);
            return;
        }
        for (; i < n; i++) {
            put(out, atOut + i, get(x, atX + i));
        }
    }

    private static void zero(ByteBuffer out, int at, int n) {
        FloatVector zero = FloatVector.zero(LANES);
        int i = 0;
        for (; i + WIDTH <= n; i += WIDTH) {
            store(zero, out, at + i);
        }
        for (; i < n; i++) {
            put(out, at + i, 0);
        }
    }

    private static void add(ByteBuffer x, int atX, ByteBuffer out, int atOut, int n) {
        int i = 0;
        for (; i + WIDTH <= n; i += WIDTH) {
            store(load(out, atOut + i).add(load(x, atX + i)), out, atOut + i);
        }
        for (; i < n; i++) {
            put(out, atOut + i, get(out, atOut + i) + get(x, atX + i));
        }
    }

    // ---- patches ----

    @Override
    public void channelsLast(ByteBuffer x, int at, int pixels, int channels, ByteBuffer out, int atOut) {
        for (int c = 0; c < channels; c++) {
            int from = at + c * pixels;
            for (int i = 0; i < pixels; i++) {
                put(out, atOut + i * channels + c, get(x, from + i));
            }
        }
    }

    @Override
    public void patches(Shape g, ByteBuffer x, int at, ByteBuffer out, int atOut, int rowFrom, int rowTo) {
        int size = g.kernel() * g.kernel() * g.channels();
        int last = atOut + (rowTo - rowFrom) * g.outWidth() * size;
        for (int row = rowFrom; row < rowTo; row++) {
            int image = row / g.outHeight();
            int y0 = row % g.outHeight() * g.stride() - g.padding();
            int from = at + image * g.height() * g.width() * g.channels();
            for (int ox = 0; ox < g.outWidth(); ox++) {
                int to = atOut + ((row - rowFrom) * g.outWidth() + ox) * size;
                patch(g, x, from, y0, ox * g.stride() - g.padding(), out, to, last);
            }
        }
    }

    private static void patch(Shape g, ByteBuffer x, int image, int y0, int x0, ByteBuffer out, int to, int last) {
        int c = g.channels();
        int left = Math.max(0, -x0);
        int right = Math.min(g.kernel(), g.width() - x0);
        int run = g.kernel() * c;
        for (int a = 0; a < g.kernel(); a++) {
            int y = y0 + a;
            int row = to + a * run;
            if (y < 0 || y >= g.height() || right <= left) {
                zero(out, row, run);
                continue;
            }
            if (left > 0) {
                zero(out, row, left * c);
            }
            copy(x, image + (y * g.width() + x0 + left) * c, out, row + left * c, (right - left) * c, last);
            if (right < g.kernel()) {
                zero(out, row + right * c, (g.kernel() - right) * c);
            }
        }
    }

    @Override
    public void addPatches(Shape g, ByteBuffer patches, int at, ByteBuffer dx, int atDx, int imageFrom, int imageTo) {
        int c = g.channels();
        int run = g.kernel() * c;
        int size = g.kernel() * run;
        for (int image = imageFrom; image < imageTo; image++) {
            int target = atDx + image * g.height() * g.width() * c;
            for (int oy = 0; oy < g.outHeight(); oy++) {
                for (int ox = 0; ox < g.outWidth(); ox++) {
                    int from = at + ((image * g.outHeight() + oy) * g.outWidth() + ox) * size;
                    int x0 = ox * g.stride() - g.padding();
                    int left = Math.max(0, -x0);
                    int right = Math.min(g.kernel(), g.width() - x0);
                    for (int a = 0; a < g.kernel(); a++) {
                        int y = oy * g.stride() - g.padding() + a;
                        if (y >= 0 && y < g.height() && right > left) {
                            int to = target + (y * g.width() + x0 + left) * c;
                            add(patches, from + a * run + left * c, dx, to, (right - left) * c);
                        }
                    }
                }
            }
        }
    }

    @Override
    public int narrow() {
        return 2 * WIDTH;
    }

    @Override
    public void narrowConvolution(
            Shape g,
            boolean planes,
            int outChannels,
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
        if (FloatPlanar.suits(g, outChannels)) {
            new FloatPlanar(g, planes, outChannels).convolve(x, at, w, atW, alpha, beta, out, atOut, from, to);
            return;
        }
        new FloatNarrow(g, planes, outChannels).convolve(x, at, w, atW, alpha, beta, out, atOut, from, to);
    }

    @Override
    public void narrowWeightGradient(
            Shape g,
            boolean planes,
            int outChannels,
            ByteBuffer x,
            int at,
            ByteBuffer dy,
            int atDy,
            double[] dw,
            int from,
            int to) {
        new FloatNarrow(g, planes, outChannels).weightGradient(x, at, dy, atDy, dw, from, to);
    }

    // ---- pooling ----

    @Override
    public void maxPool(
            Shape g, ByteBuffer x, int at, ByteBuffer out, int atOut, ByteBuffer index, int atIndex, int from, int to) {
        int c = g.channels();
        int last = to * g.outWidth() * c;
        for (int row = from; row < to; row++) {
            int image = row / g.outHeight();
            int top = at + (image * g.height() + row % g.outHeight() * g.stride()) * g.width() * c;
            for (int ox = 0; ox < g.outWidth(); ox++) {
                int corner = top + ox * g.stride() * c;
                int o = (row * g.outWidth() + ox) * c;
                int i = 0;
                for (; i < c && o + i + WIDTH <= last; i += WIDTH) {
                    FloatVector best = load(x, corner + i);
                    FloatVector where = FloatVector.zero(LANES);
                    for (int j = 1; j < g.kernel() * g.kernel(); j++) {
                        FloatVector v = load(x, corner + i + place(g, j));
                        VectorMask<Float> larger = v.compare(VectorOperators.GT, best);
                        best = best.blend(v, larger);
                        where = where.blend((float) j, larger);
                    }
                    store(best, out, atOut + o + i);
                    store(where, index, atIndex + o + i);
                }
                for (; i < c; i++) {
                    int where = 0;
                    float best = get(x, corner + i);
                    for (int j = 1; j < g.kernel() * g.kernel(); j++) {
                        float v = get(x, corner + i + place(g, j));
                        where = v > best ? j : where;
                        best = v > best ? v : best;
                    }
                    put(out, atOut + o + i, best);
                    put(index, atIndex + o + i, where);
                }
            }
        }
    }

    /** Offset of the j-th position of a window from its corner. */
    private static int place(Shape g, int j) {
        return (j / g.kernel() * g.width() + j % g.kernel()) * g.channels();
    }

    @Override
    public void select(
            Shape g, ByteBuffer x, int at, ByteBuffer index, int atIndex, ByteBuffer out, int atOut, int from, int to) {
        int c = g.channels();
        int last = to * g.outWidth() * c;
        for (int row = from; row < to; row++) {
            int image = row / g.outHeight();
            int top = at + (image * g.height() + row % g.outHeight() * g.stride()) * g.width() * c;
            for (int ox = 0; ox < g.outWidth(); ox++) {
                int corner = top + ox * g.stride() * c;
                int o = (row * g.outWidth() + ox) * c;
                int i = 0;
                // A partial vector spills into the next pixel, which is written after it.
                for (; i < c && o + i + WIDTH <= last; i += WIDTH) {
                    FloatVector where = load(index, atIndex + o + i);
                    FloatVector chosen = load(x, corner + i);
                    for (int j = 1; j < g.kernel() * g.kernel(); j++) {
                        chosen = chosen.blend(
                                load(x, corner + i + place(g, j)), where.compare(VectorOperators.EQ, (float) j));
                    }
                    store(chosen, out, atOut + o + i);
                }
                for (; i < c; i++) {
                    int j = (int) get(index, atIndex + o + i);
                    put(out, atOut + o + i, get(x, corner + i + place(g, j)));
                }
            }
        }
    }

    @Override
    public void scatter(
            Shape g, ByteBuffer dy, int at, ByteBuffer index, int atIndex, ByteBuffer dx, int atDx, int from, int to) {
        int c = g.channels();
        // Lanes of a partial vector that belong to this pixel.
        VectorMask<Float> rest = LANES.indexInRange(0, c % WIDTH == 0 ? WIDTH : c % WIDTH);
        VectorMask<Float> whole = LANES.indexInRange(0, WIDTH);
        FloatVector zero = FloatVector.zero(LANES);
        for (int row = from; row < to; row++) {
            int image = row / g.outHeight();
            int top = atDx + (image * g.height() + row % g.outHeight() * g.stride()) * g.width() * c;
            boolean scalar = row == to - 1;
            for (int ox = 0; ox < g.outWidth(); ox++) {
                int corner = top + ox * g.stride() * c;
                int o = (row * g.outWidth() + ox) * c;
                int i = 0;
                for (; i + WIDTH <= c || i < c && !scalar; i += WIDTH) {
                    VectorMask<Float> mine = i + WIDTH <= c ? whole : rest;
                    FloatVector value = zero.blend(load(dy, at + o + i), mine);
                    FloatVector where = load(index, atIndex + o + i);
                    for (int j = 0; j < g.kernel() * g.kernel(); j++) {
                        int target = corner + i + place(g, j);
                        FloatVector part = zero.blend(value, where.compare(VectorOperators.EQ, (float) j));
                        store(load(dx, target).add(part), dx, target);
                    }
                }
                for (; i < c; i++) {
                    int target = corner + i + place(g, (int) get(index, atIndex + o + i));
                    put(dx, target, get(dx, target) + get(dy, at + o + i));
                }
            }
        }
    }

    @Override
    public void average(ByteBuffer x, int at, int width, int c, int rows, int columns, ByteBuffer out, int atOut) {
        double scale = 1.0 / (rows * columns);
        int i = 0;
        for (; i + WIDTH <= c; i += WIDTH) {
            FloatVector sum = FloatVector.zero(LANES);
            for (int y = 0; y < rows; y++) {
                for (int b = 0; b < columns; b++) {
                    sum = sum.add(load(x, at + (y * width + b) * c + i));
                }
            }
            store(sum.mul((float) scale), out, atOut + i);
        }
        for (; i < c; i++) {
            double sum = 0;
            for (int y = 0; y < rows; y++) {
                for (int b = 0; b < columns; b++) {
                    sum += get(x, at + (y * width + b) * c + i);
                }
            }
            put(out, atOut + i, (float) (sum * scale));
        }
    }

    @Override
    public void spread(ByteBuffer dy, int at, int width, int c, int rows, int columns, ByteBuffer dx, int atDx) {
        float scale = (float) (1.0 / (rows * columns));
        for (int y = 0; y < rows; y++) {
            for (int b = 0; b < columns; b++) {
                int to = atDx + (y * width + b) * c;
                int i = 0;
                for (; i + WIDTH <= c; i += WIDTH) {
                    store(load(dx, to + i).add(load(dy, at + i).mul(scale)), dx, to + i);
                }
                for (; i < c; i++) {
                    put(dx, to + i, get(dx, to + i) + get(dy, at + i) * scale);
                }
            }
        }
    }
}
