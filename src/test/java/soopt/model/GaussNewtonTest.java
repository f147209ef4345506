package soopt.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import soopt.backend.Activation;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.Objective;
import soopt.curvature.ParameterLayout;
import soopt.model.loss.Loss;

/**
 * G v = Jᵀ ∇²ℓ J v for every unit vector v, against matrices formed densely: J [N·C, P], the exact Jacobian of the
 * outputs, from {@link DenseReference}, and ∇²ℓ, the Hessian of the loss in the outputs, from its formula.
 */
class GaussNewtonTest {
    private static final int BATCH = 5;
    private static final int OUTPUTS = 3;
    /** Float64 sums of some hundred products, relative to the largest entry of G. */
    private static final double ROUNDING = 1e-12;

    private final Backend backend = Backends.cpu(Precision.FLOAT64, 1);
    private final Random random = new Random(11);

    @AfterEach
    void close() {
        backend.close();
    }

    private static DenseReference perceptron() {
        return new DenseReference(7, 1, 1)
                .dense(5, false)
                .activation(Activation.TANH)
                .dense(4, true)
                .activation(Activation.SOFTPLUS)
                .dense(OUTPUTS, false);
    }

    private static DenseReference maxPooled() {
        return new DenseReference(2, 7, 6)
                .convolution(3, 3, 1)
                .activation(Activation.ELU)
                .maxPool(2, 2)
                .convolution(2, 2, 0)
                .activation(Activation.TANH)
                .dense(OUTPUTS, false);
    }

    private static DenseReference meanPooled() {
        return new DenseReference(1, 6, 6)
                .convolution(3, 3, 0)
                .activation(Activation.SOFTPLUS)
                .meanPool(2, 1)
                .convolution(2, 3, 1)
                .maxPool(3, 1)
                .activation(Activation.ELU)
                .dense(4, false)
                .activation(Activation.TANH)
                .dense(OUTPUTS, true);
    }

    static Stream<Arguments> networks() {
        return Stream.of(Loss.values())
                .flatMap(loss -> Stream.of(
                        Arguments.of("perceptron", perceptron(), loss),
                        Arguments.of("convolutions, max-pool", maxPooled(), loss),
                        Arguments.of("convolutions, mean and max-pool", meanPooled(), loss)));
    }

    @ParameterizedTest(name = "{0}, {2}")
    @MethodSource("networks")
    void products_equalTheDenseGaussNewtonMatrix(String name, DenseReference reference, Loss loss) {
        Network network = reference.network(loss);
        ParameterLayout layout = network.layout();
        double[] inputs = uniform(BATCH * reference.inputs());
        List<double[]> parameters = layout.parameters().stream()
                .map(parameter -> uniform(parameter.size()))
                .toList();
        double[][] expected = dense(reference, loss, inputs, parameters);
        double largest = Stream.of(expected)
                .flatMapToDouble(Arrays::stream)
                .map(Math::abs)
                .max()
                .orElseThrow();
        assertTrue(largest > 1e-3, "G is not 0");

        Objective objective = network.objective(backend, tensor(inputs, BATCH, inputs.length / BATCH), targets(loss));
        Tensor theta = flat(layout, parameters);
        Tensor product = backend.allocate(layout.size());
        int column = 0;
        for (int tensor = 0; tensor < layout.count(); tensor++) {
            for (int k = 0; k < layout.get(tensor).size(); k++) {
                List<double[]> unit = unit(layout, tensor, k);
                objective.gaussNewtonVector(theta, flat(layout, unit), product);
                double[] actual = pytorch(layout, product);
                for (int row = 0; row < actual.length; row++) {
                    assertEquals(
                            expected[row][column],
                            actual[row],
                            ROUNDING * largest,
                            name + ": row " + row + ", column " + column);
                }
                column++;
            }
        }
    }

