package soopt.gym;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.Matrices;
import soopt.gym.formula.Cliff;
import soopt.gym.formula.LogisticRegression;
import soopt.optimizer.Methods;
import soopt.optimizer.Optimizer;
import soopt.optimizer.step.Problem;

/** The minima that the gym measures against are minima. */
final class KnownAnswersTest {
    private static final double TOLERANCE = 1e-14;
    private final Backend backend = Backends.cpu(Precision.FLOAT64, 1);

    @AfterEach
    void close() {
        backend.close();
    }

    @Test
    void lossAtTheAnswer_isTheMinimum_andStationary() {
        Map<String, double[]> answers = Map.of(
                "quadratic", new double[10],
                "block-quadratic", new double[9],
                "rosenbrock-2", filled(2, 1),
                "rosenbrock-20", filled(20, 1),
                "beale", new double[] {3, 0.5},
                "saddle", new double[] {0, Math.sqrt(2)},
                "indefinite", largestPart(),
                "noisy-quadratic", new double[10],
                "plateau", new double[] {0, 0.5},
                "cliff", new double[] {Cliff.foot(), Cliff.foot()});
        answers.forEach((name, answer) -> {
            Exercise exercise = exercise(name);
            try (Exercise.Ground ground = exercise.ground().apply(backend);
                    Tensor theta = backend.allocate(answer.length);
                    Tensor gradient = backend.allocate(answer.length)) {
                backend.fromHost(answer, 0, theta);
                assertEquals(exercise.minimum(), ground.loss(theta), TOLERANCE, name);
                if (exercise.window() == 1) {
                    ground.batch(0).gradient(theta, gradient);
                    assertTrue(Math.sqrt(backend.dot(gradient, gradient)) <= TOLERANCE, name);
                }
            }
        });
    }

    private static double[] filled(int size, double value) {
        double[] values = new double[size];
        Arrays.fill(values, value);
        return values;
    }

    /** √2 times the last column of I − 2vvᵀ/vᵀv, v = (1, …, 6): the eigenvector of 2. */
    private static double[] largestPart() {
        double[] part = new double[6];
        Arrays.setAll(part, i -> Math.sqrt(2) * ((i == 5 ? 1 : 0) - 2.0 * (i + 1) * 6 / 91));
        return part;
    }

    /** Newton's method in plain loops, by the formulas of the gradient and the Hessian. */
    @Test
    void minimumOfTheLogisticRegression_isThatOfNewtonInPlainLoops() {
        LogisticRegression problem = Exercises.logisticRegression();
        int size = problem.inputs()[0].length + 1;
        double[] theta = new double[size];
        double loss = 0;
        for (int step = 0; step < 20; step++) {
            loss = 0;
            double[] gradient = new double[size];
            double[][] hessian = new double[size][size];
            for (int i = 0; i < size; i++) {
                loss += problem.ridge() / 2 * theta[i] * theta[i];
                gradient[i] = problem.ridge() * theta[i];
                hessian[i][i] = problem.ridge();
            }
            int examples = problem.labels().length;
            for (int n = 0; n < examples; n++) {
                double[] x = Arrays.copyOf(problem.inputs()[n], size);
                x[size - 1] = 1;
                double margin = 0;
                for (int i = 0; i < size; i++) {
                    margin += problem.labels()[n] * theta[i] * x[i];
                }
                double wrong = 1 / (1 + Math.exp(margin));
                loss += Math.log1p(Math.exp(-margin)) / examples;
                for (int i = 0; i < size; i++) {
                    gradient[i] -= problem.labels()[n] * wrong * x[i] / examples;
                    for (int j = 0; j < size; j++) {
                        hessian[i][j] += wrong * (1 - wrong) * x[i] * x[j] / examples;
                    }
                }
            }
            double[] change = solve(hessian, gradient);
            for (int i = 0; i < size; i++) {
                theta[i] -= change[i];
            }
        }
        assertEquals(exercise("logistic").minimum(), loss, 1e-15);
    }

    /** Elimination without pivots: H is definite. */
    private static double[] solve(double[][] matrix, double[] right) {
        int n = right.length;
        for (int k = 0; k < n; k++) {
            for (int i = k + 1; i < n; i++) {
                double factor = matrix[i][k] / matrix[k][k];
                for (int j = k; j < n; j++) {
                    matrix[i][j] -= factor * matrix[k][j];
                }
                right[i] -= factor * right[k];
            }
        }
        double[] x = new double[n];
        for (int i = n - 1; i >= 0; i--) {
            x[i] = right[i];
            for (int j = i + 1; j < n; j++) {
                x[i] -= matrix[i][j] * x[j];
            }
            x[i] /= matrix[i][i];
        }
        return x;
    }

    @Test
    void hessianOfTheIndefiniteStart_hasEigenvaluesOfBothSigns() {
        Exercise exercise = exercise("indefinite");
        try (Exercise.Ground ground = exercise.ground().apply(backend);
                Tensor theta = ground.start();
                Tensor unit = backend.allocate(6);
                Tensor column = backend.allocate(6)) {
            double[][] hessian = new double[6][6];
            for (int i = 0; i < 6; i++) {
                double[] values = new double[6];
                values[i] = 1;
                backend.fromHost(values, 0, unit);
                ground.batch(0).hessianVector(theta, unit, column);
                backend.toHost(column, hessian[i], 0);
            }
            Matrices.Spectrum spectrum = Matrices.spectrum(hessian);
            assertTrue(spectrum.smallest() < -1.5 && spectrum.largest() > 1.5, spectrum.toString());
        }
    }

    /** θ ← θ − η a (θ − ξ): the variance v = (1 − ηa)² v + η²a²σ² comes to ηaσ²/(2 − ηa). */
    @Test
    void sgdOnTheNoisyQuadratic_comesToItsFloor() {
        Exercise exercise = exercise("noisy-quadratic");
        double rate = 0.2;
        Optimizer sgd = Methods.optimizer("{type: sgd, step-size: " + rate + "}");
        double expected = 0;
        for (int i = 0; i < 10; i++) {
            double a = 0.05 * Math.pow(20, i / 9.0);
            expected += 0.5 * a * rate * a * Exercises.NOISE * Exercises.NOISE / (2 - rate * a);
        }
        double sum = 0;
        int steps = 8000;
        try (Exercise.Ground ground = exercise.ground().apply(backend);
                Tensor theta = ground.start();
                Optimizer.Iteration iteration = sgd.start(new Problem(backend, ground.layout(), ground.beside(), 0))) {
            for (int t = -500; t < steps; t++) {
                iteration
                        .step(theta, ground.batch(t + 500))
                        .update()
                        .ifPresent(update -> backend.axpyInPlace(1, update, theta));
                sum += t < 0 ? 0 : ground.loss(theta);
            }
        }
        // a few hundred independent samples of a sum of squares
        assertEquals(expected, sum / steps, 0.1 * expected);
    }

    private static Exercise exercise(String name) {
        return Exercises.all().stream()
                .filter(exercise -> exercise.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
