package soopt.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.Objective;
import soopt.optimizer.step.Batches;
import soopt.optimizer.step.Problem;

/** AdaHessian beside its formula in plain loops. */
final class AdahessianTest {
    private final Backend backend = Backends.cpu(Precision.FLOAT64, 1);

    @AfterEach
    void close() {
        backend.close();
    }

    private double[] end(String optimizer, Objective objective, double[] start, int steps) {
        double[] end = new double[start.length];
        try (Tensor theta = backend.allocate(start.length);
                Optimizer.Iteration iteration = Methods.optimizer(optimizer)
                        .start(new Problem(backend, objective.layout(), Batches.always(objective), 3))) {
            backend.fromHost(start, 0, theta);
            for (int t = 0; t < steps; t++) {
                backend.axpyInPlace(1, iteration.step(theta, objective).update().orElseThrow(), theta);
            }
            backend.toHost(theta, end, 0);
        }
        return end;
    }

    /** Yao et al. 2021, algorithm 1: where H is diagonal |z ⊙ Hz| is its diagonal, whatever z. */
    @Test
    void adahessian_followsItsFormula() {
        double[] h = {2, -1, 0.5};
        Objective objective = new QuadraticObjective(backend, new double[][] {{2, 0, 0}, {0, -1, 0}, {0, 0, 0.5}});
        double[] start = {1, -1, 2};
        for (double power : new double[] {1, 0.6}) {
            double[] x = start.clone();
            double[] m = new double[3];
            double[] v = new double[3];
            for (int t = 1; t <= 6; t++) {
                for (int i = 0; i < 3; i++) {
                    m[i] = 0.8 * m[i] + 0.2 * h[i] * x[i];
                    v[i] = 0.9 * v[i] + 0.1 * h[i] * h[i];
                    double mHat = m[i] / (1 - Math.pow(0.8, t));
                    double vHat = v[i] / (1 - Math.pow(0.9, t));
                    x[i] -= 0.1 * (mHat / (Math.pow(vHat, power / 2) + 1e-4) + 0.2 * x[i]);
                }
            }
            String spec = "{type: adahessian, step-size: 0.1, beta1: 0.8, beta2: 0.9, period: 2, weight-decay: 0.2,"
                    + " hessian-power: " + power + "}";
            assertArrayEquals(x, end(spec, objective, start, 6), 1e-13);
        }
    }
}
