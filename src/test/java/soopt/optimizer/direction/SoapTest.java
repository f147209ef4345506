package soopt.optimizer.direction;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.Golden;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.ParameterLayout;
import soopt.curvature.ParameterLayout.Role;
import soopt.curvature.Value;
import soopt.file.JsonObject;
import soopt.optimizer.Methods;
import soopt.optimizer.step.NoBatches;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.Step;

/** SOAP beside Adam where the two are one, beside algorithm 3 in plain loops, and under rotations. */
final class SoapTest {
    private final Backend backend = Backends.cpu(Precision.FLOAT64, 1);

    @AfterEach
    void close() {
        backend.close();
    }

    /** Where each row and column has one number, both factors are diagonal, in an order that changes. */
    @ParameterizedTest
    @ValueSource(strings = {"eigen", "power-iteration"})
    void diagonalFactors_makeAdam(String basis) {
        int[] columns = {2, 0, 3, 1};
        Random random = new Random(1);
        double[][] gradients = new double[12][16];
        for (int t = 0; t < gradients.length; t++) {
            for (int i = 0; i < 4; i++) {
                gradients[t][4 * i + columns[i]] = random.nextGaussian() * Math.exp(random.nextGaussian());
            }
        }
        ParameterLayout layout = DirectionRuns.layout(new int[] {4, 4});
        double[][] adam = DirectionRuns.directions(
                backend, "{type: adamw, beta1: 0.8, beta2: 0.9, weight-decay: 0.1}", layout, gradients);
        double[][] soap = DirectionRuns.directions(
                backend,
                "{type: soap, beta1: 0.8, beta2: 0.9, decay: 0.5, period: 1, weight-decay: 0.1, basis: " + basis + "}",
                layout,
                gradients);
        for (int t = 0; t < gradients.length; t++) {
            assertArrayEquals(adam[t], soap[t], 1e-15, "step " + t);
        }
    }

    @Test
    void tensorsWithOneAxis_followAdamToTheBit() {
        ParameterLayout layout = DirectionRuns.layout(new int[] {9}, new int[] {1, 1}, new int[] {3, 4});
        double[][] gradients = DirectionRuns.gradients(5, 6, layout.size());
        double[][] adam =
                DirectionRuns.directions(backend, "{type: adam, beta1: 0.95, beta2: 0.95}", layout, gradients);
        double[][] soap =
                DirectionRuns.directions(backend, "{type: soap, period: 2, block-size: 4}", layout, gradients);
        for (int t = 0; t < gradients.length; t++) {
            assertArrayEquals(Arrays.copyOf(adam[t], 10), Arrays.copyOf(soap[t], 10), 0);
        }
        assertTrue(Golden.relativeError(adam[5], soap[5]) > 1e-2, "the matrix follows Adam too");
    }

    /** Algorithm 3, for any number of axes, with the first moment in the original space. */
    @ParameterizedTest
    @ValueSource(strings = {"4 4", "3 2 2", "2 3 2 2"})
    void directions_followTheAlgorithmInPlainLoops(String axes) {
        int[] shape = Arrays.stream(axes.split(" ")).mapToInt(Integer::parseInt).toArray();
        ParameterLayout layout = DirectionRuns.layout(shape);
        double[][] gradients = DirectionRuns.gradients(5, 11, layout.size());
        double[][] soap = DirectionRuns.directions(
                backend, "{type: soap, beta1: 0.9, beta2: 0.8, decay: 0.7, period: 3}", layout, gradients);
        SoapReference reference = new SoapReference(shape, 0.9, 0.8, 0.7, 1e-8, 3, 0);
        for (int t = 0; t < gradients.length; t++) {
            assertArrayEquals(reference.next(gradients[t]), soap[t], 1e-10, "step " + t);
        }
    }

