package soopt.optimizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.DirectLinearization;
import soopt.curvature.Linearization;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Partition;
import soopt.curvature.Value;
import soopt.optimizer.step.Batches;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.Step;
import soopt.optimizer.step.Trial;
import soopt.solver.Solve;

/** Methods that look before they leap on √(1 + x²), where Newton's step from |x| &gt; 1 leads up, and on quadratics. */
final class CurveTest {
    private final Backend backend = Backends.cpu(Precision.FLOAT64, 1);

    @AfterEach
    void close() {
        backend.close();
    }

    private static double f(double x) {
        return Math.sqrt(1 + x * x);
    }

    private static double slope(double x) {
        return x / f(x);
    }

    private static double bend(double x) {
        return Math.pow(1 + x * x, -1.5);
    }

    private record Curve(Backend backend) implements Objective {
        private double x(Tensor theta) {
            double[] x = new double[1];
            backend.toHost(theta, x, 0);
            return x[0];
        }

        @Override
        public ParameterLayout layout() {
            return new ParameterLayout.Builder()
                    .add("x", ParameterLayout.Role.WEIGHT, 0, 1, 1)
                    .build();
        }

        @Override
        public int examples() {
            return 1;
        }

        @Override
        public double loss(Tensor theta) {
            return f(x(theta));
        }

        @Override
        public Value gradient(Tensor theta, Tensor gradient) {
            backend.fill(gradient, slope(x(theta)));
            return Value.of(loss(theta));
        }

        @Override
        public CurvatureSummary summary(Tensor theta, Tensor u, Partition partition, Order order) {
            throw new AssertionError();
        }

        @Override
        public Linearization at(Tensor theta, Linearization.Use use) {
            return new DirectLinearization(this, theta);
        }

        @Override
        public void hessianVector(Tensor theta, Tensor v, Tensor out) {
            backend.fill(out, bend(x(theta)) * x(v));
        }

        @Override
        public void gaussNewtonVector(Tensor theta, Tensor v, Tensor out) {
            hessianVector(theta, v, out);
        }
    }

    /** The steps of a method from x, and where each of them is proposed. */
    private List<Seen> run(String yaml, double x, int count) {
        Objective curve = new Curve(backend);
        List<Seen> seen = new ArrayList<>();
        try (Tensor theta = backend.allocate(1);
                Optimizer.Iteration iteration =
                        Methods.optimizer(yaml).start(new Problem(backend, curve.layout(), Batches.always(curve), 0))) {
            backend.fill(theta, x);
            for (int t = 0; t < count; t++) {
                double[] at = new double[1];
                backend.toHost(theta, at, 0);
                Step step = iteration.step(theta, curve);
                double[] moved = new double[1];
                step.update().ifPresent(update -> backend.toHost(update, moved, 0));
                seen.add(new Seen(at[0], step, moved[0]));
                step.update().ifPresent(update -> backend.axpyInPlace(1, update, theta));
            }
        }
        return seen;
    }

    private record Seen(double x, Step step, double moved) {
        Trial trial() {
            return step.trial().orElseThrow();
        }
    }

