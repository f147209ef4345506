package soopt.curvature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import soopt.Golden;
import soopt.curvature.ParameterLayout.Role;

/** The members and the order of the groups of every golden file in hbar/. */
final class PartitionGoldenTest {
    @TestFactory
    Stream<DynamicTest> groups_haveTheGoldenMembersInOrder() {
        return Golden.files("hbar").stream()
                .map(file -> dynamicTest(Golden.name(file), () -> {
                    JsonNode json = Golden.read(file);
                    ParameterLayout layout = layout(json);
                    int compared = 0;
                    for (JsonNode one : json.get("cases")) {
                        for (JsonNode golden : one.get("partitions")) {
                            compare(layout, golden, Golden.name(file).startsWith("vgg"));
                            compared++;
                        }
                    }
                    assertTrue(compared > 0, "no partition in the file");
                }));
    }

    private static void compare(ParameterLayout layout, JsonNode golden, boolean finalLayerApart) {
        String name = golden.get("partition").asText();
        Partition partition = partitioning(name, finalLayerApart).of(layout);
        assertEquals(golden.get("S").intValue(), partition.size(), name);
        if (golden.get("groups").isTextual()) {
            assertDiscrete(layout, partition);
            return;
        }
        List<List<Integer>> expected = Golden.list(golden.get("groups")).stream()
                .map(group ->
                        Golden.list(group).stream().map(JsonNode::intValue).toList())
                .toList();
        List<List<Integer>> actual = partition.groups().stream()
                .map(group ->
                        group.slices().stream().map(Partition.Slice::parameter).toList())
                .toList();
        assertEquals(expected, actual, name);
        int size = partition.groups().stream().mapToInt(Partition.Group::size).sum();
        assertEquals(layout.size(), size, name + " covers all parameters");
    }

    private static void assertDiscrete(ParameterLayout layout, Partition partition) {
        List<Long> positions = partition.groups().stream()
                .map(group -> group.slices().get(0))
                .map(slice -> layout.get(slice.parameter()).offset() + slice.from())
                .toList();
        assertEquals(allPositions(layout.size()), positions);
    }

    private static List<Long> allPositions(int size) {
        return IntStream.range(0, size).mapToObj(Long::valueOf).toList();
    }

    private static Partitioning partitioning(String name, boolean finalLayerApart) {
        int dash = name.lastIndexOf('-');
        return switch (name) {
            case "canonical" -> new Partitioning.Canonical();
            case "trivial" -> new Partitioning.Trivial();
            case "weights-biases" -> new Partitioning.WeightsBiases();
            case "discrete" -> new Partitioning.Discrete();
            default -> {
                int count = Integer.parseInt(name.substring(dash + 1));
                yield switch (name.substring(0, dash)) {
                    case "blocks" -> new Partitioning.Blocks(count, finalLayerApart);
                    case "alternate" -> new Partitioning.Alternate(count, finalLayerApart);
                    default -> throw new AssertionError("unknown partition " + name);
                };
            }
        };
    }

    /** The layout that the names and shapes of a golden file describe: a layer for each name before the last dot. */
    private static ParameterLayout layout(JsonNode json) {
        ParameterLayout.Builder builder = new ParameterLayout.Builder();
        List<String> names = Golden.list(json.get("param_names")).stream()
                .map(JsonNode::asText)
                .toList();
        List<String> layers = names.stream()
                .map(n -> n.substring(0, n.lastIndexOf('.')))
                .distinct()
                .toList();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            int dot = name.lastIndexOf('.');
            Role role = name.endsWith("bias") ? Role.BIAS : Role.WEIGHT;
            int layer = layers.indexOf(name.substring(0, dot));
            builder.add(
                    name,
                    role,
                    layer,
                    1,
                    Golden.array(json.get("params").get(i)).shape());
        }
        return builder.build();
    }
}
