package soopt.model.layer;

import java.util.List;
import java.util.stream.IntStream;
import soopt.backend.Tensor;

/**
 * The numbers of an example that enter or leave a dense layer.
 *
 * @param axes lengths of their axes in the order of memory: one, or those of an image
 * @param channels C if they are a flattened channels-last image of C channels, else 1
 */
public record Units(List<Integer> axes, int channels) {
    public Units {
        axes = List.copyOf(axes);
    }

    /** A vector. */
    public static Units of(int count) {
        return new Units(List.of(count), 1);
    }

    /** An image in the order of its shape. */
    public static Units of(int[] shape) {
        return new Units(IntStream.of(shape).boxed().toList(), 1);
    }

    /** How many they are. */
    public int count() {
        return Math.toIntExact(Tensor.sizeOf(lengths()));
    }

    int[] lengths() {
        return axes.stream().mapToInt(Integer::intValue).toArray();
    }
}
