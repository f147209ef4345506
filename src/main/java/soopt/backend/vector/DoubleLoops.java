package soopt.backend.vector;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Fused elementwise loops and contractions over off-heap float64 arrays. A run of n elements is a direct buffer and the position
 * of its first element; lengths are those of one thread's share. It is {@code FloatLoops} with the type replaced (a test holds
 * the two together): Java has no generics over primitives that the compiler vectorizes.
 */
public final class DoubleLoops implements Loops {
    private static final VectorSpecies<Double> LANES = DoubleVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final int BYTES = Double.BYTES;
    private static final int WIDTH = LANES.length();
    /** Elements summed in lanes before the sum moves to float64: keeps rounding near that of a pairwise sum. */
    private static final int BLOCK = 2048;

    private static DoubleVector load(ByteBuffer x, int at) {
        return DoubleVector.fromByteBuffer(LANES, x, at * BYTES, ORDER);
    }

    private static void store(DoubleVector value, ByteBuffer x, int at) {
        value.intoByteBuffer(x, at * BYTES, ORDER);
    }

    private static DoubleVector load(ByteBuffer x, int at, VectorMask<Double> mask) {
        return DoubleVector.fromByteBuffer(LANES, x, at * BYTES, ORDER, mask);
    }

    private static void store(DoubleVector value, ByteBuffer x, int at, VectorMask<Double> mask) {
        value.intoByteBuffer(x, at * BYTES, ORDER, mask);
    }

    private static double get(ByteBuffer x, int at) {
        return x.getDouble(at * BYTES);
    }

    private static void put(ByteBuffer x, int at, double value) {
        x.putDouble(at * BYTES, value);
    }

    private static VectorMask<Double> tail(int i, int n) {
        return LANES.indexInRange(i, n);
    }

    private static DoubleVector all(double value) {
        return DoubleVector.broadcast(LANES, (double) value);
    }

    // ---- vectors ----

    @Override
    public void fill(ByteBuffer x, int at, int n, double value) {
        DoubleVector v = all(value);
        int i = 0;
        for (; i < LANES.loopBound(n); i += WIDTH) {
            store(v, x, at + i);
        }
        if (i < n) {
            store(v, x, at + i, tail(i, n));
        }
    }

    /** Σ x y. */
    @Override
    public double dot(ByteBuffer x, int atX, ByteBuffer y, int atY, int n) {
        double sum = 0;
        for (int block = 0; block < n; block += BLOCK) {
            sum += dotBlock(x, atX + block, y, atY + block, Math.min(BLOCK, n - block));
        }
        return sum;
    }

