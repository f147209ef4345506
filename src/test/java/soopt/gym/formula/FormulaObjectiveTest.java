package soopt.gym.formula;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.hipparchus.util.Binary64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.DerivativeAudit;
import soopt.curvature.Order;
import soopt.curvature.Partition;
import soopt.curvature.Partitioning;

/** Derivatives of formulas against differences of the formulas. */
final class FormulaObjectiveTest {
    /** Rounding: sums of some hundred terms. */
    private static final double EXACT = 1e-11;
    /** Central differences with steps of 1e-5: their error is h² and ε/h. */
    private static final double DIFFERENCES = 1e-7;

    private static final double STEP = 1e-5;

    private final Backend backend = Backends.cpu(Precision.FLOAT64, 1);

    @AfterEach
    void close() {
        backend.close();
    }

    /** @param linear whether the outputs are, so that Gauss and Newton's matrix is the Hessian */
    private record Case(Formula formula, boolean linear) {
        @Override
        public String toString() {
            return formula.getClass().getSimpleName();
        }

        double[] point() {
            double[] point = new double[formula.layout().size()];
            Arrays.setAll(point, i -> 0.4 * Math.sin(3 * i + 1));
            return point;
        }

        double[] direction() {
            double[] direction = new double[formula.layout().size()];
            Arrays.setAll(direction, i -> Math.cos(5 * i + 2));
            return direction;
        }
    }

