package soopt.curvature;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.curvature.ParameterLayout.Role;
import soopt.spec.Choices;
import soopt.spec.yaml.SpecException;

final class PartitioningTest {
    private static ParameterLayout layout(int layers) {
        ParameterLayout.Builder builder = new ParameterLayout.Builder();
        for (int i = 0; i < layers; i++) {
            builder.add("fc" + i + ".weight", Role.WEIGHT, i, 2, 2, 2);
            builder.add("fc" + i + ".bias", Role.BIAS, i, 2, 2);
        }
        return builder.build();
    }

    private static List<String> names(Partitioning partitioning, int layers) {
        return partitioning.of(layout(layers)).groups().stream()
                .map(Partition.Group::name)
                .toList();
    }

    private static Partitioning.Groups groups(GroupPattern... patterns) {
        return new Partitioning.Groups(List.of(patterns));
    }

    private static List<String> problems(Partitioning partitioning) {
        return assertThrows(SpecException.class, () -> partitioning.of(layout(2)))
                .problems();
    }

    @Test
    void yamlNames_areThoseOfTheManual() {
        assertEquals(
                List.of(
                        "canonical",
                        "trivial",
                        "layers",
                        "weights-biases",
                        "blocks",
                        "alternate",
                        "discrete",
                        "groups"),
                Choices.of(Partitioning.class).stream()
                        .map(Choices.Choice::name)
                        .toList());
    }

    @Test
    void groupNames_tellTheMembers() {
        assertEquals(List.of("fc0.weight", "fc0.bias"), names(new Partitioning.Canonical(), 1));
        assertEquals(List.of("all"), names(new Partitioning.Trivial(), 2));
        assertEquals(List.of("fc0", "fc1"), names(new Partitioning.Layers(), 2));
        assertEquals(List.of("weights", "biases"), names(new Partitioning.WeightsBiases(), 3));
        assertEquals(
                List.of("block0.weights", "fc2.weight", "block0.biases", "fc2.bias"),
                names(new Partitioning.Blocks(2, false), 3));
        assertEquals(
                List.of("alternate0.weights", "alternate1.weights", "fc4.weight"),
                names(new Partitioning.Alternate(2, true), 5).subList(0, 3));
        assertEquals("fc0.weight[1][0]", names(new Partitioning.Discrete(), 1).get(2));
    }

    @Test
    void namedGroups_takeWhatTheirPatternsMatch() {
        Partition partition = groups(
                        new GroupPattern("rest", List.of("*.bias", "fc1.*")),
                        new GroupPattern("first", List.of("fc0.w*")))
                .of(layout(2));
        assertEquals(
                List.of(1, 2, 3),
                partition.groups().get(0).slices().stream()
                        .map(Partition.Slice::parameter)
                        .toList());
        assertEquals("mixed", partition.groups().get(0).role());
        assertEquals("first", partition.groups().get(1).name());
        assertEquals("weight", partition.groups().get(1).role());
    }

    @Test
    void namedGroups_reportEveryTensorThatIsNotInExactlyOne() {
        Partitioning wrong = groups(
                new GroupPattern("weights", List.of("*.weight")),
                new GroupPattern("first", List.of("fc0.*", "conv.*")));
        List<String> problems = problems(wrong);
        assertEquals(3, problems.size(), problems.toString());
        assertTrue(problems.get(0).contains("pattern 'conv.*' of group 'first' matches no tensor"));
        assertEquals("tensor fc0.weight is in 2 groups: weights, first", problems.get(1));
        assertEquals("tensor fc1.bias is in no group", problems.get(2));
    }

    @Test
    void dotInAPattern_isADot() {
        assertTrue(problems(groups(new GroupPattern("all", List.of("*", "fc0?weight"))))
                .get(0)
                .contains("matches no"));
    }

    @ParameterizedTest
    @CsvSource({
        "*, true",
        "**, true",
        "fc0.weight, true",
        "fc0.weight*, true",
        "*fc0.weight, true",
        "*0*w*t, true",
        "*e*i*, true",
        "fc*ght, true",
        "fc0.*weight, true",
        "fc0.weigh, false",
        "fc0.weights, false",
        "c0.weight, false",
        "*.weigh, false",
        "fc0.*weights, false",
        "*t*f*, false",
        "'', false"
    })
    void star_standsForAnyText(String pattern, boolean matches) {
        ParameterLayout layout = new ParameterLayout.Builder()
                .add("fc0.weight", Role.WEIGHT, 0, 1, 2)
                .build();
        assertEquals(
                matches ? 0 : 1,
                new GroupPattern("a", List.of(pattern)).unmatched(layout).size());
    }

