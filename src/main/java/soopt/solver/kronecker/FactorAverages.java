package soopt.solver.kronecker;

import java.util.Optional;
import java.util.function.BiConsumer;
import soopt.backend.Backend;
import soopt.backend.Decompositions.Symmetric;
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

    /** A. */
    Symmetric input() {
        return new Symmetric(inputGram, Optional.of(inputSums), corner);
    }

    /** G. */
    Symmetric output() {
        return Symmetric.of(outputGram);
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
