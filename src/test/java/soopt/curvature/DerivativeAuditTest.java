package soopt.curvature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.data.fetch.Store;
import soopt.experiment.Workbench;
import soopt.experiment.file.Experiment;
import soopt.spec.Binder;
import soopt.spec.SpecSource;

class DerivativeAuditTest {
    private static final String SPEC = """
            experiment: audit
            dataset: {type: mnist-sample, limit: 40, validation: 0}
            model: {type: mlp, hidden: [6], activation: %s}
            optimizer: {type: sgd, step-size: 0.1}
            training: {epochs: 1}
            """;

    /** An objective whose summary of one order is off by a relative 1e-3. */
    private record Wrong(Objective inner, int order) implements ForwardingObjective {
        @Override
        public CurvatureSummary summary(Tensor theta, Tensor u, Partition partition, Order wanted) {
            CurvatureSummary summary = inner.summary(theta, u, partition, wanted);
            double factor = 1.001;
            switch (order) {
                case 1 -> summary.gradient()[0] *= factor;
                case 2 -> summary.hessian()[0][1] *= factor;
                case 3 -> summary.third()[0] *= factor;
                default -> {}
            }
            return summary;
        }
    }

    private static List<DerivativeAudit.Row> audit(String activation, int wrongOrder) {
        Experiment experiment = Binder.bind(SpecSource.parse("audit", SPEC.formatted(activation)), Experiment.class);
        Store store = new Store(Path.of("datasets"), true);
        try (Workbench bench = new Workbench(experiment, experiment.dataset().load(store), Precision.FLOAT64)) {
            Partition partition =
                    new Partitioning.Canonical().of(bench.network().layout());
            Objective objective = new Wrong(bench.firstBatch(8), wrongOrder);
            try (DerivativeAudit audit = new DerivativeAudit(objective, partition, bench.initial())) {
                return audit.rows(2e-3);
            }
        }
    }

