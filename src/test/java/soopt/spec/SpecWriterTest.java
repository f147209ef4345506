package soopt.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.file.NamedFile;
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

    private record Lists(List<Long> numbers, List<List<Long>> nested, Map<String, Long> map) {}

    @Test
    void yaml_breaksWhatIsLong_andListsOfFourThousandCharacters() {
        List<Long> eighty = Collections.nCopies(2, 10_000_000_000_000_000L);
        String yaml =
                SpecWriter.toYaml(new Lists(Collections.nCopies(1333, 12L), List.of(eighty, eighty), Map.of("a", 1L)));
        assertEquals(
                "numbers: [" + "12, ".repeat(1332) + "12]",
                yaml.lines().findFirst().orElseThrow());
        assertTrue(
                yaml.contains(
                        "nested: [[10000000000000000, 10000000000000000], [10000000000000000, 10000000000000000]]"),
                yaml);
        List<Long> longer = Collections.nCopies(3, 10_000_000_000_000_000L);
        String broken =
                SpecWriter.toYaml(new Lists(Collections.nCopies(1334, 12L), List.of(longer, eighty), Map.of("a", 1L)));
        assertTrue(broken.startsWith("numbers:\n- 12\n- 12\n"), broken.substring(0, 100));
        assertTrue(broken.contains("nested:\n- [10000000000000000"), broken.substring(broken.length() - 200));
        String words = "word ".repeat(100) + "end";
        assertEquals("text: " + words + "\nmore: {}\n", SpecWriter.toYaml(new Text(words, Map.of())));
    }

    @Test
    void canonicalJson_keepsElementsInTheirOrder_andSortsKeys() {
        assertEquals(
                "{\"a\":[2,1,\"x\"],\"b\":{\"c\":true,\"d\":null},\"e\":[]}",
                CanonicalJson.of(new ObjectMapper()
                        .valueToTree(new TreeMap<>(Map.of(
                                        "e", List.of(), "a", List.of(2, 1.0, "x"), "b", mapOf("d", null, "c", true)))
                                .descendingMap())));
        assertEquals(
                "[0,0,-1,100000000000000000000,0.5]",
                CanonicalJson.of(new ObjectMapper().valueToTree(List.of(0, -0.0, -1L, 1e20, 0.5))));
    }

    private static Map<String, Object> mapOf(String first, Object one, String second, Object two) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put(first, one);
        map.put(second, two);
        return map;
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

    private record Source(NamedFile file, int count) {}

    private record Sources(
            Source source,
            Optional<NamedFile> more,
            List<NamedFile> list,
            @Default("1") int other) {}

    @Test
    void files_countByWhatTheyHold_whereverTheyLie(@TempDir Path folder) throws IOException {
        Path one = Files.writeString(folder.resolve("one"), "held");
        Path two = Files.writeString(folder.resolve("two"), "held");
        Path three = Files.writeString(folder.resolve("three"), "other");
        assertEquals(
                Map.of("source.file", one, "more", two, "list.0", three, "list.1", one),
                SpecWriter.files(sources(one, two, three, one)).entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, entry -> entry.getValue().path())));
        String hash = SpecWriter.hash(sources(one, one, three));
        assertEquals(hash, SpecWriter.hash(sources(two, two, three)));
        assertNotEquals(hash, SpecWriter.hash(sources(three, two, three)));
        assertNotEquals(hash, SpecWriter.hash(sources(one, three, three)));
        assertNotEquals(hash, SpecWriter.hash(sources(one, one, two)));
        Path gone = folder.resolve("gone");
        assertNotEquals(SpecWriter.hash(sources(gone, one)), SpecWriter.hash(sources(folder.resolve("away"), one)));
    }

    private static Sources sources(Path source, Path more, Path... list) {
        return new Sources(
                new Source(NamedFile.of(source), 1),
                Optional.of(NamedFile.of(more)),
                Arrays.stream(list).map(NamedFile::of).toList(),
                1);
    }

    @Test
    void filesReadBack_asTheSamePlaces() {
        String yaml = "source: {file: a/b.npz, count: 1}\nlist: [c.npz, ~/d.npz]\n";
        Sources sources = Binder.bind(SpecSource.parse("f.yaml", yaml), Sources.class);
        assertEquals(
                Path.of("a/b.npz").toAbsolutePath(), sources.source().file().path());
        assertEquals(
                Path.of(System.getProperty("user.home"), "d.npz"),
                sources.list().get(1).path());
        assertEquals(sources, Binder.bind(SpecSource.parse("f.yaml", SpecWriter.toYaml(sources)), Sources.class));
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
