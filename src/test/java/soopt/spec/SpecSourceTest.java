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
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import soopt.file.NamedFile;
import soopt.spec.Fixture.Experiment;
import soopt.spec.Fixture.Sgd;
import soopt.spec.Fixture.Training;
import soopt.spec.yaml.SpecException;

class SpecSourceTest {
    @TempDir
    private Path folder;

    @Test
    void read_keepsNameAndText() throws IOException {
        Path file = Files.writeString(folder.resolve("a.yaml"), "epochs: 3 # few\n");
        SpecSource source = SpecSource.read(file);
        assertEquals(file.toString(), source.name());
        assertEquals("epochs: 3 # few\n", source.text());
        assertEquals(List.of(), source.overrides());
        assertEquals(new Training(3, 100), Binder.bind(source, Training.class));
    }

    @Test
    void read_saysWhyAFileCannotBeUsed() throws IOException {
        Path missing = folder.resolve("missing.yaml");
        assertEquals(List.of(missing + ": there is no such file"), problems(() -> SpecSource.read(missing)));
        assertEquals(List.of(folder + ": is a folder, not a file"), problems(() -> SpecSource.read(folder)));
        Path latin = Files.write(folder.resolve("latin.yaml"), new byte[] {'a', ':', ' ', (byte) 0xe9, '\n'});
        assertEquals(List.of(latin + ": is not text in UTF-8"), problems(() -> SpecSource.read(latin)));
    }

    @Test
    void emptyText_isRefused() {
        assertEquals(List.of("f.yaml: is empty"), problems(""));
        assertEquals(List.of("f.yaml: is empty"), problems("# only a comment\n---\n"));
    }

    @Test
    void textThatIsNotYaml_isRefusedWithItsPosition() {
        assertEquals(
                List.of("f.yaml:2:7: not YAML: mapping values are not allowed here"), problems("a: 1\nb: c d: e\n"));
        assertEquals(
                List.of("f.yaml:2:1: not YAML: found character '\\t(TAB)' that cannot start any token. "
                        + "(Do not use \\t(TAB) for indentation)"),
                problems("a:\n\tb: 1\n"));
        String noise = "a: 1\n# " + "😀\n# ".repeat(2000);
        assertEquals(
                List.of("f.yaml:2002:7: not YAML: the character U+0007 is not allowed"),
                problems(noise + "b: é\u0007\n"));
        assertEquals(
                List.of("f.yaml:1:4: not YAML: found character '@' that cannot start any token"), problems("a: @x"));
        assertEquals(List.of("f.yaml:1:4: not YAML: found undefined alias x"), problems("a: *x\n"));
        assertEquals(
                List.of("f.yaml:2:1: a second document begins at line 2; one file holds one experiment"),
                problems("a: 1\n---\nb: 2\n"));
    }

    @Test
    void topLevel_mustBeAMapping() {
        assertEquals(
                List.of("f.yaml:2:1: the top level must be a mapping of keys to values, but is a list"),
                problems("\n- 1\n"));
    }

    @Test
    void keysGivenTwice_areAllReported() {
        assertEquals(
                List.of(
                        "f.yaml:4:3: b.c is given twice; first in line 3",
                        "f.yaml:5:1: a is given twice; first in line 1"),
                problems("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n"));
    }

    @Test
    void tagsAndKeysThatAreNotText_areRefused() {
        assertEquals(List.of("f.yaml:1:4: a has the tag !x; tags are not supported"), problems("a: !x 1\n"));
        assertEquals(List.of("f.yaml:1:3: the top level has a key that is not text"), problems("? [1]\n: 2\n"));
    }

