package soopt.model.layer;

import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.fisher.Augmented;
import soopt.curvature.fisher.FactoredLayer;

/**
 * The factors of an affine layer from its inputs and the adjoints of its outputs.
 *
 * @param x [N, inputs]
 * @param dy [N, outputs] δ/total
 * @param total number of examples that the mean is over, of which these are N
 */
record AffineFactors(Backend backend, Bilinear product, int weight, int bias, Tensor x, Tensor dy, int total)
        implements FactoredLayer {
    @Override
    public int positions() {
        return product.positions();
    }

    @Override
    public int rows() {
        return x.length(0) * product.positions();
    }

    private Tensor adjoints() {
        return dy.reshape(rows(), product.channels());
    }

    @Override
    public double addInputGram(double alpha, Tensor gram, Tensor sums) {
        double positions = product.positions();
        double scale = alpha / (total * positions * positions);
        product.addInputGram(scale, x, gram, sums);
        return scale * rows();
    }

    @Override
    public void addOutputGram(double alpha, Tensor gram) {
        backend.columnGram(alpha * total * product.positions(), adjoints(), 1, gram);
    }

    /** The gradient of one example turned by u and w is the product of its adjoints and inputs turned by each. */
    @Override
    public void addSquares(double alpha, Tensor u, Augmented w, Tensor out) {
        int positions = product.positions();
        try (Tensor turned = backend.allocate(rows(), product.channels())) {
            backend.gemm(false, true, 1, adjoints(), u, 0, turned);
            if (positions == 1) {
                addSquaresOfRows(alpha, turned, w, out);
            } else {
                addSquaresByExample(alpha, turned, w, out);
            }
        }
    }

    private void addSquaresOfRows(double alpha, Tensor turned, Augmented w, Tensor out) {
        try (Tensor inputs = backend.allocate(rows(), w.last().length(0))) {
            project(x, w, inputs);
            backend.multiply(inputs, inputs, inputs);
            backend.multiply(turned, turned, turned);
            backend.gemm(true, false, alpha * total, turned, inputs, 1, out);
        }
    }

    private void addSquaresByExample(double alpha, Tensor turned, Augmented w, Tensor out) {
        int positions = product.positions();
        double scale = Math.sqrt(alpha * total);
        try (Tensor inputs = backend.allocate(positions, w.last().length(0));
                Tensor gradient = backend.allocate(out.shape())) {
            for (int example = 0; example < x.length(0); example++) {
                project(x.rows(example, example + 1), w, inputs);
                Tensor adjoint = turned.rows(example * positions, (example + 1) * positions);
                backend.gemm(true, false, scale, adjoint, inputs, 0, gradient);
                backend.multiplyAddInPlace(gradient, gradient, out);
            }
        }
    }

    /** out [rows, n + 1] ← ā wᵀ. */
    private void project(Tensor part, Augmented w, Tensor out) {
        product.project(part, w.columns(), out);
        backend.addRowInPlace(w.last(), out);
    }

    @Override
    public void addProduct(double alpha, Tensor g, Augmented a, Tensor weightOut, Tensor biasOut) {
        int in = product.fanIn();
        int channels = product.channels();
        try (Tensor adjoint = backend.allocate(rows(), channels);
                Tensor inputs = backend.allocate(rows(), in);
                Tensor ones = backend.allocate(rows(), 1)) {
            backend.gemm(false, false, alpha, adjoints(), g, 0, adjoint);
            product.project(x, a.columns().rows(0, in), inputs);
            backend.addRowInPlace(a.columns().rows(in, in + 1), inputs);
            backend.gemm(true, false, 1, adjoint, inputs, 1, weightOut.reshape(channels, in));
            product.project(x, a.last().slice(0, 1, in), ones);
            backend.addRowInPlace(a.last().slice(in, 1), ones);
            backend.gemm(true, false, 1, adjoint, ones, 1, biasOut.reshape(channels, 1));
        }
    }
}