    @Test
    void rightDerivatives_pass() {
        List<DerivativeAudit.Row> rows = audit("tanh", 0);
        assertEquals(3 * 4, rows.size());
        assertEquals(
                Set.of(DerivativeAudit.Verdict.OK),
                rows.stream().map(DerivativeAudit.Row::verdict).collect(Collectors.toSet()));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void wrongDerivative_isCaughtAtItsOrderAndGroup(int order) {
        List<String> wrong = audit("tanh", order).stream()
                .filter(row -> row.verdict() != DerivativeAudit.Verdict.OK)
                .map(row -> row.order() + " " + row.group() + " " + row.verdict())
                .toList();
        assertEquals(List.of(order + " layers.0.weight WRONG"), wrong);
    }

    @ParameterizedTest
    @ValueSource(strings = {"relu", "elu"})
    void kinks_areNotCalledWrong(String activation) throws IOException {
        assertTrue(audit(activation, 0).stream().noneMatch(row -> row.verdict() == DerivativeAudit.Verdict.WRONG));
    }

    /**
     * L(x, y) = e^x + c max(x, 0)^power + x² y + sin y at θ = (0, 1), with the left derivatives at x = 0, times 1 +
     * wrong.
     */
    private record KinkAtThePoint(Backend backend, double c, int power, double wrong) implements Objective {
        @Override
        public ParameterLayout layout() {
            return new ParameterLayout.Builder()
                    .add("x", ParameterLayout.Role.WEIGHT, 0, 1, 1)
                    .add("y", ParameterLayout.Role.BIAS, 0, 1, 1)
                    .build();
        }

        @Override
        public int examples() {
            return 1;
        }

        @Override
        public double loss(Tensor theta) {
            double[] t = new double[2];
            backend.toHost(theta, t, 0);
            return Math.exp(t[0]) + c * Math.pow(Math.max(t[0], 0), power) + t[0] * t[0] * t[1] + Math.sin(t[1]);
        }

        @Override
        public Value gradient(Tensor theta, Tensor gradient) {
            double[] t = new double[2];
            backend.toHost(theta, t, 0);
            backend.fromHost(gradient(t), 0, gradient);
            return Value.of(loss(theta));
        }

        private double[] gradient(double[] t) {
            return new double[] {Math.exp(t[0]) + kink(t[0], 1) + 2 * t[0] * t[1], t[0] * t[0] + Math.cos(t[1])};
        }

        /** The derivative of that order of c max(x, 0)^power, from the left at 0. */
        private double kink(double x, int order) {
            double factor = c;
            for (int k = 0; k < order; k++) {
                factor *= power - k;
            }
            return x > 0 && factor != 0 ? factor * Math.pow(x, power - order) : 0;
        }

        @Override
        public CurvatureSummary summary(Tensor theta, Tensor u, Partition partition, Order order) {
            double[] d = new double[2];
            backend.toHost(u, d, 0);
            double[] t = new double[2];
            backend.toHost(theta, t, 0);
            double[] g = gradient(t);
            double f = 1 + wrong;
            double second = Math.exp(t[0]) + 2 * t[1] + kink(t[0], 2);
            double third = Math.exp(t[0]) + kink(t[0], 3);
            return new CurvatureSummary(
                    loss(theta),
                    new double[] {f * g[0] * d[0], f * g[1] * d[1]},
                    new double[][] {
                        {f * second, f * 2 * t[0] * d[0] * d[1]}, {f * 2 * t[0] * d[0] * d[1], -f * Math.sin(t[1])}
                    },
                    new double[] {f * third * d[0], -f * Math.cos(t[1]) * d[1]},
                    new double[0][][]);
        }

        @Override
        public Linearization at(Tensor theta, Linearization.Use use) {
            throw new UnsupportedOperationException();
        }
    }

    private static List<DerivativeAudit.Verdict> kinkAtThePoint(double c, int power, double wrong) {
        try (Backend backend = Backends.cpu(Precision.FLOAT64, 1);
                Tensor theta = backend.allocate(2)) {
            backend.fromHost(new double[] {0, 1}, 0, theta);
            Objective objective = new KinkAtThePoint(backend, c, power, wrong);
            Partition partition = new Partitioning.Canonical().of(objective.layout());
            try (DerivativeAudit audit = new DerivativeAudit(objective, partition, theta)) {
                return audit.rows(2e-3).stream()
                        .map(DerivativeAudit.Row::verdict)
                        .toList();
            }
        }
    }

    /**
     * Rows are x and y of order 1, of order 2, of order 3. Where only higher orders jump, the quotients of lower ones
     * are less exact.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void kinkAtThePoint_isUnsure_fromTheOrderWhereTheSidesDiffer(int power) {
        DerivativeAudit.Verdict ok = DerivativeAudit.Verdict.OK;
        for (double c : new double[] {0, 1e-3, 0.3, 30}) {
            List<DerivativeAudit.Verdict> verdicts = kinkAtThePoint(c, power, 0);
            assertEquals(List.of(ok, ok, ok), List.of(verdicts.get(1), verdicts.get(3), verdicts.get(5)), "c " + c);
            for (int order = 1; order <= 3; order++) {
                DerivativeAudit.Verdict verdict = verdicts.get(2 * (order - 1));
                assertTrue(verdict != DerivativeAudit.Verdict.WRONG, "c " + c + ", order " + order);
                if (c == 0 || order >= power) {
                    assertEquals(c == 0, verdict == ok, "c " + c + ", order " + order);
                }
            }
        }
    }

    @Test
    void derivativeFarBeyondTheKink_isStillWrong() {
        assertEquals(DerivativeAudit.Verdict.WRONG, kinkAtThePoint(1e-3, 1, 0.5).get(0));
        assertEquals(DerivativeAudit.Verdict.WRONG, kinkAtThePoint(0, 1, 1e-3).get(0));
    }

    /** ½ |θ|² + x₀ x₂ of tensors (x₀, x₁) and (x₂), with an error added to one entry of H̄. */
    private record Bowl(Backend backend, double error) implements Objective {
        @Override
        public ParameterLayout layout() {
            return new ParameterLayout.Builder()
                    .add("a", ParameterLayout.Role.WEIGHT, 0, 1, 2)
                    .add("b", ParameterLayout.Role.WEIGHT, 1, 1, 1)
                    .build();
        }

        private double[] host(Tensor tensor) {
            double[] values = new double[3];
            backend.toHost(tensor, values, 0);
            return values;
        }

        @Override
        public int examples() {
            return 1;
        }

        @Override
        public double loss(Tensor theta) {
            double[] x = host(theta);
            return 0.5 * (x[0] * x[0] + x[1] * x[1] + x[2] * x[2]) + x[0] * x[2];
        }

        @Override
        public Value gradient(Tensor theta, Tensor gradient) {
            double[] x = host(theta);
            backend.fromHost(new double[] {x[0] + x[2], x[1], x[2] + x[0]}, 0, gradient);
            return Value.of(loss(theta));
        }

        @Override
        public CurvatureSummary summary(Tensor theta, Tensor u, Partition partition, Order order) {
            double[] x = host(theta);
            double[] d = host(u);
            double[] g = {(x[0] + x[2]) * d[0], x[1] * d[1], (x[2] + x[0]) * d[2]};
            double[][] h = {{d[0] * d[0], error, d[0] * d[2]}, {error, d[1] * d[1], 0}, {d[0] * d[2], 0, d[2] * d[2]}};
            return new CurvatureSummary(loss(theta), g, h, new double[3], new double[0][][]);
        }

        @Override
        public Linearization at(Tensor theta, Linearization.Use use) {
            throw new UnsupportedOperationException();
        }
    }

    private static void auditOfABowl(double error, Consumer<DerivativeAudit> test) {
        try (Backend backend = Backends.cpu(Precision.FLOAT64, 1);
                Tensor theta = backend.allocate(3)) {
            backend.fromHost(new double[] {1, 0, -1}, 0, theta);
            Objective objective = new Bowl(backend, error);
            Partition partition = new Partitioning.Discrete().of(objective.layout());
            long before = backend.memory().liveBytes();
            try (DerivativeAudit audit = new DerivativeAudit(objective, partition, theta)) {
                test.accept(audit);
            }
            assertEquals(before, backend.memory().liveBytes(), "the audit returns its memory");
        }
    }

    /** Of orders 1 and 2: at order 3 there is nothing but rounding to compare. */
    private static List<DerivativeAudit.Verdict> verdicts(DerivativeAudit audit) {
        return audit.rows(1e-3).stream()
                .filter(row -> row.order() < 3)
                .map(DerivativeAudit.Row::verdict)
                .toList();
    }

    /** The gradient at (1, 0, −1) is 0 in every group. */
    @Test
    void direction_isOfLengthOneInEveryGroup_alsoWhereTheGradientVanishes() {
        auditOfABowl(0, audit -> {
            double[] u = new double[3];
            try (Backend backend = Backends.cpu(Precision.FLOAT64, 1)) {
                backend.toHost(audit.direction(), u, 0);
            }
            for (double entry : u) {
                assertEquals(1, Math.abs(entry), 1e-15);
            }
            assertEquals(Set.of(DerivativeAudit.Verdict.OK), Set.copyOf(verdicts(audit)));
        });
    }

    /**
     * Entries below a thousandth of the largest, here 1, are compared with that: 1e-3 · 1e-6 is what passes at order 2.
     */
    @Test
    void smallEntries_areComparedWithTheLargest() {
        auditOfABowl(5e-10, audit -> assertEquals(Set.of(DerivativeAudit.Verdict.OK), Set.copyOf(verdicts(audit))));
        auditOfABowl(
                3e-9,
                audit -> assertEquals(
                        List.of(
                                DerivativeAudit.Verdict.WRONG,
                                DerivativeAudit.Verdict.WRONG,
                                DerivativeAudit.Verdict.OK),
                        verdicts(audit).subList(3, 6)));
    }

    /** Counts what it is asked for; its third derivative is wrong where y is above 0.5. */
    private static final class Watched implements ForwardingObjective {
        private final Objective right;
        private final double factor;
        private int gradients;
        private int summaries;

        Watched(Objective right, double factor) {
            this.right = right;
            this.factor = factor;
        }

        @Override
        public Objective inner() {
            return right;
        }

        @Override
        public Value gradient(Tensor theta, Tensor gradient) {
            gradients++;
            return right.gradient(theta, gradient);
        }

        @Override
        public CurvatureSummary summary(Tensor theta, Tensor u, Partition partition, Order wanted) {
            summaries++;
            CurvatureSummary summary = right.summary(theta, u, partition, wanted);
            double[] t = new double[2];
            backend().toHost(theta, t, 0);
            summary.third()[0] *= t[1] > 0.5 ? factor : 1;
            return summary;
        }

        @Override
        public Linearization at(Tensor theta, Linearization.Use use) {
            throw new UnsupportedOperationException();
        }
    }

    /** Four differences for each of two groups, at one width; nothing beside θ. */
    @Test
    void rightDerivatives_costFourGradientsAGroup() {
        try (Backend backend = Backends.cpu(Precision.FLOAT64, 1);
                Tensor theta = backend.allocate(2)) {
            backend.fromHost(new double[] {0, 1}, 0, theta);
            Watched objective = new Watched(new KinkAtThePoint(backend, 0, 1, 0), 1);
            long before = backend.memory().liveBytes();
            Partition partition = new Partitioning.Canonical().of(objective.layout());
            try (DerivativeAudit audit = new DerivativeAudit(objective, partition, theta)) {
                assertEquals(6, audit.rows(2e-3).size());
            }
            assertEquals(1, objective.summaries);
            assertEquals(1 + 1 + 2 * 4, objective.gradients);
            assertEquals(before, backend.memory().liveBytes());
        }
    }

    /** Beside θ, and not beside 0. */
    @Test
    void derivativeWrongAboutThePoint_isWrong_thoughItIsRightElsewhere() {
        try (Backend backend = Backends.cpu(Precision.FLOAT64, 1);
                Tensor theta = backend.allocate(2)) {
            backend.fromHost(new double[] {0, 1}, 0, theta);
            Watched objective = new Watched(new KinkAtThePoint(backend, 0, 1, 0), 1.01);
            Partition partition = new Partitioning.Canonical().of(objective.layout());
            try (DerivativeAudit audit = new DerivativeAudit(objective, partition, theta)) {
                assertEquals(
                        List.of("x 3"),
                        audit.rows(2e-3).stream()
                                .filter(row -> row.verdict() == DerivativeAudit.Verdict.WRONG)
                                .map(row -> row.group() + " " + row.order())
                                .toList());
            }
            assertEquals(2, objective.summaries);
        }
    }
}
