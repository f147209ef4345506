package soopt.solver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import soopt.Golden;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.Objective;
import soopt.model.GoldenNetworks;
import soopt.model.Network;
import soopt.solver.LineSearch.Ending;
import soopt.solver.LineSearch.Outcome;
import soopt.solver.LineSearch.StrongWolfe;

/** The line search and its line in the loop of torch.optim.LBFGS 1.13, whose two loops are in plain Java here. */
final class LbfgsGoldenTest {
    private record Pair(double[] s, double[] y) {}

    @Test
    void lossLine_andStrongWolfe_followTheGoldenTrajectory() {
        JsonNode json = Golden.read("trajectory/lbfgs_strong_wolfe.json");
        JsonNode data = Golden.read("trajectory/" + json.get("data").asText());
        double tolerance = 1e-11 * Math.max(1, json.get("sensitivity").doubleValue());
        try (Backend backend = Backends.cpu(Precision.FLOAT64, 1)) {
            Network network = GoldenNetworks.network(data).orElseThrow();
            Objective objective = trainingSet(backend, network, data);
            int size = network.layout().size();
            Deque<Pair> pairs = new ArrayDeque<>();
            try (Tensor theta = GoldenNetworks.flat(backend, network.layout(), data.get("params0"));
                    Tensor gradient = backend.allocate(size);
                    Tensor direction = backend.allocate(size);
                    LossLine line = new LossLine(backend, size)) {
                double loss = objective.gradient(theta, gradient).loss();
                for (JsonNode step : json.get("steps")) {
                    double[] g = Dense.host(backend, gradient);
                    double[] d = direction(g, pairs);
                    backend.fromHost(d, 0, direction);
                    double sum = Arrays.stream(g).map(Math::abs).sum();
                    double first = pairs.isEmpty() ? Math.min(1, 1 / sum) : 1;
                    LossLine.Ray ray = line.along(objective, theta, direction);
                    Outcome outcome = new StrongWolfe(1e-4, 0.9, 26, 1e-9).search(ray, loss, Dense.dot(g, d), first);
                    assertEquals(Ending.FOUND, outcome.ending());
                    double t = step.get("t").doubleValue();
                    assertEquals(t, outcome.point().alpha(), tolerance * t);
                    assertEquals(step.get("loss_before").doubleValue(), loss, tolerance);
                    backend.axpyInPlace(outcome.point().alpha(), direction, theta);
                    backend.copy(line.gradient(), gradient);
                    loss = outcome.point().value();
                    assertEquals(loss, ray.best().orElseThrow().loss());
                    double[] next = Dense.host(backend, gradient);
                    double alpha = outcome.point().alpha();
                    pairs.addLast(new Pair(Arrays.stream(d).map(x -> alpha * x).toArray(), Dense.minus(next, g)));
                    double error = Golden.relativeError(Golden.numbers(step.get("theta")), Dense.host(backend, theta));
                    assertTrue(error <= tolerance, "θ of step " + step.get("step") + " is off by " + error);
                }
            }
        }
    }

    /** −H g by the two loops over the pairs (Nocedal and Wright 2006, alg. 7.4). */
    private static double[] direction(double[] g, Deque<Pair> pairs) {
        double[] q = Arrays.stream(g).map(x -> -x).toArray();
        List<Double> alphas = new ArrayList<>();
        for (Iterator<Pair> newest = pairs.descendingIterator(); newest.hasNext(); ) {
            Pair pair = newest.next();
            double alpha = Dense.dot(pair.s, q) / Dense.dot(pair.s, pair.y);
            alphas.add(alpha);
            Dense.add(-alpha, pair.y, q);
        }
        if (!pairs.isEmpty()) {
            Pair last = pairs.getLast();
            double scale = Dense.dot(last.s, last.y) / Dense.dot(last.y, last.y);
            Arrays.setAll(q, i -> scale * q[i]);
        }
        int index = alphas.size();
        for (Pair pair : pairs) {
            index--;
            double beta = Dense.dot(pair.y, q) / Dense.dot(pair.s, pair.y);
            Dense.add(alphas.get(index) - beta, pair.s, q);
        }
        return q;
    }

    private static Objective trainingSet(Backend backend, Network network, JsonNode data) {
        double[] x = Golden.list(data.get("train_batches")).stream()
                .flatMapToDouble(batch -> Arrays.stream(Golden.numbers(batch.get("x"))))
                .toArray();
        double[] y = Golden.list(data.get("train_batches")).stream()
                .flatMapToDouble(batch -> Arrays.stream(Golden.numbers(batch.get("y"))))
                .toArray();
        return network.objective(
                backend,
                GoldenNetworks.tensor(backend, x).reshape(y.length, x.length / y.length),
                GoldenNetworks.tensor(backend, y));
    }
}
