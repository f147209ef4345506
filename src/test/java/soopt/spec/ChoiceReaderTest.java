package soopt.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import soopt.spec.Fixture.Blocks;
import soopt.spec.Fixture.Canonical;
import soopt.spec.Fixture.Groups;
import soopt.spec.Fixture.LineSearch;
import soopt.spec.Fixture.Partition;
import soopt.spec.yaml.SpecException;

class ChoiceReaderTest {
    private record Choice(Partition partition) {}

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "canonical",
                "'canonical'",
                "{type: canonical}",
            })
    void choice_isNamedByAScalarOrByType(String yaml) {
        assertEquals(new Canonical(), partition(yaml));
    }

    @Test
    void choice_hasShortFormsForANumberAndForItsOwnKey() {
        assertEquals(new Blocks(2), partition("blocks-2"));
        assertEquals(new Blocks(2), partition("{type: blocks-2}"));
        assertEquals(new Blocks(2), partition("{type: blocks, count: 2}"));
        Groups groups = new Groups(List.of(List.of("a", "b"), List.of("c")));
        assertEquals(groups, partition("{groups: [[a, b], [c]]}"));
        assertEquals(groups, partition("{type: groups, groups: [[a, b], [c]]}"));
        assertEquals(
                new LineSearch(),
                Fixture.bind(Fixture.SHORTEST, "optimizer=line-search").optimizer());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "canonicl       | partition must be one of canonical, blocks-<count>, groups, but is 'canonicl'; "
                        + "did you mean 'canonical'?",
                "block-2        | partition must be one of canonical, blocks-<count>, groups, but is 'block-2'; "
                        + "did you mean 'blocks-2'?",
                "diagonal       | partition must be one of canonical, blocks-<count>, groups, but is 'diagonal'",
                "               | partition must be one of canonical, blocks-<count>, groups or a mapping, but has no value",
                "[canonical]    | partition must be one of canonical, blocks-<count>, groups or a mapping, but is a list",
                "blocks         | partition.count is required",
                "blocks-0       | partition.count must be in [1, 64], but is 0",
                "groups         | partition.groups is required",
            })
    void wrongShortForm_listsTheChoices(String yaml, String message) {
        int column = yaml == null ? 11 : 12;
        assertEquals(
                List.of("f.yaml:1:" + column + ": " + message), problems(() -> partition(yaml == null ? "" : yaml)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{type: block, count: 2}       | 19 | partition.type must be one of canonical, blocks, groups, but is 'block'; "
                        + "did you mean 'blocks'?",
                "{type: [], count: 2}          | 19 | partition.type must be one of canonical, blocks, groups, but is a list",
                "{count: 2}                    | 12 | partition.type is required; choices: canonical, blocks, groups",
                "{groups: [], count: 2}        | 12 | partition.type is required; choices: canonical, blocks, groups",
                "{}                            | 12 | partition.type is required; choices: canonical, blocks, groups",
                "{type: blocks-2, count: 3}    | 29 | partition.count is given twice: blocks-2 has it in its name",
                "{type: canonical, count: 3}   | 30 | partition.count is unknown; known: type",
            })
    void wrongLongForm_saysWhatIsWrong(String yaml, int column, String message) {
        assertEquals(List.of("f.yaml:1:" + column + ": " + message), problems(() -> partition(yaml)));
    }

    private static Partition partition(String yaml) {
        return Binder.bind(SpecSource.parse("f.yaml", "partition: " + yaml), Choice.class)
                .partition();
    }

    private static List<String> problems(Executable action) {
        return assertThrows(SpecException.class, action).problems();
    }
}