    static Stream<Case> cases() {
        double[][] matrix = Quadratic.reflected(-1, 0.5, 2, 3);
        return Stream.of(
                new Case(new Quadratic(Formula.vectors(2, 2), Quadratic.reflected(0.1, 0.5, 2, 3)), true),
                new Case(new Rosenbrock(Formula.vectors(2, 2)), false),
                new Case(new Beale(), false),
                new Case(new Saddle(), false),
                new Case(new RankOne(Formula.vectors(2, 2), matrix), false),
                new Case(new DeepLinear(new double[][] {{1.5, 0.5}, {-0.5, 0.8}}), false),
                new Case(
                        new LogisticRegression(
                                new double[][] {{1, 2}, {-1, 0.5}, {0.3, -2}}, new double[] {1, -1, 1}, 0.1),
                        true),
                new Case(new Plateau(), false),
                new Case(new Cliff(), true));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void derivativesAlongGroups_agreeWithDifferences(Case one) {
        FormulaObjective objective = new FormulaObjective(backend, one.formula());
        Partition partition = new Partitioning.Canonical().of(objective.layout());
        try (Tensor theta = tensor(one.point());
                DerivativeAudit audit = new DerivativeAudit(objective, partition, theta)) {
            List<DerivativeAudit.Row> rows = audit.rows(2e-3);
            assertEquals(3 * partition.size(), rows.size());
            rows.forEach(row -> assertNotEquals(DerivativeAudit.Verdict.WRONG, row.verdict(), row.toString()));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void hessianVector_isTheDifferenceOfGradients(Case one) {
        FormulaObjective objective = new FormulaObjective(backend, one.formula());
        double[] v = one.direction();
        double[] ahead = gradient(objective, moved(one.point(), v, STEP));
        double[] behind = gradient(objective, moved(one.point(), v, -STEP));
        double[] expected = new double[v.length];
        Arrays.setAll(expected, i -> (ahead[i] - behind[i]) / (2 * STEP));
        close(expected, product(objective, one, false), DIFFERENCES);
    }

    /** Jᵀ∇²h J v with ∇²h = 2 I, J v and Jᵀ by differences of the residuals. */
    @ParameterizedTest
    @MethodSource("cases")
    void gaussNewtonVector_isThatOfTheOutputs(Case one) {
        FormulaObjective objective = new FormulaObjective(backend, one.formula());
        double[] product = product(objective, one, true);
        if (one.linear()) {
            close(product(objective, one, false), product, EXACT);
            return;
        }
        double[] along = change(one, one.direction());
        double[] expected = new double[product.length];
        for (int i = 0; i < expected.length; i++) {
            double[] unit = new double[expected.length];
            unit[i] = 1;
            double[] column = change(one, unit);
            for (int r = 0; r < along.length; r++) {
                expected[i] += 2 * column[r] * along[r];
            }
        }
        close(expected, product, DIFFERENCES);
    }

    /** J v. */
    private static double[] change(Case one, double[] v) {
        double[] ahead = outputs(one.formula(), moved(one.point(), v, STEP));
        double[] behind = outputs(one.formula(), moved(one.point(), v, -STEP));
        double[] change = new double[ahead.length];
        Arrays.setAll(change, i -> (ahead[i] - behind[i]) / (2 * STEP));
        return change;
    }

    private static double[] outputs(Formula formula, double[] theta) {
        List<Binary64> x = Arrays.stream(theta).mapToObj(Binary64::new).toList();
        return formula.outputs(x).stream().mapToDouble(Binary64::getReal).toArray();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void summariesOfAllOrders_areOfOneExpansion(Case one) {
        FormulaObjective objective = new FormulaObjective(backend, one.formula());
        Partition partition = new Partitioning.Canonical().of(objective.layout());
        try (Tensor theta = tensor(one.point());
                Tensor u = tensor(one.direction())) {
            CurvatureSummary full = objective.summary(theta, u, partition, Order.THIRD_FULL);
            CurvatureSummary third = objective.summary(theta, u, partition, Order.THIRD);
            CurvatureSummary whole = objective.summary(theta, u, Partition.whole(objective.layout()), Order.THIRD);
            double sum = 0;
            double[] diagonal = new double[partition.size()];
            for (int r = 0; r < diagonal.length; r++) {
                diagonal[r] = full.thirdFull()[r][r][r];
                for (double[] row : full.thirdFull()[r]) {
                    sum += Arrays.stream(row).sum();
                }
            }
            close(third.third(), diagonal, EXACT);
            close(third.gradient(), full.gradient(), EXACT);
            close(whole.third(), new double[] {sum}, EXACT);
            double[] product = product(objective, one, false);
            double quadratic = 0;
            for (int i = 0; i < product.length; i++) {
                quadratic += product[i] * one.direction()[i];
            }
            close(whole.hessian()[0], new double[] {quadratic}, EXACT);
            assertEquals(objective.loss(theta), whole.loss(), EXACT * Math.abs(whole.loss()));
        }
    }

    private double[] product(FormulaObjective objective, Case one, boolean gaussNewton) {
        try (Tensor theta = tensor(one.point());
                Tensor v = tensor(one.direction());
                Tensor out = backend.allocate((int) v.size())) {
            if (gaussNewton) {
                objective.gaussNewtonVector(theta, v, out);
            } else {
                objective.hessianVector(theta, v, out);
            }
            return host(out);
        }
    }

    private double[] gradient(FormulaObjective objective, double[] x) {
        try (Tensor theta = tensor(x);
                Tensor out = backend.allocate(x.length)) {
            objective.gradient(theta, out);
            return host(out);
        }
    }

    private static double[] moved(double[] x, double[] v, double by) {
        double[] moved = new double[x.length];
        Arrays.setAll(moved, i -> x[i] + by * v[i]);
        return moved;
    }

    private Tensor tensor(double[] values) {
        Tensor tensor = backend.allocate(values.length);
        backend.fromHost(values, 0, tensor);
        return tensor;
    }

    private double[] host(Tensor x) {
        double[] values = new double[(int) x.size()];
        backend.toHost(x, values, 0);
        return values;
    }

    private static void close(double[] expected, double[] actual, double tolerance) {
        double largest =
                Math.max(1, Arrays.stream(expected).map(Math::abs).max().orElse(0));
        assertArrayEquals(expected, actual, tolerance * largest);
    }
}
