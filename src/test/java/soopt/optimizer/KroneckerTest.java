package soopt.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.Golden;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.dense.SymmetricEigen;
import soopt.backend.engine.Backends;
import soopt.curvature.Fisher;
import soopt.curvature.Linearization;
import soopt.curvature.Objective;
import soopt.curvature.ParameterLayout;
import soopt.curvature.fisher.FactorVisitor;
import soopt.curvature.fisher.FactoredLayer;
import soopt.curvature.fisher.OutputAdjoints;
import soopt.optimizer.direction.Direction;
import soopt.optimizer.step.Batches;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.Step;
import soopt.solver.Solve;
import soopt.solver.kronecker.KroneckerFactors;
import soopt.solver.kronecker.KroneckerFactors.Damping;
import soopt.solver.kronecker.KroneckerFactors.Inverse;
import soopt.solver.kronecker.KroneckerFactors.Start;
import soopt.spec.yaml.SpecException;

/** K-FAC and EKFAC beside their formulas on dense matrices; what the golden trajectories do not reach. */
final class KroneckerTest {
    private static final double LAMBDA = 0.03;
    private static final double TOLERANCE = 1e-10;

    private final Backend backend = Backends.cpu(Precision.FLOAT64, 1);

    @AfterEach
    void close() {
        backend.close();
    }

    private double[] host(Tensor x) {
        double[] values = new double[(int) x.size()];
        backend.toHost(x, values, 0);
        return values;
    }

    private KroneckerFactors factors(ParameterLayout layout, Damping damping, Inverse inverse) {
        return new KroneckerFactors(
                backend, layout, new KroneckerFactors.Options(0.95, Start.SAMPLE, LAMBDA, damping, inverse));
    }

    /** A and G of a batch, augmented, by weight index in layout order. */
    private static final class Collected implements FactorVisitor {
        private final Backend backend;
        private final ParameterLayout layout;
        private final List<double[][]> a = new ArrayList<>();
        private final List<double[][]> g = new ArrayList<>();

        Collected(Backend backend, ParameterLayout layout) {
            this.backend = backend;
            this.layout = layout;
        }

        private Tensor zeros(int... shape) {
            Tensor tensor = backend.allocate(shape);
            backend.fill(tensor, 0);
            return tensor;
        }

        @Override
        public void inputs(FactoredLayer layer) {
            int in =
                    layout.get(layer.weight()).size() / layout.get(layer.bias()).size();
            try (Tensor gram = zeros(in, in);
                    Tensor sums = zeros(in)) {
                double[][] matrix = new double[in + 1][in + 1];
                matrix[in][in] = layer.addInputGram(1, gram, sums);
                double[] row = new double[in];
                for (int i = 0; i < in; i++) {
                    backend.toHost(gram.rows(i, i + 1), row, 0);
                    System.arraycopy(row, 0, matrix[i], 0, in);
                }
                backend.toHost(sums, row, 0);
                for (int i = 0; i < in; i++) {
                    matrix[i][in] = row[i];
                    matrix[in][i] = row[i];
                }
                a.add(matrix);
            }
        }

        @Override
        public void adjoints(FactoredLayer layer) {
            int out = layout.get(layer.bias()).size();
            try (Tensor gram = zeros(out, out)) {
                layer.addOutputGram(1, gram);
                double[][] matrix = new double[out][out];
                for (int i = 0; i < out; i++) {
                    backend.toHost(gram.rows(i, i + 1), matrix[i], 0);
                }
                g.add(matrix);
            }
        }
    }

    private static double[][] joined(double[] theta, ParameterLayout layout, int weight) {
        int out = layout.get(weight + 1).size();
        int in = layout.get(weight).size() / out;
        double[][] v = new double[out][in + 1];
        for (int o = 0; o < out; o++) {
            System.arraycopy(theta, (int) layout.get(weight).offset() + o * in, v[o], 0, in);
            v[o][in] = theta[(int) layout.get(weight + 1).offset() + o];
        }
        return v;
    }

