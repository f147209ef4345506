package soopt.backend.vector;

import static soopt.backend.vector.FloatLoops.load;
import static soopt.backend.vector.FloatLoops.store;

import java.nio.ByteBuffer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Winograd's transforms over off-heap float32 arrays, vectorized along the channels. Each transform is cut into loops
 * of at most forty vector operations: the compiler inlines 8,000 bytecodes into a loop, and operations beyond them
 * would make objects, ten times slower.
 */
public final class FloatWinograd implements WinogradLoops {
    private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
    private static final int WIDTH = LANES.length();

    @Override
    public int lanes() {
        return WIDTH;
    }

    @Override
    public void pad(
            ByteBuffer x,
            int at,
            int height,
            int width,
            int c,
            int margin,
            ByteBuffer out,
            int atOut,
            int outHeight,
            int outWidth) {
        FloatVector zero = FloatVector.zero(LANES);
        int line = outWidth * c;
        int left = margin * c;
        int right = left + width * c;
        for (int row = 0; row < outHeight; row++) {
            int y = row - margin;
            int to = atOut + row * line;
            boolean inside = y >= 0 && y < height;
            int from = at + y * width * c - left;
            for (int i = 0; i < line; i += WIDTH) {
                store(inside && i >= left && i < right ? load(x, from + i) : zero, out, to + i);
            }
        }
    }

    @Override
    public void inputs(ByteBuffer x, int at, int line, int tiles, int c, ByteBuffer v, int atV, int plane) {
        for (int tile = 0; tile < tiles; tile++) {
            inputTop(x, at + 2 * tile * c, line, c, v, atV + tile * c, plane);
            inputBottom(x, at + 2 * tile * c, line, c, v, atV + tile * c, plane);
        }
    }

    /** Rows 0 and 1 of Bᵀ d B. */
    private static void inputTop(ByteBuffer x, int at, int line, int c, ByteBuffer v, int to, int plane) {
        for (int i = 0; i < c; i += WIDTH) {
            int row0 = at + i;
            int row1 = row0 + line;
            int row2 = row1 + line;
            FloatVector d2 = load(x, row2);
            FloatVector t00 = load(x, row0).sub(d2);
            FloatVector t10 = load(x, row1).add(d2);
            d2 = load(x, row2 + c);
            FloatVector t01 = load(x, row0 + c).sub(d2);
            FloatVector t11 = load(x, row1 + c).add(d2);
            d2 = load(x, row2 + 2 * c);
            FloatVector t02 = load(x, row0 + 2 * c).sub(d2);
            FloatVector t12 = load(x, row1 + 2 * c).add(d2);
            d2 = load(x, row2 + 3 * c);
            FloatVector t03 = load(x, row0 + 3 * c).sub(d2);
            FloatVector t13 = load(x, row1 + 3 * c).add(d2);
            int o = to + i;
            store(t00.sub(t02), v, o);
            store(t01.add(t02), v, o + plane);
            store(t02.sub(t01), v, o + 2 * plane);
            store(t01.sub(t03), v, o + 3 * plane);
            store(t10.sub(t12), v, o + 4 * plane);
            store(t11.add(t12), v, o + 5 * plane);
            store(t12.sub(t11), v, o + 6 * plane);
            store(t11.sub(t13), v, o + 7 * plane);
        }
    }

    /** Rows 2 and 3 of Bᵀ d B. */
    private static void inputBottom(ByteBuffer x, int at, int line, int c, ByteBuffer v, int to, int plane) {
        for (int i = 0; i < c; i += WIDTH) {
            int row1 = at + i + line;
            int row2 = row1 + line;
            int row3 = row2 + line;
            FloatVector d1 = load(x, row1);
            FloatVector t20 = load(x, row2).sub(d1);
            FloatVector t30 = d1.sub(load(x, row3));
            d1 = load(x, row1 + c);
            FloatVector t21 = load(x, row2 + c).sub(d1);
            FloatVector t31 = d1.sub(load(x, row3 + c));
            d1 = load(x, row1 + 2 * c);
            FloatVector t22 = load(x, row2 + 2 * c).sub(d1);
            FloatVector t32 = d1.sub(load(x, row3 + 2 * c));
            d1 = load(x, row1 + 3 * c);
            FloatVector t23 = load(x, row2 + 3 * c).sub(d1);
            FloatVector t33 = d1.sub(load(x, row3 + 3 * c));
            int o = to + i;
            store(t20.sub(t22), v, o + 8 * plane);
            store(t21.add(t22), v, o + 9 * plane);
            store(t22.sub(t21), v, o + 10 * plane);
            store(t21.sub(t23), v, o + 11 * plane);
            store(t30.sub(t32), v, o + 12 * plane);
            store(t31.add(t32), v, o + 13 * plane);
            store(t32.sub(t31), v, o + 14 * plane);
            store(t31.sub(t33), v, o + 15 * plane);
        }
    }

    @Override
    public void errors(ByteBuffer x, int at, int line, int tiles, int c, ByteBuffer v, int atV, int plane) {
        for (int tile = 0; tile < tiles; tile++) {
            error(x, at + 2 * tile * c, line, c, v, atV + tile * c, plane);
        }
    }

