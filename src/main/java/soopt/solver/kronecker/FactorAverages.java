package soopt.solver.kronecker;

import java.util.function.BiConsumer;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.fisher.FactoredLayer;

/**
 * Running averages of the factors A [in + 1, in + 1] and G [out, out] of one layer. A is kept in pieces: what belongs
 * to the inputs, its last column without the last entry, and that entry.
 */
final class FactorAverages implements AutoCloseable {
    private final Backend backend;
    private final Tensor inputGram;
    private final Tensor inputSums;
    private final Tensor outputGram;
    private double corner;

    FactorAverages(Backend backend, int in, int out) {
        this.backend = backend;
        this.inputGram = backend.allocate(in, in);
        this.inputSums = backend.allocate(in);
        this.outputGram = backend.allocate(out, out);
    }

    /** A = I, G = I. */
    void setIdentity() {
        identity(inputGram);
        backend.fill(inputSums, 0);
        corner = 1;
        identity(outputGram);
    }

    private void identity(Tensor matrix) {
        int n = matrix.length(0);
        backend.fill(matrix, 0);
        double[] one = {1};
        for (int i = 0; i < n; i++) {
            backend.fromHost(one, 0, matrix.slice((long) i * n + i, 1));
        }
    }

    /** A ← decay A, G ← decay G, where 0 forgets even NaN. */
    void scale(double decay) {
        for (Tensor part : new Tensor[] {inputGram, inputSums, outputGram}) {
            if (decay == 0) {
                backend.fill(part, 0);
            } else {
                backend.scaleInPlace(decay, part);
            }
        }
        corner = decay == 0 ? 0 : decay * corner;
    }

    void addInputs(double weight, FactoredLayer layer) {
        corner += layer.addInputGram(weight, inputGram, inputSums);
    }

    void addAdjoints(double weight, FactoredLayer layer) {
        layer.addOutputGram(weight, outputGram);
    }

    /** A on the host, row by row. */
    double[] input() {
        int n = inputGram.length(0);
        double[] gram = host(inputGram);
        double[] sums = host(inputSums);
        double[] matrix = new double[Math.multiplyExact(n + 1, n + 1)];
        for (int i = 0; i < n; i++) {
            System.arraycopy(gram, i * n, matrix, i * (n + 1), n);
            matrix[i * (n + 1) + n] = sums[i];
            matrix[n * (n + 1) + i] = sums[i];
        }
        matrix[matrix.length - 1] = corner;
        return matrix;
    }

    /** G on the host, row by row. */
    double[] output() {
        return host(outputGram);
    }

    private double[] host(Tensor x) {
        double[] values = new double[(int) x.size()];
        backend.toHost(x, values, 0);
        return values;
    }

    double corner() {
        return corner;
    }

    void setCorner(double value) {
        corner = value;
    }

    void forEachTensor(BiConsumer<String, Tensor> visit) {
        visit.accept("input-gram", inputGram);
        visit.accept("input-sums", inputSums);
        visit.accept("output-gram", outputGram);
    }

    @Override
    public void close() {
        outputGram.close();
        inputSums.close();
        inputGram.close();
    }
}
