package soopt.cli.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TableTest {
    private static final Table TEXT = new Table("", "")
            .row("mlp", "a perceptron of several layers, for images and for vectors of numbers")
            .row("lenet", "two convolutions");

    private static final Table NUMBERS = new Table("group", "parameters", "H̄ diagonal", "η")
            .row("layers.0.weight", "156,800", "4.1501e+00", "1.4e-01")
            .row("layers.0.bias", "200", "1.3616e-05", "-3.3e+01");

    @Test
    void numbersStandRight_andCombiningMarksTakeNoColumn() {
        String text =
                new Table("name", "ms").row("H̄", "1.5").row("gradient", "12.5").text("");
        assertEquals("name        ms\nH̄          1.5\ngradient  12.5\n", text.replace("\r", ""));
    }

    @Test
    void textThatIsTooLong_goesOnUnderItsBeginning() {
        assertEquals(
                List.of(
                        "  mlp    a perceptron of several layers,",
                        "         for images and for vectors of",
                        "         numbers",
                        "  lenet  two convolutions"),
                TEXT.text("  ", 42).lines().toList());
    }

    @Test
    void hardlyAnyRoom_setsParagraphs() {
        assertEquals(
                List.of("lenet", "    two", "    convolutions"),
                new Table("", "")
                        .row("lenet", "two convolutions")
                        .text("", 18)
                        .lines()
                        .toList());
    }

    @Test
    void tooManyNumbers_standInSeveralTables_eachWithTheFirstColumn() {
        assertEquals(
                List.of(
                        "group            parameters  H̄ diagonal",
                        "layers.0.weight     156,800  4.1501e+00",
                        "layers.0.bias           200  1.3616e-05",
                        "",
                        "group                   η",
                        "layers.0.weight   1.4e-01",
                        "layers.0.bias    -3.3e+01"),
                NUMBERS.text("", 40).lines().toList());
    }

    @ParameterizedTest
    @ValueSource(ints = {30, 40, 60, 80, 200})
    void noLine_isWiderThanTheTerminal(int columns) {
        for (Table table : List.of(TEXT, NUMBERS)) {
            assertTrue(
                    table.text("  ", columns).lines().allMatch(line -> Text.columns(line) <= columns),
                    table.text("  ", columns));
        }
    }

    @Test
    void wrap_breaksAtBlanksOnly_andKeepsTheIndent() {
        assertEquals(List.of("  one two", "  threefourfive", "  six"), Text.wrap("  one two threefourfive six", 10));
        assertEquals(
                List.of("", "漢字", "漢字"),
                List.of(
                        Text.wrap("", 5).get(0),
                        Text.wrap("漢字 漢字", 5).get(0),
                        Text.wrap("漢字 漢字", 5).get(1)));
    }

    @Test
    void example_thatIsTooWide_isOneCommandStill() {
        assertEquals(
                List.of("  soopt run a.yaml --seed 1 \\", "      '{a: 1, b: 2}'"),
                Usage.example("  soopt run a.yaml --seed 1 '{a: 1, b: 2}'", 34));
        assertEquals(List.of("  soopt run a.yaml"), Usage.example("  soopt run a.yaml", 18));
    }
}
