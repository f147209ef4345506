package soopt.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import soopt.backend.Activation;
import soopt.curvature.ParameterLayout.Parameter;
import soopt.model.loss.Loss;

/** Images of the data have axes of their own in the matrices that take or make them; what layers make has one. */
final class ParameterAxesTest {
    private static final Initialization START = new Initialization(1, 0, Optional.empty());
    private static final int[] IMAGE = {3, 20, 24};

    private static List<List<Integer>> axes(Network network) {
        return network.layout().parameters().stream().map(Parameter::axes).toList();
    }

    @Test
    void perceptron() {
        Mlp mlp = new Mlp(List.of(7, 5), Activation.TANH, Parameterization.NTK, Loss.SOFTMAX_CROSS_ENTROPY, START);
        assertEquals(
                List.of(List.of(7, 3, 20, 24), List.of(7), List.of(5, 7), List.of(5), List.of(2, 5), List.of(2)),
                axes(mlp.network(IMAGE, 2)));
        assertEquals(List.of(7, 9), axes(mlp.network(new int[] {9}, 2)).get(0), "vectors");
    }

    @Test
    void autoencoder_endsAsItBegins() {
        Network network =
                new AutoencoderMlp(List.of(7), 2, Activation.TANH, Parameterization.STANDARD, START).network(IMAGE, 0);
        List<List<Integer>> axes = axes(network);
        assertEquals(List.of(7, 3, 20, 24), axes.get(0));
        assertEquals(List.of(3, 20, 24, 7), axes.get(6));
        assertEquals(List.of(1440, 7), network.layout().get(6).shape());
    }

    @Test
    void kernels_haveTheirChannelsLast_andWhatTheyMakeIsAVector() {
        List<List<Integer>> axes =
                axes(new Lenet(Activation.TANH, Parameterization.STANDARD, Loss.SOFTMAX_CROSS_ENTROPY, START)
                        .network(IMAGE, 2));
        assertEquals(List.of(6, 5, 5, 3), axes.get(0));
        assertEquals(List.of(16, 5, 5, 6), axes.get(2));
        assertEquals(2, axes.get(4).size());
    }
}