    private static double meanDiagonal(double[][] m) {
        double sum = 0;
        for (int i = 0; i < m.length; i++) {
            sum += m[i][i];
        }
        return sum / m.length;
    }

    private static double[][] product(double[][] x, double[][] y) {
        double[][] z = new double[x.length][y[0].length];
        for (int i = 0; i < x.length; i++) {
            for (int k = 0; k < y.length; k++) {
                for (int j = 0; j < y[0].length; j++) {
                    z[i][j] += x[i][k] * y[k][j];
                }
            }
        }
        return z;
    }

    private static double[][] shifted(double[][] m, double shift) {
        double[][] sum = new double[m.length][];
        for (int i = 0; i < m.length; i++) {
            sum[i] = m[i].clone();
            sum[i][i] += shift;
        }
        return sum;
    }

    /** Undoes the inverse: from V the gradient that it must be of. */
    private static double[][] undone(double[][] v, double[][] a, double[][] g, Damping damping) {
        if (damping == Damping.FACTORED) {
            double pi = Math.sqrt(meanDiagonal(a) / meanDiagonal(g));
            double root = Math.sqrt(LAMBDA);
            return product(product(shifted(g, root / pi), v), shifted(a, pi * root));
        }
        double[][] result = product(product(g, v), a);
        for (int i = 0; i < v.length; i++) {
            for (int j = 0; j < v[0].length; j++) {
                result[i][j] += LAMBDA * v[i][j];
            }
        }
        return result;
    }

    @ParameterizedTest
    @ValueSource(strings = {"kfac_mlp", "kfac_conv"})
    void inverses_areThoseOfTheDampedProduct_howeverTheyAreFound(String name) {
        GoldenProblem data = new GoldenProblem(backend, Golden.read("trajectory/" + name + ".json"));
        ParameterLayout layout = data.layout();
        Objective batch = data.batches("train_batches").get(0);
        OutputAdjoints exact = new OutputAdjoints.OfTargets();
        try (Tensor theta = data.start();
                Tensor gradient = backend.allocate(layout.size());
                Tensor v = backend.allocate(layout.size());
                Linearization pass = batch.at(theta, Linearization.Use.GRADIENT)) {
            pass.gradient(gradient);
            Collected batchFactors = new Collected(backend, layout);
            pass.factors(exact, batchFactors);
            for (Damping damping : List.of(Damping.FACTORED, Damping.EXACT)) {
                for (Inverse inverse : damping == Damping.EXACT ? List.of(Inverse.EIGEN) : List.of(Inverse.values())) {
                    try (KroneckerFactors factors = factors(layout, damping, inverse)) {
                        factors.observe(pass, exact);
                        factors.refresh()
                                .forEach(layer -> assertEquals(
                                        Solve.Ending.CONVERGED, layer.solve().ending(), layer.weight()));
                        for (Optional<Linearization> kept :
                                List.of(Optional.<Linearization>empty(), Optional.of(pass))) {
                            factors.apply(gradient, kept, batch.examples(), v);
                            compare(layout, batchFactors, host(gradient), host(v), damping);
                        }
                    }
                }
            }
        }
    }

    private static void compare(
            ParameterLayout layout, Collected factors, double[] gradient, double[] v, Damping damping) {
        for (int layer = 0; layer < factors.a.size(); layer++) {
            double[][] expected = joined(gradient, layout, 2 * layer);
            double[][] actual =
                    undone(joined(v, layout, 2 * layer), factors.a.get(layer), factors.g.get(layer), damping);
            assertTrue(Golden.relativeError(Golden.flat(expected), Golden.flat(actual)) <= TOLERANCE);
        }
    }

