package soopt.optimizer.direction;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import soopt.Golden;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.ParameterLayout;
import soopt.curvature.ParameterLayout.Parameter;
import soopt.curvature.ParameterLayout.Role;

/** Long axes in blocks; the roots themselves have golden numbers. */
final class ShampooTest {
    private static final int STEPS = 5;
    private final Backend backend = Backends.cpu(Precision.FLOAT64, 1);

    @AfterEach
    void close() {
        backend.close();
    }

    /** Numbers of rows and columns, in places counted from 0 of a matrix [.., columns]. */
    private static double[] box(double[] matrix, int columns, int top, int rows, int left, int width) {
        double[] box = new double[rows * width];
        for (int i = 0; i < box.length; i++) {
            box[i] = matrix[(top + i / width) * columns + left + i % width];
        }
        return box;
    }

    @Test
    void tensorWithinOneBlock_hasTheSameBits_whateverTheBlocks() {
        ParameterLayout layout = DirectionRuns.layout(new int[] {4, 6}, new int[] {6}, new int[] {2, 3, 2, 2});
        double[][] gradients = DirectionRuns.gradients(7, STEPS, layout.size());
        double[][] expected =
                DirectionRuns.directions(backend, "{type: shampoo, period: 2, grafting: adam}", layout, gradients);
        double[][] actual = DirectionRuns.directions(
                backend, "{type: shampoo, period: 2, grafting: adam, block-size: 6}", layout, gradients);
        for (int t = 0; t < STEPS; t++) {
            assertArrayEquals(expected[t], actual[t], 0);
        }
    }

    /** A matrix [5, 7] in blocks of at most 4 rows: 2 and 3 rows, 3 and 4 columns. */
    @Test
    void blocks_areTensorsOfTheirOwn() {
        int[] tops = {0, 2, 5};
        int[] lefts = {0, 3, 7};
        double[][] gradients = DirectionRuns.gradients(7, STEPS, 35);
        String spec = "{type: shampoo, period: 2, decay: 0.9, weight-decay: 0.1";
        double[][] whole = DirectionRuns.directions(
                backend, spec + ", block-size: 4}", DirectionRuns.layout(new int[] {5, 7}), gradients);
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 2; j++) {
                int rows = tops[i + 1] - tops[i];
                int columns = lefts[j + 1] - lefts[j];
                double[][] own = new double[STEPS][];
                for (int t = 0; t < STEPS; t++) {
                    own[t] = box(gradients[t], 7, tops[i], rows, lefts[j], columns);
                }
                double[][] expected = DirectionRuns.directions(
                        backend, spec + "}", DirectionRuns.layout(new int[] {rows, columns}), own);
                for (int t = 0; t < STEPS; t++) {
                    assertArrayEquals(
                            expected[t], box(whole[t], 7, tops[i], rows, lefts[j], columns), 1e-14, i + " " + j);
                }
            }
        }
        double[][] together =
                DirectionRuns.directions(backend, spec + "}", DirectionRuns.layout(new int[] {5, 7}), gradients);
        assertTrue(Golden.relativeError(together[4], whole[4]) > 1e-3, "the blocks change nothing");
    }

    /** A tensor cut along its first axis lies in memory as two tensors do. */
    @Test
    void twoBlocksOfRows_areTwoTensors() {
        double[][] gradients = DirectionRuns.gradients(7, STEPS, 8 * 3 * 2 * 2);
        String spec = "{type: shampoo, period: 1, block-size: 4}";
        double[][] one =
                DirectionRuns.directions(backend, spec, DirectionRuns.layout(new int[] {8, 3, 2, 2}), gradients);
        double[][] two = DirectionRuns.directions(
                backend, spec, DirectionRuns.layout(new int[] {4, 3, 2, 2}, new int[] {4, 3, 2, 2}), gradients);
        for (int t = 0; t < STEPS; t++) {
            assertArrayEquals(two[t], one[t], 0);
        }
    }

    /** The length of the gradient in each tensor, not in each block. */
    @Test
    void graftedLength_isThatOfTheTensor() {
        double[][] gradients = DirectionRuns.gradients(7, STEPS, 35);
        double[][] u = DirectionRuns.directions(
                backend,
                "{type: shampoo, period: 1, momentum: 0, grafting: sgd, block-size: 4}",
                DirectionRuns.layout(new int[] {5, 7}),
                gradients);
        for (int t = 0; t < STEPS; t++) {
            assertEquals(norm(gradients[t]), norm(u[t]), 1e-13);
        }
    }

    private static double norm(double[] x) {
        return Math.sqrt(Arrays.stream(x).map(entry -> entry * entry).sum());
    }

    @Test
    void blocks_coverEachNumberOnce_andAreNearlyEqual() {
        for (int[] shape : new int[][] {{7}, {5, 7}, {9, 2, 3, 5}, {1, 1}, {3, 10, 4}, {0, 3}}) {
            for (int most : new int[] {1, 2, 3, 4, 100}) {
                List<Block> blocks = Block.of(DirectionRuns.layout(shape).get(0), most);
                int size = (int) Tensor.sizeOf(shape);
                double[] seen = new double[size];
                try (Tensor x = backend.allocate(size);
                        Tensor y = backend.allocate(size);
                        Tensor room = backend.allocate(size)) {
                    double[] numbers = new double[size];
                    Arrays.setAll(numbers, i -> i);
                    backend.fromHost(numbers, 0, x);
                    backend.fill(y, -1);
                    for (Block block : blocks) {
                        double[] own = new double[block.size()];
                        Tensor in = block.in(backend, x, room);
                        backend.toHost(in, own, 0);
                        Arrays.stream(own).forEach(number -> seen[(int) number]++);
                        block.put(backend, in, y);
                    }
                    double[] back = new double[size];
                    backend.toHost(y, back, 0);
                    assertArrayEquals(numbers, back);
                }
                double[] once = new double[size];
                Arrays.fill(once, 1);
                assertArrayEquals(once, seen);
                for (int axis = 0; axis < shape.length; axis++) {
                    int fixed = axis;
                    List<Integer> lengths = new ArrayList<>();
                    blocks.forEach(block -> lengths.add(block.shape()[fixed]));
                    int longest = lengths.stream().max(Integer::compare).orElseThrow();
                    int shortest = lengths.stream().min(Integer::compare).orElseThrow();
                    assertTrue(longest <= most && longest - shortest <= 1, lengths::toString);
                }
            }
        }
    }

    @Test
    void channelsLast_isCutInTheOrderOfMemory() {
        ParameterLayout layout = new ParameterLayout.Builder()
                .addChannelsLast("w", Role.WEIGHT, 0, 1, 6, 4, 6, 3, 2)
                .build();
        Parameter kernel = layout.get(0);
        List<Block> blocks = Block.of(kernel, 3);
        assertEquals(4, blocks.size());
        assertArrayEquals(new int[] {4, 3, 2, 6}, blocks.get(0).whole());
        assertArrayEquals(new int[] {2, 3, 2, 3}, blocks.get(0).shape());
    }
}
