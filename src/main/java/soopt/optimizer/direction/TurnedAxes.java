package soopt.optimizer.direction;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import soopt.curvature.ParameterLayout;
import soopt.curvature.ParameterLayout.Parameter;

/** Which axes of which tensors SOAP turns, and what that takes. */
record TurnedAxes(Direction.Soap options) {
    private int[] whole(Parameter parameter) {
        return Block.axes(parameter, options.imageAxes());
    }

    /** Of a tensor with several axes in memory, in rising order: all, or those behind the ones that make its units. */
    private int[] of(Parameter parameter) {
        int[] whole = whole(parameter);
        int first = 0;
        if (options.sides() == Direction.Soap.Sides.INPUTS) {
            for (int units = parameter.shape().get(0); units > 1; first++) {
                units /= whole[first];
            }
        }
        return IntStream.range(whole.length > 1 ? first : 1, whole.length).toArray();
    }

    /** The blocks of a tensor: axes that are not turned need not be cut. */
    List<Block> blocks(Parameter parameter) {
        return Block.of(whole(parameter), options.blockSize(), of(parameter));
    }

    /** The axes of a block of a tensor: some may have a length of 1. */
    int[] of(Parameter parameter, Block block) {
        return Arrays.stream(of(parameter))
                .filter(axis -> block.shape()[axis] > 1)
                .toArray();
    }

    /**
     * Multiply-adds of a step beside the gradient: for each axis of length n of a block of N numbers that has a basis
     * 2 N n to turn and to turn back, N n / 2 for half of the factor every {@code statisticsPeriod} steps, and n (6 n²
     * + 2 N) every {@code period} steps.
     */
    double work(ParameterLayout layout) {
        double sum = 0;
        for (Parameter parameter : layout.parameters()) {
            for (Block block : blocks(parameter)) {
                for (int axis : of(parameter, block)) {
                    int n = block.shape()[axis];
                    double refresh = n * (6.0 * n * n + 2.0 * block.size()) / options.period();
                    double factor = 0.5 * block.size() * n / options.statisticsPeriod();
                    sum += 2.0 * block.size() * n + factor + refresh;
                }
            }
        }
        return sum;
    }
}
