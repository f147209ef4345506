package soopt.experiment.fidelity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.hipparchus.CalculusFieldElement;
import org.junit.jupiter.api.Test;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.Objective;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Partitioning;
import soopt.experiment.file.Every;
import soopt.experiment.folder.FidelityRow;
import soopt.gym.formula.Formula;
import soopt.gym.formula.FormulaObjective;

class FidelityProbeTest {
    /** a x³ + x y + y², x and y groups of their own: its model of third order is exact. */
    private record Cubic(double a) implements Formula {
        @Override
        public ParameterLayout layout() {
            return Formula.vectors(1, 1);
        }

        @Override
        public <T extends CalculusFieldElement<T>> List<T> outputs(List<T> theta) {
            T x = theta.get(0);
            T y = theta.get(1);
            return List.of(
                    x.multiply(x).multiply(x).multiply(a).add(x.multiply(y)).add(y.multiply(y)));
        }

        @Override
        public <T extends CalculusFieldElement<T>> T loss(List<T> outputs) {
            return outputs.get(0);
        }
    }

    private static double value(double a, double x, double y) {
        return a * x * x * x + x * y + y * y;
    }

    /** At (1, 2) by δ = (−.1, .3), on a = 2 and held out on a = 5. */
    private static List<FidelityRow> rows() {
        try (Backend backend = Backends.cpu(Precision.FLOAT64, 1);
                Tensor theta = backend.allocate(2);
                Tensor update = backend.allocate(2)) {
            backend.fromHost(new double[] {1, 2}, 0, theta);
            backend.fromHost(new double[] {-0.1, 0.3}, 0, update);
            Objective same = new FormulaObjective(backend, new Cubic(2));
            Objective other = new FormulaObjective(backend, new Cubic(5));
            FidelityProbe probe =
                    new FidelityProbe(Every.parse("1 epoch"), new Partitioning.Canonical().of(same.layout()), backend);
            return probe.measure(new FidelityProbe.Subject(3, 1, theta, update, Optional.empty(), same, other));
        }
    }

    @Test
    void modelsOfThirdOrder_areExactOnACubic() {
        for (FidelityRow row : rows()) {
            assertEquals(row.measured().change(), row.predictedChange3(), 1e-14, row.group());
        }
    }

    @Test
    void eachGroup_movesAlone() {
        List<FidelityRow> rows = rows();
        assertEquals(
                List.of("all", "block0", "block1"),
                rows.stream().map(FidelityRow::group).toList());
        assertEquals(
                List.of(-1, 0, 1), rows.stream().map(FidelityRow::groupIndex).toList());
        double[][] moved = {{0.9, 2.3}, {0.9, 2}, {1, 2.3}};
        for (int i = 0; i < moved.length; i++) {
            double x = moved[i][0];
            double y = moved[i][1];
            assertEquals(value(2, x, y) - value(2, 1, 2), rows.get(i).measured().change(), 1e-14);
            assertEquals(value(5, x, y) - value(5, 1, 2), rows.get(i).measured().heldOutChange(), 1e-14);
        }
        assertEquals(value(2, 1, 2), rows.get(0).measured().loss(), 1e-14);
        assertEquals(value(5, 1, 2), rows.get(0).measured().heldOutLoss(), 1e-14);
    }

    /** Along x: g = 3a + 2, h = 6a; along y: g = 1 + 4, h = 2; between them 1. */
    @Test
    void modelsOfSecondOrder_areTaylors() {
        List<FidelityRow> rows = rows();
        double x = -0.1 * 8 + 0.01 * 12 / 2;
        double y = 0.3 * 5 + 0.09 * 2 / 2;
        assertEquals(x, rows.get(1).predictedChange2(), 1e-14);
        assertEquals(y, rows.get(2).predictedChange2(), 1e-14);
        assertEquals(x + y - 0.1 * 0.3, rows.get(0).predictedChange2(), 1e-14);
        assertTrue(Double.isNaN(rows.get(0).modelChange2()));
    }

    @Test
    void aMeasurement_isOwedFromTheFirstStepOfAnIntervalOn() {
        try (Backend backend = Backends.cpu(Precision.FLOAT64, 1)) {
            ParameterLayout layout = new Cubic(1).layout();
            FidelityProbe probe =
                    new FidelityProbe(Every.parse("10 steps"), new Partitioning.Canonical().of(layout), backend);
            assertTrue(probe.isOwed());
            probe.restore(0);
            probe.begin(9, 1, true);
            assertFalse(probe.isOwed());
            probe.begin(10, 1, false);
            probe.begin(11, 1, false);
            assertTrue(probe.isOwed());
            assertEquals(1, probe.save());
        }
    }
}
