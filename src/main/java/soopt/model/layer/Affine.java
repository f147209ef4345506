package soopt.model.layer;

import java.util.List;
import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.fisher.FactoredLayer;
import soopt.model.tangent.Directions;
import soopt.model.tangent.Jets;
import soopt.model.tangent.Pass;
import soopt.model.tangent.Series;
import soopt.model.tangent.SeriesSums;
import soopt.model.tangent.Summation;
import soopt.model.tangent.Tangent;
import soopt.model.tangent.ThirdOrder;

/**
 * The stage of every layer y = A(x; W) + b: all of its mathematics follows from the three primitives of
 * {@link Bilinear} (curvature.md §2).
 */
final class Affine implements Layer.Stage {
    private final Pass pass;
    private final Backend backend;
    private final Bilinear product;
    private final int weight;
    private final int bias;
    private final boolean addsBias;
    private Tensor x;
    private Tensor dy;
    private Tangent dx = Tangent.ZERO;
    private Tensor ddy;

    /**
     * @param weight index of W in the layout
     * @param bias index of b
     * @param addsBias whether forward adds b; else the activation that follows does
     */
    Affine(Pass pass, Bilinear product, int weight, int bias, boolean addsBias) {
        this.pass = pass;
        this.backend = pass.backend();
        this.product = product;
        this.weight = weight;
        this.bias = bias;
        this.addsBias = addsBias;
    }

    @Override
    public Tensor forward(Tensor input) {
        x = input;
        Tensor y = pass.allocate(pass.examples(), product.outputs());
        product.apply(x, pass.parameter(weight), 1, 0, y);
        if (addsBias) {
            product.addBias(pass.parameter(bias), y);
        }
        return y;
    }

    @Override
    public void keepAdjoint(Tensor adjoint) {
        dy = adjoint;
    }

    @Override
    public Tensor backward(Tensor adjoint) {
        dy = adjoint;
        Tensor result = pass.allocate(pass.examples(), product.inputs());
        product.applyAdjoint(dy, pass.parameter(weight), 0, result);
        return result;
    }

    @Override
    public void parameterGradient(Tensor gradient) {
        product.weightGradient(x, dy, 0, pass.part(gradient, weight));
        product.biasGradient(dy, 0, pass.part(gradient, bias));
    }

    // ---- summary ----

    @Override
    public void summarize(Jets jets, Summation sums) {
        List<Directions.Part> parts = jets.directions().of(weight, bias);
        contractSources(jets, parts, sums);
        propagate(jets, parts, sums);
        jets.directions().releaseParts();
    }

    @Override
    public void release() {
        pass.release(x);
        pass.release(dy);
    }

    /**
     * H̄_st += ⟨q^s, ẋ^t⟩ (both ways) and D̄³_s += 3⟨q^s, ẍ^s⟩ with q^s = A*(δ; U^s), for the directions s that own
     * some of this weight.
     */
    private void contractSources(Jets jets, List<Directions.Part> parts, Summation sums) {
        if (jets.n1() == 0) {
            return;
        }
        try (Tensor q = backend.allocate(jets.examples() * product.inputs())) {
            for (Directions.Part part : parts) {
                if (!part.hasWeight()) {
                    continue;
                }
                product.applyAdjoint(dy, part.weight(), 0, q);
                double[] dots = new double[jets.n1()];
                backend.dots(1, jets.first(), q, dots);
                backend.then(() -> addPairs(part.position(), jets, dots, sums));
                int own = jets.row(part.position());
                if (own >= 0 && own < jets.n2()) {
                    Tensor second = jets.second().rows(own, own + 1);
                    backend.dot(second, q, product -> sums.addThird(part.position(), 3 * product));
                }
            }
        }
    }

    private static void addPairs(int position, Jets jets, double[] dots, Summation sums) {
        for (int row = 0; row < dots.length; row++) {
            sums.addHessianPair(position, jets.direction(row), dots[row]);
        }
    }

