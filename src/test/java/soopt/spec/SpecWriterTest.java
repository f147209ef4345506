package soopt.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.spec.Fixture.Blocks;
import soopt.spec.Fixture.Canonical;
import soopt.spec.Fixture.Cubic;
import soopt.spec.Fixture.Experiment;
import soopt.spec.Fixture.Groups;
import soopt.spec.Fixture.Interval;
import soopt.spec.Fixture.LineSearch;
import soopt.spec.Fixture.Method;
import soopt.spec.Fixture.NewtonSummary;
import soopt.spec.Fixture.Partition;
import soopt.spec.Fixture.Scheduling;
import soopt.spec.Fixture.Sgd;
import soopt.spec.Fixture.Training;

class SpecWriterTest {
    private static final List<String> AWKWARD = List.of(
            "",
            " ",
            "~",
            "null",
            "Null",
            "no",
            "True",
            "1",
            "1e-4",
            ".5",
            "1:30",
            ".nan",
            "0x10",
            "2024-01-01",
            "=",
            "<<",
            " leading",
            "trailing ",
            "a: b",
            "a #b",
            "#",
            "- x",
            "?",
            "[",
            "{a}",
            "a,b",
            "'",
            "\"",
            "\\",
            "\t",
            "a\nb",
            "\n",
            "a\n\n b\n",
            "%x",
            "@x",
            "`",
            "&a",
            "*a",
            "!t",
            "|",
            ">",
            "---",
            "...",
            "ünï σ²",
            "\u0085x\u2028",
            "\u0007",
            "😀",
            "x".repeat(300),
            "word ".repeat(60),
            ":",
            "a:",
            ": a");

    private record Text(String text, Map<String, List<String>> more) {}

    private record Numbers(double d, long l) {}

    private record Numbers2(long l, double d) {}

    @Test
    void yaml_writesAllDefaultsOut_andReadsBackEqual() {
        Experiment experiment = Fixture.bind(Fixture.SHORTEST);
        String yaml = SpecWriter.toYaml(experiment);
        assertEquals("""
                name: mlp
                seeds: [1]
                schedule: constant
                optimizer: {type: sgd, step-size: 0.1, momentum: 0.9, nesterov: false}
                training: {epochs: 10, batch-size: 100}
                patience: 5.0
                every: 10 steps
                grid: {}
                verbose: false
                """, yaml);
        assertEquals(experiment, Fixture.bind(yaml));
    }

    @Test
    void yaml_breaksLongMappingsIntoLines() {
        Experiment experiment = Fixture.bind(Fixture.SHORTEST, "optimizer=newton-summary", "patience=null");
        String yaml = SpecWriter.toYaml(experiment);
        assertTrue(yaml.contains("""
                optimizer:
                  type: newton-summary
                  direction: {type: sgd, step-size: 1.0, momentum: 0.9, nesterov: false}
                  partition: {type: canonical}
                  cubic: {damping: 1.0e-4}
                training: {epochs: 10, batch-size: 100}
                patience: null
                """), yaml);
        assertEquals(experiment, Fixture.bind(yaml));
    }