    @Test
    void aliases_countWithAllTheyStandFor() {
        StringBuilder laughs = new StringBuilder("a0: &a0 [x, x, x]\n");
        for (int i = 1; i < 16; i++) {
            laughs.append(String.format("a%d: &a%d [*a%d, *a%d, *a%d]%n", i, i, i - 1, i - 1, i - 1));
        }
        assertEquals(
                List.of("f.yaml:10:5: a9 stands for more than 50000 values or 1048576 characters through aliases"),
                problems(laughs.toString()));
        String merges = "a: &a {" + "k%d: 1, ".repeat(3000) + "}\nb: {<<: [" + "*a, ".repeat(300) + "]}\n";
        assertEquals(
                List.of("f.yaml:2:9: b stands for more than 50000 values or 1048576 characters through aliases"),
                problems(String.format(merges, IntStream.range(0, 3000).boxed().toArray())));
        String apart = "a: &a {" + "k%d: 1, ".repeat(3000) + "}\nb: [" + "{<<: *a}, ".repeat(9) + "]\n";
        assertEquals(
                List.of("f.yaml:2:4: b stands for more than 50000 values or 1048576 characters through aliases"),
                problems(String.format(apart, IntStream.range(0, 3000).boxed().toArray())));
    }

    @Test
    void countsOfAliases_areExact() {
        String tail = "through aliases";
        String values = "a: &a [" + "x, ".repeat(115) + "]\nb: [" + "*a, ".repeat(430) + "]\n";
        SpecSource.parse("f.yaml", values);
        assertEquals(
                List.of("f.yaml:1:1: the top level stands for more than 50000 values or 1048576 characters " + tail),
                problems(values + "c: 1\n"));
        String characters = "a: &a " + "x".repeat(4096) + "\nb: [" + "*a, ".repeat(254) + "]\nc: " + "y".repeat(4093);
        SpecSource.parse("f.yaml", characters);
        assertEquals(
                List.of("f.yaml:1:1: the top level stands for more than 50000 values or 1048576 characters " + tail),
                problems(characters + "y"));
    }

    @Test
    void countsOfMergedKeys_areExact() {
        String base = "a: &a {"
                + IntStream.range(0, 1000).mapToObj(i -> "k" + i + ": 1, ").collect(Collectors.joining()) + "}\n";
        String fifty = base
                + IntStream.range(0, 50).mapToObj(i -> "b" + i + ": {<<: *a}\n").collect(Collectors.joining());
        assertTrue(problems(fifty).get(0).startsWith("f.yaml:1:1: the top level stands for more than 50000 values"));
        assertEquals(List.of("f.yaml:1:4: << merges more than 50000 keys in all"), problems(fifty + "c: {<<: *a}\n"));
    }

    @Test
    void anAliasUsedOften_isNoExcess() {
        String yaml = "name: a\noptimizer: line-search\ntraining: {epochs: 1}\ngrid:\n  a: &a [1, 2]\n"
                + IntStream.range(0, 500).mapToObj(i -> "  b" + i + ": *a\n").collect(Collectors.joining());
        assertEquals(501, Fixture.bind(yaml).grid().size());
    }

    @Test
    void linesValuesAndLevels_areReadUpToTheirLimits() {
        String line = "a: [" + "x, ".repeat(100);
        String longest = line + " ".repeat(32_768 - line.length() - 1) + "]";
        SpecSource.parse("f.yaml", longest);
        SpecSource.parse("f.yaml", longest + "\r\nb: 1\r" + longest.replace("a:", "c:"));
        assertEquals(
                List.of("f.yaml:3:1: the line is longer than 32768 characters; break it"),
                problems("a: 1\r\n\r " + longest));
        assertEquals(
                List.of("f.yaml:2:1: the line is longer than 32768 characters; break it"),
                problems("a: 1\n " + longest));
        String values = "a:\n" + "- x\n".repeat(49_997);
        SpecSource.parse("f.yaml", values);
        assertEquals(List.of("f.yaml:49999:3: more than 50000 keys and values"), problems(values + "- x\n"));
        String deep = "[".repeat(49) + "]".repeat(49);
        SpecSource.parse("f.yaml", "a: " + deep + "\nb: " + deep);
        assertEquals(List.of("f.yaml:1:53: nested deeper than 50 levels"), problems("a: [" + deep + "]"));
        String whole = "a: 1\n" + ("#" + "c".repeat(1022) + "\n").repeat(1023);
        SpecSource.parse("f.yaml", whole + "#".repeat((1 << 20) - whole.length()));
        assertEquals(
                List.of("f.yaml:1:1: has more than 1048576 characters"),
                problems(whole + "#".repeat((1 << 20) - whole.length() + 1)));
    }

