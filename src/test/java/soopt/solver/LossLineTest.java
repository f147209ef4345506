package soopt.solver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import soopt.Golden;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.Objective;
import soopt.model.GoldenNetworks;
import soopt.model.Network;
import soopt.solver.LineSearch.Armijo;
import soopt.solver.LineSearch.Ending;
import soopt.solver.LineSearch.Interpolation;
import soopt.solver.LineSearch.Outcome;
import soopt.solver.LineSearch.StrongWolfe;

final class LossLineTest {
    private static final JsonNode DATA = Golden.read("trajectory/mlp_data.json");

    /** The first batch of the golden network, its start, and a direction that descends but is not the gradient's. */
    private static final class Case implements AutoCloseable {
        final Backend backend;
        final Objective batch;
        final Tensor theta;
        final Tensor gradient;
        final Tensor direction;
        final double loss;
        final double slope;

        Case(Precision precision) {
            backend = Backends.cpu(precision, 1);
            Network network = GoldenNetworks.network(DATA).orElseThrow();
            JsonNode first = DATA.get("train_batches").get(0);
            batch = network.objective(
                    backend,
                    GoldenNetworks.inputs(backend, first.get("x")),
                    GoldenNetworks.targets(backend, first.get("y")));
            theta = GoldenNetworks.flat(backend, network.layout(), DATA.get("params0"));
            int size = (int) theta.size();
            gradient = backend.allocate(size);
            direction = backend.allocate(size);
            loss = batch.gradient(theta, gradient).loss();
            double[] scale = new Random(1).doubles(size, -2, 0).toArray();
            double[] d = Dense.host(backend, gradient);
            Arrays.setAll(d, i -> scale[i] * d[i]);
            backend.fromHost(d, 0, direction);
            slope = backend.dot(gradient, direction);
        }

        /** ∇L at θ + α d. */
        double[] gradientAt(double alpha) {
            try (Tensor point = backend.allocate((int) theta.size());
                    Tensor out = backend.allocate((int) theta.size())) {
                backend.combine(1, theta, alpha, direction, point);
                batch.gradient(point, out);
                return Dense.host(backend, out);
            }
        }

        @Override
        public void close() {
            backend.close();
        }
    }

    @ParameterizedTest
    @EnumSource(value = Precision.class, names = "FLOAT.*", mode = EnumSource.Mode.MATCH_ANY)
    void points_areLossAndSlopeOnTheLine(Precision precision) {
        try (Case c = new Case(precision);
                LossLine line = new LossLine(c.backend, (int) c.theta.size())) {
            LossLine.Ray ray = line.along(c.batch, c.theta, c.direction);
            Line.Point start = ray.at(0);
            assertEquals(c.loss, start.value(), 0);
            assertEquals(c.slope, start.slope(), 0);
            double alpha = 0.3;
            Line.Point point = ray.at(alpha);
            assertEquals(point.value(), ray.value(alpha), 1e-6);
            double h = precision == Precision.FLOAT64 ? 1e-6 : 1e-2;
            double difference = (ray.value(alpha + h) - ray.value(alpha - h)) / (2 * h);
            double tolerance = precision == Precision.FLOAT64 ? 1e-8 : 1e-3;
            assertEquals(difference, point.slope(), tolerance * Math.abs(c.slope));
            double[] d = Dense.host(c.backend, c.direction);
            assertEquals(Golden.maxAbs(d), ray.scale());
        }
    }

    /** Also where the best point is not the one evaluated last. */
    @ParameterizedTest
    @EnumSource(value = Precision.class, names = "FLOAT.*", mode = EnumSource.Mode.MATCH_ANY)
    void gradient_isThatOfThePointReturned(Precision precision) {
        int notTheLast = 0;
        try (Case c = new Case(precision);
                LossLine line = new LossLine(c.backend, (int) c.theta.size())) {
            for (int evaluations = 1; evaluations < 9; evaluations++) {
                for (double first : new double[] {1e-3, 0.5, 2, 3, 5, 8, 30, 100, 1e4}) {
                    LossLine.Ray ray = line.along(c.batch, c.theta, c.direction);
                    Outcome outcome = new StrongWolfe(1e-4, 2e-4, evaluations, 0).search(ray, c.loss, c.slope, first);
                    if (outcome.moves()) {
                        double alpha = outcome.point().alpha();
                        assertArrayEquals(c.gradientAt(alpha), Dense.host(c.backend, line.gradient()));
                        assertEquals(
                                outcome.point().value(),
                                ray.best().orElseThrow().loss());
                        notTheLast +=
                                outcome.tried().get(outcome.evaluations() - 1).equals(outcome.point()) ? 0 : 1;
                    }
                }
            }
        }
        assertTrue(notTheLast > 0, notTheLast + " searches ended at a point before the last");
    }

    @ParameterizedTest
    @EnumSource(value = Precision.class, names = "FLOAT.*", mode = EnumSource.Mode.MATCH_ANY)
    void searches_lowerTheLoss_andTakeNoNewMemory(Precision precision) {
        try (Case c = new Case(precision)) {
            long before = c.backend.memory().liveBytes();
            try (LossLine line = new LossLine(c.backend, (int) c.theta.size())) {
                LineSearch[] searches = {
                    new Armijo(0.1, 0.5, 30, Interpolation.CUBIC), new StrongWolfe(1e-4, 0.1, 26, 1e-9)
                };
                for (LineSearch search : searches) {
                    search.search(line.along(c.batch, c.theta, c.direction), c.loss, c.slope, 100);
                    long system = c.backend.memory().systemAllocations();
                    Outcome outcome = search.search(line.along(c.batch, c.theta, c.direction), c.loss, c.slope, 100);
                    assertEquals(Ending.FOUND, outcome.ending());
                    assertTrue(outcome.point().value() < c.loss);
                    assertEquals(system, c.backend.memory().systemAllocations());
                }
            }
            assertEquals(before, c.backend.memory().liveBytes());
        }
    }
}
