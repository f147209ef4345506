package soopt.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import soopt.curvature.Partition;
import soopt.curvature.Partitioning;
import soopt.model.tangent.DirectionBlocks;
import soopt.spec.Binder;
import soopt.spec.SpecSource;

/** Against the counts of multiply-adds that were checked against those executed (table of the cost model). */
class SummaryCostTest {
    private record Subject(Model model, Partitioning partition) {}

    @ParameterizedTest
    @CsvSource({
        "mlp, 784, canonical, 2.22, 2.92, 3.40",
        "mlp, 784, weights-biases, 2.22, 2.88, 3.54",
        "mlp, 784, trivial, 2.22, 2.66, 3.10",
        "lenet, 3x32x32, canonical, 2.46, 4.05, 5.19",
        "vgg11-prime, 3x32x32, canonical, 2.99, 11.27, 18.56",
        "vgg11-prime, 3x32x32, weights-biases, 2.99, 5.95, 8.92",
        "big-mlp, 3072, canonical, 2.86, 21.0, 38.3",
        "very-big-mlp, 3072, blocks-5, 2.97, 9.65, 16.3",
        "very-big-mlp, 3072, alternate-5, 2.97, 13.5, 23.9",
        "very-big-mlp, 3072, trivial, 2.97, 4.91, 6.85"
    })
    void cost_isThatOfTheTransports(
            String model, String inputs, String partition, double gradient, double second, double third) {
        String yaml = "model: {type: " + model + "}\npartition: " + partition;
        Subject subject = Binder.bind(SpecSource.parse("test", yaml), Subject.class);
        Network network = subject.model()
                .network(
                        Arrays.stream(inputs.split("x"))
                                .mapToInt(Integer::parseInt)
                                .toArray(),
                        10);
        Partition groups = subject.partition().of(network.layout());
        double forward = 0;
        for (long work : network.multiplyAdds()) {
            forward += work;
        }
        SummaryCost cost = SummaryCost.of(network, groups);
        // the table has three digits
        assertEquals(gradient, cost.gradient() / forward, 0.005 * gradient);
        assertEquals(second, cost.second() / forward, 0.005 * second);
        assertEquals(third, cost.third() / forward, 0.005 * third);
    }

    /**
     * Two layers, so that each first layer's tensor costs its sources and its transport through the second in each of
     * three rounds.
     */
    @Test
    void cost_countsEveryRound() {
        String yaml = "model: {type: mlp, hidden: [5]}\npartition: canonical";
        Subject subject = Binder.bind(SpecSource.parse("test", yaml), Subject.class);
        Network network = subject.model().network(new int[] {7}, 3);
        Partition groups = subject.partition().of(network.layout());
        DirectionBlocks pairs = new DirectionBlocks(4, 4, 2);
        SummaryCost cost = SummaryCost.of(network, groups, pairs);
        double first = 7 * 5;
        double second = 5 * 3;
        double primal = first + 2 * second;
        assertEquals(primal + first + second, cost.gradient());
        assertEquals(primal + 3 * (first + 2 * second) + 3 * 2 * second, cost.second());
        assertEquals(
                cost.second() + (3 + 1) * second, cost.third(), "second-order tangents in three rounds and in one");
    }
}