    private static void error(ByteBuffer x, int at, int line, int c, ByteBuffer v, int to, int plane) {
        for (int i = 0; i < c; i += WIDTH) {
            int from = at + i;
            FloatVector d00 = load(x, from);
            FloatVector d01 = load(x, from + c);
            FloatVector d10 = load(x, from + line);
            FloatVector d11 = load(x, from + line + c);
            FloatVector s0 = d00.add(d10);
            FloatVector s1 = d01.add(d11);
            FloatVector r0 = d00.sub(d10);
            FloatVector r1 = d01.sub(d11);
            int o = to + i;
            store(d00, v, o);
            store(d00.add(d01), v, o + plane);
            store(d00.sub(d01), v, o + 2 * plane);
            store(d01.neg(), v, o + 3 * plane);
            store(s0, v, o + 4 * plane);
            store(s0.add(s1), v, o + 5 * plane);
            store(s0.sub(s1), v, o + 6 * plane);
            store(s1.neg(), v, o + 7 * plane);
            store(r0, v, o + 8 * plane);
            store(r0.add(r1), v, o + 9 * plane);
            store(r0.sub(r1), v, o + 10 * plane);
            store(r1.neg(), v, o + 11 * plane);
            store(d10.neg(), v, o + 12 * plane);
            store(d10.add(d11).neg(), v, o + 13 * plane);
            store(d11.sub(d10), v, o + 14 * plane);
            store(d11, v, o + 15 * plane);
        }
    }

    @Override
    public void filters(ByteBuffer w, int at, int n, int c, ByteBuffer u, int atU, int plane) {
        for (int filter = 0; filter < n; filter++) {
            filterOuter(w, at + 9 * filter * c, c, u, atU + filter * c, plane);
            filterInner(w, at + 9 * filter * c, c, u, atU + filter * c, plane);
        }
    }

    /** Rows 0 and 3 of G g Gᵀ. */
    private static void filterOuter(ByteBuffer w, int at, int c, ByteBuffer u, int to, int plane) {
        for (int i = 0; i < c; i += WIDTH) {
            int from = at + i;
            int o = to + i;
            FloatVector left = load(w, from);
            FloatVector middle = load(w, from + c);
            FloatVector right = load(w, from + 2 * c);
            FloatVector sum = left.add(right);
            store(left, u, o);
            store(sum.add(middle).mul(0.5f), u, o + plane);
            store(sum.sub(middle).mul(0.5f), u, o + 2 * plane);
            store(right, u, o + 3 * plane);
            left = load(w, from + 6 * c);
            middle = load(w, from + 7 * c);
            right = load(w, from + 8 * c);
            sum = left.add(right);
            store(left, u, o + 12 * plane);
            store(sum.add(middle).mul(0.5f), u, o + 13 * plane);
            store(sum.sub(middle).mul(0.5f), u, o + 14 * plane);
            store(right, u, o + 15 * plane);
        }
    }

    /** Rows 1 and 2 of G g Gᵀ. */
    private static void filterInner(ByteBuffer w, int at, int c, ByteBuffer u, int to, int plane) {
        for (int i = 0; i < c; i += WIDTH) {
            int from = at + i;
            FloatVector outer = load(w, from).add(load(w, from + 6 * c)).mul(0.5f);
            FloatVector inner = load(w, from + 3 * c).mul(0.5f);
            FloatVector t10 = outer.add(inner);
            FloatVector t20 = outer.sub(inner);
            outer = load(w, from + c).add(load(w, from + 7 * c)).mul(0.25f);
            inner = load(w, from + 4 * c).mul(0.25f);
            FloatVector t11 = outer.add(inner);
            FloatVector t21 = outer.sub(inner);
            outer = load(w, from + 2 * c).add(load(w, from + 8 * c)).mul(0.5f);
            inner = load(w, from + 5 * c).mul(0.5f);
            FloatVector t12 = outer.add(inner);
            FloatVector t22 = outer.sub(inner);
            int o = to + i;
            FloatVector sum = t10.add(t12).mul(0.5f);
            store(t10, u, o + 4 * plane);
            store(sum.add(t11), u, o + 5 * plane);
            store(sum.sub(t11), u, o + 6 * plane);
            store(t12, u, o + 7 * plane);
            sum = t20.add(t22).mul(0.5f);
            store(t20, u, o + 8 * plane);
            store(sum.add(t21), u, o + 9 * plane);
            store(sum.sub(t21), u, o + 10 * plane);
            store(t22, u, o + 11 * plane);
        }
    }

    @Override
    public void filterGradients(ByteBuffer u, int at, int plane, int n, int c, double beta, ByteBuffer w, int atW) {
        for (int filter = 0; filter < n; filter++) {
            int from = at + filter * c;
            int to = atW + 9 * filter * c;
            gradientOuter(u, from, from, plane, c, (float) beta, w, to);
            gradientInner(u, from, plane, c, (float) beta, w, to + 3 * c);
            gradientOuter(u, from, from + 12 * plane, plane, c, (float) beta, w, to + 6 * c);
        }
    }