    @Test
    void aByteOrderMark_isNoPartOfTheFirstKey() {
        assertEquals(
                3,
                Binder.bind(SpecSource.parse("f.yaml", "\ufeffepochs: 3"), Training.class)
                        .epochs());
    }

    @Test
    void read_refusesAFileThatIsTooLarge_beforeItsEnd() throws IOException {
        Path large = Files.writeString(folder.resolve("large.yaml"), "#".repeat((1 << 20) + 1));
        assertEquals(
                List.of(large + ": is larger than 1 MiB, more than any experiment file is"),
                problems(() -> SpecSource.read(large)));
        assertEquals(
                List.of("/dev/zero: is larger than 1 MiB, more than any experiment file is"),
                problems(() -> SpecSource.read(Path.of("/dev/zero"))));
        assertEquals(List.of("/dev/null: is empty"), problems(() -> SpecSource.read(Path.of("/dev/null"))));
    }

    @Test
    void aFileOfOneMebibyte_isRead() throws IOException {
        String text = "epochs: 3\n" + ("#" + "c".repeat(1022) + "\n").repeat(1023);
        Path file = Files.writeString(folder.resolve("whole.yaml"), text + "#".repeat((1 << 20) - text.length()));
        assertEquals((1 << 20), Files.size(file));
        assertEquals(3, Binder.bind(SpecSource.read(file), Training.class).epochs());
    }

    @Test
    void mistakesOfAKey_areGivenItsPlace_orThatOfTheNearestMapping() {
        SpecSource source = SpecSource.parse("f.yaml", "a:\n  b: {c: 1}\n  d: 2\n");
        assertEquals(
                List.of("f.yaml:2:10: a.b.c: is wrong"),
                source.place(SpecException.of("a.b.c", List.of("is wrong"))).problems());
        assertEquals(
                List.of("f.yaml:2:6: a.b.x: is wrong"),
                source.place(SpecException.of("a.b.x", List.of("is wrong"))).problems());
        assertEquals(
                List.of("override 'a.d=3': a.d: is wrong"),
                source.with(List.of("a.d=3"))
                        .place(SpecException.of("a.d", List.of("is wrong")))
                        .problems());
    }

    private record Named(NamedFile file) {}

    @Test
    void filesOfASpec_areLookedForBesideIt() throws IOException {
        Path there = Files.writeString(folder.resolve("there.npz"), "x");
        Path file = Files.writeString(folder.resolve("spec.yaml"), "file: there.npz\n");
        assertEquals(
                there, Binder.bind(SpecSource.read(file), Named.class).file().path());
    }

    @Test
    void charactersThatTerminalsObey_areShownAsCodes() {
        assertEquals(
                List.of("f\\u001b.yaml:1:1: name must be text without the character U+0000, but is "
                        + "'\\u001b[2J\\u009b \\u202e\\u0000'"),
                problems(() -> Binder.bind(
                                SpecSource.parse("f\u001b.yaml", "\"name\": \"\\e[2J\\x9b\\n\\u202e\\0\"")
                                        .with(List.of("optimizer=line-search", "training={epochs: 1}")),
                                Experiment.class))
                        .stream()
                        .map(text -> text.replace(":1:9:", ":1:1:"))
                        .toList());
        assertEquals(
                List.of("override '\\u001b[31m': is not an override; write key=value, +key=value or ~key"),
                problems(() -> Fixture.bind(Fixture.SHORTEST, "\u001b[31m")));
    }