    /** A gradient that is left out of the factors is in the moments all the same. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5})
    void factorsOfEverySoManyGradients_followTheAlgorithmInPlainLoops(int sampling) {
        int[] shape = {3, 4};
        ParameterLayout layout = DirectionRuns.layout(shape);
        double[][] gradients = DirectionRuns.gradients(5, 11, layout.size());
        double[][] all = DirectionRuns.directions(
                backend, "{type: soap, beta1: 0.9, beta2: 0.8, decay: 0.7, period: 3}", layout, gradients);
        double[][] some = DirectionRuns.directions(
                backend,
                "{type: soap, beta1: 0.9, beta2: 0.8, decay: 0.7, period: 3, statistics-period: " + sampling + "}",
                layout,
                gradients);
        SoapReference reference = new SoapReference(shape, 0.9, 0.8, 0.7, 1e-8, sampling, 3, 0);
        for (int t = 0; t < gradients.length; t++) {
            assertArrayEquals(reference.next(gradients[t]), some[t], 1e-10, "step " + t);
        }
        assertTrue(Golden.relativeError(all[10], some[10]) > 1e-2, "every gradient counts");
    }

    /** Directions of mean gradients, with as much memory in steps. */
    @Test
    void heldDirection_isThatOfTheMeanGradients() {
        ParameterLayout layout = DirectionRuns.layout(new int[] {3, 4});
        double[][] gradients = DirectionRuns.gradients(5, 11, layout.size());
        double[][] held = DirectionRuns.directions(
                backend,
                "{type: soap, beta1: 0.9, beta2: 0.8, decay: 0.7, period: 4, hold: 3, weight-decay: 0.25}",
                layout,
                gradients);
        SoapReference reference =
                new SoapReference(new int[] {3, 4}, Math.pow(0.9, 3), Math.pow(0.8, 3), Math.pow(0.7, 3), 1e-8, 2, 0);
        double[] u = {};
        for (int t = 0; t < gradients.length; t++) {
            if (t % 3 == 0) {
                double[] mean = new double[layout.size()];
                for (int k = Math.max(0, t - 2); k <= t; k++) {
                    for (int i = 0; i < mean.length; i++) {
                        mean[i] += gradients[k][i] / (t == 0 ? 1 : 3);
                    }
                }
                u = Arrays.stream(reference.next(mean)).map(x -> x + 0.25 * 0.5).toArray();
            }
            assertArrayEquals(u, held[t], 1e-10, "step " + t);
        }
    }

    /** Kernels [out, height, width, in] and matrices whose units, inputs or both are images. */
    @ParameterizedTest
    @ValueSource(strings = {"3 2 4 2, 1", "4 3 2 2, 1", "2 3 4, 2", "2 2 3 2, 2", "5 4, 1", "3 1 4, 1", "4 3 1, 1"})
    void sidesOfInputs_areTheAxesBehindThoseOfTheUnits(String axes) {
        int[] shape = Arrays.stream(axes.split(",")[0].split(" "))
                .mapToInt(Integer::parseInt)
                .toArray();
        int first = Integer.parseInt(axes.split(", ")[1]);
        int units = Arrays.stream(shape, 0, first).reduce(1, (x, y) -> x * y);
        int size = Arrays.stream(shape).reduce(1, (x, y) -> x * y);
        ParameterLayout layout = new ParameterLayout.Builder()
                .add("w", Role.WEIGHT, 0, 1, 1, shape, units, size / units)
                .build();
        double[][] gradients = DirectionRuns.gradients(5, 11, size);
        String settings = "beta1: 0.9, beta2: 0.8, decay: 0.7, period: 3, image-axes: true";
        double[][] inputs =
                DirectionRuns.directions(backend, "{type: soap, sides: inputs, " + settings + "}", layout, gradients);
        double[][] both = DirectionRuns.directions(backend, "{type: soap, " + settings + "}", layout, gradients);
        SoapReference half = new SoapReference(shape, 0.9, 0.8, 0.7, 1e-8, 3, first);
        SoapReference whole = new SoapReference(shape, 0.9, 0.8, 0.7, 1e-8, 3, 0);
        for (int t = 0; t < gradients.length; t++) {
            assertArrayEquals(half.next(gradients[t]), inputs[t], 1e-10, "inputs, step " + t);
            assertArrayEquals(whole.next(gradients[t]), both[t], 1e-10, "both, step " + t);
        }
        assertTrue(Golden.relativeError(both[10], inputs[10]) > 1e-2, "the units are not turned");
    }

    /** Without image axes a matrix has two. */
    @Test
    void images_areVectorsUnlessToldOtherwise() {
        ParameterLayout image = new ParameterLayout.Builder()
                .add("w", Role.WEIGHT, 0, 1, 1, new int[] {4, 3, 2}, 4, 6)
                .build();
        double[][] gradients = DirectionRuns.gradients(5, 4, 24);
        double[][] plain = DirectionRuns.directions(
                backend, "{type: soap, period: 2}", DirectionRuns.layout(new int[] {4, 6}), gradients);
        assertArrayEquals(plain, DirectionRuns.directions(backend, "{type: soap, period: 2}", image, gradients));
        double[][] axes =
                DirectionRuns.directions(backend, "{type: soap, period: 2, image-axes: true}", image, gradients);
        assertTrue(Golden.relativeError(plain[3], axes[3]) > 1e-2);
    }