    @Test
    void manyStars_takeNoTime() {
        GroupPattern group = new GroupPattern("a", List.of("*".repeat(4000) + "x"));
        assertTimeoutPreemptively(
                Duration.ofSeconds(1),
                () -> assertEquals(1, group.unmatched(layout(2)).size()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "=HYPERLINK(1)", "a b", "a,b", "a\nb", "a\u001b[31m", "\"", "ä", "a;b", "@a", "+a"})
    void namesOfGroups_areThoseThatTablesHoldUnquoted(String name) {
        String message = assertThrows(IllegalArgumentException.class, () -> new GroupPattern(name, List.of("*")))
                .getMessage();
        assertTrue(message.startsWith("name must be 1 to 100 letters, digits and _ . - * / [ ], but is '"), message);
        assertEquals("fc0.weight[1][2]-*/_", new GroupPattern("fc0.weight[1][2]-*/_", List.of("*")).name());
    }

    @Test
    void moreBlocksThanLayers_areRefused() {
        assertEquals(
                List.of("blocks-3 needs at least 3 layers with parameters, but there are 2"),
                problems(new Partitioning.Blocks(3, false)));
        assertEquals(
                List.of("alternate-2 needs at least 2 layers with parameters besides the last, but there are 1"),
                problems(new Partitioning.Alternate(2, true)));
        assertThrows(IllegalArgumentException.class, () -> new Partitioning.Blocks(0, false));
    }

    @Test
    void discretePartition_ofALargeNetwork_isRefusedWithItsSize() {
        ParameterLayout large =
                new ParameterLayout.Builder().add("w", Role.WEIGHT, 0, 1, 5001).build();
        SpecException refused = assertThrows(SpecException.class, () -> new Partitioning.Discrete().of(large));
        assertTrue(refused.getMessage().contains("5001 × 5001"));
    }

    @Test
    void discretePartition_ofAsManyParametersAsTheLimit_isTaken() {
        ParameterLayout largest =
                new ParameterLayout.Builder().add("w", Role.WEIGHT, 0, 1, 5000).build();
        Partition partition = new Partitioning.Discrete().of(largest);
        assertEquals(5000, partition.size());
        assertEquals(1, partition.groups().get(4999).size());
    }

    @Test
    void groupSize_isTheNumberOfItsScalars() {
        Partition.Group group =
                new Partition.Group("g", "mixed", List.of(new Partition.Slice(0, 3, 8), new Partition.Slice(2, 0, 4)));
        assertEquals(9, group.size());
        ParameterLayout layout = layout(2);
        assertEquals(layout.size(), Partition.whole(layout).groups().get(0).size());
    }

    @Test
    void asManyBlocksAsLayers_haveOneLayerEach() {
        assertEquals(4, new Partitioning.Blocks(2, false).of(layout(2)).size());
        assertEquals(4, new Partitioning.Alternate(1, true).of(layout(2)).size());
        assertEquals(4, new Partitioning.Alternate(2, false).of(layout(2)).size());
    }

    @Test
    void unmatchedPattern_isToldWhatTensorsThereAre() {
        String problem =
                problems(groups(new GroupPattern("all", List.of("*", "conv")))).get(0);
        assertTrue(problem.endsWith("there are fc0.weight, fc0.bias, fc1.weight, fc1.bias"), problem);
    }

    @Test
    void rulesWithoutTheirValues_areRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Partitioning.Alternate(0, false));
        assertThrows(IllegalArgumentException.class, () -> new Partitioning.Groups(null));
        assertThrows(IllegalArgumentException.class, () -> new GroupPattern(null, List.of("*")));
        assertThrows(IllegalArgumentException.class, () -> new GroupPattern("a", null));
    }

    @Test
    void discretePartition_namesElementsAsPyTorch_whereverTheyLie() {
        ParameterLayout convolution = new ParameterLayout.Builder()
                .addChannelsLast("conv.weight", Role.WEIGHT, 0, 12, 3, 2, 3, 2, 2)
                .build();
        Partition.Group group =
                new Partitioning.Discrete().of(convolution).groups().get(12 + 4 + 1);
        assertEquals("conv.weight[1][1][0][1]", group.name());
        // memory holds [out][row][column][channel]: 1·12 + (0·2 + 1)·3 + 1
        assertEquals(List.of(new Partition.Slice(0, 16, 17)), group.slices());
    }

    @Test
    void layersWithoutBias_makeNoBiasGroups() {
        ParameterLayout layout = new ParameterLayout.Builder()
                .add("a", Role.WEIGHT, 0, 1, 2)
                .add("b", Role.WEIGHT, 1, 1, 2)
                .build();
        assertEquals(1, new Partitioning.WeightsBiases().of(layout).size());
    }

    @Test
    void squares_areAddedUpOverEachGroup() {
        double[] x = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
        Partition byRole = new Partitioning.WeightsBiases().of(layout(2));
        assertEquals(List.of("weights", "biases"), byRole.names());
        assertArrayEquals(new double[] {1 + 4 + 9 + 16 + 49 + 64 + 81 + 100, 25 + 36 + 121 + 144}, byRole.squares(x));
        assertArrayEquals(
                new double[] {1, 4, 9, 16, 25, 36, 49, 64, 81, 100, 121, 144},
                new Partitioning.Discrete().of(layout(2)).squares(x));
    }
}
