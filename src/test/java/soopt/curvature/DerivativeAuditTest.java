package soopt.curvature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
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
    private record Wrong(Objective right, int order) implements Objective {
        @Override
        public ParameterLayout layout() {
            return right.layout();
        }

        @Override
        public Backend backend() {
            return right.backend();
        }

        @Override
        public int examples() {
            return right.examples();
        }

        @Override
        public double loss(Tensor theta) {
            return right.loss(theta);
        }

        @Override
        public double gradient(Tensor theta, Tensor gradient) {
            return right.gradient(theta, gradient);
        }

        @Override
        public CurvatureSummary summary(Tensor theta, Tensor u, Partition partition, Order wanted) {
            CurvatureSummary summary = right.summary(theta, u, partition, wanted);
            double factor = 1.001;
            switch (order) {
                case 1 -> summary.gradient()[0] *= factor;
                case 2 -> summary.hessian()[0][1] *= factor;
                case 3 -> summary.third()[0] *= factor;
                default -> {}
            }
            return summary;
        }

        @Override
        public void hessianVector(Tensor theta, Tensor v, Tensor out) {
            right.hessianVector(theta, v, out);
        }

        @Override
        public void gaussNewtonVector(Tensor theta, Tensor v, Tensor out) {
            right.gaussNewtonVector(theta, v, out);
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
}
