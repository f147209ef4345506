package soopt.solver.kronecker;

import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import soopt.backend.Backend;
import soopt.backend.Decompositions.Columns;
import soopt.backend.Decompositions.Eigen;
import soopt.backend.Decompositions.Found;
import soopt.backend.Decompositions.Symmetric;
import soopt.backend.Tensor;
import soopt.curvature.fisher.Augmented;
import soopt.curvature.fisher.FactoredLayer;
import soopt.solver.Solve;

/**
 * V = Uᵀ [(U V̄ Wᵀ) / (S + λ)] W with the eigenvectors of G in the rows of U and those of A in the rows of W: damping
 * of the product itself. S is the product of the eigenvalues, g aᵀ (Martens and Grosse 2015, §6.2), or the mean squares
 * of the gradients of single examples in this basis (EKFAC: George et al. 2018, algorithm 1).
 */
final class EigenInverse implements BlockInverse {
    private final Backend backend;
    private final double damping;
    private final int in;
    private final int out;
    private final Augmented w;
    private final Tensor u;
    private final Tensor scales;
    private final Tensor reciprocal;

    EigenInverse(Backend backend, double damping, int in, int out) {
        this.backend = backend;
        this.damping = damping;
        this.in = in;
        this.out = out;
        this.w = Augmented.allocate(backend, in);
        this.u = backend.allocate(out, out);
        this.scales = backend.allocate(out, in + 1);
        this.reciprocal = backend.allocate(out, in + 1);
        w.set(backend, FactoredInverse.identity(in + 1));
        backend.fromHost(FactoredInverse.identity(out), 0, u);
        backend.fill(scales, 1);
        backend.fill(reciprocal, 1);
    }

    @Override
    public void refresh(Symmetric a, Symmetric g, Consumer<Refreshed> use) {
        backend.decompositions().eigen(List.of(a, g), found -> use.accept(refresh(found.get(0), found.get(1))));
    }

    private Refreshed refresh(Found<Eigen> ofInput, Found<Eigen> ofOutput) {
        boolean finite = ofInput.isFinite() && ofOutput.isFinite();
        if (ofInput.parts().isEmpty() || ofOutput.parts().isEmpty()) {
            return new Refreshed(finite, new Solve(Solve.Ending.KEPT, 2, Double.NaN));
        }
        double[] inputs = ofInput.parts().get().values();
        double[] outputs = ofOutput.parts().get().values();
        ofInput.parts().get().vectors(false, w.target());
        ofOutput.parts().get().vectors(false, Columns.of(u));
        backend.decompositions()
                .products(Spectra.clipped(outputs), Spectra.clipped(inputs), damping, scales, reciprocal);
        Solve ofA = new Solve(Spectra.ending(inputs), 1, Double.NaN);
        Solve ofG = new Solve(Spectra.ending(outputs), 1, Double.NaN);
        return new Refreshed(finite, FactoredInverse.worse(ofA, ofG));
    }

    /** S ← decay S, where 0 forgets it. */
    void scaleSquares(double decay) {
        if (decay == 0) {
            backend.fill(scales, 0);
        } else {
            backend.scaleInPlace(decay, scales);
        }
    }

    /** S ← S + weight · mean squares in the adjoints that are there. */
    void addSquares(double weight, FactoredLayer layer) {
        layer.addSquares(weight, u, w, scales);
    }

    /**
     * Takes the squares into use, unless one is not finite.
     *
     * @param use is told whether they are, when {@link Backend#then} would run it
     */
    void useSquares(Consumer<Boolean> use) {
        backend.decompositions().reciprocals(scales, damping, reciprocal, use);
    }

    @Override
    public void apply(Tensor weight, Tensor bias, Tensor outWeight, Tensor outBias) {
        Tensor v = weight.reshape(out, in);
        Tensor b = bias.reshape(out, 1);
        try (Tensor turned = backend.allocate(out, in + 1);
                Tensor other = backend.allocate(out, in + 1)) {
            backend.gemm(false, true, 1, v, w.columns(), 0, turned);
            backend.gemm(false, false, 1, b, w.last().reshape(1, in + 1), 1, turned);
            backend.gemm(false, false, 1, u, turned, 0, other);
            backend.multiply(other, reciprocal, other);
            backend.gemm(true, false, 1, u, other, 0, turned);
            backend.gemm(false, false, 1, turned, w.columns(), 0, outWeight.reshape(out, in));
            backend.gemm(false, false, 1, turned, w.last().reshape(in + 1, 1), 0, outBias.reshape(out, 1));
        }
    }

    /** The division is by entry, so that V̄ must be there. */
    @Override
    public boolean prefersRows(long rows) {
        return false;
    }

    @Override
    public void add(FactoredLayer layer, Tensor outWeight, Tensor outBias) {
        throw new IllegalStateException("products of rows are not for entries by entries");
    }

    @Override
    public double pi() {
        return 1;
    }

    @Override
    public void forEachTensor(BiConsumer<String, Tensor> visit) {
        visit.accept("input-vectors", w.columns());
        visit.accept("input-vectors-last", w.last());
        visit.accept("output-vectors", u);
        visit.accept("scales", scales);
        visit.accept("reciprocal", reciprocal);
    }

    @Override
    public void close() {
        reciprocal.close();
        scales.close();
        u.close();
        w.close();
    }
}