    @Test
    void everyText_readsBackEqual_asValueAndAsKey() {
        Map<String, List<String>> more = new LinkedHashMap<>();
        AWKWARD.forEach(text -> more.put(text, List.of(text)));
        for (String text : AWKWARD) {
            Text record = new Text(text, more);
            String yaml = SpecWriter.toYaml(record);
            assertEquals(record, Binder.bind(SpecSource.parse("f.yaml", yaml), Text.class), yaml);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void randomRecords_readBackEqual_withEqualHash(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 30; i++) {
            Experiment experiment = experiment(random);
            String yaml = SpecWriter.toYaml(experiment);
            Experiment again = Fixture.bind(yaml);
            assertEquals(experiment, again, () -> "seed " + seed + "\n" + yaml);
            assertEquals(SpecWriter.toYaml(again), yaml);
            assertEquals(SpecWriter.hash(experiment), SpecWriter.hash(again));
        }
    }

    @Test
    void json_namesKeysAndChoicesAsInYaml() {
        Experiment experiment =
                Fixture.bind(Fixture.SHORTEST, "optimizer=line-search", "from=a/b.npz", "grid={b: [1]}");
        assertEquals(
                "{\"name\":\"mlp\",\"seeds\":[1],\"schedule\":\"constant\",\"optimizer\":{\"type\":\"line-search\"},"
                        + "\"training\":{\"epochs\":10,\"batch-size\":100},\"from\":\"a/b.npz\",\"patience\":5.0,"
                        + "\"every\":\"10 steps\",\"grid\":{\"b\":[1.0]},\"verbose\":false}",
                SpecWriter.toJson(experiment).toString());
    }

    @Test
    void hash_isTheSame_forEveryWayToWriteTheSame() {
        String hash = SpecWriter.hash(Fixture.bind(Fixture.SHORTEST, "grid={a: [1], b: [0]}"));
        String other = """
                training: {batch-size: 1e2, epochs: 1_0}
                grid: {b: [-0.0], a: [1.0]}
                optimizer:
                  momentum: 9e-1
                  step-size: .10
                  type: sgd
                name: 'mlp'
                """;
        assertEquals(hash, SpecWriter.hash(Fixture.bind(other)));
        assertNotEquals(hash, SpecWriter.hash(Fixture.bind(other, "optimizer.step-size=0.10000000000000002")));
        assertNotEquals(hash, SpecWriter.hash(Fixture.bind(other, "name=mlq")));
    }

    /** Made with Python: sha256 of '{"d":0.1000000000000000055511151231257827021181583404541015625,"l":10}'. */
    @Test
    void hash_isThatOfTheCanonicalJson() {
        assertEquals("b378b3a15725", SpecWriter.hash(new Numbers(0.1, 10)));
        assertEquals("b378b3a15725", SpecWriter.hash(new Numbers2(10, 0.1)));
    }

    @Test
    void onlyRecords_canBeWritten() {
        assertThrows(IllegalArgumentException.class, () -> SpecWriter.toJson("text"));
    }

    private static Experiment experiment(Random random) {
        Map<String, List<Double>> grid = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            grid.put(text(random), random.doubles(random.nextInt(3)).boxed().toList());
        }
        return new Experiment(
                text(random),
                random.longs(random.nextInt(40), 0, Long.MAX_VALUE).boxed().toList(),
                Scheduling.values()[random.nextInt(3)],
                method(random),
                new Training(random.nextInt(), random.nextInt()),
                random.nextBoolean() ? Optional.empty() : Optional.of(Path.of("a b", "c.npz")),
                random.nextBoolean() ? Optional.empty() : Optional.of(number(random)),
                new Interval(random.nextInt(100), "epochs"),
                grid,
                random.nextBoolean());
    }

    private static Method method(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> new LineSearch();
            case 1 -> new NewtonSummary(method(random), partition(random), new Cubic(Math.abs(number(random))));
            default -> new Sgd(100 * (1 - random.nextDouble()), random.nextDouble(), false);
        };
    }

    private static Partition partition(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> new Canonical();
            case 1 -> new Blocks(1 + random.nextInt(64));
            default ->
                new Groups(IntStream.range(0, random.nextInt(5))
                        .mapToObj(i -> List.of(text(random), text(random)))
                        .toList());
        };
    }

    /** Any finite double: all exponents, both signs. */
    private static double number(Random random) {
        double number = Double.longBitsToDouble(random.nextLong());
        return Double.isFinite(number) ? number : random.nextInt();
    }

    private static String text(Random random) {
        return AWKWARD.get(random.nextInt(AWKWARD.size())) + (random.nextBoolean() ? "" : random.nextInt());
    }
}