    /** [P, P] = Σ over examples of Jᵀ ∇²ℓ J, in PyTorch's order. */
    private static double[][] dense(DenseReference reference, Loss loss, double[] inputs, List<double[]> parameters) {
        int size = parameters.stream().mapToInt(values -> values.length).sum();
        int features = inputs.length / BATCH;
        double[][] sum = new double[size][size];
        for (int n = 0; n < BATCH; n++) {
            double[] input = Arrays.copyOfRange(inputs, n * features, (n + 1) * features);
            double[][] jacobian = new double[size][];
            double[] outputs = new double[0];
            int column = 0;
            for (int tensor = 0; tensor < parameters.size(); tensor++) {
                for (int k = 0; k < parameters.get(tensor).length; k++) {
                    double[][] dual = reference.outputs(input, parameters, unit(parameters, tensor, k));
                    outputs = dual[0];
                    jacobian[column++] = dual[1];
                }
            }
            double[][] hessian = hessian(loss, outputs);
            for (int p = 0; p < size; p++) {
                for (int q = 0; q < size; q++) {
                    for (int c = 0; c < OUTPUTS; c++) {
                        for (int d = 0; d < OUTPUTS; d++) {
                            sum[p][q] += jacobian[p][c] * hessian[c][d] * jacobian[q][d];
                        }
                    }
                }
            }
        }
        return sum;
    }

    /** (diag(p) − p pᵀ)/N with p = softmax(y), or 2/(N·C) I. */
    private static double[][] hessian(Loss loss, double[] y) {
        double[] exponentials =
                IntStream.range(0, OUTPUTS).mapToDouble(c -> Math.exp(y[c])).toArray();
        double total =
                IntStream.range(0, OUTPUTS).mapToDouble(c -> exponentials[c]).sum();
        double[][] hessian = new double[OUTPUTS][OUTPUTS];
        for (int c = 0; c < OUTPUTS; c++) {
            for (int d = 0; d < OUTPUTS; d++) {
                double p = exponentials[c] / total;
                double same = c == d ? 1 : 0;
                hessian[c][d] = switch (loss) {
                    case SOFTMAX_CROSS_ENTROPY -> (same * p - p * exponentials[d] / total) / BATCH;
                    case MEAN_SQUARED_ERROR -> 2 * same / (BATCH * OUTPUTS);
                };
            }
        }
        return hessian;
    }

    private double[] uniform(int size) {
        return random.doubles(size, -1, 1).toArray();
    }

    private Tensor tensor(double[] values, int... shape) {
        Tensor tensor = backend.allocate(shape);
        backend.fromHost(values, 0, tensor);
        return tensor;
    }

    private Tensor targets(Loss loss) {
        return loss.isClassification()
                ? tensor(random.ints(BATCH, 0, OUTPUTS).asDoubleStream().toArray(), BATCH)
                : tensor(uniform(BATCH * OUTPUTS), BATCH, OUTPUTS);
    }

    private Tensor flat(ParameterLayout layout, List<double[]> tensors) {
        Tensor flat = backend.allocate(layout.size());
        for (int i = 0; i < layout.count(); i++) {
            backend.fromHost(layout.get(i).toMemory(tensors.get(i)), 0, layout.view(flat, i));
        }
        return flat;
    }

    private double[] pytorch(ParameterLayout layout, Tensor flat) {
        return IntStream.range(0, layout.count())
                .boxed()
                .flatMapToDouble(i -> {
                    double[] values = new double[layout.get(i).size()];
                    backend.toHost(layout.view(flat, i), values, 0);
                    return Arrays.stream(layout.get(i).fromMemory(values));
                })
                .toArray();
    }

    private static List<double[]> unit(ParameterLayout layout, int tensor, int k) {
        return unit(
                layout.parameters().stream()
                        .map(parameter -> new double[parameter.size()])
                        .toList(),
                tensor,
                k);
    }

    /** Zeros of the same shapes but for a 1. */
    private static List<double[]> unit(List<double[]> like, int tensor, int k) {
        List<double[]> unit = new ArrayList<>();
        like.forEach(values -> unit.add(new double[values.length]));
        unit.get(tensor)[k] = 1;
        return unit;
    }
}
