package soopt.optimizer.direction;

import java.util.HashMap;
import java.util.Map;
import soopt.backend.Backend;
import soopt.backend.Tensor;

/**
 * X ← X₀/‖X₀‖, then a few times X ← a X + b (XXᵀ) X + c (XXᵀ)² X with the {@link Polynomials}: near U Vᵀ of the
 * singular value decomposition U Σ Vᵀ. For long matrices only Q of X = Q X₀ and the Gram matrix A = XXᵀ are iterated,
 * P = a I + b A + c A², Q ← P Q, A ← P A P: the same polynomials in small matrices.
 */
final class Orthogonalization implements AutoCloseable {
    private final Backend backend;
    private final double[][] polynomials;
    private final Tensor x;
    private final Tensor next;
    private final Tensor gram;
    private final Tensor square;
    private final Tensor product;
    private final Tensor accumulated;
    private final Map<Integer, Tensor> identities = new HashMap<>();

    /**
     * @param rows the most rows or columns, whichever is less, of a matrix
     * @param numbers the most entries of one
     */
    Orthogonalization(Backend backend, Polynomials polynomials, int rows, int numbers) {
        this.backend = backend;
        this.polynomials = polynomials.coefficients();
        this.x = backend.allocate(numbers);
        this.next = backend.allocate(numbers);
        this.gram = backend.allocate(rows * rows);
        this.square = backend.allocate(rows * rows);
        this.product = backend.allocate(rows * rows);
        this.accumulated = backend.allocate(rows * rows);
    }

    /**
     * Whether the Gram form of k iterations takes fewer multiply-adds, r ≤ n: k (2 r² n + r³) or 2 r² n + (4k − 1) r³.
     */
    static boolean prefersGram(Polynomials polynomials, int rows, int columns) {
        return gram(polynomials, rows, columns) < direct(polynomials, rows, columns);
    }

    /** Multiply-adds of the form that takes fewer. */
    static double work(Polynomials polynomials, int rows, int columns) {
        return Math.min(gram(polynomials, rows, columns), direct(polynomials, rows, columns));
    }

    private static double gram(Polynomials polynomials, int rows, int columns) {
        double r = Math.min(rows, columns);
        double n = Math.max(rows, columns);
        return r * r * (2 * n + (4 * polynomials.iterations() - 1) * r);
    }

    private static double direct(Polynomials polynomials, int rows, int columns) {
        double r = Math.min(rows, columns);
        double n = Math.max(rows, columns);
        return polynomials.iterations() * r * r * (2 * n + r);
    }

    /**
     * out [m, n] ← the polynomials of G [m, n]; zero for a G of zeros.
     *
     * @param norm ‖G‖
     */
    void apply(Tensor g, double norm, boolean byGram, Tensor out) {
        int m = g.length(0);
        int n = g.length(1);
        if (norm == 0) {
            backend.fill(out, 0);
        } else if (byGram) {
            gram(g, norm, m <= n, out);
        } else {
            direct(g, norm, m <= n, out);
        }
    }

    private void direct(Tensor g, double norm, boolean wide, Tensor out) {
        int r = Math.min(g.length(0), g.length(1));
        Tensor from = x.slice(0, g.shape());
        Tensor to = next.slice(0, g.shape());
        backend.combine(1 / norm, g, 0, g, from);
        for (int k = 0; k < polynomials.length; k++) {
            Tensor a = gram.slice(0, r, r);
            backend.gemm(!wide, wide, 1, from, from, 0, a);
            Tensor p = polynomial(k, a, square.slice(0, r, r));
            multiply(p, from, wide, to);
            backend.axpyInPlace(polynomials[k][0], from, to);
            Tensor swap = from;
            from = to;
            to = swap;
        }
        backend.copy(from, out);
    }

    /** b A + c A² of iteration k. */
    private Tensor polynomial(int k, Tensor a, Tensor to) {
        backend.copy(a, to);
        backend.gemm(false, false, polynomials[k][2], a, a, polynomials[k][1], to);
        return to;
    }

    /** P X for wide ones, else X P. */
    private void multiply(Tensor p, Tensor from, boolean wide, Tensor to) {
        backend.gemm(false, false, 1, wide ? p : from, wide ? from : p, 0, to);
    }

    private void gram(Tensor g, double norm, boolean wide, Tensor out) {
        int r = Math.min(g.length(0), g.length(1));
        Tensor a = gram.slice(0, r, r);
        Tensor p = square.slice(0, r, r);
        Tensor q = accumulated.slice(0, r, r);
        Tensor t = product.slice(0, r, r);
        backend.gemm(!wide, wide, 1 / (norm * norm), g, g, 0, a);
        for (int k = 0; k < polynomials.length; k++) {
            polynomial(k, a, p);
            backend.axpyInPlace(polynomials[k][0], identity(r), p);
            if (k == 0) {
                backend.copy(p, q);
            } else {
                backend.gemm(false, false, 1, p, q, 0, t);
                backend.copy(t, q);
            }
            if (k < polynomials.length - 1) {
                backend.gemm(false, false, 1, p, a, 0, t);
                backend.gemm(false, false, 1, t, p, 0, a);
            }
        }
        backend.scaleInPlace(1 / norm, q);
        multiply(q, g, wide, out);
    }

    /** I [r, r], made once for each r. */
    private Tensor identity(int r) {
        return identities.computeIfAbsent(r, size -> Axes.multipleOfIdentity(backend, size, 1));
    }

    @Override
    public void close() {
        identities.values().forEach(Tensor::close);
        accumulated.close();
        product.close();
        square.close();
        gram.close();
        next.close();
        x.close();
    }
}