    @Test
    void kernelsWithChannelsLast_haveTheSameDirections() {
        int[] shape = {3, 4, 2, 2};
        ParameterLayout first = DirectionRuns.layout(shape);
        ParameterLayout last = new ParameterLayout.Builder()
                .addChannelsLast("w0", Role.WEIGHT, 0, 1, 4, shape)
                .build();
        double[][] gradients = DirectionRuns.gradients(5, 7, 48);
        double[][] inMemory =
                Arrays.stream(gradients).map(last.get(0)::toMemory).toArray(double[][]::new);
        String spec = "{type: soap, period: 2, block-size: 3}";
        double[][] expected = DirectionRuns.directions(backend, spec, first, gradients);
        double[][] actual = DirectionRuns.directions(backend, spec, last, inMemory);
        for (int t = 0; t < gradients.length; t++) {
            assertArrayEquals(expected[t], last.get(0).fromMemory(actual[t]), 1e-9);
        }
    }

    @Test
    void blocks_areTensorsOfTheirOwn() {
        double[][] gradients = DirectionRuns.gradients(5, 8, 6 * 4);
        String spec = "{type: soap, period: 2, basis: eigen, block-size: 4}";
        double[][] one = DirectionRuns.directions(backend, spec, DirectionRuns.layout(new int[] {6, 4}), gradients);
        double[][] two = DirectionRuns.directions(
                backend, spec, DirectionRuns.layout(new int[] {3, 4}, new int[] {3, 4}), gradients);
        double[][] left =
                DirectionRuns.directions(backend, spec, DirectionRuns.layout(new int[] {4, 3}), half(gradients, 0));
        double[][] right =
                DirectionRuns.directions(backend, spec, DirectionRuns.layout(new int[] {4, 3}), half(gradients, 3));
        double[][] columns = DirectionRuns.directions(backend, spec, DirectionRuns.layout(new int[] {4, 6}), gradients);
        for (int t = 0; t < gradients.length; t++) {
            assertArrayEquals(two[t], one[t], 0);
            assertArrayEquals(left[t], half(columns, 0)[t], 0);
            assertArrayEquals(right[t], half(columns, 3)[t], 0);
        }
    }

    /** Three of the six columns of matrices [4, 6]. */
    private static double[][] half(double[][] matrices, int from) {
        double[][] half = new double[matrices.length][12];
        for (int t = 0; t < matrices.length; t++) {
            for (int i = 0; i < 12; i++) {
                half[t][i] = matrices[t][i / 3 * 6 + from + i % 3];
            }
        }
        return half;
    }

    /**
     * L(W) = ½⟨W, A W B⟩ + ⟨C, W⟩ and the same function of Q₁ W Q₂. The first step, which is Adam's, goes along the
     * gradient here: from there on each step of the one is the step of the other, turned.
     */
    @ParameterizedTest
    @ValueSource(strings = {"soap, period: 1", "soap, period: 3", "soap, basis: eigen, period: 2", "adam"})
    void turnedParameters_takeTheTurnedStep_whichAdamDoesNot(String method) {
        int n = 4;
        double[][] a = positive(n, 1);
        double[][] b = positive(n, 2);
        double[][] c = random(n, 3);
        double[][] q1 = orthogonal(n, 4);
        double[][] q2 = orthogonal(n, 5);
        UnaryOperator<double[][]> slope = w -> plus(times(times(a, w), b), c);
        UnaryOperator<double[][]> turned =
                w -> times(times(q1, slope.apply(times(times(transposed(q1), w), transposed(q2)))), q2);
        double[][] start = random(n, 6);
        double[][] plain = train(method, slope, start);
        double[][] other = train(method, turned, times(times(q1, start), q2));
        double error = Golden.relativeError(Golden.flat(times(times(q1, plain), q2)), Golden.flat(other));
        if (method.equals("adam")) {
            assertTrue(error > 1e-2, "Adam's steps turn too: the test shows nothing");
        } else {
            assertTrue(error < 1e-8, "error " + error);
        }
    }

    /** W after a step along the gradient and ten of the method. */
    private double[][] train(String method, UnaryOperator<double[][]> slope, double[][] start) {
        int n = start.length;
        double[][] w = start;
        double[] u = new double[n * n];
        ParameterLayout layout = DirectionRuns.layout(new int[] {n, n});
        try (Tensor gradient = backend.allocate(n * n);
                Tensor theta = backend.allocate(n * n);
                Direction.Running running = Methods.direction("{type: " + method + "}")
                        .start(new Problem(backend, layout, new NoBatches(), 0), gradient)) {
            for (int t = 0; t < 11; t++) {
                double[] g = Golden.flat(slope.apply(w));
                backend.fromHost(g, 0, gradient);
                backend.toHost(running.next(theta), u, 0);
                double[][] step = new double[n][n];
                for (int i = 0; i < n * n; i++) {
                    step[i / n][i % n] = -0.05 * (t == 0 ? g[i] : u[i]);
                }
                w = plus(w, step);
            }
        }
        return w;
    }

