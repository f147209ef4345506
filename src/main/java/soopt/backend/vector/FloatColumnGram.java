package soopt.backend.vector;

import java.nio.ByteBuffer;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * xᵀx of many rows of few columns, of which BLAS spends most of its time on packing. Rows are taken from a copy that
 * stays in the first cache; four rows and two vectors of the result stay in registers meanwhile.
 */
final class FloatColumnGram {
    private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
    private static final int WIDTH = LANES.length();
    /** Numbers of the copy. */
    private static final int COPY = 6144;
    /** Rows whose sum is taken in float32 before it moves to float64. */
    private static final int BLOCK = 128;

    private FloatColumnGram() {}

    /**
     * The lower triangle of out [d, d] += xᵀx, x: [rows, d]. Of short rows as many as fill two vectors are taken as
     * one, and the blocks on the diagonal of its product are added.
     */
    static void add(ByteBuffer x, int at, int rows, int d, double[] out) {
        int fold = Math.min(rows, 2 * WIDTH / d);
        if (fold < 2) {
            addRows(x, at, rows, d, out);
            return;
        }
        int folded = fold * d;
        double[] product = new double[folded * folded];
        addRows(x, at, rows / fold, folded, product);
        for (int block = 0; block < folded; block += d) {
            for (int i = 0; i < d; i++) {
                for (int j = 0; j <= i; j++) {
                    out[i * d + j] += product[(block + i) * folded + block + j];
                }
            }
        }
        addRows(x, at + rows / fold * folded, rows % fold, d, out);
    }

    private static void addRows(ByteBuffer x, int at, int rows, int d, double[] out) {
        int wide = (d + 2 * WIDTH - 1) / (2 * WIDTH) * 2 * WIDTH;
        int height = Math.max(1, COPY / wide);
        float[] copy = new float[height * wide];
        float[] sums = new float[(d + 3) / 4 * 4 * wide];
        int summed = 0;
        for (int from = 0; from < rows; from += height) {
            int count = Math.min(height, rows - from);
            for (int r = 0; r < count; r++) {
                copyRow(x, at + (from + r) * d, d, copy, r * wide);
            }
            for (int i = 0; i < d; i += 4) {
                for (int j = 0; j <= i + 3; j += 2 * WIDTH) {
                    tile(copy, count, wide, i, j, sums);
                }
            }
            summed += count;
            if (summed >= BLOCK || from + height >= rows) {
                flush(sums, wide, d, out);
                summed = 0;
            }
        }
    }

    private static void copyRow(ByteBuffer x, int at, int d, float[] copy, int to) {
        int i = 0;
        for (; i + WIDTH <= d; i += WIDTH) {
            FloatLoops.load(x, at + i).intoArray(copy, to + i);
        }
        for (; i < d; i++) {
            copy[to + i] = x.getFloat((at + i) * Float.BYTES);
        }
    }

    private static void flush(float[] sums, int wide, int d, double[] out) {
        for (int i = 0; i < d; i++) {
            for (int j = 0; j <= i; j++) {
                out[i * d + j] += sums[i * wide + j];
            }
        }
        Arrays.fill(sums, 0);
    }

    /** Rows i … i + 3 and the columns of two vectors from j on. */
    private static void tile(float[] x, int rows, int wide, int i, int j, float[] sums) {
        int at = i * wide + j;
        FloatVector s00 = FloatVector.fromArray(LANES, sums, at);
        FloatVector s01 = FloatVector.fromArray(LANES, sums, at + WIDTH);
        FloatVector s10 = FloatVector.fromArray(LANES, sums, at + wide);
        FloatVector s11 = FloatVector.fromArray(LANES, sums, at + wide + WIDTH);
        FloatVector s20 = FloatVector.fromArray(LANES, sums, at + 2 * wide);
        FloatVector s21 = FloatVector.fromArray(LANES, sums, at + 2 * wide + WIDTH);
        FloatVector s30 = FloatVector.fromArray(LANES, sums, at + 3 * wide);
        FloatVector s31 = FloatVector.fromArray(LANES, sums, at + 3 * wide + WIDTH);
        for (int row = 0; row < rows * wide; row += wide) {
            FloatVector left = FloatVector.fromArray(LANES, x, row + j);
            FloatVector right = FloatVector.fromArray(LANES, x, row + j + WIDTH);
            FloatVector a = FloatVector.broadcast(LANES, x[row + i]);
            s00 = left.fma(a, s00);
            s01 = right.fma(a, s01);
            FloatVector b = FloatVector.broadcast(LANES, x[row + i + 1]);
            s10 = left.fma(b, s10);
            s11 = right.fma(b, s11);
            FloatVector c = FloatVector.broadcast(LANES, x[row + i + 2]);
            s20 = left.fma(c, s20);
            s21 = right.fma(c, s21);
            FloatVector e = FloatVector.broadcast(LANES, x[row + i + 3]);
            s30 = left.fma(e, s30);
            s31 = right.fma(e, s31);
        }
        s00.intoArray(sums, at);
        s01.intoArray(sums, at + WIDTH);
        s10.intoArray(sums, at + wide);
        s11.intoArray(sums, at + wide + WIDTH);
        s20.intoArray(sums, at + 2 * wide);
        s21.intoArray(sums, at + 2 * wide + WIDTH);
        s30.intoArray(sums, at + 3 * wide);
        s31.intoArray(sums, at + 3 * wide + WIDTH);
    }
}
