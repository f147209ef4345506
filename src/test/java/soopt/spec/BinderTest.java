package soopt.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.spec.Fixture.Blocks;
import soopt.spec.Fixture.Cubic;
import soopt.spec.Fixture.Experiment;
import soopt.spec.Fixture.Interval;
import soopt.spec.Fixture.NewtonSummary;
import soopt.spec.Fixture.Scheduling;
import soopt.spec.Fixture.Sgd;
import soopt.spec.Fixture.Training;
import soopt.spec.yaml.SpecException;

class BinderTest {
    private record Numbers(
            @Default("0") int i,
            @Default("0") long l,
            @Default("0") double d,
            @Default("false") boolean b) {}

    private record Text(String text) {}

    private record WrongDefault(@Default("ten") int epochs) {}

    private record MissingInDefault(@Default("{}") Training training) {}

    private record Average(@Default("3") int window, int period) {
        Average {
            if (window > period) {
                throw new IllegalArgumentException("window must be ≤ period = " + period + ", but is " + window);
            }
        }
    }

    private record Prefixed(int step, double stepSize) {
        Prefixed {
            throw new IllegalArgumentException("step-size must fit step");
        }
    }

    private record Unsupported(int[] values) {}

    private record Buggy(int a) {
        Buggy {
            throw new UnsupportedOperationException("bug");
        }
    }

    @Test
    void shortestFile_takesAllDefaults() {
        Experiment expected = new Experiment(
                "mlp",
                List.of(1L),
                Scheduling.CONSTANT,
                new Sgd(0.1, 0.9, false),
                new Training(10, 100),
                Optional.empty(),
                Optional.of(5.0),
                new Interval(10, "steps"),
                Map.of(),
                false);
        assertEquals(expected, Fixture.bind(Fixture.SHORTEST));
    }

    @Test
    void fullFile_bindsEveryKindOfValue() {
        Experiment experiment = Fixture.bind("""
                name: vgg
                seeds: [571677914, 9007199254740993]
                schedule: weight-decay
                optimizer:
                  type: newton-summary
                  direction: {type: sgd, step-size: 1, momentum: 0}
                  partition: blocks-4
                  cubic: {damping: 3}
                training: {epochs: 1, batch-size: 2}
                from: weights/a.npz
                patience: null
                every: 3 epochs
                grid: {z: [1], a: [.5, 1e3]}
                verbose: true
                """);
        assertEquals(List.of(571677914L, 9007199254740993L), experiment.seeds());
        assertEquals(Scheduling.WEIGHT_DECAY, experiment.schedule());
        assertEquals(new NewtonSummary(new Sgd(1, 0, false), new Blocks(4), new Cubic(3)), experiment.optimizer());
        assertEquals(Optional.of(Path.of("weights/a.npz")), experiment.from());
        assertEquals(Optional.empty(), experiment.patience());
        assertEquals(new Interval(3, "epochs"), experiment.every());
        assertEquals(List.of("z", "a"), List.copyOf(experiment.grid().keySet()));
        assertEquals(List.of(0.5, 1000.0), experiment.grid().get("a"));
        assertTrue(experiment.verbose());
    }

    @Test
    void allMistakes_areReportedInOnePass_sortedByLine() {
        assertEquals(
                List.of(
                        "f.yaml:1:1: name is required",
                        "f.yaml:1:9: seeds.0 must be ≥ 0, but is -1",
                        "f.yaml:1:13: seeds.1 must be a whole number, but is 'x'",
                        "f.yaml:2:11: schedule must be one of weight-decay, constant, d3-full, but is 'WEIGHT_DECAY'; "
                                + "did you mean 'weight-decay'?",
                        "f.yaml:5:3: optimizer.stepsize is unknown; did you mean 'step-size'? "
                                + "known: type, step-size, momentum, nesterov",
                        "f.yaml:6:13: optimizer.momentum must be in [0, 1), but is 1.5",
                        "f.yaml:7:20: training.epochs must be a whole number, but is 'ten'",
                        "f.yaml:8:8: every must be like '10 steps', but is 'now'",
                        "f.yaml:9:7: grid must be a mapping, but is a list",
                        "f.yaml:10:1: zzz is unknown; known: name, seeds, schedule, optimizer, training, from, patience, "
                                + "every, grid, verbose"),
                problems("""
                        seeds: [-1, x]
                        schedule: WEIGHT_DECAY
                        optimizer:
                          type: sgd
                          stepsize: 3
                          momentum: 1.5
                        training: {epochs: ten}
                        every: now
                        grid: [1]
                        zzz: 1
                        """));
    }