    /** With as few rows as the golden batches have, some layers take one way and some the other. */
    @Test
    void bothWaysOfTheProduct_areTaken() {
        GoldenProblem data = new GoldenProblem(backend, Golden.read("trajectory/kfac_mlp.json"));
        Objective batch = data.batches("train_batches").get(0);
        try (Tensor theta = data.start();
                Linearization pass = batch.at(theta, Linearization.Use.GRADIENT);
                KroneckerFactors factors = factors(data.layout(), Damping.FACTORED, Inverse.EIGEN)) {
            assertFalse(factors.prefersPass(1), "nothing was seen yet");
            factors.observe(pass, new OutputAdjoints.Root());
            assertTrue(factors.prefersPass(1));
            assertFalse(factors.prefersPass(1000));
        }
    }

    @ParameterizedTest
    @EnumSource(Damping.class)
    void factorThatIsNotFinite_keepsTheLastInverse_andBeginsAgain(Damping damping) {
        GoldenProblem data = new GoldenProblem(backend, Golden.read("trajectory/kfac_mlp.json"));
        Objective batch = data.batches("train_batches").get(0);
        ParameterLayout layout = data.layout();
        try (Tensor theta = data.start();
                Tensor bad = backend.allocate(layout.size());
                Tensor gradient = backend.allocate(layout.size());
                Tensor v = backend.allocate(layout.size());
                Linearization pass = batch.at(theta, Linearization.Use.GRADIENT);
                KroneckerFactors factors = factors(layout, damping, Inverse.EIGEN)) {
            pass.gradient(gradient);
            factors.observe(pass, new OutputAdjoints.Root());
            factors.refresh();
            factors.apply(gradient, Optional.empty(), batch.examples(), v);
            final double[] before = host(v);
            backend.fill(bad, Double.NaN);
            try (Linearization broken = batch.at(bad, Linearization.Use.GRADIENT)) {
                factors.observe(broken, new OutputAdjoints.Root());
            }
            factors.refresh()
                    .forEach(layer -> assertTrue(
                            layer.weight().equals("layers.0.weight")
                                    || layer.solve().ending() == Solve.Ending.KEPT,
                            layer.toString()));
            factors.apply(gradient, Optional.empty(), batch.examples(), v);
            assertTrue(Golden.relativeError(before, host(v)) < 10 && Double.isFinite(host(v)[0]));
            factors.observe(pass, new OutputAdjoints.Root());
            factors.refresh()
                    .forEach(layer ->
                            assertEquals(Solve.Ending.CONVERGED, layer.solve().ending(), layer.toString()));
            factors.apply(gradient, Optional.empty(), batch.examples(), v);
            assertArrayEquals(before, host(v), 1e-12 * Golden.maxAbs(before));
        }
    }

    /** One example: factors of rank one, which the damping alone makes invertible. */
    @ParameterizedTest
    @EnumSource(Inverse.class)
    void singularFactors_areInvertedWithTheirDamping(Inverse inverse) {
        JsonNode json = Golden.read("trajectory/kfac_mlp.json");
        GoldenProblem data = new GoldenProblem(backend, json);
        Direction.KFac direction = direction(true, inverse, Fisher.EMPIRICAL, 0);
        try (Tensor theta = data.start();
                Optimizer.Iteration iteration =
                        new KFac(0.1, 0, KFac.Rescale.NONE, direction).start(data.problem(List.of()))) {
            Step step =
                    iteration.step(theta, data.example(json.get("train_batches").get(0), 0));
            assertEquals(
                    Solve.Ending.CONVERGED,
                    step.trial().orElseThrow().solve().orElseThrow().ending());
            assertTrue(Double.isFinite(Golden.maxAbs(host(step.update().orElseThrow()))));
        }
    }

    private static Direction.KFac direction(boolean factored, Inverse inverse, Fisher fisher, double momentum) {
        return new Direction.KFac(LAMBDA, factored, inverse, fisher, 1, 1, 1, 0.95, Start.SAMPLE, momentum, 0, 0);
    }