    @Test
    void messages_repeatOnlyTheBeginningOfAValue() {
        String x = "x".repeat(500);
        String shown = "x".repeat(60) + "…";
        for (String override : List.of(
                "seeds=[" + "1".repeat(300) + "]",
                "seeds=[" + "1".repeat(30_000) + "]",
                "training.epochs='" + "1".repeat(1000) + "'",
                "training.epochs=" + x,
                "patience=1e" + "9".repeat(500),
                "schedule=" + x,
                "optimizer=" + x,
                "optimizer.type=" + x,
                "verbose=" + x,
                x + "=1",
                "training." + x + "=1",
                "~grid." + x,
                "seeds." + x + "=1",
                x,
                "a=" + x)) {
            List<String> problems = problems(() -> Fixture.bind(Fixture.SHORTEST + "seeds: [1]\n", override));
            problems.forEach(text -> assertTrue(text.length() < 400, text));
            assertTrue(problems.get(0).startsWith("override '" + override.substring(0, 60) + "…': "), problems.get(0));
        }
        assertEquals(
                List.of("f.yaml:1:10: epochs must be a whole number, but is '" + shown + "'"),
                problems(() -> Binder.bind(SpecSource.parse("f.yaml", "epochs:  " + x), Training.class)));
    }

    @Test
    void ofVeryManyMistakes_theFirstHundredAreTold() {
        String yaml = IntStream.range(0, 500).mapToObj(i -> "k" + i + ": 1\n").collect(Collectors.joining());
        List<String> problems = problems(() -> Fixture.bind(yaml));
        assertEquals(101, problems.size());
        assertTrue(problems.get(0).startsWith("f.yaml:1:1: "), problems.get(0));
        assertTrue(problems.get(100).matches("and \\d+ more mistakes"), problems.get(100));
    }

    @Test
    void aliasesAndMergeKeys_work_andCyclesAreRefused() {
        Experiment experiment = Fixture.bind("""
                name: a
                training: &training {epochs: 3, batch-size: 5}
                optimizer: {<<: {step-size: 0.5, momentum: 0.1}, type: sgd, momentum: 0.2}
                seeds: &seeds [1, 2]
                grid: {a: *seeds}
                """);
        assertEquals(new Sgd(0.5, 0.2, false), experiment.optimizer());
        assertEquals(Map.of("a", List.of(1.0, 2.0)), experiment.grid());
        assertEquals(List.of("f.yaml:1:4: a.0 contains itself through an alias"), problems("a: &a [*a]\n"));
        assertEquals(List.of("f.yaml:1:5: << must merge a mapping, but is 1"), problems("<<: 1\n"));
    }

    @Test
    void overrides_setAddAndRemove() {
        Experiment experiment = Fixture.bind(
                Fixture.SHORTEST + "from: x.npz\n",
                "optimizer.step-size=0.3",
                "training.epochs=2",
                "+training.batch-size=7",
                "seeds=[3,4]",
                "seeds.0=5",
                "seeds.2=6",
                "grid={a: [1], b: [2, 3]}",
                "~grid.a",
                "~grid.b.0",
                "~from",
                "name=two words");
        assertEquals(new Sgd(0.3, 0.9, false), experiment.optimizer());
        assertEquals(new Training(2, 7), experiment.training());
        assertEquals(List.of(5L, 4L, 6L), experiment.seeds());
        assertEquals(Map.of("b", List.of(3.0)), experiment.grid());
        assertEquals(Optional.empty(), experiment.from());
        assertEquals("two words", experiment.name());
    }

    @Test
    void override_ofAMissingMapping_makesIt() {
        String yaml = "name: a\noptimizer: line-search\n";
        assertEquals(
                new Training(4, 100), Fixture.bind(yaml, "training.epochs=4").training());
        assertEquals(
                new Training(4, 100),
                Fixture.bind(yaml + "training:\n", "training.epochs=4").training());
    }

    @Test
    void override_intoAShortForm_keepsTheChoice() {
        String yaml = "name: a\ntraining: {epochs: 1}\noptimizer: sgd\n";
        assertEquals(
                new Sgd(1, 0.9, false),
                Fixture.bind(yaml, "optimizer.step-size=1").optimizer());
    }

