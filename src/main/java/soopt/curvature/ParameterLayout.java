package soopt.curvature;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import soopt.backend.Tensor;

/**
 * Where each parameter tensor lies in the flat vector θ [P]: tensors in model order, each row-major but for channels.
 */
public final class ParameterLayout {
    /** What a parameter tensor is to its layer. */
    public enum Role {
        WEIGHT,
        BIAS
    }

    /**
     * One parameter tensor.
     *
     * @param name PyTorch's name of it, e.g. layers.0.weight
     * @param shape PyTorch's layout, e.g. [out, in]
     * @param role weight or bias
     * @param layer index of its layer among the layers that own parameters, from 0
     * @param offset position of its first element in θ
     * @param channels C &gt; 1 if memory holds [out, …, C] (channels last) where PyTorch's shape is [out, C, …]; else 1
     * @param fanIn what the initialization divides the variance by: the inputs of one unit, or 1 if a scale layer does
     *     it
     * @param axes lengths of its axes in the order of memory; those of an image that comes in or goes out of a dense
     *     layer each by itself, e.g. [out, 3, 32, 32] where the shape is [out, 3072]
     */
    public record Parameter(
            String name,
            List<Integer> shape,
            Role role,
            int layer,
            long offset,
            int fanIn,
            int channels,
            List<Integer> axes) {
        public Parameter {
            shape = List.copyOf(shape);
            axes = List.copyOf(axes);
        }

        public int size() {
            return shape.stream().reduce(1, Math::multiplyExact);
        }

        /**
         * Position in memory, from the tensor's first element, of the element that PyTorch's row-major order counts as
         * i-th.
         */
        public int position(int i) {
            return channels == 1 ? i : position(i, places());
        }

        /** Numbers per output and channel: the positions of a kernel or of a flattened image. */
        private int places() {
            return size() / (shape.get(0) * channels);
        }

        private int position(int i, int places) {
            int out = i / (channels * places);
            int channel = i / places % channels;
            return (out * places + i % places) * channels + channel;
        }

        /** Values in PyTorch's order, put into the order of memory. */
        public double[] toMemory(double[] values) {
            if (channels == 1) {
                return values.clone();
            }
            int places = places();
            double[] result = new double[values.length];
            for (int i = 0; i < values.length; i++) {
                result[position(i, places)] = values[i];
            }
            return result;
        }

        /** Values in the order of memory, put into PyTorch's. */
        public double[] fromMemory(double[] values) {
            if (channels == 1) {
                return values.clone();
            }
            int places = places();
            double[] result = new double[values.length];
            for (int i = 0; i < values.length; i++) {
                result[i] = values[position(i, places)];
            }
            return result;
        }

        public int[] dimensions() {
            return shape.stream().mapToInt(Integer::intValue).toArray();
        }
    }

    private final List<Parameter> parameters;
    private final int size;

    private ParameterLayout(List<Parameter> parameters, int size) {
        this.parameters = List.copyOf(parameters);
        this.size = size;
    }

    public List<Parameter> parameters() {
        return parameters;
    }

    public Parameter get(int index) {
        return parameters.get(index);
    }

    /** Number of parameter tensors. */
    public int count() {
        return parameters.size();
    }

    /** P, the number of scalars. */
    public int size() {
        return size;
    }

    /** Number of layers that own parameters. */
    public int layers() {
        return parameters.stream().mapToInt(Parameter::layer).max().orElse(-1) + 1;
    }

    /** The part of the flat vector [P] that belongs to one tensor, in its shape. */
    public Tensor view(Tensor flat, int index) {
        Parameter parameter = parameters.get(index);
        return flat.slice(parameter.offset(), parameter.dimensions());
    }

    /** Collects tensors in model order. */
    public static final class Builder {
        private final List<Parameter> parameters = new ArrayList<>();
        private int size;

        public Builder add(String name, Role role, int layer, int fanIn, int... shape) {
            return addChannelsLast(name, role, layer, fanIn, 1, shape);
        }

        /** A tensor [out, C, …] that memory holds as [out, …, C]. */
        public Builder addChannelsLast(String name, Role role, int layer, int fanIn, int channels, int... shape) {
            return add(name, role, layer, fanIn, channels, inMemory(channels, shape), shape);
        }

        /** A kernel [out, C, height, width] with channels last is [out, height, width, C]. */
        private static int[] inMemory(int channels, int[] shape) {
            return shape.length == 4 && channels > 1 ? new int[] {shape[0], shape[2], shape[3], shape[1]} : shape;
        }

        /** The same with other axes in memory, which have as many numbers. */
        public Builder add(String name, Role role, int layer, int fanIn, int channels, int[] axes, int... shape) {
            List<Integer> dimensions = Arrays.stream(shape).boxed().toList();
            List<Integer> lengths = Arrays.stream(axes).boxed().toList();
            parameters.add(new Parameter(name, dimensions, role, layer, size, fanIn, channels, lengths));
            size = grown(name, dimensions);
            return this;
        }

        /** P with this tensor, which must stay a number of elements that an array can have. */
        private int grown(String name, List<Integer> dimensions) {
            BigInteger numbers =
                    dimensions.stream().map(BigInteger::valueOf).reduce(BigInteger.ONE, BigInteger::multiply);
            BigInteger all = numbers.add(BigInteger.valueOf(size));
            if (all.bitLength() > 31) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "%s of shape %s makes %,d parameters, but a vector holds at most %,d",
                        name,
                        dimensions,
                        all,
                        Integer.MAX_VALUE));
            }
            return all.intValue();
        }

        /** Number of tensors so far. */
        public int count() {
            return parameters.size();
        }

        public ParameterLayout build() {
            return new ParameterLayout(parameters, size);
        }
    }
}
