package soopt.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.optimizer.step.Batches;
import soopt.optimizer.step.Problem;

/** Adam and SGD with weight decay beside their formulas in plain loops; the golden files have none. */
final class AdamTest {
    private static final double[][] HESSIAN = {{3, 1, 0.5}, {1, 2, -0.3}, {0.5, -0.3, 1}};
    private static final double[] START = {1, -2, 0.5};

    /** θ after so many steps from the start. */
    private static double[] run(Optimizer optimizer, int steps) {
        try (Backend backend = Backends.cpu(Precision.FLOAT64, 1)) {
            QuadraticObjective objective = new QuadraticObjective(backend, HESSIAN);
            double[] end = new double[START.length];
            try (Tensor theta = backend.allocate(START.length);
                    Optimizer.Iteration iteration =
                            optimizer.start(new Problem(backend, objective.layout(), Batches.always(objective), 0))) {
                backend.fromHost(START, 0, theta);
                for (int t = 0; t < steps; t++) {
                    backend.axpyInPlace(
                            1, iteration.step(theta, objective).update().orElseThrow(), theta);
                }
                backend.toHost(theta, end, 0);
            }
            return end;
        }
    }

    private static double gradient(double[] x, int i) {
        double sum = 0;
        for (int j = 0; j < x.length; j++) {
            sum += HESSIAN[i][j] * x[j];
        }
        return sum;
    }

    /**
     * Kingma and Ba 2015, algorithm 1, with ε outside the root; the decay is part of the gradient, as in
     * torch.optim.Adam.
     */
    private static double[] adam(double stepSize, double beta1, double beta2, double epsilon, double decay, int steps) {
        double[] x = START.clone();
        double[] m = new double[x.length];
        double[] v = new double[x.length];
        for (int t = 1; t <= steps; t++) {
            double[] before = x.clone();
            for (int i = 0; i < x.length; i++) {
                double g = gradient(before, i) + decay * before[i];
                m[i] = beta1 * m[i] + (1 - beta1) * g;
                v[i] = beta2 * v[i] + (1 - beta2) * g * g;
                double mHat = m[i] / (1 - Math.pow(beta1, t));
                double vHat = v[i] / (1 - Math.pow(beta2, t));
                x[i] = before[i] - stepSize * mHat / (Math.sqrt(vHat) + epsilon);
            }
        }
        return x;
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.7})
    void adam_followsItsFormula_withWeightDecayInTheGradient(double decay) {
        double[] expected = adam(0.1, 0.8, 0.95, 1e-3, decay, 7);
        Optimizer adam = Methods.optimizer(
                "{type: adam, step-size: 0.1, beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weight-decay: " + decay + "}");
        assertArrayEquals(expected, run(adam, 7), 1e-14);
        assertEquals(decay == 0, Math.abs(expected[0] - adam(0.1, 0.8, 0.95, 1e-3, 0, 7)[0]) < 1e-9);
    }

    @Test
    void sgd_followsItsFormula_withWeightDecayInTheGradient() {
        double[] x = START.clone();
        double[] buffer = new double[x.length];
        for (int t = 0; t < 6; t++) {
            double[] before = x.clone();
            for (int i = 0; i < x.length; i++) {
                double g = gradient(before, i) + 0.3 * before[i];
                buffer[i] = t == 0 ? g : 0.9 * buffer[i] + (1 - 0.25) * g;
                x[i] = before[i] - 0.05 * buffer[i];
            }
        }
        Optimizer sgd =
                Methods.optimizer("{type: sgd, step-size: 0.05, momentum: 0.9, dampening: 0.25, weight-decay: 0.3}");
        assertArrayEquals(x, run(sgd, 6), 1e-14);
    }

    /** As in torch.optim.SGD. */
    @Test
    void dampeningWithoutMomentum_hasNoEffect() {
        Optimizer plain = Methods.optimizer("{type: sgd, step-size: 0.05}");
        Optimizer dampened = Methods.optimizer("{type: sgd, step-size: 0.05, dampening: 0.5}");
        assertArrayEquals(run(plain, 4), run(dampened, 4), 0);
    }
}
