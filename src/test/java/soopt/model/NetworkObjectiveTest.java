package soopt.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import soopt.backend.Activation;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Partition;
import soopt.model.loss.Loss;

/** Identities of the derivatives that need no reference numbers (curvature.md §8). */
class NetworkObjectiveTest {
    private static final int BATCH = 13;
    private static final int INPUTS = 6;
    private static final int CLASSES = 4;
    /** Sums of a few hundred float64 products in another order. */
    private static final double ROUNDING = 1e-12;

    private final Backend backend = Backends.cpu(Precision.FLOAT64, 2);
    private final Random random = new Random(3);

    @AfterEach
    void close() {
        backend.close();
    }

    private static Network network(Activation activation, Loss loss) {
        return new LayerList(new int[] {INPUTS})
                .dense("layers.0", 7, false)
                .activation(activation)
                .dense("layers.1", 5, true)
                .activation(activation)
                .dense("layers.2", CLASSES, false)
                .network(loss);
    }

    private Tensor normal(int... shape) {
        double[] values = random.doubles(Tensor.sizeOf(shape), -1, 1).toArray();
        Tensor tensor = backend.allocate(shape);
        backend.fromHost(values, 0, tensor);
        return tensor;
    }

    private Objective objective(Network network) {
        return objective(network, INPUTS);
    }

    private Objective objective(Network network, int inputs) {
        Tensor targets;
        if (network.loss().isClassification()) {
            targets = backend.allocate(BATCH);
            backend.fromHost(random.ints(BATCH, 0, CLASSES).asDoubleStream().toArray(), 0, targets);
        } else {
            targets = normal(BATCH, CLASSES);
        }
        return network.objective(backend, normal(BATCH, inputs), targets);
    }

    private static Partition canonical(ParameterLayout layout) {
        List<Partition.Group> groups = new ArrayList<>();
        for (int p = 0; p < layout.count(); p++) {
            groups.add(new Partition.Group(
                    layout.get(p).name(),
                    "mixed",
                    List.of(new Partition.Slice(p, 0, layout.get(p).size()))));
        }
        return new Partition(layout, groups);
    }

    @Test
    void perceptron_allocatesNothing_inSteadyState() {
        Network network = network(Activation.TANH, Loss.SOFTMAX_CROSS_ENTROPY);
        assertNothingIsAllocated(network, objective(network));
    }

    /** A narrow convolution, one by patches, one by Winograd's way, and their poolings. */
    @Test
    void convolutions_allocateNothing_inSteadyState() {
        int[] shape = {3, 12, 12};
        Network network = new LayerList(shape)
                .convolution("conv0", 6, 3, 1, 1, false)
                .activation(Activation.ELU)
                .convolution("conv1", 32, 5, 1, 2, false)
                .activation(Activation.ELU)
                .convolution("conv2", 32, 3, 1, 1, false)
                .activation(Activation.ELU)
                .maxPool(2, 2)
                .adaptiveAveragePool(1, 1)
                .flatten()
                .dense("fc3", CLASSES, false)
                .network(Loss.SOFTMAX_CROSS_ENTROPY);
        assertNothingIsAllocated(network, objective(network, (int) Tensor.sizeOf(shape)));
    }

    /** The counter is that of requests to the engine for native memory. */
    private void assertNothingIsAllocated(Network network, Objective objective) {
        Tensor theta = normal(network.layout().size());
        Tensor gradient = backend.allocate(network.layout().size());
        Partition partition = canonical(network.layout());
        long after = 0;
        for (int step = 0; step < 200; step++) {
            objective.gradient(theta, gradient);
            objective.summary(theta, gradient, partition, Order.THIRD);
            objective.loss(theta);
            after = step == 1 ? backend.memory().systemAllocations() : after;
        }
        assertEquals(after, backend.memory().systemAllocations());
    }

    @Test
    void hessianVector_isSymmetric() {
        Objective objective = objective(network(Activation.SOFTPLUS, Loss.MEAN_SQUARED_ERROR));
        Tensor theta = normal(objective.layout().size());
        Tensor v = normal(objective.layout().size());
        Tensor w = normal(objective.layout().size());
        Tensor hv = backend.allocate(objective.layout().size());
        Tensor hw = backend.allocate(objective.layout().size());
        objective.hessianVector(theta, v, hv);
        objective.hessianVector(theta, w, hw);
        assertEquals(backend.dot(hv, w), backend.dot(hw, v), ROUNDING);
    }

