package soopt.gym;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.hipparchus.CalculusFieldElement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.ParameterLayout;
import soopt.gym.formula.Formula;
import soopt.gym.formula.FormulaObjective;
import soopt.gym.formula.Quadratic;
import soopt.optimizer.Methods;
import soopt.optimizer.Optimizer;
import soopt.optimizer.step.Batches;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.Step;

/** Rates of convergence that theory bounds, on problems where the bounds are attained. */
final class RatesTest {
    private final Backend backend = Backends.cpu(Precision.FLOAT64, 1);

    @AfterEach
    void close() {
        backend.close();
    }

    /** From (1/m, 1/M) every step has Kantorovich's worst ratio (Nocedal and Wright 2006, eq. 3.29). */
    @Test
    void cauchysRate_isAttained() {
        double least = 0.05;
        double largest = 2;
        double[][] matrix = {{least, 0}, {0, largest}};
        FormulaObjective objective = new FormulaObjective(backend, new Quadratic(Formula.vectors(2), matrix));
        double rate = Math.pow((largest - least) / (largest + least), 2);
        double[] losses = new double[30];
        try (Tensor theta = tensor(1 / least, 1 / largest);
                Optimizer.Iteration iteration = start("{type: cauchy}", objective)) {
            for (int t = 0; t < losses.length; t++) {
                Step step = iteration.step(theta, objective);
                losses[t] = step.loss();
                backend.axpyInPlace(1, step.update().orElseThrow(), theta);
            }
        }
        for (int t = 1; t < losses.length; t++) {
            // the two-cycle of the worst start is unstable: rounding grows along it
            assertEquals(rate, losses[t] / losses[t - 1], 1e-9 * rate, "step " + t);
        }
    }

    /**
     * (1 + x²)^(−δ/2)/δ, bounded below, with ∇L ~ −x^(−1−δ) and Lipschitz derivatives. Gradient descent moves by
     * ~x^(−1−δ) a step, so that x ~ k^(1/(2+δ)) and ‖∇L‖ ≤ ε after k ~ ε^(−(2+δ)/(1+δ)); cubic Newton, whose cubic term
     * outweighs H ~ x^(−2−δ), by √(2‖∇L‖/ρ), hence k ~ ε^(−(3+δ)/(2(1+δ))). As δ → 0 these are the bounds ε^(−2) and
     * ε^(−3/2) (Cartis, Gould and Toint 2010): both are attained on one function.
     */
    private record Slope(double delta) implements Formula {
        @Override
        public ParameterLayout layout() {
            return Formula.vectors(1);
        }

        @Override
        public <T extends CalculusFieldElement<T>> List<T> outputs(List<T> theta) {
            return theta;
        }

        @Override
        public <T extends CalculusFieldElement<T>> T loss(List<T> x) {
            T square = x.get(0).multiply(x.get(0)).add(1.0);
            return square.pow(-delta / 2).divide(delta);
        }
    }

    @Test
    void stepsToASmallGradient_growAsTheoryBounds() {
        double delta = 0.05;
        double descent = exponent("{type: sgd, step-size: 1.0}", delta, 0.03, 0.004);
        double cubic = exponent("{type: cubic-newton, rho: 4.0, adaptive: false}", delta, 1e-2, 3e-4);
        // terms of lower order in ε are left: about a hundredth here
        assertEquals((2 + delta) / (1 + delta), descent, 0.02);
        assertEquals((3 + delta) / (2 * (1 + delta)), cubic, 0.02);
    }

    /** p of k ~ ε^(−p), k the first step with ‖∇L‖ ≤ ε, between two ε. */
    private double exponent(String method, double delta, double large, double small) {
        FormulaObjective objective = new FormulaObjective(backend, new Slope(delta));
        int first = 0;
        try (Tensor theta = tensor(2);
                Optimizer.Iteration iteration = start(method, objective)) {
            for (int k = 0; k < 1_000_000; k++) {
                Step step = iteration.step(theta, objective);
                if (first == 0 && step.gradientNorm() <= large) {
                    first = k;
                }
                if (step.gradientNorm() <= small) {
                    return Math.log((double) k / first) / Math.log(large / small);
                }
                backend.axpyInPlace(1, step.update().orElseThrow(), theta);
            }
        }
        throw new AssertionError(method + " does not get there");
    }

    private Optimizer.Iteration start(String method, FormulaObjective objective) {
        return Methods.optimizer(method).start(new Problem(backend, objective.layout(), Batches.always(objective), 0));
    }

    private Tensor tensor(double... values) {
        Tensor tensor = backend.allocate(values.length);
        backend.fromHost(values, 0, tensor);
        return tensor;
    }
}
