package soopt.backend.vector;

import java.nio.ByteBuffer;
import soopt.backend.Backend;

/**
 * Fused loops over off-heap arrays of one floating-point type: a run of n elements is a direct little-endian buffer and
 * the position of its first element. Free of Vector API types, so that a JVM without that module can load its users.
 * {@code FloatX} implements float32; the build generates {@code DoubleX} from it, except {@code DoubleExponentials}.
 */
public interface Loops {
    void fill(ByteBuffer x, int at, int n, double value);

    /** Σ x y. */
    double dot(ByteBuffer x, int atX, ByteBuffer y, int atY, int n);

    /** out ← α x + β y. */
    void combine(
            double alpha, ByteBuffer x, int atX, double beta, ByteBuffer y, int atY, ByteBuffer out, int atOut, int n);

    /** y ← y + α x. */
    void axpy(double alpha, ByteBuffer x, int atX, ByteBuffer y, int atY, int n);

    /** x ← α x. */
    void scale(double alpha, ByteBuffer x, int at, int n);

    /** out ← x y, added to out if told so. */
    void multiply(ByteBuffer x, int atX, ByteBuffer y, int atY, ByteBuffer out, int atOut, int n, boolean add);

    /** Adam: see {@link Backend#adam}. */
    void adam(
            Backend.AdamStep step,
            ByteBuffer g,
            int atG,
            ByteBuffer m,
            int atM,
            ByteBuffer v,
            int atV,
            ByteBuffer out,
            int atOut,
            int n);

    /** x_i ← x_i + row. */
    void addRow(ByteBuffer row, int atRow, ByteBuffer x, int at, int rows, int d);

    /** The lower triangle of out [d, d] += xᵀx, x: [rows, d]; for few columns and many rows. */
    void columnGram(ByteBuffer x, int at, int rows, int d, double[] out);

    /** x_ji ← x_ij for j &lt; i and the rows i from … to − 1 of x [d, d]. */
    void mirror(ByteBuffer x, int at, int d, int from, int to);

    /** out += Σ_r x_r over the rows of x [rows, d]. */
    void sumRows(ByteBuffer x, int at, int rows, int d, double[] out);

    /**
     * out_{b, s·n+t} += Σ_i w_i x_si x_ti for all s, t &lt; n over the positions i of block b, for positions from … to
     * − 1.
     *
     * @param atW negative for w = 1
     * @param from a multiple of block
     */
    void gram(ByteBuffer x, int at, int m, int n, ByteBuffer w, int atW, int from, int to, int block, double[][] out);

    /**
     * Positions from … to − 1 of {@code Backend.activationTangents}, with sums by block as in {@link #gram}. Without
     * {@code secondOrder} second, s3 and third stand for nothing.
     */
    void tangents(
            boolean secondOrder,
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
            int block,
            double[][] gram,
            double[][] third);

    /** The arrays of one activation call; those beyond the order asked for are not written. */
    record Operands(
            ByteBuffer z,
            int atZ,
            ByteBuffer a,
            int atA,
            ByteBuffer s1,
            int at1,
            ByteBuffer s2,
            int at2,
            ByteBuffer s3,
            int at3) {}

    void identity(Operands x, int n, int order);

    void relu(Operands x, int n, int order);

    void tanh(Operands x, int n, int order);

    void elu(Operands x, int n, int order);

    void sigmoid(Operands x, int n, int order);

    void softplus(Operands x, int n, int order);

    void silu(Operands x, int n, int order);
}
