package soopt.curvature.fisher;

import soopt.backend.Tensor;

/** A layer's pass over a part of a batch whose mean has this weight in that of the batch. */
public record WeightedLayer(FactoredLayer layer, double partWeight) implements FactoredLayer {
    @Override
    public int weight() {
        return layer.weight();
    }

    @Override
    public int bias() {
        return layer.bias();
    }

    @Override
    public int positions() {
        return layer.positions();
    }

    @Override
    public int rows() {
        return layer.rows();
    }

    @Override
    public double addInputGram(double alpha, Tensor gram, Tensor sums) {
        return layer.addInputGram(partWeight * alpha, gram, sums);
    }

    @Override
    public void addOutputGram(double alpha, Tensor gram) {
        layer.addOutputGram(partWeight * alpha, gram);
    }

    @Override
    public void addSquares(double alpha, Tensor u, Augmented w, Tensor out) {
        layer.addSquares(partWeight * alpha, u, w, out);
    }

    @Override
    public void addProduct(double alpha, Tensor g, Augmented a, Tensor weight, Tensor bias) {
        layer.addProduct(partWeight * alpha, g, a, weight, bias);
    }
}
