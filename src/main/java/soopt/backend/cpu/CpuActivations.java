package soopt.backend.cpu;

import java.nio.ByteBuffer;
import soopt.backend.Activation;
import soopt.backend.Contract;
import soopt.backend.NormalDistribution;
import soopt.backend.Tensor;
import soopt.backend.vector.Loops;

/** Activations with their derivatives and the tangents through them, on the CPU. */
final class CpuActivations {
    /** Numbers of which five arrays stay in the first-level cache. */
    private static final int CACHED_NUMBERS = 1024;

    private final CpuBackend backend;
    private final Loops loops;

    CpuActivations(CpuBackend backend, Loops loops) {
        this.backend = backend;
        this.loops = loops;
    }

    void activate(Activation f, Tensor z, Tensor... jet) {
        Contract.jet(z, jet);
        // A transcendental is worth about eight passes.
        backend.workers()
                .share(CpuBackend.size(z), 64, 8 * z.size(), (from, to, part) -> activate(f, z, jet, from, to));
    }

    void activateBiased(Activation f, Tensor bias, Tensor z, Tensor... jet) {
        Contract.jet(z, jet);
        Contract.rows(bias, z);
        int d = CpuBackend.size(bias);
        int block = Math.max(1, CACHED_NUMBERS / d);
        backend.workers().share(CpuBackend.size(z) / d, 1, 8 * z.size(), (from, to, part) -> {
            for (int row = from; row < to; row += block) {
                int end = Math.min(to, row + block);
                loops.addRow(
                        CpuBackend.bytes(bias),
                        CpuBackend.at(bias),
                        CpuBackend.bytes(z),
                        CpuBackend.at(z) + row * d,
                        end - row,
                        d);
                activate(f, z, jet, row * d, end * d);
            }
        });
    }

    /** The output of that order, or the first one in the place of what is not written. */
    private static Tensor asked(Tensor[] jet, int order) {
        return jet[order < jet.length ? order : 0];
    }

    private void activate(Activation f, Tensor z, Tensor[] jet, int from, int to) {
        int order = jet.length - 1;
        Loops.Operands arrays = new Loops.Operands(
                CpuBackend.bytes(z),
                CpuBackend.at(z) + from,
                CpuBackend.bytes(jet[0]),
                CpuBackend.at(jet[0]) + from,
                CpuBackend.bytes(asked(jet, 1)),
                CpuBackend.at(asked(jet, 1)) + from,
                CpuBackend.bytes(asked(jet, 2)),
                CpuBackend.at(asked(jet, 2)) + from,
                CpuBackend.bytes(asked(jet, 3)),
                CpuBackend.at(asked(jet, 3)) + from);
        switch (f) {
            case TANH -> loops.tanh(arrays, to - from, order);
            case SIGMOID -> loops.sigmoid(arrays, to - from, order);
            case RELU -> loops.relu(arrays, to - from, order);
            case ELU -> loops.elu(arrays, to - from, order);
            case SOFTPLUS -> loops.softplus(arrays, to - from, order);
            case SILU -> loops.silu(arrays, to - from, order);
            case IDENTITY -> loops.identity(arrays, to - from, order);
            case GELU -> gelu(arrays, to - from, order);
        }
    }

    /** σ = zΦ, σ′ = Φ + zφ, σ″ = (2 − z²)φ, σ‴ = (z² − 4)zφ; scalar, in float64. */
    private void gelu(Loops.Operands x, int n, int order) {
        for (int i = 0; i < n; i++) {
            double z = get(x.z(), x.atZ() + i);
            double cdf = NormalDistribution.cumulative(z);
            put(x.a(), x.atA() + i, z * cdf);
            if (order >= 1) {
                // beyond 40 the density is 0, and z³ must not overflow against it
                double c = Math.max(-40, Math.min(40, z));
                double density = NormalDistribution.density(c);
                put(x.s1(), x.at1() + i, cdf + c * density);
                if (order >= 3) {
                    put(x.s2(), x.at2() + i, (2 - c * c) * density);
                    put(x.s3(), x.at3() + i, (c * c - 4) * c * density);
                }
            }
        }
    }

    private double get(ByteBuffer x, int i) {
        return backend.precision().isSingle() ? x.getFloat(i * 4) : x.getDouble(i * 8);
    }

    private void put(ByteBuffer x, int i, double value) {
        if (backend.precision().isSingle()) {
            x.putFloat(i * 4, (float) value);
        } else {
            x.putDouble(i * 8, value);
        }
    }

    void tangents(
            Tensor first,
            Tensor second,
            int n2,
            Tensor lambda,
            Tensor s1,
            Tensor s2,
            Tensor s3,
            double[] gram,
            int stride,
            double[] third) {
        Contract.tangents(first, second, n2, lambda, new Tensor[] {s1, s2, s3}, gram, stride, third);
        double[][] thirds = tangents(true, first, second, n2, lambda, s1, s2, s3, gram, stride);
        CpuContractions.addAll(1, thirds, third);
    }

    void tangents(Tensor first, Tensor lambda, Tensor s1, Tensor s2, double[] gram, int stride) {
        Contract.tangents(first, lambda, new Tensor[] {s1, s2}, gram, stride);
        tangents(false, first, first, 0, lambda, s1, s2, s2, gram, stride);
    }

    /** The sums of third by block; without second-order tangents second and s3 stand for nothing. */
    private double[][] tangents(
            boolean secondOrder,
            Tensor first,
            Tensor second,
            int n2,
            Tensor lambda,
            Tensor s1,
            Tensor s2,
            Tensor s3,
            double[] gram,
            int stride) {
        int n = first.length(0);
        if (n == 0) {
            return new double[0][0];
        }
        int m = CpuBackend.size(lambda);
        int block = Workers.block(m, CpuContractions.GRAM_BLOCK, (long) n * n);
        double[][] grams = new double[Workers.count(m, block)][n * n];
        double[][] thirds = new double[grams.length][n];
        backend.workers()
                .share(
                        m,
                        block,
                        (long) n * m * 2,
                        (from, to, part) -> loops.tangents(
                                secondOrder,
                                CpuBackend.bytes(first),
                                CpuBackend.at(first),
                                CpuBackend.bytes(second),
                                CpuBackend.at(second),
                                m,
                                n,
                                n2,
                                CpuBackend.bytes(lambda),
                                CpuBackend.at(lambda),
                                CpuBackend.bytes(s1),
                                CpuBackend.at(s1),
                                CpuBackend.bytes(s2),
                                CpuBackend.at(s2),
                                CpuBackend.bytes(s3),
                                CpuBackend.at(s3),
                                from,
                                to,
                                block,
                                grams,
                                thirds));
        CpuContractions.addSquare(1, grams, n, gram, stride);
        return thirds;
    }
}