    /** Power iterations of factors that stay what they are end at their eigenvectors. */
    @Test
    void powerIterations_findTheEigenvectors() {
        int n = 6;
        double[][] gradients = DirectionRuns.gradients(5, 2, n * n);
        try (BlockBasis basis = new BlockBasis(backend, "w", new int[] {n, n}, new int[] {0, 1});
                Tensor gradient = backend.allocate(n * n);
                Tensor out = backend.allocate(n * n);
                Tensor moments = backend.allocate(n * n);
                Block.Room room = Block.Room.of(backend, DirectionRuns.layout(new int[] {n, n}), false)) {
            backend.fill(moments, 0);
            backend.fromHost(gradients[0], 0, gradient);
            basis.turn(gradient, 0, room, out);
            refresh(basis, moments, room);
            backend.fromHost(gradients[1], 0, gradient);
            basis.turn(gradient, 0, room, out);
            double[] between = offDiagonal(basis, gradient, room, out);
            for (int k = 0; k < 300; k++) {
                refresh(basis, moments, room);
            }
            double[] end = offDiagonal(basis, gradient, room, out);
            assertTrue(between[0] > 0.1 && end[0] < 1e-10, between[0] + " to " + end[0]);
            assertTrue(end[1] > 0.1);
            basis.turnBack(out, room, moments);
            double[] back = new double[n * n];
            backend.toHost(moments, back, 0);
            assertArrayEquals(gradients[1], back, 1e-13, "turning back undoes it");
        }
    }

    private static void refresh(BlockBasis basis, Tensor moments, Block.Room room) {
        basis.refresh(Direction.Soap.Basis.POWER_ITERATION, moments, moments, room, Assertions::fail);
    }

    /** The largest number beside the diagonal and on it, of a gradient in the eigenbases of its own factors. */
    private double[] offDiagonal(BlockBasis basis, Tensor gradient, Block.Room room, Tensor out) {
        basis.turn(gradient, 1, room, out); // the factors stay what they are
        double[] numbers = new double[(int) out.size()];
        backend.toHost(out, numbers, 0);
        int n = (int) Math.round(Math.sqrt(numbers.length));
        double[] largest = new double[2];
        for (int i = 0; i < numbers.length; i++) {
            int place = i / n == i % n ? 1 : 0;
            largest[place] = Math.max(largest[place], Math.abs(numbers[i]));
        }
        return largest;
    }

    @Test
    void factorBeyondTheRange_keepsTheLastBasis_andIsNamed() {
        ParameterLayout layout = DirectionRuns.layout(new int[] {3, 3}, new int[] {2, 2});
        double[] fine = DirectionRuns.gradients(5, 1, 13)[0];
        double[] huge = fine.clone();
        Arrays.setAll(huge, i -> i < 9 ? 1e200 * huge[i] : huge[i]);
        try (Tensor gradient = backend.allocate(13);
                Tensor theta = backend.allocate(13);
                Direction.Running running = Methods.direction("{type: soap, period: 2}")
                        .start(new Problem(backend, layout, new NoBatches(), 0), gradient)) {
            String[] expected = {"{\"bases_kept\":\"\"}", "none", "{\"bases_kept\":\"w0\"}", "none"};
            for (int t = 0; t < 4; t++) {
                backend.fromHost(t == 2 ? huge : fine, 0, gradient);
                running.next(theta);
                Step step = running.recorded(Step.moving(Value.of(0), 0, theta));
                assertEquals(
                        expected[t],
                        step.details().map(JsonObject::line).orElse("none").strip());
            }
        }
    }

    private static double[][] random(int n, long seed) {
        Random random = new Random(seed);
        double[][] x = new double[n][n];
        for (double[] row : x) {
            Arrays.setAll(row, j -> random.nextGaussian());
        }
        return x;
    }

    private static double[][] positive(int n, long seed) {
        double[][] x = random(n, seed);
        return times(x, transposed(x));
    }

    private static double[][] orthogonal(int n, long seed) {
        return SoapReference.orthonormalRows(random(n, seed));
    }

    private static double[][] times(double[][] x, double[][] y) {
        return SoapReference.times(x, y);
    }

    private static double[][] transposed(double[][] x) {
        return SoapReference.transposed(x);
    }

    private static double[][] plus(double[][] x, double[][] y) {
        double[][] sum = new double[x.length][x.length];
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < x.length; j++) {
                sum[i][j] = x[i][j] + y[i][j];
            }
        }
        return sum;
    }
}
