package soopt.curvature;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import soopt.backend.Activation;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.model.Initialization;
import soopt.model.Mlp;
import soopt.model.Network;
import soopt.model.Parameterization;
import soopt.model.loss.Loss;

/** The same 7 examples at once and in batches of 3, 3 and 1. */
class FullBatchTest {
    private static final int EXAMPLES = 7;
    private static final int SIZE = 3;
    private static final double TOLERANCE = 1e-13;

    private final Backend backend = Backends.cpu(Precision.FLOAT64, 1);
    private final Random random = new Random(5);
    private final Network network = new Mlp(
                    List.of(4),
                    Activation.TANH,
                    Parameterization.STANDARD,
                    Loss.SOFTMAX_CROSS_ENTROPY,
                    new Initialization(1, 0.5, java.util.Optional.empty()))
            .network(new int[] {5}, 3);
    private final int parameters = network.layout().size();
    private final Tensor inputs = random(EXAMPLES, 5);
    private final Tensor targets = labels();
    private final Tensor theta = random(parameters);
    private final Tensor v = random(parameters);
    private final Objective direct = network.objective(backend, inputs, targets);
    private final List<String> progress = new ArrayList<>();
    private final FullBatch batches =
            new FullBatch(network.layout(), backend, new Parts(), (done, of) -> progress.add(done + "/" + of));

    private final class Parts implements FullBatch.Parts {
        @Override
        public int count() {
            return 3;
        }

        @Override
        public int examples() {
            return EXAMPLES;
        }

        @Override
        public Objective part(int index) {
            int to = Math.min(EXAMPLES, (index + 1) * SIZE);
            return network.objective(backend, inputs.rows(index * SIZE, to), targets.rows(index * SIZE, to));
        }
    }

    private Tensor random(int... shape) {
        Tensor tensor = backend.allocate(shape);
        backend.fromHost(random.doubles(Tensor.sizeOf(shape), -1, 1).toArray(), 0, tensor);
        return tensor;
    }

    private Tensor labels() {
        Tensor tensor = backend.allocate(EXAMPLES);
        backend.fromHost(new double[] {0, 1, 2, 2, 1, 0, 1}, 0, tensor);
        return tensor;
    }

    @AfterEach
    void close() {
        backend.close();
    }

    /**
     * Memory comes back from the pool with what was there before, here the answer just computed: NaN takes its place.
     */
    private double[] vector(BiConsumer<Objective, Tensor> derivative, Objective objective) {
        Tensor out = backend.allocate(parameters);
        backend.fill(out, Double.NaN);
        derivative.accept(objective, out);
        double[] values = new double[parameters];
        backend.toHost(out, values, 0);
        out.close();
        return values;
    }

    private void assertEqual(BiConsumer<Objective, Tensor> derivative) {
        assertArrayEquals(vector(derivative, direct), vector(derivative, batches), TOLERANCE);
    }

    @Test
    void loss_equalsTheDirectOne() {
        assertEquals(direct.loss(theta), batches.loss(theta), TOLERANCE);
        assertEquals(List.of("1/3", "2/3", "3/3"), progress);
        assertEquals(EXAMPLES, batches.examples());
        assertSame(network.layout(), batches.layout());
        assertSame(backend, batches.backend());
    }

    @Test
    void vectors_equalTheDirectOnes() {
        assertEqual((objective, out) ->
                assertEquals(direct.loss(theta), objective.gradient(theta, out).loss(), TOLERANCE));
        assertEqual((objective, out) -> objective.hessianVector(theta, v, out));
        assertEqual((objective, out) -> objective.gaussNewtonVector(theta, v, out));
        try (Tensor out = backend.allocate(network.layout().size())) {
            assertEquals(
                    direct.gradient(theta, out).correct(),
                    batches.gradient(theta, out).correct());
        }
    }

    @Test
    void productsOfSeveralVectors_areThoseOfEach() {
        try (Tensor several = backend.allocate(3, parameters);
                Tensor out = backend.allocate(3, parameters);
                Tensor one = backend.allocate(parameters)) {
            double[] numbers = random.doubles(3L * parameters, -1, 1).toArray();
            backend.fromHost(numbers, 0, several);
            for (Objective objective : List.of(direct, batches)) {
                try (Linearization here = objective.at(theta, Linearization.Use.HESSIAN)) {
                    here.hessianVectors(several, out);
                    backend.fromHost(Arrays.copyOfRange(numbers, parameters, 2 * parameters), 0, one);
                    assertArrayEquals(
                            vector((loss, result) -> loss.hessianVector(theta, one, result), direct),
                            row(out, 1),
                            TOLERANCE);
                    here.gaussNewtonVectors(several, out);
                    backend.fromHost(Arrays.copyOfRange(numbers, 2 * parameters, 3 * parameters), 0, one);
                    assertArrayEquals(
                            vector((loss, result) -> loss.gaussNewtonVector(theta, one, result), direct),
                            row(out, 2),
                            TOLERANCE);
                }
            }
        }
    }

    private double[] row(Tensor matrix, int row) {
        double[] values = new double[parameters];
        backend.toHost(matrix.rows(row, row + 1), values, 0);
        return values;
    }

    /** Also of a batch that is cut because it does not fit. */
    @Test
    void productsOfAKeptPass_areThoseOfANewOne_inAnyOrder() {
        Objective cut = network.withCurvatureMemory(1).objective(backend, inputs, targets);
        double correct;
        try (Tensor out = backend.allocate(parameters)) {
            correct = direct.gradient(theta, out).correct();
        }
        for (Objective objective : List.of(direct, batches, cut)) {
            try (Linearization here = objective.at(theta, Linearization.Use.HESSIAN)) {
                for (int round = 0; round < 2; round++) {
                    assertArrayEquals(
                            vector((loss, out) -> loss.gaussNewtonVector(theta, v, out), direct),
                            vector((loss, out) -> here.gaussNewtonVector(v, out), objective),
                            TOLERANCE);
                    assertArrayEquals(
                            vector((loss, out) -> loss.hessianVector(theta, v, out), direct),
                            vector((loss, out) -> here.hessianVector(v, out), objective),
                            TOLERANCE);
                    assertArrayEquals(
                            vector((loss, out) -> loss.gradient(theta, out), direct),
                            vector((loss, out) -> here.gradient(out), objective),
                            TOLERANCE);
                }
                assertEquals(direct.loss(theta), here.value().loss(), TOLERANCE);
                assertEquals(correct, here.value().correct());
            }
        }
    }

    @Test
    void summary_equalsTheDirectOne_toThirdOrder() {
        Partition partition = new Partitioning.Canonical().of(network.layout());
        CurvatureSummary expected = direct.summary(theta, v, partition, Order.THIRD_FULL);
        CurvatureSummary actual = batches.summary(theta, v, partition, Order.THIRD_FULL);

        assertEquals(expected.loss(), actual.loss(), TOLERANCE);
        assertArrayEquals(expected.gradient(), actual.gradient(), TOLERANCE);
        assertArrayEquals(expected.third(), actual.third(), TOLERANCE);
        for (int s = 0; s < partition.size(); s++) {
            assertArrayEquals(expected.hessian()[s], actual.hessian()[s], TOLERANCE);
            for (int t = 0; t < partition.size(); t++) {
                assertArrayEquals(expected.thirdFull()[s][t], actual.thirdFull()[s][t], TOLERANCE);
            }
        }
        assertEquals(0, batches.summary(theta, v, partition, Order.SECOND).third().length);
    }
}
