package soopt.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.file.NamedFile;
import soopt.spec.yaml.SpecException;

/** The same files, read by records of one level and by records with others inside them, mean the same everywhere. */
class InlineTest {
    private static final class Flat {
        sealed interface Method permits Sgd, Blocks, Weights {}

        @Doc("steps")
        record Sgd(
                @Range(above = 0) @Doc("η") double stepSize,

                @Default("0.0") @Range(min = 0, below = 1) @Doc("μ")
                double momentum,

                @Default("false") boolean nesterov,
                @Default("0.0") @Range(min = 0) double weightDecay,
                Optional<Integer> period)
                implements Method {
            Sgd {
                Constraints.check(Sgd.class, stepSize, momentum, nesterov, weightDecay, period);
                requireMomentum(nesterov, momentum);
            }
        }

        record Blocks(
                @Range(min = 1) int count, @Default("2") int others) implements Method {}

        record Weights(NamedFile from, @Form(least = 1) List<String> names) implements Method {}

        record Experiment(String name, Method optimizer, Optional<Method> second) {}
    }

    private static final class Nested {
        sealed interface Method permits Sgd, Blocks, Weights {}

        record Decay(@Default("0.0") @Range(min = 0) double weightDecay) {
            Decay {
                Constraints.check(Decay.class, weightDecay);
            }
        }

        record Direction(
                @Default("0.0") @Range(min = 0, below = 1) @Doc("μ")
                double momentum,

                @Default("false") boolean nesterov,
                @Inline Decay decay) {
            Direction {
                Constraints.check(Direction.class, momentum, nesterov, decay);
                requireMomentum(nesterov, momentum);
            }
        }

        @Doc("steps")
        record Sgd(
                @Range(above = 0) @Doc("η") double stepSize,
                @Inline Direction direction,
                Optional<Integer> period) implements Method {
            Sgd {
                Constraints.check(Sgd.class, stepSize, direction, period);
            }
        }

        record Count(@Range(min = 1) int count) {}

        record Blocks(@Inline Count number, @Default("2") int others) implements Method {}

        record Source(NamedFile from, @Form(least = 1) List<String> names) {
            Source {
                Constraints.check(Source.class, from, names);
            }
        }

        record Weights(@Inline Source source) implements Method {}

        record Experiment(String name, Method optimizer, Optional<Method> second) {}
    }

    private static void requireMomentum(boolean nesterov, double momentum) {
        if (nesterov && momentum == 0) {
            throw new IllegalArgumentException("nesterov needs momentum > 0");
        }
    }

    private static final String SGD = "name: a\noptimizer: {type: sgd, step-size: 0.1}\n";

    private static String read(Class<? extends Record> type, String yaml, String... overrides) {
        try {
            Record record = Binder.bind(SpecSource.parse("f.yaml", yaml).with(List.of(overrides)), type);
            return SpecWriter.toYaml(record) + SpecWriter.hash(record) + SpecWriter.files(record);
        } catch (SpecException e) {
            return String.join("\n", e.problems());
        }
    }

    private static String read(String yaml, String... overrides) {
        String nested = read(Nested.Experiment.class, yaml, overrides);
        assertEquals(read(Flat.Experiment.class, yaml, overrides), nested, yaml);
        return nested;
    }

