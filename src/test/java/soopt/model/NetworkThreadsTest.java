package soopt.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import soopt.Golden;
import soopt.backend.Activation;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.Partitioning;
import soopt.model.loss.Loss;

/** Losses, gradients, summaries and curvature products are the same bits for any number of threads. */
class NetworkThreadsTest {
    private static final int[] THREADS = {2, 3, 5};
    private static final int CLASSES = 10;

    private enum Kind {
        PERCEPTRON(new int[] {90}, 50),
        LENET(new int[] {1, 28, 28}, 20),
        /** Convolutions by patches and by Winograd's way, and an average of odd cells. */
        CONVOLUTIONS(new int[] {3, 10, 10}, 13);

        private final int[] inputShape;
        private final int batch;

        Kind(int[] inputShape, int batch) {
            this.inputShape = inputShape;
            this.batch = batch;
        }

        Network network() {
            LayerList layers = new LayerList(inputShape);
            return switch (this) {
                case PERCEPTRON ->
                    layers.dense("fc0", 800, false)
                            .activation(Activation.TANH)
                            .dense("fc1", 100, true)
                            .activation(Activation.SOFTPLUS)
                            .dense("fc2", CLASSES, false)
                            .network(Loss.SOFTMAX_CROSS_ENTROPY);
                case LENET ->
                    layers.convolution("conv0", 6, 5, 1, 0, false)
                            .activation(Activation.TANH)
                            .maxPool(2, 2)
                            .convolution("conv1", 16, 5, 1, 0, false)
                            .activation(Activation.TANH)
                            .maxPool(2, 2)
                            .flatten()
                            .dense("fc0", CLASSES, false)
                            .network(Loss.SOFTMAX_CROSS_ENTROPY);
                case CONVOLUTIONS ->
                    layers.convolution("conv0", 32, 3, 1, 1, false)
                            .activation(Activation.GELU)
                            .maxPool(3, 2)
                            .convolution("conv1", 32, 3, 1, 1, true)
                            .activation(Activation.ELU)
                            .adaptiveAveragePool(3, 3)
                            .flatten()
                            .dense("fc0", CLASSES, false)
                            .network(Loss.SOFTMAX_CROSS_ENTROPY);
            };
        }
    }

    static Stream<Arguments> cases() {
        return Arrays.stream(Kind.values())
                .flatMap(kind -> Precision.EVERYWHERE.stream().map(precision -> Arguments.of(kind, precision)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyDerivative_isTheSameBits_forAnyNumberOfThreads(Kind kind, Precision precision) {
        long[] once = bits(kind, precision, 1);
        for (int threads : THREADS) {
            assertArrayEquals(once, bits(kind, precision, threads), threads + " threads");
        }
    }

    private static long[] bits(Kind kind, Precision precision, int threads) {
        Network network = kind.network();
        int size = network.layout().size();
        Random random = new Random(7);
        try (Backend backend = Backends.cpu(precision, threads);
                Tensor theta = normal(backend, random, 0.05, size);
                Tensor u = normal(backend, random, 1, size);
                Tensor out = backend.allocate(size);
                Tensor inputs = normal(backend, random, 1, kind.batch, (int) Tensor.sizeOf(kind.inputShape));
                Tensor targets = targets(backend, random, kind)) {
            Objective objective = network.objective(backend, inputs, targets);
            DoubleStream.Builder numbers = DoubleStream.builder();
            numbers.add(objective.gradient(theta, out).loss());
            add(numbers, backend, out);
            // all of D̄³ brings its diagonal, computed as at order 3
            for (Order order : new Order[] {Order.SECOND, Order.THIRD_FULL}) {
                add(numbers, objective.summary(theta, u, new Partitioning.Canonical().of(network.layout()), order));
            }
            objective.hessianVector(theta, u, out);
            add(numbers, backend, out);
            objective.gaussNewtonVector(theta, u, out);
            add(numbers, backend, out);
            return numbers.build().mapToLong(Double::doubleToRawLongBits).toArray();
        }
    }

    private static Tensor normal(Backend backend, Random random, double scale, int... shape) {
        Tensor tensor = backend.allocate(shape);
        double[] values = new double[(int) tensor.size()];
        Arrays.setAll(values, i -> scale * random.nextGaussian());
        backend.fromHost(values, 0, tensor);
        return tensor;
    }

    private static Tensor targets(Backend backend, Random random, Kind kind) {
        Tensor labels = backend.allocate(kind.batch);
        backend.fromHost(random.ints(kind.batch, 0, CLASSES).asDoubleStream().toArray(), 0, labels);
        return labels;
    }

    private static void add(DoubleStream.Builder numbers, Backend backend, Tensor vector) {
        double[] values = new double[(int) vector.size()];
        backend.toHost(vector, values, 0);
        add(numbers, values);
    }

    private static void add(DoubleStream.Builder numbers, double... values) {
        Arrays.stream(values).forEach(numbers::add);
    }

    private static void add(DoubleStream.Builder numbers, CurvatureSummary summary) {
        numbers.add(summary.loss());
        add(numbers, summary.gradient());
        add(numbers, Golden.flat(summary.hessian()));
        add(numbers, summary.third());
        Arrays.stream(summary.thirdFull()).forEach(matrix -> add(numbers, Golden.flat(matrix)));
    }
}
