package soopt.model.layer;

import soopt.backend.Activation;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.model.tangent.Series;
import soopt.model.tangent.SeriesSums;

/**
 * Taylor coefficients of a = σ(z(t)) from those of z, one direction after the other (curvature.md §10): with w = z −
 * z_0 and s_m = σ⁽ᵐ⁾(z_0)/m!, a = s_0 + w (s_1 + w (s_2 + …)), each product cut at tᴷ.
 */
final class Composition implements AutoCloseable {
    /** Numbers worked on at once on the host. */
    private static final int BLOCK = 1 << 14;

    private final Backend backend;
    private final int order;
    private final int size;
    /** s_m in row m − 1, [K, M]. */
    private final Tensor s;
    /** h_d in row d − 1, [K, M]: the bracket so far. */
    private final Tensor h;

    /** @param z z_0 [M] */
    Composition(Backend backend, Activation activation, Tensor z, int order) {
        this.backend = backend;
        this.order = order;
        this.size = (int) z.size();
        this.s = backend.allocate(order, size);
        this.h = backend.allocate(order, size);
        double[] block = new double[Math.min(BLOCK, size)];
        double[][] columns = new double[order][block.length];
        double[] point = new double[order + 1];
        for (int from = 0; from < size; from += BLOCK) {
            int length = Math.min(BLOCK, size - from);
            backend.toHost(z.slice(from, length), block, 0);
            for (int i = 0; i < length; i++) {
                ActivationSeries.fill(activation, block[i], point);
                for (int m = 1; m <= order; m++) {
                    columns[m - 1][i] = point[m];
                }
            }
            for (int m = 1; m <= order; m++) {
                backend.fromHost(columns[m - 1], 0, s(m).slice(from, length));
            }
        }
    }

    private Tensor s(int m) {
        return s.slice((long) (m - 1) * size, size);
    }

    private Tensor h(int d) {
        return h.slice((long) (d - 1) * size, size);
    }

    /**
     * z_j ← a_j for j &lt; K, and ⟨λ, ·⟩ of what the coefficient of each tᵏ, k from 2 to K, has beside σ′ z_k.
     *
     * @param lambda [M] ∂L/∂a
     */
    void apply(Series series, Tensor lambda, SeriesSums sums) {
        series.makeRoom();
        for (int row = 0; row < series.alive(); row++) {
            int last = row < series.curved() ? order - 1 : 1;
            for (int m = order - 1; m >= 1; m--) {
                for (int d = order - m; d >= 1; d--) {
                    bracket(series, row, Math.min(d, last), d, s(m + 1));
                }
            }
            for (int k = order; k >= 2; k--) {
                bracket(series, row, Math.min(k - 1, last), k, s(1));
                sums.add(k, series.direction(row), backend.dot(lambda, h(k)));
                if (k < order) {
                    Tensor a = series.row(k, row);
                    if (k <= last) {
                        backend.multiply(a, s(1), a);
                        backend.axpyInPlace(1, h(k), a);
                    } else {
                        backend.copy(h(k), a);
                    }
                }
            }
            Tensor first = series.row(1, row);
            backend.multiply(first, s(1), first);
        }
        series.curve(series.alive());
    }

    /** h_d ← Σ_i z_i h_{d−i} over i from 1 to the given one, where h_0 is given; from the highest d down, in place. */
    private void bracket(Series series, int row, int to, int d, Tensor h0) {
        for (int i = 1; i <= to; i++) {
            Tensor z = series.row(i, row);
            Tensor inner = i == d ? h0 : h(d - i);
            if (i == 1) {
                backend.multiply(z, inner, h(d));
            } else {
                backend.multiplyAddInPlace(z, inner, h(d));
            }
        }
    }

    @Override
    public void close() {
        s.close();
        h.close();
    }
}
