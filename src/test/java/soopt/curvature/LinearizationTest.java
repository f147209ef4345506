package soopt.curvature;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.fisher.FactorVisitor;
import soopt.curvature.fisher.FactoredLayer;
import soopt.curvature.fisher.OutputAdjoints;

/** A loss given by a formula, and sums of such losses. */
final class LinearizationTest {
    private final Backend backend = Backends.cpu(Precision.FLOAT64, 1);
    private final ParameterLayout layout = new ParameterLayout.Builder()
            .add("w", ParameterLayout.Role.WEIGHT, 0, 1, 2)
            .build();
    private final List<Integer> closed = new ArrayList<>();

    @AfterEach
    void close() {
        backend.close();
    }

    /** L = a (θ₀² + 3 θ₁²) / 2, with 2 a ∇²L for its Gauss–Newton matrix, so that one is told from the other. */
    private record Bowl(Backend backend, ParameterLayout layout, double a) implements Objective {
        @Override
        public int examples() {
            return 1;
        }

        @Override
        public double loss(Tensor theta) {
            double[] x = values(backend, theta);
            return a * (x[0] * x[0] + 3 * x[1] * x[1]) / 2;
        }

        @Override
        public Value gradient(Tensor theta, Tensor gradient) {
            hessianVector(theta, theta, gradient);
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
            double[] x = values(backend, v);
            backend.fromHost(new double[] {a * x[0], 3 * a * x[1]}, 0, out);
        }

        @Override
        public void gaussNewtonVector(Tensor theta, Tensor v, Tensor out) {
            hessianVector(theta, v, out);
            backend.scaleInPlace(2, out);
        }
    }

    private static double[] values(Backend backend, Tensor x) {
        double[] values = new double[(int) x.size()];
        backend.toHost(x, values, 0);
        return values;
    }

    private Tensor tensor(double... values) {
        Tensor tensor = backend.allocate(values.length);
        backend.fromHost(values, 0, tensor);
        return tensor;
    }

    /** Says when it is closed. */
    private Linearization told(int index, Linearization inner) {
        return new Linearization() {
            @Override
            public Value value() {
                return new Value(inner.value().loss(), index);
            }

            @Override
            public void gradient(Tensor out) {
                inner.gradient(out);
            }

            @Override
            public void hessianVector(Tensor v, Tensor out) {
                inner.hessianVector(v, out);
            }

            @Override
            public void gaussNewtonVector(Tensor v, Tensor out) {
                inner.gaussNewtonVector(v, out);
            }

            @Override
            public Metric fisher(Fisher kind, int draws, long seed) {
                return (v, out) -> backend.fill(out, seed * 10 + draws);
            }

            @Override
            public void factors(OutputAdjoints adjoints, FactorVisitor visitor) {
                inner.factors(adjoints, visitor);
            }

            @Override
            public void close() {
                closed.add(index);
                inner.close();
            }
        };
    }

    /** 1 · 2 L + 0.5 · 4 L + 0.25 · 8 L = 6 L. */
    private SummedLinearization sum(Tensor theta) {
        return new SummedLinearization(backend, layout, 3, i -> {
            Linearization part = new Bowl(backend, layout, 2 << i).at(theta, Linearization.Use.HESSIAN);
            return new SummedLinearization.Term(told(i, part), 1.0 / (1 << i));
        });
    }

    @Test
    void sumOfParts_addsThemByTheirWeights_andClosesEach() {
        Tensor theta = tensor(1, 2);
        Tensor out = tensor(Double.NaN, Double.NaN);
        try (Linearization sum = sum(theta)) {
            assertEquals(6 * 13 / 2.0, sum.value().loss(), 1e-14);
            assertEquals(0 + 1 + 2, sum.value().correct());
            assertEquals(List.of(0, 1, 2), closed, "asked twice, gone over once");
            sum.gradient(out);
            assertArrayEquals(new double[] {6, 36}, values(backend, out), 1e-14);
            sum.hessianVector(tensor(-1, 1), out);
            assertArrayEquals(new double[] {-6, 18}, values(backend, out), 1e-14);
            sum.gaussNewtonVector(tensor(-1, 1), out);
            assertArrayEquals(new double[] {-12, 36}, values(backend, out), 1e-14);
            assertEquals(12, closed.size());
        }
        assertEquals(12, closed.size());
    }

