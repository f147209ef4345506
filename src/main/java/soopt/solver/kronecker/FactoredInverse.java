package soopt.solver.kronecker;

import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import soopt.backend.Backend;
import soopt.backend.Decompositions;
import soopt.backend.Decompositions.Columns;
import soopt.backend.Decompositions.Eigen;
import soopt.backend.Decompositions.Found;
import soopt.backend.Decompositions.Inverse;
import soopt.backend.Decompositions.Symmetric;
import soopt.backend.Tensor;
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

    /** What writes an inverse, and how it was found. */
    private record Inverted(Consumer<Columns> write, Solve solve) {}

    /** π and what it makes of the damping of A and of G. */
    private record Shares(double pi, double[] shifts) {}

    @Override
    public void refresh(Symmetric a, Symmetric g, Consumer<Refreshed> use) {
        List<Symmetric> both = List.of(a, g);
        Decompositions decompositions = backend.decompositions();
        if (kind == KroneckerFactors.Inverse.CHOLESKY) {
            decompositions.inverses(
                    both, traces -> shares(traces).shifts, found -> use.accept(byCholesky(both, found)));
        } else {
            decompositions.eigen(both, found -> use.accept(byEigen(found)));
        }
    }

    private Shares shares(double[] traces) {
        double ratio = traces[0] / (in + 1) / (traces[1] / out);
        double balance = ratio > 0 && ratio <= Double.MAX_VALUE ? Math.sqrt(ratio) : 1;
        double root = Math.sqrt(damping);
        return new Shares(balance, new double[] {balance * root, root / balance});
    }

    private <T> Shares shares(List<Found<T>> found) {
        return shares(found.stream().mapToDouble(Found::trace).toArray());
    }

    private <T> Refreshed ended(List<Found<T>> found, Inverted ofInput, Inverted ofOutput) {
        Solve worse = worse(ofInput.solve, ofOutput.solve);
        if (worse.ending() != Solve.Ending.KEPT) {
            ofInput.write.accept(input.target());
            ofOutput.write.accept(Columns.of(output));
            pi = shares(found).pi;
        }
        return new Refreshed(found.stream().allMatch(Found::isFinite), worse);
    }

    static Solve worse(Solve x, Solve y) {
        Solve.Ending ending = x.ending().compareTo(y.ending()) >= 0 ? x.ending() : y.ending();
        return new Solve(ending, x.iterations() + y.iterations(), Double.NaN);
    }

    private Refreshed byCholesky(List<Symmetric> matrices, List<Found<Inverse>> found) {
        double[] shifts = shares(found).shifts;
        return ended(
                found,
                byCholesky(matrices.get(0), found.get(0), shifts[0]),
                byCholesky(matrices.get(1), found.get(1), shifts[1]));
    }

    private Inverted byCholesky(Symmetric matrix, Found<Inverse> found, double shift) {
        if (!found.isFinite()) {
            return kept(0);
        }
        return found.parts()
                .map(inverse -> new Inverted(inverse::write, new Solve(Solve.Ending.CONVERGED, 1, Double.NaN)))
                .orElseGet(() -> climb(matrix, shift));
    }

    /** What is not definite goes to the host, where it is made so. */
    private Inverted climb(Symmetric matrix, double shift) {
        int n = matrix.size();
        double[] shifted = matrix.toHost(backend);
        for (int i = 0; i < n; i++) {
            shifted[i * n + i] += shift;
        }
        Ladder.Rung rung = Ladder.DEFAULT.climb(shifted, n);
        return rung.definite()
                .map(definite -> new Inverted(out -> out.set(backend, definite.inverse()), rung.solve()))
                .orElseGet(() -> kept(rung.solve().iterations()));
    }

    private static Inverted kept(int factorizations) {
        return new Inverted(out -> {}, new Solve(Solve.Ending.KEPT, factorizations, Double.NaN));
    }

    private Refreshed byEigen(List<Found<Eigen>> found) {
        double[] shifts = shares(found).shifts;
        return ended(found, byEigen(found.get(0), shifts[0]), byEigen(found.get(1), shifts[1]));
    }

    /** Σ q qᵀ / (max(λ, 0) + shift). */
    private static Inverted byEigen(Found<Eigen> found, double shift) {
        if (!found.isFinite()) {
            return kept(0);
        }
        return found.parts()
                .map(eigen -> new Inverted(
                        out -> eigen.apply(value -> 1 / (Spectra.clipped(value) + shift), out),
                        new Solve(Spectra.ending(eigen.values()), 1, Double.NaN)))
                .orElseGet(() -> kept(1));
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
