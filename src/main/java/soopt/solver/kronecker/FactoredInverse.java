package soopt.solver.kronecker;

import java.util.Optional;
import java.util.function.BiConsumer;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.backend.dense.SymmetricEigen;
import soopt.curvature.fisher.Augmented;
import soopt.curvature.fisher.FactoredLayer;
import soopt.solver.Solve;
import soopt.solver.dense.Ladder;

/**
 * (A + π√λ I)⁻¹ ⊗ (G + √λ/π I)⁻¹ with π² = (tr A / (in + 1)) / (tr G / out): the factored Tikhonov damping of Martens
 * and Grosse 2015, §6.3. The two inverses are formed, as each is applied at many steps. A factor that is not positive
 * definite with its damping climbs the {@link Ladder}; where that fails the last inverses stay.
 */
final class FactoredInverse implements BlockInverse {
    private final Backend backend;
    private final double damping;
    private final KroneckerFactors.Inverse kind;
    private final int in;
    private final int out;
    private final Augmented input;
    private final Tensor output;
    private double pi = 1;

    FactoredInverse(Backend backend, double damping, KroneckerFactors.Inverse kind, int in, int out) {
        this.backend = backend;
        this.damping = damping;
        this.kind = kind;
        this.in = in;
        this.out = out;
        this.input = Augmented.allocate(backend, in);
        this.output = backend.allocate(out, out);
        input.set(backend, identity(in + 1));
        backend.fromHost(identity(out), 0, output);
    }

    static double[] identity(int n) {
        double[] identity = new double[Math.multiplyExact(n, n)];
        for (int i = 0; i < n; i++) {
            identity[i * n + i] = 1;
        }
        return identity;
    }

    /** A matrix and how it was found. */
    private record Inverted(double[] values, Solve solve) {}

    @Override
    public Solve refresh(double[] a, double[] g) {
        double ratio = Spectra.meanDiagonal(a, in + 1) / Spectra.meanDiagonal(g, out);
        double balance = ratio > 0 && ratio <= Double.MAX_VALUE ? Math.sqrt(ratio) : 1;
        double root = Math.sqrt(damping);
        Inverted ofInput = inverted(a, in + 1, balance * root);
        Inverted ofOutput = inverted(g, out, root / balance);
        Solve worse = worse(ofInput.solve, ofOutput.solve);
        if (worse.ending() != Solve.Ending.KEPT) {
            input.set(backend, ofInput.values);
            backend.fromHost(ofOutput.values, 0, output);
            pi = balance;
        }
        return worse;
    }

    static Solve worse(Solve x, Solve y) {
        Solve.Ending ending = x.ending().compareTo(y.ending()) >= 0 ? x.ending() : y.ending();
        return new Solve(ending, x.iterations() + y.iterations(), Double.NaN);
    }

    private Inverted inverted(double[] matrix, int n, double shift) {
        if (!Spectra.isFinite(matrix)) {
            return kept(matrix, 0);
        }
        return kind == KroneckerFactors.Inverse.CHOLESKY ? byCholesky(matrix, n, shift) : byEigen(matrix, n, shift);
    }

    private static Inverted byCholesky(double[] matrix, int n, double shift) {
        for (int i = 0; i < n; i++) {
            matrix[i * n + i] += shift;
        }
        Ladder.Rung rung = Ladder.DEFAULT.climb(matrix, n);
        return rung.definite()
                .map(definite -> new Inverted(definite.inverse(), rung.solve()))
                .orElse(kept(matrix, rung.solve().iterations()));
    }

    private static Inverted kept(double[] matrix, int factorizations) {
        return new Inverted(matrix, new Solve(Solve.Ending.KEPT, factorizations, Double.NaN));
    }

    /** Σ q qᵀ / (max(λ, 0) + shift). */
    private static Inverted byEigen(double[] matrix, int n, double shift) {
        Optional<SymmetricEigen> eigen = SymmetricEigen.of(matrix, n);
        if (eigen.isEmpty()) {
            return kept(matrix, 1);
        }
        double[] inverse = eigen.get().apply(value -> 1 / (Spectra.clipped(value) + shift));
        return new Inverted(inverse, new Solve(Spectra.ending(eigen.get().values()), 1, Double.NaN));
    }

    @Override
    public void apply(Tensor weight, Tensor bias, Tensor outWeight, Tensor outBias) {
        Tensor w = weight.reshape(out, in);
        Tensor b = bias.reshape(out, 1);
        try (Tensor left = backend.allocate(out, in);
                Tensor leftBias = backend.allocate(out, 1)) {
            backend.gemm(false, false, 1, w, input.columns().rows(0, in), 0, left);
            backend.gemm(false, false, 1, b, input.columns().rows(in, in + 1), 1, left);
            backend.gemm(false, false, 1, w, input.last().slice(0, in, 1), 0, leftBias);
            backend.gemm(false, false, 1, b, input.last().slice(in, 1, 1), 1, leftBias);
            backend.gemm(false, false, 1, output, left, 0, outWeight.reshape(out, in));
            backend.gemm(false, false, 1, output, leftBias, 0, outBias.reshape(out, 1));
        }
    }

    @Override
    public boolean prefersRows(long rows) {
        double dense = (double) out * in * (out + in);
        double byRows = rows * ((double) out * out + (double) in * in + (double) out * in);
        return byRows < dense;
    }

    @Override
    public void add(FactoredLayer layer, Tensor outWeight, Tensor outBias) {
        layer.addProduct(1, output, input, outWeight, outBias);
    }

    @Override
    public double pi() {
        return pi;
    }

    @Override
    public void forEachTensor(BiConsumer<String, Tensor> visit) {
        visit.accept("input-inverse", input.columns());
        visit.accept("input-inverse-last", input.last());
        visit.accept("output-inverse", output);
    }

    @Override
    public void close() {
        output.close();
        input.close();
    }
}