    private static double dotBlock(ByteBuffer x, int atX, ByteBuffer y, int atY, int n) {
        DoubleVector s0 = DoubleVector.zero(LANES);
        DoubleVector s1 = s0;
        DoubleVector s2 = s0;
        DoubleVector s3 = s0;
        int i = 0;
        for (; i <= n - 4 * WIDTH; i += 4 * WIDTH) {
            s0 = load(x, atX + i).fma(load(y, atY + i), s0);
            s1 = load(x, atX + i + WIDTH).fma(load(y, atY + i + WIDTH), s1);
            s2 = load(x, atX + i + 2 * WIDTH).fma(load(y, atY + i + 2 * WIDTH), s2);
            s3 = load(x, atX + i + 3 * WIDTH).fma(load(y, atY + i + 3 * WIDTH), s3);
        }
        for (; i + WIDTH <= n; i += WIDTH) {
            s0 = load(x, atX + i).fma(load(y, atY + i), s0);
        }
        double rest = 0;
        for (; i < n; i++) {
            rest += (double) get(x, atX + i) * get(y, atY + i);
        }
        return s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD) + rest;
    }

    /** out ← α x + β y. */
    @Override
    public void combine(
            double alpha, ByteBuffer x, int atX, double beta, ByteBuffer y, int atY, ByteBuffer out, int atOut, int n) {
        DoubleVector a = all(alpha);
        DoubleVector b = all(beta);
        int i = 0;
        for (; i < LANES.loopBound(n); i += WIDTH) {
            store(load(x, atX + i).fma(a, load(y, atY + i).mul(b)), out, atOut + i);
        }
        if (i < n) {
            VectorMask<Double> mask = tail(i, n);
            store(load(x, atX + i, mask).fma(a, load(y, atY + i, mask).mul(b)), out, atOut + i, mask);
        }
    }

    /** y ← y + α x. */
    @Override
    public void axpy(double alpha, ByteBuffer x, int atX, ByteBuffer y, int atY, int n) {
        DoubleVector a = all(alpha);
        int i = 0;
        for (; i < LANES.loopBound(n); i += WIDTH) {
            store(load(x, atX + i).fma(a, load(y, atY + i)), y, atY + i);
        }
        if (i < n) {
            VectorMask<Double> mask = tail(i, n);
            store(load(x, atX + i, mask).fma(a, load(y, atY + i, mask)), y, atY + i, mask);
        }
    }

    /** x ← α x. */
    @Override
    public void scale(double alpha, ByteBuffer x, int at, int n) {
        DoubleVector a = all(alpha);
        int i = 0;
        for (; i < LANES.loopBound(n); i += WIDTH) {
            store(load(x, at + i).mul(a), x, at + i);
        }
        if (i < n) {
            VectorMask<Double> mask = tail(i, n);
            store(load(x, at + i, mask).mul(a), x, at + i, mask);
        }
    }

    /** out ← x y, added to out if told so. */
    @Override
    public void multiply(ByteBuffer x, int atX, ByteBuffer y, int atY, ByteBuffer out, int atOut, int n, boolean add) {
        int i = 0;
        if (add) {
            for (; i < LANES.loopBound(n); i += WIDTH) {
                store(load(x, atX + i).fma(load(y, atY + i), load(out, atOut + i)), out, atOut + i);
            }
        } else {
            for (; i < LANES.loopBound(n); i += WIDTH) {
                store(load(x, atX + i).mul(load(y, atY + i)), out, atOut + i);
            }
        }
        if (i < n) {
            VectorMask<Double> mask = tail(i, n);
            DoubleVector product = load(x, atX + i, mask).mul(load(y, atY + i, mask));
            store(add ? product.add(load(out, atOut + i, mask)) : product, out, atOut + i, mask);
        }
    }

    /** Adam: see {@code Backend.adam}; inverseRoot = 1/√correction₂. */
    @Override
    public void adam(
            ByteBuffer g,
            int atG,
            ByteBuffer m,
            int atM,
            ByteBuffer v,
            int atV,
            ByteBuffer out,
            int atOut,
            int n,
            double beta1,
            double beta2,
            double scale,
            double inverseRoot,
            double epsilon) {
        DoubleVector b1 = all(beta1);
        DoubleVector c1 = all(1 - beta1);
        DoubleVector b2 = all(beta2);
        DoubleVector c2 = all(1 - beta2);
        DoubleVector k = all(scale);
        DoubleVector root = all(inverseRoot);
        DoubleVector eps = all(epsilon);
        for (int i = 0; i < n; i += WIDTH) {
            if (i + WIDTH <= n) {
                DoubleVector gi = load(g, atG + i);
                DoubleVector mi = load(m, atM + i).mul(b1).add(gi.mul(c1));
                DoubleVector vi = load(v, atV + i).mul(b2).add(gi.mul(gi).mul(c2));
                store(mi, m, atM + i);
                store(vi, v, atV + i);
                store(mi.mul(k).div(vi.sqrt().mul(root).add(eps)), out, atOut + i);
            } else {
                VectorMask<Double> mask = tail(i, n);
                DoubleVector gi = load(g, atG + i, mask);
                DoubleVector mi = load(m, atM + i, mask).mul(b1).add(gi.mul(c1));
                DoubleVector vi = load(v, atV + i, mask).mul(b2).add(gi.mul(gi).mul(c2));
                store(mi, m, atM + i, mask);
                store(vi, v, atV + i, mask);
                store(mi.mul(k).div(vi.sqrt().mul(root).add(eps)), out, atOut + i, mask);
            }
        }
    }

    // ---- matrices [rows, d] ----

    /** x_i ← x_i + row. */
    @Override
    public void addRow(ByteBuffer row, int atRow, ByteBuffer x, int at, int rows, int d) {
        if (d >= 4 * WIDTH) {
            for (int r = 0; r < rows; r++) {
                axpy(1, row, atRow, x, at + r * d, d);
            }
            return;
        }
        // Short rows: WIDTH of them make d whole vectors.
        double[] pattern = new double[d * WIDTH];
        for (int i = 0; i < pattern.length; i++) {
            pattern[i] = get(row, atRow + i % d);
        }
        int n = rows * d;
        int i = 0;
        for (; i + pattern.length <= n; i += pattern.length) {
            for (int j = 0; j < pattern.length; j += WIDTH) {
                store(load(x, at + i + j).add(DoubleVector.fromArray(LANES, pattern, j)), x, at + i + j);
            }
        }
        for (int j = 0; i + j < n; j++) {
            put(x, at + i + j, get(x, at + i + j) + pattern[j]);
        }
    }

    @Override
    public void sumRows(ByteBuffer x, int at, int rows, int d, double[] out) {
        // Short rows are taken WIDTH at a time, as one row of d whole vectors whose sums are folded at the end.
        int fold = d < 4 * WIDTH ? WIDTH : 1;
        int wide = d * fold;
        double[] sums = new double[wide];
        int whole = rows / fold;
        // Sums of 64 rows in lanes, then float64: many rows do not cost accuracy.
        for (int block = 0; block < whole; block += 64) {
            Arrays.fill(sums, 0);
            for (int r = block; r < Math.min(whole, block + 64); r++) {
                int from = at + r * wide;
                int i = 0;
                for (; i + WIDTH <= wide; i += WIDTH) {
                    DoubleVector.fromArray(LANES, sums, i)
                            .add(load(x, from + i))
                            .intoArray(sums, i);
                }
                for (; i < wide; i++) {
                    sums[i] += get(x, from + i);
                }
            }
            for (int i = 0; i < wide; i++) {
                out[i % d] += sums[i];
            }
        }
        for (int i = whole * wide; i < rows * d; i++) {
            out[i % d] += get(x, at + i);
        }
    }

    // ---- contractions over positions from … to − 1 of n rows of length m ----

    /** Positions worked on together, so that all rows of a tile stay in the second-level cache. */
    private static int tile(int n) {
        return Math.max(64, Math.min(1024, (32768 / Math.max(1, n)) / 64 * 64));
    }

    /** out_{s·stride+t} += Σ_i w_i x_si x_ti for all s, t &lt; n; atW &lt; 0 for w = 1. */
    @Override
    public void gram(
            ByteBuffer x, int at, int m, int n, ByteBuffer w, int atW, int from, int to, double[] out, int stride) {
        int tile = tile(n);
        double[] plain = new double[n * tile];
        double[] weighted = new double[n * tile];
        for (int p = from; p < to; p += tile) {
            int length = Math.min(tile, to - p);
            int padded = (length + WIDTH - 1) / WIDTH * WIDTH;
            for (int s = 0; s < n; s++) {
                gather(x, at + s * m + p, w, atW + p, atW >= 0, length, plain, weighted, s * tile);
            }
            gramTile(weighted, plain, n, tile, padded, out, stride);
        }
    }

    /** plain ← x, weighted ← w x (or x) from {@code row} on, padded with zeros to whole vectors. */
    private static void gather(
            ByteBuffer x,
            int at,
            ByteBuffer w,
            int atW,
            boolean weigh,
            int length,
            double[] plain,
            double[] weighted,
            int row) {
        int i = 0;
        for (; i + WIDTH <= length; i += WIDTH) {
            DoubleVector xi = load(x, at + i);
            xi.intoArray(plain, row + i);
            (weigh ? xi.mul(load(w, atW + i)) : xi).intoArray(weighted, row + i);
        }
        for (; i < length; i++) {
            plain[row + i] = get(x, at + i);
            weighted[row + i] = weigh ? plain[row + i] * get(w, atW + i) : plain[row + i];
        }
        clearTail(length, plain, weighted, row);
    }

    /** Zeros after a tile row whose length is no multiple of the vector width, so that whole vectors can be summed. */
    private static void clearTail(int length, double[] plain, double[] weighted, int row) {
        for (int i = length; i % WIDTH != 0; i++) {
            plain[row + i] = 0;
            weighted[row + i] = 0;
        }
    }

    /** out += a bᵀ over one tile, symmetric: rows of a and b [n, tile], the first {@code length} columns. */
    private static void gramTile(double[] a, double[] b, int n, int tile, int length, double[] out, int stride) {
        for (int s = 0; s < n; s += 2) {
            boolean pair = s + 1 < n;
            int t = 0;
            for (; pair && t + 3 < s; t += 4) {
                gramBlock(a, b, s, t, tile, length, out, stride);
            }
            for (; t <= s + (pair ? 1 : 0); t++) {
                if (t <= s) {
                    add(out, stride, s, t, dotArrays(a, s * tile, b, t * tile, length));
                }
                if (pair) {
                    add(out, stride, s + 1, t, dotArrays(a, (s + 1) * tile, b, t * tile, length));
                }
            }
        }
    }

    /** The 2 × 4 products of rows s, s + 1 with t … t + 3: eight sums in registers for six loads. */
    private static void gramBlock(
            double[] a, double[] b, int s, int t, int tile, int length, double[] out, int stride) {
        DoubleVector s00 = DoubleVector.zero(LANES);
        DoubleVector s01 = s00;
        DoubleVector s02 = s00;
        DoubleVector s03 = s00;
        DoubleVector s10 = s00;
        DoubleVector s11 = s00;
        DoubleVector s12 = s00;
        DoubleVector s13 = s00;
        int rowS = s * tile;
        int rowT = t * tile;
        for (int i = 0; i < length; i += WIDTH) {
            DoubleVector a0 = DoubleVector.fromArray(LANES, a, rowS + i);
            DoubleVector a1 = DoubleVector.fromArray(LANES, a, rowS + tile + i);
            DoubleVector b0 = DoubleVector.fromArray(LANES, b, rowT + i);
            DoubleVector b1 = DoubleVector.fromArray(LANES, b, rowT + tile + i);
            s00 = a0.fma(b0, s00);
            s10 = a1.fma(b0, s10);
            s01 = a0.fma(b1, s01);
            s11 = a1.fma(b1, s11);
            DoubleVector b2 = DoubleVector.fromArray(LANES, b, rowT + 2 * tile + i);
            DoubleVector b3 = DoubleVector.fromArray(LANES, b, rowT + 3 * tile + i);
            s02 = a0.fma(b2, s02);
            s12 = a1.fma(b2, s12);
            s03 = a0.fma(b3, s03);
            s13 = a1.fma(b3, s13);
        }
        add(out, stride, s, t, s00.reduceLanes(VectorOperators.ADD));
        add(out, stride, s, t + 1, s01.reduceLanes(VectorOperators.ADD));
        add(out, stride, s, t + 2, s02.reduceLanes(VectorOperators.ADD));
        add(out, stride, s, t + 3, s03.reduceLanes(VectorOperators.ADD));
        add(out, stride, s + 1, t, s10.reduceLanes(VectorOperators.ADD));
        add(out, stride, s + 1, t + 1, s11.reduceLanes(VectorOperators.ADD));
        add(out, stride, s + 1, t + 2, s12.reduceLanes(VectorOperators.ADD));
        add(out, stride, s + 1, t + 3, s13.reduceLanes(VectorOperators.ADD));
    }

    private static void add(double[] out, int stride, int s, int t, double value) {
        out[s * stride + t] += value;
        if (s != t) {
            out[t * stride + s] += value;
        }
    }

    private static double dotArrays(double[] a, int atA, double[] b, int atB, int length) {
        DoubleVector sum = DoubleVector.zero(LANES);
        for (int i = 0; i < length; i += WIDTH) {
            sum = DoubleVector.fromArray(LANES, a, atA + i).fma(DoubleVector.fromArray(LANES, b, atB + i), sum);
        }
        return sum.reduceLanes(VectorOperators.ADD);
    }

    /**
     * Positions from … to − 1 of {@code Backend.activationTangents}. {@code second} is null for second-order work.
     */
    @Override
    public void tangents(
            ByteBuffer first,
            int atFirst,
            ByteBuffer second,
            int atSecond,
            int m,
            int n,
            int n2,
            ByteBuffer lambda,
            int atLambda,
            ByteBuffer s1,
            int atS1,
            ByteBuffer s2,
            int atS2,
            ByteBuffer s3,
            int atS3,
            int from,
            int to,
            double[] gram,
            int stride,
            double[] third) {
        int tile = tile(n);
        double[] plain = new double[n * tile];
        double[] weighted = new double[n * tile];
        double[] slopes = new double[4 * tile];
        for (int p = from; p < to; p += tile) {
            int length = Math.min(tile, to - p);
            int padded = (length + WIDTH - 1) / WIDTH * WIDTH;
            slopes(lambda, atLambda + p, s1, atS1 + p, s2, atS2 + p, s3, atS3 + p, length, slopes, tile);
            for (int s = 0; s < n; s++) {
                int row = s * tile;
                int at1 = atFirst + s * m + p;
                if (second == null) {
                    propagateFirst(first, at1, length, slopes, tile, plain, weighted, row);
                } else if (s < n2) {
                    third[s] += propagateBoth(
                            first, at1, second, atSecond + s * m + p, length, slopes, tile, plain, weighted, row);
                } else {
                    third[s] += propagateBirth(
                            first, at1, second, atSecond + s * m + p, length, slopes, tile, plain, weighted, row);
                }
            }
            gramTile(weighted, plain, n, tile, padded, gram, stride);
        }
    }

    /** The four multipliers of a tile, [4, tile]: σ′, σ″, λσ″, λσ‴. */
    private static void slopes(
            ByteBuffer lambda,
            int atLambda,
            ByteBuffer s1,
            int atS1,
            ByteBuffer s2,
            int atS2,
            ByteBuffer s3,
            int atS3,
            int length,
            double[] slopes,
            int tile) {
        int i = 0;
        for (; i + WIDTH <= length; i += WIDTH) {
            DoubleVector l = load(lambda, atLambda + i);
            DoubleVector v2 = load(s2, atS2 + i);
            load(s1, atS1 + i).intoArray(slopes, i);
            v2.intoArray(slopes, tile + i);
            l.mul(v2).intoArray(slopes, 2 * tile + i);
            l.mul(load(s3, atS3 + i)).intoArray(slopes, 3 * tile + i);
        }
        for (; i < length; i++) {
            double l = get(lambda, atLambda + i);
            slopes[i] = get(s1, atS1 + i);
            slopes[tile + i] = get(s2, atS2 + i);
            slopes[2 * tile + i] = l * get(s2, atS2 + i);
            slopes[3 * tile + i] = l * get(s3, atS3 + i);
        }
    }

    private static void propagateFirst(
            ByteBuffer first,
            int at,
            int length,
            double[] slopes,
            int tile,
            double[] plain,
            double[] weighted,
            int row) {
        int i = 0;
        for (; i + WIDTH <= length; i += WIDTH) {
            DoubleVector z1 = load(first, at + i);
            z1.intoArray(plain, row + i);
            z1.mul(DoubleVector.fromArray(LANES, slopes, 2 * tile + i)).intoArray(weighted, row + i);
            store(z1.mul(DoubleVector.fromArray(LANES, slopes, i)), first, at + i);
        }
        for (; i < length; i++) {
            double z1 = get(first, at + i);
            plain[row + i] = z1;
            weighted[row + i] = z1 * slopes[2 * tile + i];
            put(first, at + i, z1 * slopes[i]);
        }
        clearTail(length, plain, weighted, row);
    }

    private static double propagateBoth(
            ByteBuffer first,
            int at1,
            ByteBuffer second,
            int at2,
            int length,
            double[] slopes,
            int tile,
            double[] plain,
            double[] weighted,
            int row) {
        DoubleVector sum = DoubleVector.zero(LANES);
        DoubleVector three = all(3);
        int i = 0;
        for (; i + WIDTH <= length; i += WIDTH) {
            DoubleVector z1 = load(first, at1 + i);
            DoubleVector z2 = load(second, at2 + i);
            DoubleVector q = z1.mul(DoubleVector.fromArray(LANES, slopes, 2 * tile + i));
            z1.intoArray(plain, row + i);
            q.intoArray(weighted, row + i);
            DoubleVector square = z1.mul(z1);
            sum = DoubleVector.fromArray(LANES, slopes, 3 * tile + i).fma(square.mul(z1), sum);
            sum = q.mul(z2).fma(three, sum);
            DoubleVector slope = DoubleVector.fromArray(LANES, slopes, i);
            store(z1.mul(slope), first, at1 + i);
            store(z2.fma(slope, square.mul(DoubleVector.fromArray(LANES, slopes, tile + i))), second, at2 + i);
        }
        double rest = 0;
        for (; i < length; i++) {
            double z1 = get(first, at1 + i);
            double z2 = get(second, at2 + i);
            double q = z1 * slopes[2 * tile + i];
            plain[row + i] = z1;
            weighted[row + i] = q;
            rest += slopes[3 * tile + i] * (double) (z1 * z1 * z1) + 3.0 * q * z2;
            put(first, at1 + i, z1 * slopes[i]);
            put(second, at2 + i, z2 * slopes[i] + z1 * z1 * slopes[tile + i]);
        }
        clearTail(length, plain, weighted, row);
        return sum.reduceLanes(VectorOperators.ADD) + rest;
    }

    /** As {@link #propagateBoth} for a direction whose second-order tangent is born here: z̈ = 0. */
    private static double propagateBirth(
            ByteBuffer first,
            int at1,
            ByteBuffer second,
            int at2,
            int length,
            double[] slopes,
            int tile,
            double[] plain,
            double[] weighted,
            int row) {
        DoubleVector sum = DoubleVector.zero(LANES);
        int i = 0;
        for (; i + WIDTH <= length; i += WIDTH) {
            DoubleVector z1 = load(first, at1 + i);
            z1.intoArray(plain, row + i);
            z1.mul(DoubleVector.fromArray(LANES, slopes, 2 * tile + i)).intoArray(weighted, row + i);
            DoubleVector square = z1.mul(z1);
            sum = DoubleVector.fromArray(LANES, slopes, 3 * tile + i).fma(square.mul(z1), sum);
            store(z1.mul(DoubleVector.fromArray(LANES, slopes, i)), first, at1 + i);
            store(square.mul(DoubleVector.fromArray(LANES, slopes, tile + i)), second, at2 + i);
        }
        double rest = 0;
        for (; i < length; i++) {
            double z1 = get(first, at1 + i);
            plain[row + i] = z1;
            weighted[row + i] = z1 * slopes[2 * tile + i];
            rest += slopes[3 * tile + i] * (double) (z1 * z1 * z1);
            put(first, at1 + i, z1 * slopes[i]);
            put(second, at2 + i, z1 * z1 * slopes[tile + i]);
        }
        clearTail(length, plain, weighted, row);
        return sum.reduceLanes(VectorOperators.ADD) + rest;
    }

    // ---- activations ----

    @Override
    public void identity(Loops.Operands x, int n, int order) {
        DoubleActivations.identity(x, n, order);
    }

    @Override
    public void relu(Loops.Operands x, int n, int order) {
        DoubleActivations.relu(x, n, order);
    }

    @Override
    public void tanh(Loops.Operands x, int n, int order) {
        DoubleActivations.tanh(x, n, order);
    }

    @Override
    public void elu(Loops.Operands x, int n, int order) {
        DoubleActivations.elu(x, n, order);
    }

    @Override
    public void sigmoid(Loops.Operands x, int n, int order) {
        DoubleActivations.sigmoid(x, n, order);
    }

    @Override
    public void softplus(Loops.Operands x, int n, int order) {
        DoubleActivations.softplus(x, n, order);
    }

    @Override
    public void silu(Loops.Operands x, int n, int order) {
        DoubleActivations.silu(x, n, order);
    }
}