    /** Row 0 or 2 of Gᵀ u G at {@code to}; {@code atOuter} is row 0 or 3 of u. */
    private static void gradientOuter(
            ByteBuffer u, int at, int atOuter, int plane, int c, float beta, ByteBuffer w, int to) {
        for (int i = 0; i < c; i += WIDTH) {
            int a = atOuter + i;
            int b = at + i + 4 * plane;
            int d = b + 4 * plane;
            FloatVector s0 = load(u, b).add(load(u, d)).mul(0.5f).add(load(u, a));
            FloatVector s1 =
                    load(u, b + plane).add(load(u, d + plane)).mul(0.5f).add(load(u, a + plane));
            FloatVector s2 =
                    load(u, b + 2 * plane).add(load(u, d + 2 * plane)).mul(0.5f).add(load(u, a + 2 * plane));
            FloatVector s3 =
                    load(u, b + 3 * plane).add(load(u, d + 3 * plane)).mul(0.5f).add(load(u, a + 3 * plane));
            FloatVector half = s1.add(s2).mul(0.5f);
            put(s0.add(half), beta, w, to + i);
            put(s1.sub(s2).mul(0.5f), beta, w, to + i + c);
            put(s3.add(half), beta, w, to + i + 2 * c);
        }
    }

    /** Row 1 of Gᵀ u G at {@code to}. */
    private static void gradientInner(ByteBuffer u, int at, int plane, int c, float beta, ByteBuffer w, int to) {
        for (int i = 0; i < c; i += WIDTH) {
            int b = at + i + 4 * plane;
            int d = b + 4 * plane;
            FloatVector s0 = load(u, b).sub(load(u, d)).mul(0.5f);
            FloatVector s1 = load(u, b + plane).sub(load(u, d + plane)).mul(0.25f);
            FloatVector s2 = load(u, b + 2 * plane).sub(load(u, d + 2 * plane)).mul(0.25f);
            FloatVector s3 = load(u, b + 3 * plane).sub(load(u, d + 3 * plane)).mul(0.5f);
            FloatVector half = s1.add(s2);
            put(s0.add(half), beta, w, to + i);
            put(s1.sub(s2), beta, w, to + i + c);
            put(s3.add(half), beta, w, to + i + 2 * c);
        }
    }

    /** x ← value + β x; with β = 0 whatever x holds is overwritten. */
    private static void put(FloatVector value, float beta, ByteBuffer x, int at) {
        store(beta == 0 ? value : load(x, at).mul(beta).add(value), x, at);
    }

    @Override
    public void outputs(
            ByteBuffer m,
            int at,
            int plane,
            int tiles,
            int c,
            double beta,
            ByteBuffer out,
            int atOut,
            int rows,
            int width) {
        for (int tile = 0; tile < tiles; tile++) {
            int from = at + tile * c;
            int to = atOut + 2 * tile * c;
            outputTop(m, from, plane, c, (float) beta, out, to, 2 * tile + 1 < width);
            if (rows == 2) {
                outputBottom(m, from, plane, c, (float) beta, out, to + width * c, 2 * tile + 1 < width);
            }
        }
    }

    /** Row 0 of Aᵀ m A. */
    private static void outputTop(
            ByteBuffer m, int at, int plane, int c, float beta, ByteBuffer out, int to, boolean right) {
        for (int i = 0; i < c; i += WIDTH) {
            int a = at + i;
            int b = a + 4 * plane;
            int d = b + 4 * plane;
            FloatVector s1 = load(m, a + plane).add(load(m, b + plane)).add(load(m, d + plane));
            FloatVector s2 = load(m, a + 2 * plane).add(load(m, b + 2 * plane)).add(load(m, d + 2 * plane));
            FloatVector s0 = load(m, a).add(load(m, b)).add(load(m, d));
            put(s0.add(s1).add(s2), beta, out, to + i);
            if (right) {
                FloatVector s3 =
                        load(m, a + 3 * plane).add(load(m, b + 3 * plane)).add(load(m, d + 3 * plane));
                put(s1.sub(s2).sub(s3), beta, out, to + i + c);
            }
        }
    }

    /** Row 1 of Aᵀ m A. */
    private static void outputBottom(
            ByteBuffer m, int at, int plane, int c, float beta, ByteBuffer out, int to, boolean right) {
        for (int i = 0; i < c; i += WIDTH) {
            int b = at + i + 4 * plane;
            int d = b + 4 * plane;
            int e = d + 4 * plane;
            FloatVector s1 = load(m, b + plane).sub(load(m, d + plane)).sub(load(m, e + plane));
            FloatVector s2 = load(m, b + 2 * plane).sub(load(m, d + 2 * plane)).sub(load(m, e + 2 * plane));
            FloatVector s0 = load(m, b).sub(load(m, d)).sub(load(m, e));
            put(s0.add(s1).add(s2), beta, out, to + i);
            if (right) {
                FloatVector s3 =
                        load(m, b + 3 * plane).sub(load(m, d + 3 * plane)).sub(load(m, e + 3 * plane));
                put(s1.sub(s2).sub(s3), beta, out, to + i + c);
            }
        }
    }
}
