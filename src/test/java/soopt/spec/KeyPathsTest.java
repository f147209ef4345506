package soopt.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import soopt.spec.Fixture.Experiment;
import soopt.spec.yaml.OverrideValue;
import soopt.spec.yaml.SpecException;

class KeyPathsTest {
    private static final KeyPaths PATHS = new KeyPaths(Experiment.class);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name |",
                "seeds |",
                "seeds.0 |",
                "grid.any |",
                "grid.any.3 |",
                "optimizer.type |",
                "optimizer.step-size |",
                "optimizer.cubic.damping |",
                "optimizer.direction.direction.momentum |",
                "optimizer.partition.count |",
                "optimizer.partition.groups.0.1 |",
                "training.epochs |",
                "training.epoch | ' is unknown; did you mean ''epochs''? known: epochs, batch-size'",
                "nothing | ' is unknown; known: name, seeds, schedule, optimizer, training, from, patience, every, grid, verbose'",
                "training.epochs.x | ' is unknown; there are no keys below a value'",
                "seeds.0.x | ' is unknown; there are no keys below a value'",
                "optimizer.cubic.x | ' is unknown; known: damping'",
                "patience.x | ' is unknown; there are no keys below a value'"
            })
    void dottedKey_isOneThatAFileMayHave(String key, String problem) {
        assertEquals(Optional.ofNullable(problem), PATHS.problem(key));
    }

    @ParameterizedTest
    @CsvSource({
        "epochs, training.epochs",
        "batchSize, training.batch-size",
        "damping, optimizer.cubic.damping",
        "groups, optimizer.partition.groups",
        "verbose, verbose",
        "none,"
    })
    void word_isFoundInWhatTheFileChose(String word, String path) {
        SpecSource source = SpecSource.parse("f.yaml", "optimizer: newton-summary\n");
        assertEquals(Optional.ofNullable(path), PATHS.elsewhere(source.root(), word));
    }

    private record Sweeps(
            @Default("1") int count,
            @Default("{}") Map<String, List<OverrideValue>> grid,
            Optional<Map<String, OverrideValue>> one) {}

    @Test
    void keysOfOverrides_areCheckedWhereTheyStand() {
        Sweeps right =
                Binder.bind(SpecSource.parse("f.yaml", "{grid: {count: [1, x]}, one: {count: 3}}"), Sweeps.class);
        assertEquals("x", right.grid().get("count").get(1).text());
        assertEquals(right, Binder.bind(SpecSource.parse("f.yaml", SpecWriter.toYaml(right)), Sweeps.class));
        assertEquals(
                List.of(
                        "f.yaml:1:9: grid.cuont is unknown; did you mean 'count'? known: count, grid, one",
                        "f.yaml:1:28: one.x is unknown; known: count, grid, one"),
                assertThrows(
                                SpecException.class,
                                () -> Binder.bind(
                                        SpecSource.parse("f.yaml", "{grid: {cuont: [1]}, one: {x: 3}}"), Sweeps.class))
                        .problems());
        assertEquals(
                List.of("whole number", "map to list of any value", "map to any value"),
                Choices.keys(Sweeps.class).stream().map(Choices.Key::type).toList());
    }
}
