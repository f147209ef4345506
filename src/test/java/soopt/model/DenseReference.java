package soopt.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import soopt.backend.Activation;
import soopt.model.loss.Loss;

/**
 * A network twice: as layers of the program, and as plain loops over images [C, H, W] in PyTorch's order that carry one
 * tangent with each number. The loops share no code with the program: their tangents along unit vectors are the exact
 * Jacobian of the outputs.
 */
final class DenseReference {
    /** A number of each and its tangent. */
    private record Dual(double[] value, double[] tangent) {
        static Dual zeros(int size) {
            return new Dual(new double[size], new double[size]);
        }

        /** this_i += x_j y_k. */
        void addProduct(int i, Dual x, int j, Dual y, int k) {
            value[i] += x.value[j] * y.value[k];
            tangent[i] += x.tangent[j] * y.value[k] + x.value[j] * y.tangent[k];
        }

        void add(int i, Dual x, int j, double factor) {
            value[i] += factor * x.value[j];
            tangent[i] += factor * x.tangent[j];
        }
    }

    /** One layer on one example; parameters: [tensor]. */
    private interface Step {
        Dual apply(Dual x, List<Dual> parameters);
    }

    private final LayerList layers;
    private final List<Step> steps = new ArrayList<>();
    private final int inputs;
    private int channels;
    private int height;
    private int width;
    private int tensors;

    DenseReference(int channels, int height, int width) {
        this.layers = new LayerList(new int[] {channels, height, width});
        this.inputs = channels * height * width;
        this.channels = channels;
        this.height = height;
        this.width = width;
    }

    /** Numbers of one input. */
    int inputs() {
        return inputs;
    }

    DenseReference activation(Activation activation) {
        layers.activation(activation);
        steps.add((x, parameters) -> {
            Dual y = Dual.zeros(x.value.length);
            for (int i = 0; i < y.value.length; i++) {
                double z = x.value[i];
                y.value[i] = value(activation, z);
                y.tangent[i] = slope(activation, z) * x.tangent[i];
            }
            return y;
        });
        return this;
    }

    private static double value(Activation activation, double z) {
        return switch (activation) {
            case TANH -> Math.tanh(z);
            case ELU -> z > 0 ? z : Math.expm1(z);
            case SOFTPLUS -> Math.log1p(Math.exp(z));
            default -> throw new IllegalArgumentException("the reference has no " + activation);
        };
    }

    private static double slope(Activation activation, double z) {
        return switch (activation) {
            case TANH -> 1 - Math.tanh(z) * Math.tanh(z);
            case ELU -> z > 0 ? 1 : Math.exp(z);
            case SOFTPLUS -> 1 / (1 + Math.exp(-z));
            default -> throw new IllegalArgumentException("the reference has no " + activation);
        };
    }

    /** y = W x / √in or W x, + b, on the numbers in PyTorch's order. */
    DenseReference dense(int out, boolean ntk) {
        int in = channels * height * width;
        int weight = tensors;
        double scale = ntk ? 1 / Math.sqrt(in) : 1;
        layers.flatten().dense("dense" + weight, out, ntk);
        steps.add((x, parameters) -> {
            Dual y = Dual.zeros(out);
            for (int o = 0; o < out; o++) {
                Dual product = Dual.zeros(1);
                for (int i = 0; i < in; i++) {
                    product.addProduct(0, parameters.get(weight), o * in + i, x, i);
                }
                y.add(o, product, 0, scale);
                y.add(o, parameters.get(weight + 1), o, 1);
            }
            return y;
        });
        return shaped(out, 1, 1, 2);
    }

    private DenseReference shaped(int newChannels, int newHeight, int newWidth, int newTensors) {
        channels = newChannels;
        height = newHeight;
        width = newWidth;
        tensors += newTensors;
        return this;
    }

    DenseReference convolution(int out, int kernel, int padding) {
        int in = channels;
        int h = height;
        int w = width;
        int outHeight = h + 2 * padding - kernel + 1;
        int outWidth = w + 2 * padding - kernel + 1;
        int weight = tensors;
        layers.convolution("conv" + weight, out, kernel, 1, padding, false);
        steps.add((x, parameters) -> {
            Dual y = Dual.zeros(out * outHeight * outWidth);
            for (int at = 0; at < y.value.length; at++) {
                int o = at / (outHeight * outWidth);
                int row = at / outWidth % outHeight - padding;
                int column = at % outWidth - padding;
                for (int k = 0; k < in * kernel * kernel; k++) {
                    int i = row + k / kernel % kernel;
                    int j = column + k % kernel;
                    if (i >= 0 && i < h && j >= 0 && j < w) {
                        int pixel = (k / (kernel * kernel) * h + i) * w + j;
                        y.addProduct(at, parameters.get(weight), o * in * kernel * kernel + k, x, pixel);
                    }
                }
                y.add(at, parameters.get(weight + 1), o, 1);
            }
            return y;
        });
        return shaped(out, outHeight, outWidth, 2);
    }

    /** The first largest of each window. */
    DenseReference maxPool(int kernel, int stride) {
        layers.maxPool(kernel, stride);
        return windows(kernel, stride, pixels -> {
            int best = 0;
            for (int k = 1; k < pixels.value.length; k++) {
                best = pixels.value[k] > pixels.value[best] ? k : best;
            }
            return new Dual(new double[] {pixels.value[best]}, new double[] {pixels.tangent[best]});
        });
    }

    DenseReference meanPool(int kernel, int stride) {
        layers.averagePool(kernel, stride);
        return windows(
                kernel,
                stride,
                pixels -> new Dual(
                        new double[] {Arrays.stream(pixels.value).average().orElseThrow()},
                        new double[] {Arrays.stream(pixels.tangent).average().orElseThrow()}));
    }

    private DenseReference windows(int kernel, int stride, UnaryOperator<Dual> pool) {
        int h = height;
        int w = width;
        int count = channels;
        int outHeight = (h - kernel) / stride + 1;
        int outWidth = (w - kernel) / stride + 1;
        steps.add((x, parameters) -> {
            Dual y = Dual.zeros(count * outHeight * outWidth);
            for (int at = 0; at < y.value.length; at++) {
                int corner = (at / (outHeight * outWidth) * h + at / outWidth % outHeight * stride) * w
                        + at % outWidth * stride;
                Dual pixels = Dual.zeros(kernel * kernel);
                for (int k = 0; k < kernel * kernel; k++) {
                    pixels.add(k, x, corner + k / kernel * w + k % kernel, 1);
                }
                y.add(at, pool.apply(pixels), 0, 1);
            }
            return y;
        });
        return shaped(count, outHeight, outWidth, 0);
    }

    Network network(Loss loss) {
        return layers.network(loss);
    }

    /** [2, outputs] of one example: the outputs and their tangents; tensors and tangents in PyTorch's order. */
    double[][] outputs(double[] input, List<double[]> values, List<double[]> tangents) {
        List<Dual> parameters = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            parameters.add(new Dual(values.get(i), tangents.get(i)));
        }
        Dual x = new Dual(input, new double[input.length]);
        for (Step step : steps) {
            x = step.apply(x, parameters);
        }
        return new double[][] {x.value, x.tangent};
    }
}