    /** δ = −g/(h + λ); Marquardt's λ halves above a ratio of 3/4 and doubles below 1/4; up is not gone. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{type: damped-newton, tries: 4, damping: {type: lm-ratio, lambda: 0.03, factor: 0.5}} | 4",
                "{type: damped-newton, tries: 1, damping: {type: lm-ratio, lambda: 0.03, factor: 0.5}} | 1",
                "{type: levenberg-marquardt, tries: 3, damping: {lambda: 0.03, rule: marquardt, factor: 0.5}} | 3",
                "{type: gauss-newton, line-search: none, solver: dense,"
                        + " damping: {type: lm-ratio, lambda: 0.03, factor: 0.5}} | 1"
            })
    void dampedMethods_tryUntilTheLossFalls(String yaml, int most) {
        double lambda = 0.03;
        int rejected = 0;
        for (Seen seen : run(yaml, 3, 9)) {
            double x = seen.x();
            double used;
            double delta;
            double actual;
            double predicted;
            int tries = 0;
            do {
                used = lambda;
                delta = -slope(x) / (bend(x) + lambda);
                actual = f(x + delta) - f(x);
                predicted = slope(x) * delta + bend(x) * delta * delta / 2;
                double ratio = actual / predicted;
                lambda *= ratio > 0.75 ? 0.5 : ratio >= 0.25 ? 1 : 2;
                tries++;
            } while (actual >= 0 && tries < most);
            Trial trial = seen.trial();
            assertEquals(actual < 0, trial.accepted());
            assertEquals(actual < 0 ? delta : 0, seen.moved(), 1e-12);
            assertEquals(actual, trial.actual(), 1e-12);
            assertEquals(predicted, trial.predicted(), 1e-12);
            assertEquals(used, trial.damping());
            assertEquals(tries, trial.tries());
            assertEquals(1, trial.stepLength());
            assertEquals(Math.abs(slope(x)), seen.step().gradientNorm(), 1e-15);
            assertEquals(f(x), seen.step().loss());
            rejected += actual < 0 ? 0 : 1;
            if (Math.abs(x) < 1e-3) {
                break;
            }
        }
        assertTrue(most > 1 || rejected > 0, "nothing was rejected: the test shows less than it says");
    }

    /**
     * m(s) = g s + h s²/2 + ρ|s|³/6 is least at s = −(√(h² + 2ρ|g|) − h)/ρ; ρ doubles where less than a tenth of m
     * comes true, and halves above nine tenths (Cartis, Gould and Toint 2011, algorithm 2.1).
     */
    @ParameterizedTest
    @CsvSource({"0.01, 8, 0.004, dense", "0.01, 2, 0.004, dense", "0.3, 8, 0.2, lanczos"})
    void adaptiveCubicNewton_followsItsRules(double start, int most, double least, String solver) {
        double rho = start;
        String yaml = "{type: cubic-newton, rho: " + start + ", tries: " + most + ", least: " + least + ", solver: "
                + solver + "}";
        for (Seen seen : run(yaml, 3, 8)) {
            double x = seen.x();
            double used;
            double s;
            double model;
            double actual;
            int tries = 0;
            do {
                used = rho;
                double length = (Math.sqrt(bend(x) * bend(x) + 2 * rho * Math.abs(slope(x))) - bend(x)) / rho;
                s = -Math.signum(x) * length;
                model = slope(x) * s + bend(x) * s * s / 2 + rho * length * length * length / 6;
                actual = f(x + s) - f(x);
                if (actual / model < 0.1) {
                    rho *= 2;
                } else if (actual / model > 0.9) {
                    rho = Math.max(least, rho / 2);
                }
                tries++;
            } while (actual / model < 0.1 && tries < most);
            boolean accepted = actual / model >= 0.1;
            Trial trial = seen.trial();
            assertEquals(accepted, trial.accepted());
            assertEquals(accepted ? s : 0, seen.moved(), 1e-11);
            assertEquals(model, trial.predicted(), 1e-11);
            assertEquals(actual, trial.actual(), 1e-11);
            assertEquals(used, trial.damping());
            assertEquals(tries, trial.tries());
            assertEquals(accepted ? 1 : 0, trial.stepLength());
            if (Math.abs(x) < 1e-2) {
                break;
            }
        }
    }

    @Test
    void cubicNewtonThatDoesNotAdapt_takesEveryStep() {
        List<Seen> seen = run("{type: cubic-newton, rho: 0.01, adaptive: false}", 3, 1);
        Trial trial = seen.get(0).trial();
        assertTrue(trial.accepted());
        assertEquals(0, trial.tries());
        assertTrue(Double.isNaN(trial.actual()));
        assertEquals(0.01, trial.damping());
        assertTrue(f(3 + seen.get(0).moved()) > f(3), "uphill");
    }

    @ParameterizedTest
    @ValueSource(strings = {"newton", "{type: damped-newton, damping: {type: fixed, lambda: 0}}"})
    void undampedNewton_doesNotLook(String yaml) {
        Seen seen = run(yaml, 3, 1).get(0);
        assertEquals(-3 * (1 + 9), seen.moved(), 1e-12);
        assertEquals(0, seen.trial().tries());
        assertTrue(Double.isNaN(seen.trial().actual()));
        assertEquals(seen.trial().predicted(), slope(3) * seen.moved() / 2, 1e-12);
    }

    @Test
    void armijo_goesBackUntilTheLossFalls() {
        Seen seen = run("{type: newton, line-search: armijo}", 3, 1).get(0);
        Trial trial = seen.trial();
        assertTrue(trial.accepted() && trial.stepLength() < 1);
        assertEquals(-30 * trial.stepLength(), seen.moved(), 1e-12);
        assertEquals(f(3 + seen.moved()) - f(3), trial.actual(), 1e-12);
        double alpha = trial.stepLength();
        assertEquals(slope(3) * -30 * alpha + bend(3) * 900 * alpha * alpha / 2, trial.predicted(), 1e-12);
        assertTrue(trial.tries() > 1);
        String details = seen.step().details().orElseThrow().line();
        assertTrue(details.contains("\"line_search\"") && details.contains("\"line_search_steps\":[1.0,"), details);
        assertFalse(
                run("newton", 3, 1).get(0).step().details().orElseThrow().line().contains("line_search"));
    }