    @Test
    void hessianVector_isTheDifferenceOfGradients() {
        for (Activation activation : List.of(Activation.TANH, Activation.GELU, Activation.SILU, Activation.SIGMOID)) {
            Objective objective = objective(network(activation, Loss.SOFTMAX_CROSS_ENTROPY));
            int size = objective.layout().size();
            Tensor theta = normal(size);
            Tensor v = normal(size);
            Tensor product = backend.allocate(size);
            objective.hessianVector(theta, v, product);
            double epsilon = 1e-5;
            Tensor moved = backend.allocate(size);
            Tensor ahead = backend.allocate(size);
            Tensor behind = backend.allocate(size);
            backend.combine(1, theta, epsilon, v, moved);
            objective.gradient(moved, ahead);
            backend.combine(1, theta, -epsilon, v, moved);
            objective.gradient(moved, behind);
            backend.combine(0.5 / epsilon, ahead, -0.5 / epsilon, behind, moved);
            backend.axpyInPlace(-1, product, moved);
            double error = Math.sqrt(backend.dot(moved, moved) / backend.dot(product, product));
            assertTrue(error < 1e-8, activation + ": relative error " + error);
        }
    }

    @Test
    void gaussNewton_equalsHessian_forALinearModel() {
        Network network = new LayerList(new int[] {INPUTS})
                .dense("layers.0", CLASSES, false)
                .network(Loss.SOFTMAX_CROSS_ENTROPY);
        Objective objective = objective(network);
        int size = network.layout().size();
        Tensor theta = normal(size);
        Tensor v = normal(size);
        Tensor hv = backend.allocate(size);
        Tensor gv = backend.allocate(size);
        objective.hessianVector(theta, v, hv);
        objective.gaussNewtonVector(theta, v, gv);
        backend.axpyInPlace(-1, hv, gv);
        assertEquals(0, backend.dot(gv, gv), ROUNDING * ROUNDING);
    }

    /**
     * A piecewise linear net is linear in each single tensor: along one tensor H and G agree. All of G is in
     * {@link GaussNewtonTest}.
     */
    @Test
    void gaussNewton_equalsHessian_alongOneTensorOfAPiecewiseLinearNet() {
        Objective objective = objective(network(Activation.RELU, Loss.MEAN_SQUARED_ERROR));
        int size = objective.layout().size();
        Tensor theta = normal(size);
        Tensor v = backend.allocate(size);
        backend.fill(v, 0);
        Tensor weight = objective.layout().view(v, 2);
        backend.fill(weight, 0.3);
        Tensor hv = backend.allocate(size);
        Tensor gv = backend.allocate(size);
        objective.hessianVector(theta, v, hv);
        objective.gaussNewtonVector(theta, v, gv);
        assertEquals(backend.dot(hv, v), backend.dot(gv, v), ROUNDING);
        assertTrue(backend.dot(gv, v) > 0);
    }

    @Test
    void thirdDerivative_vanishes_forReluAndSquares() {
        Objective objective = objective(network(Activation.RELU, Loss.MEAN_SQUARED_ERROR));
        Tensor theta = normal(objective.layout().size());
        Tensor u = normal(objective.layout().size());
        CurvatureSummary summary = objective.summary(theta, u, canonical(objective.layout()), Order.THIRD);
        assertArrayEquals(new double[summary.size()], summary.third(), ROUNDING);
    }

    @Test
    void summary_scales_withTheDirection() {
        Objective objective = objective(network(Activation.TANH, Loss.SOFTMAX_CROSS_ENTROPY));
        Tensor theta = normal(objective.layout().size());
        Tensor u = normal(objective.layout().size());
        Partition partition = canonical(objective.layout());
        CurvatureSummary one = objective.summary(theta, u, partition, Order.THIRD);
        backend.scaleInPlace(2, u);
        CurvatureSummary two = objective.summary(theta, u, partition, Order.THIRD);
        for (int s = 0; s < one.size(); s++) {
            assertEquals(2 * one.gradient()[s], two.gradient()[s], ROUNDING);
            assertEquals(4 * one.hessian()[s][0], two.hessian()[s][0], ROUNDING * 10);
            assertEquals(8 * one.third()[s], two.third()[s], ROUNDING * 100);
        }
    }

    @Test
    void coarserPartition_hasTheBlockSums() {
        Objective objective = objective(network(Activation.ELU, Loss.SOFTMAX_CROSS_ENTROPY));
        Tensor theta = normal(objective.layout().size());
        Tensor u = normal(objective.layout().size());
        Partition fine = canonical(objective.layout());
        CurvatureSummary parts = objective.summary(theta, u, fine, Order.SECOND);
        CurvatureSummary all = objective.summary(theta, u, Partition.whole(objective.layout()), Order.SECOND);
        double sum = 0;
        for (double[] row : parts.hessian()) {
            for (double value : row) {
                sum += value;
            }
        }
        assertEquals(all.hessian()[0][0], sum, ROUNDING * 10);
    }
}