    /** ẏ^s = A(ẋ^s; W) + A(x; U^s) + β^s and ÿ^s = A(ẍ^s; W) + 2A(ẋ^s; U^s); ḡ_s += ⟨δ, A(x; U^s) + β^s⟩. */
    private void propagate(Jets jets, List<Directions.Part> parts, Summation sums) {
        int before = jets.n1();
        for (Directions.Part part : parts) {
            if (jets.row(part.position()) < 0) {
                jets.born(part.position());
            }
        }
        int n = jets.n1();
        if (n == 0) {
            return;
        }
        if (jets.third()) {
            propagateSecond(jets, parts, before);
        }
        Tensor first = backend.allocate(n, jets.examples() * product.outputs());
        if (before > 0) {
            product.apply(jets.first(), pass.parameter(weight), 1, 0, first.rows(0, before));
        }
        for (Directions.Part part : parts) {
            int row = jets.row(part.position());
            addSource(part, first.rows(row, row + 1), row < before, sums);
        }
        jets.replaceFirst(first);
    }

    /** Before ẏ, because it needs ẋ: so ẍ is gone when ẏ comes. */
    private void propagateSecond(Jets jets, List<Directions.Part> parts, int before) {
        int old = jets.n2();
        boolean grows = false;
        for (Directions.Part part : parts) {
            grows |= part.hasWeight() && jets.row(part.position()) < before && jets.row(part.position()) >= old;
        }
        int count = grows ? before : old;
        if (count == 0) {
            return;
        }
        Tensor second = backend.allocate(jets.n1(), jets.examples() * product.outputs());
        if (old > 0) {
            product.apply(jets.second(), pass.parameter(weight), 1, 0, second.rows(0, old));
        }
        if (count > old) {
            backend.fill(second.rows(old, count), 0);
        }
        for (Directions.Part part : parts) {
            int row = jets.row(part.position());
            if (part.hasWeight() && row < before) {
                product.apply(jets.first().rows(row, row + 1), part.weight(), 2, 1, second.rows(row, row + 1));
            }
        }
        jets.replaceSecond(second, count);
    }

    private void addSource(Directions.Part part, Tensor row, boolean alive, Summation sums) {
        if (!alive) {
            source(part, row);
            backend.dot(dy, row, product -> sums.addGradient(part.position(), product));
            return;
        }
        try (Tensor source = backend.allocate(row.shape())) {
            source(part, source);
            backend.dot(dy, source, product -> sums.addGradient(part.position(), product));
            backend.axpyInPlace(1, source, row);
        }
    }

    /** out ← A(x; U^s) + β^s. */
    private void source(Directions.Part part, Tensor out) {
        if (part.hasWeight()) {
            product.apply(x, part.weight(), 1, 0, out);
        } else {
            backend.fill(out, 0);
        }
        if (part.hasBias()) {
            product.addBias(part.bias(), out);
        }
    }

    // ---- Taylor coefficients: z = A(x; W + t U) + b + t β ----

    /**
     * z_j = A(x_j; W) + A(x_{j−1}; U^s), and z_1 has A(x; U^s) + β^s; the coefficient of tᵏ in L gains ⟨δ, A(x_{k−1};
     * U^s)⟩ = ⟨q^s, x_{k−1}⟩.
     */
    @Override
    public void taylor(Series series, SeriesSums sums) {
        List<Directions.Part> parts = series.directions().of(weight, bias);
        contractSources(series, parts, sums);
        int before = series.alive();
        int curved = series.curved();
        int curvedAfter = curved;
        for (Directions.Part part : parts) {
            int row = series.row(part.position());
            if (row < 0) {
                series.born(part.position());
            } else if (part.hasWeight() && row >= curved) {
                curvedAfter = before;
            }
        }
        // from the highest down: each needs the one below it as it was
        for (int j = series.order() - 1; j >= 1; j--) {
            int count = j == 1 ? series.alive() : curvedAfter;
            if (count > 0) {
                propagate(series, parts, j, count, before, sums);
            }
        }
        series.curve(series.order() > 2 ? curvedAfter : 0);
        series.directions().releaseParts();
    }

    private void contractSources(Series series, List<Directions.Part> parts, SeriesSums sums) {
        try (Tensor q = backend.allocate(1, series.examples() * product.inputs())) {
            for (Directions.Part part : parts) {
                int row = series.row(part.position());
                if (row < 0 || !part.hasWeight()) {
                    continue;
                }
                product.applyAdjoint(dy, part.weight(), 0, q);
                for (int j = 1; j < series.order() && row < series.count(j); j++) {
                    sums.add(j + 1, part.position(), backend.dot(series.row(j, row), q));
                }
            }
        }
    }