    @Test
    void gradientThatIsNotANumber_isProposedAndSaid() {
        GoldenProblem data = new GoldenProblem(backend, Golden.read("trajectory/kfac_mlp.json"));
        Objective batch = data.batches("train_batches").get(0);
        for (Optimizer optimizer : List.of(
                new KFac(0.1, 0.01, KFac.Rescale.NONE, direction(true, Inverse.CHOLESKY, Fisher.MC, 0.9)),
                new KFac(0.1, 0.01, KFac.Rescale.EXACT, direction(true, Inverse.EIGEN, Fisher.MC, 0.9)),
                new Ekfac(0.1, 0.01, new Direction.Ekfac(LAMBDA, Fisher.EXACT, 1, 1, 1, 0.95, 0.9, 0, 0)))) {
            try (Tensor theta = data.start();
                    Optimizer.Iteration iteration = optimizer.start(data.problem(List.of()))) {
                backend.fill(theta, Double.NaN);
                Step step = iteration.step(theta, batch);
                assertTrue(Double.isNaN(step.loss()) && Double.isNaN(step.gradientNorm()));
                Solve.Ending ending =
                        step.trial().orElseThrow().solve().orElseThrow().ending();
                assertTrue(ending == Solve.Ending.KEPT || ending == Solve.Ending.NOT_FINITE, ending.toString());
            }
        }
    }

    /** κ bounds η² ⟨V, ∇L⟩. */
    @Test
    void klClip_boundsTheStep() {
        GoldenProblem data = new GoldenProblem(backend, Golden.read("trajectory/kfac_mlp.json"));
        Objective batch = data.batches("train_batches").get(0);
        Direction.KFac direction = direction(true, Inverse.EIGEN, Fisher.EXACT, 0);
        double free = size(data, batch, new KFac(0.5, 0, KFac.Rescale.NONE, direction));
        double clipped = size(data, batch, new KFac(0.5, 1e-3, KFac.Rescale.NONE, direction));
        double loose = size(data, batch, new KFac(0.5, 100, KFac.Rescale.NONE, direction));
        assertTrue(free > 2e-3, "nothing to clip: " + free);
        assertEquals(1e-3, clipped, 1e-12);
        assertEquals(free, loose, 0);
    }

    /** η² ν² ⟨V, ∇L⟩ of the first step. */
    private double size(GoldenProblem data, Objective batch, Optimizer optimizer) {
        try (Tensor theta = data.start();
                Tensor gradient = backend.allocate(data.layout().size());
                Optimizer.Iteration iteration = optimizer.start(data.problem(List.of()))) {
            Step step = iteration.step(theta, batch);
            batch.gradient(theta, gradient);
            double eta = iteration.stepSize().value();
            // the update is −η ν V
            double whole = whole(data, batch);
            double nu = -backend.dot(step.update().orElseThrow(), gradient) / (eta * whole);
            return eta * eta * nu * nu * whole;
        }
    }

    /** ⟨V, ∇L⟩. */
    private double whole(GoldenProblem data, Objective batch) {
        Optimizer plain = new KFac(1, 0, KFac.Rescale.NONE, direction(true, Inverse.EIGEN, Fisher.EXACT, 0));
        try (Tensor theta = data.start();
                Tensor gradient = backend.allocate(data.layout().size());
                Optimizer.Iteration iteration = plain.start(data.problem(List.of()))) {
            Step step = iteration.step(theta, batch);
            batch.gradient(theta, gradient);
            return -backend.dot(step.update().orElseThrow(), gradient);
        }
    }

