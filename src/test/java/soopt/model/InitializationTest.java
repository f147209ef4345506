package soopt.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import soopt.backend.Activation;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.ParameterLayout;
import soopt.model.loss.Loss;
import soopt.random.RandomStreams;

/** Every tensor has a stream of its own, read in PyTorch's order, however large the tensor is. */
class InitializationTest {
    private static void expectStreams(Network network) {
        ParameterLayout layout = network.layout();
        Initialization init = new Initialization(1.5, 0.25, Optional.empty());
        try (Backend backend = Backends.cpu(Precision.FLOAT64, 1);
                Tensor theta = init.parameters(layout, backend, 9)) {
            for (int i = 0; i < layout.count(); i++) {
                ParameterLayout.Parameter parameter = layout.get(i);
                double[] values = new double[parameter.size()];
                backend.toHost(layout.view(theta, i), values, 0);
                double[] drawn = parameter.fromMemory(values);
                RandomGenerator random = RandomStreams.of(9, "initialization", i);
                double deviation =
                        parameter.role() == ParameterLayout.Role.WEIGHT ? 1.5 / Math.sqrt(parameter.fanIn()) : 0.25;
                for (int k = 0; k < drawn.length; k++) {
                    assertEquals(deviation * random.nextGaussian(), drawn[k], parameter.name() + "[" + k + "]");
                }
            }
        }
    }

    @Test
    void tensorsOfManyPieces_areOneStream() {
        expectStreams(new Mlp(
                        List.of(300, 7),
                        Activation.TANH,
                        Parameterization.STANDARD,
                        Loss.SOFTMAX_CROSS_ENTROPY,
                        new Initialization(1, 0, Optional.empty()))
                .network(new int[] {700}, 3));
    }

    @Test
    void kernels_areDrawnInPyTorchsOrder() {
        expectStreams(new Lenet(
                        Activation.TANH,
                        Parameterization.STANDARD,
                        Loss.SOFTMAX_CROSS_ENTROPY,
                        new Initialization(1, 0, Optional.empty()))
                .network(new int[] {3, 20, 20}, 3));
    }
}
