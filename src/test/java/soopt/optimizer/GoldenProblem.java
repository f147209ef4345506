package soopt.optimizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import soopt.Golden;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.Objective;
import soopt.curvature.ParameterLayout;
import soopt.model.GoldenNetworks;
import soopt.model.Network;
import soopt.optimizer.step.Problem;

/** The network, the initial parameters and the batches of a golden file. */
final class GoldenProblem {
    private final Backend backend;
    private final JsonNode json;
    private final Network network;

    GoldenProblem(Backend backend, JsonNode json) {
        this.backend = backend;
        this.json = json;
        this.network = GoldenNetworks.network(json).orElseThrow();
    }

    ParameterLayout layout() {
        return network.layout();
    }

    /** θ [P] before the first step; the caller closes it. */
    Tensor start() {
        return GoldenNetworks.flat(backend, layout(), json.get("params0"));
    }

    boolean has(String list) {
        return json.has(list);
    }

    /** θ [P] in PyTorch's order. */
    double[] inOrder(Tensor theta) {
        double[] result = new double[layout().size()];
        for (int i = 0; i < layout().count(); i++) {
            ParameterLayout.Parameter parameter = layout().get(i);
            double[] memory = new double[parameter.size()];
            backend.toHost(layout().view(theta, i), memory, 0);
            System.arraycopy(parameter.fromMemory(memory), 0, result, (int) parameter.offset(), memory.length);
        }
        return result;
    }

    /** The batches of the list {@code train_batches} or {@code hg_batches}, in order. */
    List<Objective> batches(String list) {
        List<Objective> batches = new ArrayList<>();
        for (JsonNode batch : json.get(list)) {
            batches.add(network.objective(
                    backend,
                    GoldenNetworks.inputs(backend, batch.get("x")),
                    GoldenNetworks.targets(backend, batch.get("y"))));
        }
        return batches;
    }

    /** One example of a batch of the file. */
    Objective example(JsonNode batch, int index) {
        double[] x = Golden.numbers(batch.get("x"));
        double[] y = Golden.numbers(batch.get("y"));
        int width = x.length / y.length;
        Tensor features = GoldenNetworks.tensor(backend, Arrays.copyOfRange(x, index * width, (index + 1) * width));
        return network.objective(backend, features.reshape(1, width), GoldenNetworks.tensor(backend, y[index]));
    }

    /** All training batches as one. */
    Objective wholeTrainingSet() {
        List<double[]> inputs = new ArrayList<>();
        List<double[]> labels = new ArrayList<>();
        for (JsonNode batch : json.get("train_batches")) {
            inputs.add(Golden.numbers(batch.get("x")));
            labels.add(Golden.numbers(batch.get("y")));
        }
        double[] x = inputs.stream().flatMapToDouble(Arrays::stream).toArray();
        double[] y = labels.stream().flatMapToDouble(Arrays::stream).toArray();
        Tensor features = GoldenNetworks.tensor(backend, x).reshape(y.length, x.length / y.length);
        return network.objective(backend, features, GoldenNetworks.tensor(backend, y));
    }

    /** As the run of a test with so many steps. */
    private static final long STEPS = 12;

    /** What an optimizer is given; the k-th computation of the curvature takes the k-th of these batches. */
    Problem problem(List<Objective> curvatureBatches) {
        Iterator<Objective> batches = curvatureBatches.iterator();
        return new Problem(backend, layout(), InTurn.of(batches::next), 0, STEPS);
    }

    /** The same objective n times. */
    static List<Objective> repeated(Objective objective, int n) {
        return IntStream.range(0, n).mapToObj(i -> objective).toList();
    }
}
