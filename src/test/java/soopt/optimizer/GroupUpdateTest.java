package soopt.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.ParameterLayout;
import soopt.curvature.ParameterLayout.Role;
import soopt.curvature.Partition;
import soopt.curvature.Partitioning;

/** −rate u of each group, in operations of the device or, of many runs, on the host. */
final class GroupUpdateTest {
    private static double[] apply(Partition partition, double[] rates, double[] u) {
        try (Backend backend = Backends.cpu(Precision.FLOAT64, 1);
                Tensor from = backend.allocate(u.length);
                Tensor to = backend.allocate(u.length)) {
            backend.fromHost(u, 0, from);
            backend.fill(to, Double.NaN);
            new GroupUpdate(backend, partition).apply(rates, from, to);
            double[] result = new double[u.length];
            backend.toHost(to, result, 0);
            double[] kept = new double[u.length];
            backend.toHost(from, kept, 0);
            assertArrayEquals(u, kept, "the direction stays");
            return result;
        }
    }

    private static double[] count(int size) {
        double[] numbers = new double[size];
        Arrays.setAll(numbers, i -> i + 1);
        return numbers;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 499, 500, 501, 502, 800})
    void eachParameter_hasARateOfItsOwn(int size) {
        ParameterLayout layout =
                new ParameterLayout.Builder().add("w", Role.WEIGHT, 0, 1, size).build();
        double[] expected = new double[size];
        Arrays.setAll(expected, i -> -(i + 1) * (i + 1.0));
        assertArrayEquals(expected, apply(new Partitioning.Discrete().of(layout), count(size), count(size)));
    }

    /** Tensors of one group that lie behind one another, or apart, or whose neighbour has another group. */
    @ParameterizedTest
    @ValueSource(strings = {"0,0,0,0", "0,1,0,1", "0,0,1,1", "1,0,0,1", "0,1,1,2"})
    void groupsOfSeveralTensors_haveOneRate(String groups) {
        int[] group =
                Arrays.stream(groups.split(",")).mapToInt(Integer::parseInt).toArray();
        ParameterLayout.Builder builder = new ParameterLayout.Builder();
        for (int i = 0; i < 4; i++) {
            builder.add("w" + i, Role.WEIGHT, i, 1, i + 1);
        }
        int count = Arrays.stream(group).max().getAsInt() + 1;
        List<Partition.Group> parts = IntStream.range(0, count)
                .mapToObj(s -> new Partition.Group(
                        "g" + s,
                        "weight",
                        IntStream.range(0, 4)
                                .filter(i -> group[i] == s)
                                .mapToObj(i -> new Partition.Slice(i, 0, i + 1))
                                .toList()))
                .toList();
        double[] expected = new double[10];
        int at = 0;
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j <= i; j++, at++) {
                expected[at] = -(group[i] + 1.0) * (at + 1);
            }
        }
        assertArrayEquals(expected, apply(new Partition(builder.build(), parts), count(count), count(10)));
    }
}
