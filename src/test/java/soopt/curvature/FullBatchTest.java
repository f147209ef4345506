package soopt.curvature;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import soopt.curvature.fisher.FactorVisitor;
import soopt.curvature.fisher.FactoredLayer;
import soopt.curvature.fisher.OutputAdjoints;
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

        assertEquals(partition.size(), actual.size());
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

    @Test
    void taylorTerms_equalTheDirectOnes() {
        Partition partition = new Partitioning.Canonical().of(network.layout());
        TaylorTerms expected = direct.taylor(theta, v, partition, 4);
        TaylorTerms actual = batches.taylor(theta, v, partition, 4);

        assertEquals(expected.loss(), actual.loss(), TOLERANCE);
        assertArrayEquals(expected.whole(), actual.whole(), 1e-12);
        for (int k = 0; k < 4; k++) {
            assertArrayEquals(expected.groups()[k], actual.groups()[k], 1e-12, "order " + (k + 1));
        }
    }

    @Test
    void onePart_isKept_andSeveralAreNot() {
        FullBatch one =
                new FullBatch(network.layout(), backend, new One(), (done, of) -> progress.add(done + "/" + of));
        try (Linearization kept = one.at(theta, Linearization.Use.GRADIENT);
                Linearization several = batches.at(theta, Linearization.Use.GRADIENT)) {
            assertTrue(kept.isKept());
            assertEquals(List.of("1/1"), progress);
            assertFalse(several.isKept());
        }
    }

    private final class One implements FullBatch.Parts {
        @Override
        public int count() {
            return 1;
        }

        @Override
        public int examples() {
            return EXAMPLES;
        }

        @Override
        public Objective part(int index) {
            return direct;
        }
    }

    @Test
    void valueOfAPass_costsNoOtherPass() {
        try (Linearization here = batches.at(theta, Linearization.Use.GRADIENT)) {
            vector((objective, out) -> here.gradient(out), batches);
            assertEquals(3, progress.size());
            assertEquals(direct.loss(theta), here.value().loss(), TOLERANCE);
            assertEquals(3, progress.size());
        }
        progress.clear();
        try (Linearization here = batches.at(theta, Linearization.Use.GRADIENT)) {
            assertEquals(direct.loss(theta), here.value().loss(), TOLERANCE);
            here.value();
            assertEquals(List.of("1/3", "2/3", "3/3"), progress);
        }
    }

    @Test
    void fisherMatrices_areTheMeanOfThoseOfTheBatches() {
        for (Fisher kind : List.of(Fisher.EXACT, Fisher.EMPIRICAL)) {
            assertArrayEquals(fisher(direct, kind, 1, 5), fisher(batches, kind, 1, 5), TOLERANCE, kind.toString());
        }
        double[] mean = new double[parameters];
        for (int i = 0; i < 3; i++) {
            Objective part = new Parts().part(i);
            double[] own = fisher(part, Fisher.MC, 2, 5 + i);
            for (int j = 0; j < parameters; j++) {
                mean[j] += part.examples() * own[j] / EXAMPLES;
            }
        }
        assertArrayEquals(mean, fisher(batches, Fisher.MC, 2, 5), TOLERANCE);
    }

    private double[] fisher(Objective objective, Fisher kind, int draws, long seed) {
        try (Linearization here = objective.at(theta, Linearization.Use.GAUSS_NEWTON)) {
            return vector((loss, out) -> here.fisher(kind, draws, seed).times(v, out), objective);
        }
    }

    @Test
    void kroneckerFactors_areThoseOfTheWhole() {
        double[] expected = factors(direct);
        assertArrayEquals(expected, factors(batches), TOLERANCE);
        assertTrue(Arrays.stream(expected).sum() > 0);
    }

    /** Corners, A and G of both layers, one behind another. */
    private double[] factors(Objective objective) {
        double[] found = new double[2 * 81];
        try (Linearization here = objective.at(theta, Linearization.Use.GRADIENT)) {
            here.factors(new OutputAdjoints.OfTargets(), new FactorVisitor() {
                @Override
                public void inputs(FactoredLayer layer) {
                    int in = network.layout().get(layer.weight()).shape().get(1);
                    int at = layer.weight() == 0 ? 0 : 81;
                    try (Tensor gram = zeros(in, in);
                            Tensor sums = zeros(in)) {
                        found[at] += layer.addInputGram(1, gram, sums);
                        add(gram, at + 1);
                        add(sums, at + 30);
                    }
                }

                @Override
                public void adjoints(FactoredLayer layer) {
                    int out = network.layout().get(layer.bias()).size();
                    try (Tensor gram = zeros(out, out)) {
                        layer.addOutputGram(1, gram);
                        add(gram, (layer.weight() == 0 ? 0 : 81) + 40);
                    }
                }

                private void add(Tensor from, int at) {
                    double[] values = new double[(int) from.size()];
                    backend.toHost(from, values, 0);
                    for (int i = 0; i < values.length; i++) {
                        found[at + i] += values[i];
                    }
                }
            });
        }
        return found;
    }

    private Tensor zeros(int... shape) {
        Tensor tensor = backend.allocate(shape);
        backend.fill(tensor, 0);
        return tensor;
    }

    @Test
    void passes_giveTheirMemoryBack() {
        long before = backend.memory().liveBytes();
        Partition partition = new Partitioning.Canonical().of(network.layout());
        fisher(batches, Fisher.MC, 2, 5);
        factors(batches);
        vector((objective, out) -> objective.gradient(theta, out), batches);
        vector((objective, out) -> objective.hessianVector(theta, v, out), batches);
        batches.summary(theta, v, partition, Order.THIRD);
        batches.at(theta, Linearization.Use.HESSIAN).value();
        assertEquals(before, backend.memory().liveBytes());
    }
}
