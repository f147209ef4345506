package soopt.model.layer;

import soopt.backend.Backend;
import soopt.backend.Convolution;
import soopt.backend.Tensor;

/** A(x; W) = the cross-correlation of x with W. */
record ConvolutionProduct(Backend backend, Convolution geometry) implements Bilinear {
    @Override
    public void apply(Tensor x, Tensor weight, double alpha, double beta, Tensor out) {
        backend.convolve(geometry, x, weight, alpha, beta, out);
    }

    @Override
    public void applyAdjoint(Tensor dy, Tensor weight, double beta, Tensor out) {
        backend.convolveAdjoint(geometry, dy, weight, beta, out);
    }

    @Override
    public void weightGradient(Tensor x, Tensor dy, double beta, Tensor out) {
        backend.convolveWeightGradient(geometry, x, dy, beta, out);
    }

    private Tensor pixels(Tensor y) {
        int channels = geometry.outChannels();
        return y.reshape((int) (y.size() / channels), channels);
    }

    @Override
    public void addBias(Tensor bias, Tensor y) {
        backend.addRowInPlace(bias, pixels(y));
    }

    @Override
    public void biasGradient(Tensor dy, double beta, Tensor out) {
        backend.sumRows(pixels(dy), beta, out);
    }

    @Override
    public int inputs() {
        return geometry.inputs();
    }

    @Override
    public int outputs() {
        return geometry.outputs();
    }
}
