package soopt.model.layer;

import soopt.backend.Backend;
import soopt.backend.Tensor;

/** A(x; W) = x Wᵀ with W [out, in] (PyTorch's layout). */
record DenseProduct(Backend backend, int inputs, int outputs) implements Bilinear {
    private Tensor matrix(Tensor x, int columns) {
        return x.reshape((int) (x.size() / columns), columns);
    }

    @Override
    public void apply(Tensor x, Tensor weight, double alpha, double beta, Tensor out) {
        backend.gemm(false, true, alpha, matrix(x, inputs), weight, beta, matrix(out, outputs));
    }

    @Override
    public void applyAdjoint(Tensor dy, Tensor weight, double beta, Tensor out) {
        backend.gemm(false, false, 1, matrix(dy, outputs), weight, beta, matrix(out, inputs));
    }

    @Override
    public void weightGradient(Tensor x, Tensor dy, double beta, Tensor out) {
        backend.gemm(true, false, 1, matrix(dy, outputs), matrix(x, inputs), beta, out);
    }

    @Override
    public void addInputGram(double alpha, Tensor x, Tensor gram, Tensor sums) {
        Tensor rows = matrix(x, inputs);
        backend.columnGram(alpha, rows, 1, gram);
        try (Tensor part = backend.allocate(inputs)) {
            backend.sumRows(rows, 0, part);
            backend.axpyInPlace(alpha, part, sums);
        }
    }

    @Override
    public void project(Tensor x, Tensor filters, Tensor out) {
        backend.gemm(false, true, 1, matrix(x, inputs), filters, 0, out);
    }

    @Override
    public int positions() {
        return 1;
    }

    @Override
    public int fanIn() {
        return inputs;
    }

    @Override
    public void addBias(Tensor bias, Tensor y) {
        backend.addRowInPlace(bias, matrix(y, outputs));
    }

    @Override
    public void biasGradient(Tensor dy, double beta, Tensor out) {
        backend.sumRows(matrix(dy, outputs), beta, out);
    }
}
