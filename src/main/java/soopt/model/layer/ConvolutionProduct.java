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

    @Override
    public void addInputGram(double alpha, Tensor x, Tensor gram, Tensor sums) {
        backend.convolveGram(geometry, x, alpha, 1, gram, sums);
    }

    /** The convolution with these filters. */
    @Override
    public void project(Tensor x, Tensor filters, Tensor out) {
        Convolution g = geometry;
        Convolution wider = new Convolution(
                g.channels(),
                g.height(),
                g.width(),
                filters.length(0),
                g.kernel(),
                g.stride(),
                g.padding(),
                g.channelsFirst());
        int images = (int) (x.size() / g.inputs());
        backend.convolve(wider, x, filters, 1, 0, out.reshape(images, wider.outputs()));
    }

    @Override
    public int positions() {
        return geometry.positions();
    }

    @Override
    public int fanIn() {
        return geometry.patch();
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
