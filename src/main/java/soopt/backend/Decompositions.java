package soopt.backend;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;

/**
 * Square matrices in their factors, and what goes with them, in float64 whatever the precision of the tensors is, on
 * the engine's device if it has a library for it, else on the host. What is asked for is handed to its use when
 * {@link Backend#then} would run it, in the order of the calls, and is good until the use returns: within
 * {@link Backend#together} an engine works at many matrices before the host waits. Of symmetric matrices the lower
 * triangle counts.
 */
public interface Decompositions {
    /**
     * A symmetric matrix M [n, n].
     *
     * @param block M, or all of it but the last row and column
     * @param border [n − 1] the last column without its last entry, if it is apart
     * @param corner the last entry, if it is apart
     */
    record Symmetric(Tensor block, Optional<Tensor> border, double corner) {
        public Symmetric {
            Contract.bordered(block, border);
        }

        public static Symmetric of(Tensor matrix) {
            return new Symmetric(matrix, Optional.empty(), 0);
        }

        /** n. */
        public int size() {
            return block.length(0) + (border.isPresent() ? 1 : 0);
        }

        /** M on the host, row by row. */
        public double[] toHost(Backend backend) {
            int n = size();
            if (border.isEmpty()) {
                double[] matrix = new double[Math.multiplyExact(n, n)];
                backend.toHost(block, matrix, 0);
                return matrix;
            }
            int m = n - 1;
            double[] inner = new double[Math.multiplyExact(m, m)];
            double[] column = new double[m];
            backend.toHost(block, inner, 0);
            backend.toHost(border.get(), column, 0);
            double[] matrix = new double[Math.multiplyExact(n, n)];
            for (int i = 0; i < m; i++) {
                System.arraycopy(inner, i * m, matrix, i * n, m);
                matrix[i * n + m] = column[i];
                matrix[m * n + i] = column[i];
            }
            matrix[matrix.length - 1] = corner;
            return matrix;
        }
    }

    /**
     * Where a matrix [n, n] goes.
     *
     * @param columns [n, n], or [n, n − 1] without the last column
     * @param last [n] the last column, if it is apart
     */
    record Columns(Tensor columns, Optional<Tensor> last) {
        public Columns {
            Contract.columns(columns, last);
        }

        public static Columns of(Tensor matrix) {
            return new Columns(matrix, Optional.empty());
        }

        /** n. */
        public int size() {
            return columns.length(0);
        }

        /** @param matrix [n·n] row by row */
        public void set(Backend backend, double[] matrix) {
            int n = size();
            if (last.isEmpty()) {
                backend.fromHost(matrix, 0, columns);
                return;
            }
            double[] left = new double[n * (n - 1)];
            double[] right = new double[n];
            for (int row = 0; row < n; row++) {
                System.arraycopy(matrix, row * n, left, row * (n - 1), n - 1);
                right[row] = matrix[row * n + n - 1];
            }
            backend.fromHost(left, 0, columns);
            backend.fromHost(right, 0, last.get());
        }
    }

    /**
     * What became of a matrix.
     *
     * @param trace Σ M_ii; NaN if an entry of M is NaN or infinite
     * @param parts empty if M is not finite, or has no such factors, or they were not found
     */
    record Found<T>(double trace, Optional<T> parts) {
        public boolean isFinite() {
            return !Double.isNaN(trace);
        }
    }

    /** M = Σ_k λ_k v_k v_kᵀ. */
    interface Eigen {
        /** [n] λ, ascending. */
        double[] values();

        /** Row k of out ← v_k: of the largest λ first, or of the smallest. */
        void vectors(boolean largestFirst, Columns out);

        /** Row k of out ← f(λ_k) v_k, those of the smallest λ first. */
        void scaledVectors(DoubleUnaryOperator f, Tensor out);

        /** out ← Σ_k f(λ_k) v_k v_kᵀ. */
        void apply(DoubleUnaryOperator f, Columns out);
    }

    /** M⁻¹. */
    interface Inverse {
        void write(Columns out);
    }

    /** Eigenvalues and -vectors of each matrix. */
    void eigen(List<Symmetric> matrices, Consumer<List<Found<Eigen>>> use);

    /**
     * (M + σ I)⁻¹ of each matrix by Cholesky's factors; there is none if a pivot of M + σ I, scaled to a diagonal of 1,
     * is not above n roundoffs: not positive definite to working precision (Higham 2002, §10.1).
     *
     * @param shifts σ of each matrix, of the traces of all
     */
    void inverses(List<Symmetric> matrices, UnaryOperator<double[]> shifts, Consumer<List<Found<Inverse>>> use);

    /**
     * out ← Qᵀ of S = Q R with R upper triangular and nothing negative on its diagonal, where row k of Sᵀ is row
     * order_k of x: what row k of out spans with those above it is what those of Sᵀ do. Orthonormal whatever the rank
     * of S.
     *
     * @param x [n, n]; may be out
     * @param order [n] a permutation of 0 … n − 1
     * @param use is told whether x is finite; if not, out is as it was
     */
    void orthonormalize(Tensor x, int[] order, Tensor out, Consumer<Boolean> use);

    /** Row k of out ← e of order_k: 1 there and else 0; out: [n, n]. */
    void permutation(int[] order, Tensor out);

    /**
     * The eigenvalues of a Kronecker product and what divides by them with damping σ: out_ij ← λ_i μ_j and
     * reciprocal_ij ← 1 / (λ_i μ_j + σ).
     *
     * @param lambda [m]
     * @param mu [n]
     * @param out and reciprocal: [m, n]
     */
    void products(double[] lambda, double[] mu, double shift, Tensor out, Tensor reciprocal);

    /**
     * out_i ← 1 / (x_i + σ).
     *
     * @param use is told whether x is finite; if not, out is as it was
     */
    void reciprocals(Tensor x, double shift, Tensor out, Consumer<Boolean> use);

    /** On the host, by its LAPACK or in Java. */
    static Decompositions onHost(Backend backend) {
        return new HostDecompositions(backend);
    }
}