    @Test
    void override_hasAtMostFiftyKeys() {
        String path = "grid" + ".a".repeat(49);
        assertTrue(problems(() -> Fixture.bind(Fixture.SHORTEST, path + "=1"))
                .get(0)
                .contains("grid.a must be a list"));
        assertTrue(problems(() -> Fixture.bind(Fixture.SHORTEST, path + ".a=1"))
                .get(0)
                .endsWith("': has 51 keys; at most 50"));
    }

    @Test
    void override_findsKeysWithDots() {
        String yaml = Fixture.SHORTEST + "grid: {optimizer.step-size: [1]}\n";
        assertEquals(
                Map.of("optimizer.step-size", List.of(2.0)),
                Fixture.bind(yaml, "grid.optimizer.step-size=[2]").grid());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "epochs            | is not an override; write key=value, +key=value or ~key",
                "=3                | is not an override; write key=value, +key=value or ~key",
                "~seeds=3          | is not an override; write key=value, +key=value or ~key",
                "a..b=1            | has an empty key",
                "~training.epoch   | training.epoch is not set; did you mean 'epochs'?",
                "~other            | other is not set",
                "seeds.9=1         | seeds is a list of 2, and '9' is no index of it",
                "~seeds.2          | seeds is a list of 2, and '2' is no index of it",
                "seeds.first=1     | seeds is a list of 2, and 'first' is no index of it",
                "name={a: 1, a: 2} | a is given twice",
                "seeds=[1          | not YAML: expected ',' or ']', but got <stream end>"
            })
    void wrongOverride_isNamedInTheMessage(String override, String message) {
        String yaml = Fixture.SHORTEST + "seeds: [1, 2]\n";
        assertEquals(List.of("override '" + override + "': " + message), problems(() -> Fixture.bind(yaml, override)));
    }

    @Test
    void allWrongOverrides_areReportedInTheirOrder() {
        assertEquals(
                List.of("override '~z': z is not set", "override '~y': y is not set"),
                problems(() -> Fixture.bind(Fixture.SHORTEST, "~z", "name=b", "~y")));
    }

    @Test
    void valuesFromOverrides_areReportedByTheirOverride_afterTheFile() {
        assertEquals(
                List.of(
                        "f.yaml:4:3: training.epoch is unknown; did you mean 'epochs'? known: epochs, batch-size",
                        "override 'training.batch-size=x': training.batch-size must be a whole number, but is 'x'",
                        "override 'name.a=1': name must be text, but is a mapping"),
                problems(() -> Fixture.bind(
                        Fixture.SHORTEST.replace("epochs", "epoch"), "training.batch-size=x", "name.a=1")));
    }

    @Test
    void override_insideAMisspeltMapping_leavesTheMistakeToTheFile() {
        List<String> problems =
                problems(() -> Fixture.bind(Fixture.SHORTEST.replace("training", "trainin"), "trainin.epochs=2"));
        assertTrue(problems.get(0).startsWith("f.yaml:3:1: trainin is unknown; did you mean 'training'?"));
    }

    @Test
    void overrides_leaveTheSourceAsItWas_andAccumulate() {
        SpecSource source = SpecSource.parse("f.yaml", "epochs: 1");
        SpecSource one = source.with(List.of("epochs=2"));
        SpecSource two = one.with(List.of("batch-size=3"));
        assertEquals(new Training(1, 100), Binder.bind(source, Training.class));
        assertEquals(new Training(2, 3), Binder.bind(two, Training.class));
        assertEquals(List.of("epochs=2", "batch-size=3"), two.overrides());
        assertEquals("epochs: 1", two.text());
    }

    private static List<String> problems(String yaml) {
        return problems(() -> SpecSource.parse("f.yaml", yaml));
    }

    private static List<String> problems(Executable action) {
        return assertThrows(SpecException.class, action).problems();
    }
}