    @ParameterizedTest
    @ValueSource(strings = {"step_size", "stepSize", "STEP_SIZE", "stepsize", "setp-size", "step-siz", "Step-Size"})
    void misspeltKey_namesTheNearest_andIsNotMissingToo(String key) {
        String yaml = Fixture.SHORTEST.replace("step-size", key);
        String message = "f.yaml:2:24: optimizer." + key
                + " is unknown; did you mean 'step-size'? known: type, step-size, momentum, nesterov";
        assertEquals(List.of(message), problems(yaml));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "d: 1          | 1.0",
                "d: 1e-4       | 1e-4",
                "d: 1.e+3      | 1000",
                "d: -.5        | -0.5",
                "d: 60_000     | 60000",
                "d: 010        | 10",
                "i: 1.0        | 1",
                "i: 1e3        | 1000",
                "l: 010        | 10",
                "b: yes        | 1",
                "b: On         | 1",
                "b: TRUE       | 1",
                "b: no         | 0",
                "b: off        | 0"
            })
    void numbersAndBooleans_areReadAsPeopleMeanThem(String yaml, double expected) {
        Numbers numbers = Binder.bind(SpecSource.parse("f.yaml", yaml), Numbers.class);
        assertEquals(expected, numbers.i() + numbers.l() + numbers.d() + (numbers.b() ? 1 : 0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "d: ten         | 4 | d must be a number, but is 'ten'",
                "d: '0.1'       | 4 | d must be a number, but is text in quotes: write 0.1 without them",
                "i: \"3\"       | 4 | i must be a whole number, but is text in quotes: write 3 without them",
                "b: 'yes'       | 4 | b must be true or false, but is text in quotes: write yes without them",
                "d: .nan        | 4 | d must be finite, but is .nan",
                "d: -.inf       | 4 | d must be finite, but is -.inf",
                "d: NaN         | 4 | d must be finite, but is NaN",
                "d: 1e999       | 4 | d must be finite, but 1e999 is beyond the range of a double",
                "d: 1:30        | 4 | d must be a number, but is '1:30'",
                "d: 0x10        | 4 | d must be a number, but is '0x10'",
                "d: \"a\\nb\"      | 4 | d must be a number, but is 'a b'",
                "'': 1          | 1 | '' is unknown; known: i, l, d, b",
                "d: true        | 4 | d must be a number, but is 'true'",
                "d:             | 3 | d must be a number, but has no value",
                "d: ~           | 4 | d must be a number, but has no value",
                "d: [1]         | 4 | d must be a number, but is a list",
                "d: {a: 1}      | 4 | d must be a number, but is a mapping",
                "i: 1.5         | 4 | i must be a whole number, but is 1.5",
                "i: .inf        | 4 | i must be a whole number, but is '.inf'",
                "i: 3000000000  | 4 | i must be a whole number from -2147483648 to 2147483647, but is 3000000000",
                "l: 1e99        | 4 | l must be a whole number from -9223372036854775808 to 9223372036854775807, but is 1e99",
                "i: 1e999999999999 | 4 | i must be a whole number, but is 1e999999999999",
                "b: 1           | 4 | b must be true or false, but is 1",
                "b: y           | 4 | b must be true or false, but is 'y'"
            })
    void wrongType_saysWhatIsDueAndWhatIsThere(String yaml, int column, String message) {
        assertEquals(
                List.of("f.yaml:1:" + column + ": " + message),
                problems(() -> Binder.bind(SpecSource.parse("f.yaml", yaml), Numbers.class)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"no", "on", "1e-4", "2024", "true", "1:30", "2024-01-01", ".nan", "ü"})
    void plainText_staysAsWritten(String text) {
        assertEquals(new Text(text), Binder.bind(SpecSource.parse("f.yaml", "text: " + text), Text.class));
    }

    @Test
    void textListsAndMappings_areNotTakenForEachOther() {
        assertEquals(
                List.of("f.yaml:1:7: text must be text, but is a list"),
                problems(() -> Binder.bind(SpecSource.parse("f.yaml", "text: [a]"), Text.class)));
        assertEquals(
                List.of("f.yaml:1:6: text must be text, but has no value"),
                problems(() -> Binder.bind(SpecSource.parse("f.yaml", "text:"), Text.class)));
        String yaml = Fixture.SHORTEST + "seeds: 3\n";
        assertEquals(List.of("f.yaml:5:8: seeds must be a list, but is 3: write [3]"), problems(yaml));
        assertEquals(
                List.of("f.yaml:3:11: training must be a mapping of keys to values, but is 'long'"),
                problems("name: a\noptimizer: line-search\ntraining: long\n"));
    }

    @Test
    void compactConstructor_isReportedAtTheComponentItNames() {
        assertEquals(
                List.of("f.yaml:2:50: optimizer.momentum must be > 0 with nesterov, but is 0.0"),
                problems("name: a\noptimizer: {type: sgd, step-size: 0.1, momentum: 0, nesterov: true}\n"
                        + "training: {epochs: 1}\n"));
        assertEquals(
                List.of("override 'optimizer.step-size=101': optimizer.step-size is beyond reason"),
                problems(() -> Fixture.bind(Fixture.SHORTEST, "optimizer.step-size=101")));
        assertEquals(
                List.of("f.yaml:2:12: optimizer: these do not go together"),
                problems(() -> Fixture.bind(Fixture.SHORTEST, "optimizer.step-size=42", "optimizer.momentum=0.42")));
    }

    @Test
    void compactConstructor_isReportedAtTheMapping_whenTheComponentIsADefault() {
        SpecSource source = SpecSource.parse("f.yaml", "\n  period: 2\n");
        assertEquals(
                List.of("f.yaml:2:3: window must be ≤ period = 2, but is 3"),
                problems(() -> Binder.bind(source, Average.class)));
    }

    @Test
    void compactConstructor_isReportedAtTheWholeName_notAtItsPrefix() {
        SpecSource source = SpecSource.parse("f.yaml", "step: 1\nstep-size: 2\n");
        assertEquals(
                List.of("f.yaml:2:12: step-size must fit step"), problems(() -> Binder.bind(source, Prefixed.class)));
    }

    @Test
    void ourMistakes_areIllegalStates() {
        SpecSource empty = SpecSource.parse("f.yaml", "{}");
        IllegalStateException wrong =
                assertThrows(IllegalStateException.class, () -> Binder.bind(empty, WrongDefault.class));
        assertTrue(wrong.getMessage().contains("epochs must be a whole number, but is 'ten'"), wrong.getMessage());
        assertThrows(IllegalStateException.class, () -> Binder.bind(empty, MissingInDefault.class));
        SpecSource values = SpecSource.parse("f.yaml", "{values: [1]}");
        assertThrows(IllegalStateException.class, () -> Binder.bind(values, Unsupported.class));
        assertThrows(IllegalStateException.class, () -> Binder.bind(SpecSource.parse("f.yaml", "a: 1"), Buggy.class));
    }

    private static List<String> problems(String yaml) {
        return problems(() -> Fixture.bind(yaml));
    }

    private static List<String> problems(Executable action) {
        return assertThrows(SpecException.class, action).problems();
    }

    @Refused(
            keys = {"batch-norm", "bn"},
            why = "it couples examples")
    private sealed interface Net permits Plain {}

    private record Plain(@Default("1") int width) implements Net {}

    private record Nets(Net net) {}

    @Test
    void keyThatIsRefused_saysWhy_howeverItIsSpelled() {
        for (String key : List.of("batch-norm", "batchNorm", "BATCH_NORM", "bn")) {
            assertEquals(
                    List.of("f.yaml:1:21: net." + key + " is not offered: it couples examples; remove the key"),
                    problemsOf("net: {type: plain,  " + key + ": 1}", Nets.class));
        }
        assertTrue(problemsOf("net: {type: plain, widht: 1}", Nets.class).get(0).contains("did you mean 'width'"));
    }

    @Test
    void numbersAtTheirLimits_areRead() {
        String ones = "0".repeat(1199) + "1";
        Numbers least = Binder.bind(
                SpecSource.parse("f.yaml", "{i: -2147483648, l: -9223372036854775808, d: " + ones + "}"),
                Numbers.class);
        assertEquals(new Numbers(Integer.MIN_VALUE, Long.MIN_VALUE, 1, false), least);
        Numbers most = Binder.bind(
                SpecSource.parse("f.yaml", "{i: 2147483647, l: 9223372036854775807, d: 1.0e+2}"), Numbers.class);
        assertEquals(new Numbers(Integer.MAX_VALUE, Long.MAX_VALUE, 100, false), most);
        for (String beyond :
                List.of("i: 2147483648", "i: -2147483649", "l: 9223372036854775808", "l: 1e999999999", "i: -1e99")) {
            assertTrue(problemsOf(beyond, Numbers.class).get(0).contains(" must be a whole number from -"), beyond);
        }
        assertEquals(
                List.of("f.yaml:1:4: d must be a number of at most 1200 digits, but has 1201"),
                problemsOf("d: 0" + ones, Numbers.class));
        assertEquals(
                List.of("f.yaml:1:4: i must be a whole number, but is 1e-999999999"),
                problemsOf("i: 1e-999999999", Numbers.class));
    }

    @Test
    void textOfTheGreatestLength_isRead() {
        String text = "x".repeat(4096);
        assertEquals(new Text(text), Binder.bind(SpecSource.parse("f.yaml", "text: " + text), Text.class));
        assertTrue(problemsOf("text: " + text + "x", Text.class)
                .get(0)
                .startsWith("f.yaml:1:7: text must be text of at most 4096 characters, but has 4097: 'xxx"));
    }

    private record Counts(@Default("{}") Map<String, Integer> counts) {}

    @Test
    void keysOfMaps_areTextThatCanBeShown() {
        assertEquals(
                List.of("f.yaml:1:10: a key of counts must be text without the character U+0000, but is 'a\\u0000'"),
                problemsOf("counts: {\"a\\0\": 1}", Counts.class));
        assertEquals(
                List.of("f.yaml:1:10: a key of counts must be text without the character U+D800, but is '\\ud800'"),
                problemsOf("counts: {\"\\ud800\": 1}", Counts.class));
        String problem = problemsOf("counts: {? " + "k".repeat(5000) + "\n : 1}", Counts.class)
                .get(0);
        assertTrue(
                problem.contains("a key of counts must be text of at most 4096 characters, but has 5000: 'kkk"),
                problem);
        assertEquals(
                List.of("f.yaml:1:13: counts.a must be a whole number, but is 'x'"),
                problemsOf("counts: {a: x}", Counts.class));
    }

    @Test
    void afterAHundredMistakes_namesAreNoLongerSearched() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 101; i++) {
            text.append("count").append(i).append(": 1\n");
        }
        List<String> problems = problemsOf(text.toString(), Counts.class);
        assertEquals(101, problems.size());
        assertTrue(
                problems.get(99).endsWith("count99 is unknown; did you mean 'counts'? known: counts"),
                problems.get(99));
        assertEquals("and 1 more mistake", problems.get(100));
    }

    @Test
    void standard_isTheRecordOfAFileThatSetsTheSameKeys() {
        record Some(
                @Default("3") int window,
                int period,
                @Default("0.5") double stepSize,
                Optional<Integer> seed) {}
        assertEquals(
                Binder.bind(SpecSource.parse("f.yaml", "{period: 7, step-size: 0.25}"), Some.class),
                Binder.standard(Some.class, Map.of("period", 7, "step-size", 0.25)));
        assertEquals(
                new Some(3, 7, 0.5, Optional.of(1)),
                Binder.standard(Some.class, Map.of("period", 7, "seed", Optional.of(1))));
        assertThrows(IllegalStateException.class, () -> Binder.standard(Some.class, Map.of()));
        assertThrows(IllegalStateException.class, () -> Binder.standard(Some.class, Map.of("period", 7, "steps", 1)));
        assertThrows(
                IllegalArgumentException.class, () -> Binder.standard(Average.class, Map.of("window", 9, "period", 7)));
    }

    private static List<String> problemsOf(String yaml, Class<? extends Record> type) {
        return assertThrows(SpecException.class, () -> Binder.bind(SpecSource.parse("f.yaml", yaml), type))
                .problems();
    }
}