    // ---- quadratics ----

    private Step quadratic(String yaml, double[][] hessian, double[] start, double[] moved) {
        Objective objective = new QuadraticObjective(backend, hessian);
        try (Tensor theta = backend.allocate(start.length);
                Optimizer.Iteration iteration = Methods.optimizer(yaml)
                        .start(new Problem(backend, objective.layout(), Batches.always(objective), 0))) {
            backend.fromHost(start, 0, theta);
            Step step = iteration.step(theta, objective);
            step.update().ifPresent(update -> backend.toHost(update, moved, 0));
            return step;
        }
    }

    /** −λ₁ (gᵀg/|gᵀHg|) g, and what the loss, which is its model, changes by. */
    @ParameterizedTest
    @CsvSource({"2, 4, CONVERGED", "-2, -4, NEGATIVE_CURVATURE", "2, -6, NEGATIVE_CURVATURE"})
    void cauchysStep_hasTheLengthOfItsCurvature_andPredictsItsChange(double a, double b, Solve.Ending ending) {
        double[] moved = new double[2];
        Step step = quadratic(
                "{type: cauchy, step-size: 0.5}", new double[][] {{a, 0}, {0, b}}, new double[] {3, 1}, moved);
        double[] g = {3 * a, b};
        double square = g[0] * g[0] + g[1] * g[1];
        double curvature = a * g[0] * g[0] + b * g[1] * g[1];
        double length = square / Math.abs(curvature);
        Trial trial = step.trial().orElseThrow();
        assertEquals(-0.5 * length * g[0], moved[0], 1e-14);
        assertEquals(-0.5 * length * g[1], moved[1], 1e-14);
        double x = 3 + moved[0];
        double y = 1 + moved[1];
        assertEquals((a * x * x + b * y * y - 9 * a - b) / 2, trial.predicted(), 1e-12);
        assertEquals(length, trial.stepLength(), 1e-14);
        assertEquals(curvature > 0, ending == Solve.Ending.CONVERGED);
        assertEquals(ending, trial.solve().orElseThrow().ending());
        assertTrue(trial.accepted());
    }

    @Test
    void cauchysStep_whereTheLossIsStraight_isNone() {
        double[] moved = new double[2];
        Step step = quadratic("cauchy", new double[][] {{1, 0}, {0, -1}}, new double[] {2, 2}, moved);
        Trial trial = step.trial().orElseThrow();
        assertEquals(Solve.Ending.BREAKDOWN, trial.solve().orElseThrow().ending());
        assertTrue(step.update().isEmpty());
        assertEquals(0, trial.predicted());
        assertEquals(0, trial.stepLength());
        assertFalse(trial.accepted());
    }

    /** −η (F + λI)⁻¹ g, or to where gᵀ(F + λI)⁻¹g of it is 2ε. */
    @ParameterizedTest
    @ValueSource(strings = {"{type: fixed, step-size: 0.3}", "{type: trust-region, radius: 0.02}"})
    void naturalGradient_hasItsLength_andSaysIt(String length) {
        double[] moved = new double[2];
        Step step = quadratic(
                "{type: natural-gradient, fisher: exact, solver: dense, damping: {type: fixed, lambda: 0.5}, length: "
                        + length + "}",
                new double[][] {{2, 0}, {0, 4}},
                new double[] {3, 1},
                moved);
        double[] direction = {6 / 2.5, 4 / 4.5};
        double square = 6 * direction[0] + 4 * direction[1];
        double alpha = length.contains("fixed") ? 0.3 : Math.sqrt(0.04 / square);
        Trial trial = step.trial().orElseThrow();
        assertEquals(-alpha * direction[0], moved[0], 1e-14);
        assertEquals(-alpha * direction[1], moved[1], 1e-14);
        assertEquals(alpha, trial.stepLength(), 1e-15);
        assertEquals(0.5, trial.damping());
        assertEquals(0, trial.tries());
        assertTrue(trial.accepted());
        String details = step.details().orElseThrow().line();
        assertTrue(details.contains("\"natural_norm\":" + Math.sqrt(square)), details);
    }
}