    /** Martens and Grosse 2015, §7: no other combination of the direction and the step before is lower in the model. */
    @Test
    void rescaledStep_isTheMinimumOfTheModel_alongTheDirectionAndTheStepBefore() {
        GoldenProblem data = new GoldenProblem(backend, Golden.read("trajectory/kfac_mlp.json"));
        List<Objective> batches = data.batches("train_batches");
        Direction.KFac direction = direction(true, Inverse.EIGEN, Fisher.EXACT, 0);
        int size = data.layout().size();
        try (Tensor theta = data.start();
                Tensor gradient = backend.allocate(size);
                Tensor product = backend.allocate(size);
                Optimizer.Iteration iteration =
                        new KFac(1, 0, KFac.Rescale.EXACT, direction).start(data.problem(List.of()));
                Optimizer.Iteration plain =
                        new KFac(1, 0, KFac.Rescale.NONE, direction).start(data.problem(List.of()))) {
            double[] before = new double[size];
            for (int t = 0; t < 3; t++) {
                Objective batch = batches.get(t);
                double[] v = host(plain.step(theta, batch).update().orElseThrow());
                Tensor update = iteration.step(theta, batch).update().orElseThrow();
                double[] delta = host(update);
                batch.gradient(theta, gradient);
                batch.gaussNewtonVector(theta, update, product);
                double[] slope = host(gradient);
                double[] curved = host(product);
                Arrays.setAll(slope, i -> slope[i] + curved[i] + LAMBDA * delta[i]);
                double scale = Math.sqrt(dot(slope, slope));
                assertEquals(0, dot(slope, v), 1e-10 * scale * Math.sqrt(dot(v, v)), "along the direction");
                assertEquals(0, dot(slope, before), 1e-10 * scale, "along the step before");
                before = delta;
                backend.axpyInPlace(1, update, theta);
            }
        }
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    /** Nothing to factor: u is the gradient. */
    @Test
    void lossGivenByAFormula_isGoneDownByItsGradient() {
        QuadraticObjective objective = new QuadraticObjective(backend, new double[][] {{3, 1}, {1, 2}});
        Optimizer optimizer = new KFac(0.25, 0, KFac.Rescale.NONE, direction(true, Inverse.EIGEN, Fisher.MC, 0));
        try (Tensor theta = backend.allocate(2);
                Optimizer.Iteration iteration =
                        optimizer.start(new Problem(backend, objective.layout(), Batches.always(objective), 0))) {
            backend.fromHost(new double[] {1, 2}, 0, theta);
            Step step = iteration.step(theta, objective);
            assertArrayEquals(new double[] {-1.25, -1.25}, host(step.update().orElseThrow()), 1e-15);
        }
    }

    @Test
    void choleskyWithoutFactoredDamping_isRefused() {
        assertThrows(IllegalArgumentException.class, () -> direction(false, Inverse.CHOLESKY, Fisher.MC, 0));
    }

    /** b ← μ b + V + λ_w θ, the last from the step on that the delay names; V is the gradient of a quadratic. */
    @Test
    void weightDecay_joinsTheBuffer_afterItsDelay() {
        double[][] hessian = {{3, 1}, {1, 2}};
        QuadraticObjective objective = new QuadraticObjective(backend, hessian);
        double[] x = {1, 2};
        double[] buffer = new double[2];
        Optimizer optimizer = new KFac(
                0.1,
                0,
                KFac.Rescale.NONE,
                new Direction.KFac(LAMBDA, true, Inverse.EIGEN, Fisher.MC, 1, 1, 1, 0.95, Start.SAMPLE, 0.9, 0.3, 2));
        try (Tensor theta = backend.allocate(2);
                Optimizer.Iteration iteration =
                        optimizer.start(new Problem(backend, objective.layout(), Batches.always(objective), 0))) {
            backend.fromHost(x, 0, theta);
            for (int t = 0; t < 5; t++) {
                double[] before = x.clone();
                for (int i = 0; i < 2; i++) {
                    double slope = hessian[i][0] * before[0] + hessian[i][1] * before[1];
                    buffer[i] = 0.9 * buffer[i] + slope + (t >= 2 ? 0.3 * before[i] : 0);
                    x[i] -= 0.1 * buffer[i];
                }
                backend.axpyInPlace(1, iteration.step(theta, objective).update().orElseThrow(), theta);
                assertArrayEquals(x, host(theta), 1e-14, "after step " + t);
            }
        }
    }

    /** George et al. 2018, algorithm 1, from the gradients of single examples. */
    @ParameterizedTest
    @ValueSource(strings = {"kfac_mlp", "kfac_conv"})
    void ekfac_dividesByTheMeanSquares_inTheEigenbasisOfTheFactors(String name) {
        JsonNode json = Golden.read("trajectory/" + name + ".json");
        GoldenProblem data = new GoldenProblem(backend, json);
        ParameterLayout layout = data.layout();
        JsonNode examples = json.get("train_batches").get(0);
        Objective batch = data.batches("train_batches").get(0);
        Optimizer ekfac = new Ekfac(1, 0, new Direction.Ekfac(LAMBDA, Fisher.EMPIRICAL, 1, 1, 1, 0.95, 0, 0, 0));
        try (Tensor theta = data.start();
                Tensor gradient = backend.allocate(layout.size());
                Optimizer.Iteration iteration = ekfac.start(data.problem(List.of()));
                Linearization pass = batch.at(theta, Linearization.Use.GRADIENT)) {
            Collected factors = new Collected(backend, layout);
            pass.factors(new OutputAdjoints.OfTargets(), factors);
            List<double[]> gradients = new ArrayList<>();
            for (int i = 0; i < batch.examples(); i++) {
                data.example(examples, i).gradient(theta, gradient);
                gradients.add(host(gradient));
            }
            pass.gradient(gradient);
            double[] whole = host(gradient);
            double[] update = host(iteration.step(theta, batch).update().orElseThrow());
            for (int layer = 0; layer < factors.a.size(); layer++) {
                int weight = 2 * layer;
                double[][] expected = ekfac(
                        factors.a.get(layer),
                        factors.g.get(layer),
                        gradients.stream().map(g -> joined(g, layout, weight)).toList(),
                        joined(whole, layout, weight));
                double[] actual = Arrays.stream(Golden.flat(joined(update, layout, weight)))
                        .map(x -> -x)
                        .toArray();
                assertTrue(Golden.relativeError(Golden.flat(expected), actual) <= 1e-9);
            }
        }
    }

    private static double[][] ekfac(double[][] a, double[][] g, List<double[][]> examples, double[][] gradient) {
        double[][] w = vectors(a);
        double[][] u = vectors(g);
        double[][] turned = product(product(u, gradient), transposed(w));
        double[][] squares = new double[g.length][a.length];
        for (double[][] example : examples) {
            double[][] one = product(product(u, example), transposed(w));
            for (int i = 0; i < squares.length; i++) {
                for (int j = 0; j < squares[0].length; j++) {
                    squares[i][j] += one[i][j] * one[i][j] / examples.size();
                }
            }
        }
        for (int i = 0; i < squares.length; i++) {
            for (int j = 0; j < squares[0].length; j++) {
                turned[i][j] /= squares[i][j] + LAMBDA;
            }
        }
        return product(product(transposed(u), turned), w);
    }

    private static double[][] vectors(double[][] matrix) {
        double[] flat = SymmetricEigen.of(matrix).orElseThrow().vectors();
        double[][] rows = new double[matrix.length][];
        Arrays.setAll(rows, i -> Arrays.copyOfRange(flat, i * matrix.length, (i + 1) * matrix.length));
        return rows;
    }

    private static double[][] transposed(double[][] m) {
        double[][] t = new double[m[0].length][m.length];
        for (int i = 0; i < m.length; i++) {
            for (int j = 0; j < t.length; j++) {
                t[j][i] = m[i][j];
            }
        }
        return t;
    }

    @Test
    void layerTooLargeToFactor_isRefusedByName() {
        ParameterLayout.Builder builder = new ParameterLayout.Builder();
        builder.add("layers.0.weight", ParameterLayout.Role.WEIGHT, 0, 20_000, 3, 20_000);
        builder.add("layers.0.bias", ParameterLayout.Role.BIAS, 0, 20_000, 3);
        ParameterLayout layout = builder.build();
        Direction.KFac direction = direction(true, Inverse.EIGEN, Fisher.MC, 0);
        SpecException refused = assertThrows(
                SpecException.class, () -> new KFac(0.1, 0, KFac.Rescale.NONE, direction).requireFit(layout));
        assertTrue(
                refused.getMessage().startsWith("layers.0.weight has a factor of 20,001 rows"), refused.getMessage());
    }
}