    @Test
    void keysOfTheInnerRecord_areThoseOfTheMapping() {
        assertEquals(
                "optimizer: {type: sgd, step-size: 0.1, momentum: 0.9, nesterov: true, weight-decay: 0.0}",
                read(SGD.replace("0.1", "0.1, nesterov: true, momentum: 0.9"))
                        .lines()
                        .toList()
                        .get(1));
        Nested.Experiment experiment = Binder.bind(SpecSource.parse("f.yaml", SGD), Nested.Experiment.class);
        Nested.Direction direction = new Nested.Direction(0, false, new Nested.Decay(0));
        assertEquals(new Nested.Sgd(0.1, direction, Optional.empty()), experiment.optimizer());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name: a\noptimizer:\n  type: sgd\n  step-size: 1\n  momentum: 0.5\n  period: 3\n",
                "name: a\noptimizer: {type: sgd, weight-decay: 1e-4, step-size: 1, period: null}\n",
                "name: a\noptimizer: {type: sgd, momentum: 2}\n",
                "name: a\noptimizer: {type: sgd, step-size: 0, momentum: x, weight-decay: [1]}\n",
                "name: a\noptimizer: {type: sgd, step-size: 1, nesterov: true}\n",
                "name: a\noptimizer: {type: sgd, step-size: 1, nesterov: true, momentum: 0}\n",
                "name: a\noptimizer: {type: sgd, step-size: 1, momentun: 0.5, decay: {weight-decay: 1}}\n",
                "name: a\noptimizer: {type: sgd, step-size: 1, direction: {momentum: 0.5}}\n",
                "name: a\nmomentum: 0.5\noptimizer: {type: sgd, step-size: 1}\n",
                "name: a\noptimizer: sgd\nsecond: {type: sgd, step-size: 1, wd: 1}\n",
                "name: a\noptimizer: blocks-3\nsecond: blocks-0\n",
                "name: a\noptimizer: {type: blocks-3, count: 3}\n",
                "name: a\noptimizer: {type: blocks, others: 3}\n",
                "name: a\noptimizer: {type: weights, from: none.npz, names: [a, b]}\n",
                "name: a\noptimizer: {type: weights, from: '', names: []}\n",
                "name: a\noptimizer: {type: sgd, from: a.npz}\n"
            })
    void everyFile_meansAndSaysTheSame_asWithoutInnerRecords(String yaml) {
        read(yaml);
    }

    @Test
    void mistakesInside_areAtTheirKeys() {
        assertEquals(
                "f.yaml:2:50: optimizer.momentum must be in [0, 1), but is 2.0",
                read(SGD.replace("0.1", "0.1, momentum: 2")));
        assertEquals(
                "f.yaml:2:63: optimizer.nesterov needs momentum > 0",
                read(SGD.replace("0.1", "0.1, momentum: 0, nesterov: true")));
        assertTrue(read("momentum: 1\n" + SGD).contains("did you mean 'optimizer.momentum'?"));
    }

    @Test
    void overrides_reachTheKeys_andExchangeTheType() {
        assertTrue(
                read(SGD, "optimizer.momentum=0.8", "optimizer.weight-decay=1").contains("momentum: 0.8"));
        assertEquals(
                "override 'optimizer.momentum=1': optimizer.momentum must be in [0, 1), but is 1.0",
                read(SGD, "optimizer.momentum=1"));
        String exchanged = read(SGD.replace("0.1", "0.1, momentum: 0.5"), "optimizer.type=blocks");
        assertTrue(
                exchanged.contains("optimizer has keys that blocks does not have: step-size, momentum; "
                        + "to exchange all of it write 'optimizer={type: blocks}'"),
                exchanged);
        assertEquals(Optional.empty(), new KeyPaths(Nested.Experiment.class).problem("optimizer.weight-decay"));
        assertEquals(
                new KeyPaths(Flat.Experiment.class).problem("second.momentun"),
                new KeyPaths(Nested.Experiment.class).problem("second.momentun"));
    }

    @Test
    void fileInside_countsByWhatItHolds(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("a.npz"), "numbers");
        Path copy = Files.writeString(folder.resolve("b.npz"), "numbers");
        String yaml = "name: a\noptimizer: {type: weights, names: [a], from: '";
        read(yaml + file + "'}");
        assertEquals(hash(yaml + file + "'}"), hash(yaml + copy + "'}"));
    }

    private static String hash(String yaml) {
        return SpecWriter.hash(Binder.bind(SpecSource.parse("f.yaml", yaml), Nested.Experiment.class));
    }

    @Test
    void schemaAndLists_showTheKeysInPlace() {
        assertEquals(
                JsonSchema.of(Flat.Experiment.class).replace("InlineTest.Flat", "InlineTest.Nested"),
                JsonSchema.of(Nested.Experiment.class));
        List<List<Choices.Key>> nested = Choices.of(Nested.Method.class).stream()
                .map(Choices.Choice::keys)
                .toList();
        assertEquals(
                Choices.of(Flat.Method.class).stream().map(Choices.Choice::keys).toList(), nested);
        assertEquals(
                List.of("step-size", "momentum", "nesterov", "weight-decay", "period"),
                nested.get(0).stream().map(Choices.Key::name).toList());
    }

    @Test
    void writtenRecord_isReadToTheSame() {
        long seed = new Random().nextLong();
        Map<Class<?>, Function<Random, ?>> values = Map.of(NamedFile.class, random -> NamedFile.of("a", List.of()));
        RandomRecords records = new RandomRecords(new Random(seed), values);
        for (int i = 0; i < 200; i++) {
            Nested.Sgd record = records.of(Nested.Sgd.class);
            SpecSource written = SpecSource.parse("f.yaml", SpecWriter.toYaml(record));
            assertEquals(record, Binder.bind(written, Nested.Sgd.class), "seed " + seed);
        }
    }

    private record Clash(
            @Inline Nested.Direction direction,
            @Default("1") double momentum) {}

    private record Twice(@Inline Nested.Decay first, @Inline Nested.Decay second) {}

    private record NoRecord(@Inline double momentum) {}

    private record OfChoice(@Inline Nested.Method method) {}

    private record WithDefault(@Default("{}") @Inline Nested.Decay decay) {}

    private record Itself(int a, @Inline Itself itself) {}

    private record First(@Inline Second second) {}

    private record Second(@Inline First first) {}

    @Test
    void ourMistakes_areIllegalStates() {
        Stream.of(NoRecord.class, OfChoice.class, WithDefault.class, Itself.class, First.class)
                .forEach(type -> assertTrue(refusal(type).contains(" is @Inline, so it must be"), type::toString));
        assertTrue(refusal(Clash.class).contains("Clash has the key 'momentum' twice"), refusal(Clash.class));
        assertTrue(refusal(Twice.class).contains("Twice has the key 'weight-decay' twice"), refusal(Twice.class));
    }

    private static String refusal(Class<? extends Record> type) {
        return assertThrows(IllegalStateException.class, () -> Choices.keys(type))
                .getMessage();
    }
}