    /** Else all parts would draw the same labels. */
    @Test
    void eachPart_drawsFromASeedOfItsOwn() {
        Tensor out = tensor(0, 0);
        try (Linearization sum = sum(tensor(1, 2))) {
            Metric metric = sum.fisher(Fisher.MC, 3, 5);
            for (int i = 0; i < 2; i++) {
                metric.times(tensor(1, 1), out);
                assertEquals(53 + 63 / 2.0 + 73 / 4.0, values(backend, out)[0], 1e-14, "again the same");
            }
        }
    }

    @Test
    void rowsOfAMetric_areItsProducts() {
        Metric threefold = (v, out) -> backend.combine(3, v, 0, v, out);
        Tensor rows = tensor(1, 2, 3, 4, 5, 6).reshape(3, 2);
        Tensor out = backend.allocate(3, 2);
        threefold.timesRows(rows, out);
        assertArrayEquals(new double[] {3, 6, 9, 12, 15, 18}, values(backend, out));
    }

    @Test
    void rowsOfAPass_areItsProducts() {
        Tensor theta = tensor(1, 2);
        Tensor rows = tensor(1, 0, 0, 1, -1, 2).reshape(3, 2);
        for (Linearization here :
                List.of(sum(theta), new Bowl(backend, layout, 6).at(theta, Linearization.Use.HESSIAN))) {
            Tensor out = tensor(9, 9, 9, 9, 9, 9).reshape(3, 2);
            here.hessianVectors(rows, out);
            assertArrayEquals(new double[] {6, 0, 0, 18, -6, 36}, values(backend, out), 1e-14);
            here.gaussNewtonVectors(rows, out);
            assertArrayEquals(new double[] {12, 0, 0, 36, -12, 72}, values(backend, out), 1e-14);
            here.close();
        }
        assertEquals(List.of(0, 1, 2, 0, 1, 2), closed, "each part once for all rows");
    }

    @Test
    void formula_hasNoLabels_noFactors_andNoTaylorTerms() {
        Tensor theta = tensor(1, 2);
        Tensor out = tensor(0, 0);
        Bowl bowl = new Bowl(backend, layout, 2);
        try (Linearization here = bowl.at(theta, Linearization.Use.HESSIAN)) {
            assertTrue(here.isKept());
            assertEquals(13, here.value().loss());
            assertTrue(Double.isNaN(here.value().correct()));
            here.fisher(Fisher.EXACT, 1, 0).times(theta, out);
            assertArrayEquals(new double[] {4, 24}, values(backend, out), "the Gauss–Newton matrix");
            for (Fisher kind : List.of(Fisher.MC, Fisher.EMPIRICAL)) {
                assertThrows(IllegalArgumentException.class, () -> here.fisher(kind, 1, 0));
            }
            here.factors(new OutputAdjoints.Root(), new FactorVisitor() {
                @Override
                public void inputs(FactoredLayer layer) {
                    throw new AssertionError();
                }

                @Override
                public void adjoints(FactoredLayer layer) {
                    throw new AssertionError();
                }
            });
        }
        Partition whole = Partition.whole(layout);
        assertThrows(UnsupportedOperationException.class, () -> bowl.taylor(theta, theta, whole, 3));
    }

    @Test
    void coefficients_areDerivativesOverFactorials() {
        TaylorTerms terms = new TaylorTerms(7, new double[] {1, 2, 6, 48}, new double[4][0]);
        assertEquals(4, terms.order());
        assertArrayEquals(new double[] {7, 1, 1, 1, 2}, terms.coefficients());
    }
}
