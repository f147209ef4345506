package soopt.optimizer.direction;

import java.util.HashMap;
import java.util.Map;
import soopt.backend.Backend;
import soopt.backend.Tensor;

/**
 * X ← X₀/‖X₀‖, then a few times X ← a X + b (XXᵀ) X + c (XXᵀ)² X with the {@link Polynomials}: near U Vᵀ of the
 * singular value decomposition U Σ Vᵀ. For long matrices only Q of X = Q X₀ and the Gram matrix A = XXᵀ are iterated,
 * P = a I + b A + c A², Q ← P Q, A ← P A P = A P²: the same polynomials in small matrices, which commute. XXᵀ, A² and
 * P² are symmetric: half of each is computed.
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
     * Whether the Gram form of k iterations takes fewer multiply-adds, r ≤ n: 3/2 r² n + (3k − 5/2) r³ instead of k
     * (3/2 r² n + 1/2 r³).
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
        return r * r * (1.5 * n + (3 * polynomials.iterations() - 2.5) * r);
    }

    private static double direct(Polynomials polynomials, int rows, int columns) {
        double r = Math.min(rows, columns);
        double n = Math.max(rows, columns);
        return polynomials.iterations() * r * r * (1.5 * n + 0.5 * r);
    }

    /**
     * out [m, n] ← scale times the polynomials of G [m, n]; zero for a G of zeros.
     *
     * @param norm ‖G‖
     */
    void apply(Tensor g, double norm, double scale, boolean byGram, Tensor out) {
        int m = g.length(0);
        int n = g.length(1);
        if (norm == 0) {
            backend.fill(out, 0);
        } else if (byGram) {
            gram(g, norm, scale, m <= n, out);
        } else {
            direct(g, norm, scale, m <= n, out);
        }
    }

    private void direct(Tensor g, double norm, double scale, boolean wide, Tensor out) {
        int r = Math.min(g.length(0), g.length(1));
        Tensor from = x.slice(0, g.shape());
        Tensor to = next.slice(0, g.shape());
        backend.combine(1 / norm, g, 0, g, from);
        for (int k = 0; k < polynomials.length; k++) {
            Tensor a = gram.slice(0, r, r);
            square(1, from, wide, a);
            Tensor p = polynomial(k, a, square.slice(0, r, r));
            double last = k == polynomials.length - 1 ? scale : 1;
            multiply(last, p, from, wide, to);
            backend.axpyInPlace(last * polynomials[k][0], from, to);
            Tensor swap = from;
            from = to;
            to = swap;
        }
        backend.copy(from, out);
    }

    /** b A + c A² of iteration k. */
    private Tensor polynomial(int k, Tensor a, Tensor to) {
        backend.copy(a, to);
        backend.rowGram(polynomials[k][2], a, polynomials[k][1], to);
        return to;
    }

    /** α XXᵀ for wide ones, else α XᵀX. */
    private void square(double alpha, Tensor from, boolean wide, Tensor to) {
        if (wide) {
            backend.rowGram(alpha, from, 0, to);
        } else {
            backend.columnGram(alpha, from, 0, to);
        }
    }

    /** α P X for wide ones, else α X P. */
    private void multiply(double alpha, Tensor p, Tensor from, boolean wide, Tensor to) {
        backend.gemm(false, false, alpha, wide ? p : from, wide ? from : p, 0, to);
    }

    private void gram(Tensor g, double norm, double scale, boolean wide, Tensor out) {
        int r = Math.min(g.length(0), g.length(1));
        Tensor a = gram.slice(0, r, r);
        Tensor p = square.slice(0, r, r);
        Tensor q = accumulated.slice(0, r, r);
        Tensor t = product.slice(0, r, r);
        Tensor other = next.slice(0, r, r);
        square(1 / (norm * norm), g, wide, a);
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
                backend.rowGram(1, p, 0, t);
                backend.gemm(false, false, 1, a, t, 0, other);
                Tensor swap = a;
                a = other;
                other = swap;
            }
        }
        multiply(scale / norm, q, g, wide, out);
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