    /**
     * @param count of the directions with z_j ≠ 0
     * @param before of those alive before this layer
     */
    private void propagate(Series series, List<Directions.Part> parts, int j, int count, int before, SeriesSums sums) {
        Tensor next = backend.allocate(series.alive(), series.examples() * product.outputs());
        int old = j == 1 ? before : series.curved();
        if (old > 0) {
            product.apply(series.coefficients(j, old), pass.parameter(weight), 1, 0, next.rows(0, old));
        }
        if (count > old) {
            backend.fill(next.rows(old, count), 0);
        }
        for (Directions.Part part : parts) {
            int row = series.row(part.position());
            Tensor target = next.rows(row, row + 1);
            if (j == 1) {
                addSource(part, target, row < before, sums);
            } else if (part.hasWeight() && row < (j == 2 ? before : series.curved())) {
                product.apply(series.row(j - 1, row), part.weight(), 1, 1, target);
            }
        }
        series.replace(j, next);
    }

    private void addSource(Directions.Part part, Tensor row, boolean alive, SeriesSums sums) {
        if (!alive) {
            source(part, row);
            sums.add(1, part.position(), backend.dot(dy, row));
            return;
        }
        try (Tensor source = backend.allocate(row.shape())) {
            source(part, source);
            sums.add(1, part.position(), backend.dot(dy, source));
            backend.axpyInPlace(1, source, row);
        }
    }

    // ---- tangents of the gradient ----

    @Override
    public Tangent tangent(Tangent tangents, Directions directions) {
        dx = tangents;
        int rowSize = pass.examples() * product.outputs();
        Tensor out = pass.allocate(directions.count(), rowSize);
        if (dx instanceof Tangent.Of inner) {
            product.apply(inner.values(), pass.parameter(weight), 1, 0, out);
        } else {
            backend.fill(out, 0);
        }
        try (Tensor source = backend.allocate(1, rowSize)) {
            for (Directions.Part part : directions.of(weight, bias)) {
                source(part, source);
                backend.axpyInPlace(1, source, out.rows(part.position(), part.position() + 1));
            }
        }
        directions.releaseParts();
        return Tangent.of(out);
    }

    @Override
    public void forgetTangent() {
        dx = Tangent.ZERO;
    }

    @Override
    public void keepAdjointTangent(Tensor tangents) {
        ddy = tangents;
    }

    @Override
    public Tensor backwardTangent(Tensor tangents, Directions directions) {
        ddy = tangents;
        Tensor out = pass.allocate(directions.count(), pass.examples() * product.inputs());
        product.applyAdjoint(ddy, pass.parameter(weight), 0, out);
        for (Directions.Part part : directions.of(weight, bias)) {
            if (part.hasWeight()) {
                product.applyAdjoint(dy, part.weight(), 1, out.rows(part.position(), part.position() + 1));
            }
        }
        directions.releaseParts();
        return out;
    }

    @Override
    public void parameterGradientTangent(int s, Tensor out) {
        Tensor row = ddy.rows(s, s + 1);
        product.weightGradient(x, row, 0, pass.part(out, weight));
        if (dx instanceof Tangent.Of inner) {
            product.weightGradient(inner.values().rows(s, s + 1), dy, 1, pass.part(out, weight));
        }
        product.biasGradient(row, 0, pass.part(out, bias));
    }

    @Override
    public Optional<FactoredLayer> factored(boolean carried, int total) {
        return Optional.of(new AffineFactors(backend, product, weight, bias, x, carried ? ddy : dy, total));
    }

    /** Σ over the six orders of (i, j, k) of ⟨δ̇^i, A(ẋ^k; U^j)⟩. */
    @Override
    public void contractThird(Directions directions, ThirdOrder third) {
        if (dx instanceof Tangent.Of inner) {
            contractThird(inner.values(), directions, third);
        }
    }

    private void contractThird(Tensor inner, Directions directions, ThirdOrder third) {
        int n = directions.count();
        try (Tensor y = backend.allocate(n, pass.examples() * product.outputs());
                Tensor products = backend.allocate(n, n)) {
            for (Directions.Part part : directions.of(weight, bias)) {
                if (part.hasWeight()) {
                    product.apply(inner, part.weight(), 1, 0, y);
                    backend.gemm(false, true, 1, ddy, y, 0, products);
                    third.addAllOrders(part.position(), products);
                }
            }
        }
        directions.releaseParts();
    }
}
