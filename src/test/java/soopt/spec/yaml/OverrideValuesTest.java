package soopt.spec.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OverrideValuesTest {
    private static final Mark MARK = Mark.ofOverride("x", 0);

    private static String words(OverrideValues values) {
        return values.values().stream().map(OverrideValue::text).collect(Collectors.joining(" "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "range(1, 6) | 1 2 3 4 5",
                "range(6, 1, -2) | 6 4 2",
                "range(0, 1, 0.25) | 0 0.25 0.5 0.75",
                "range(0.1, 0.5, 0.1) | 0.1 0.2 0.3 0.4",
                "logspace(-4, -1, 4) | 1.0E-4 0.001 0.01 0.1",
                "logspace(0, 1, 3) | 1.0 3.1622776601683795 10.0",
                "logspace(2, 5, 1) | 100.0",
                "choice(a, [1, 2], 3) | a [1,2] 3",
                "0.1, 0.3 | 0.1 0.3",
                "[1, 2], [3] | [1,2] [3]",
                "x, \"a,b\" | x \"a,b\"",
                "{type: sgd, momentum: 0}, adam | {\"type\":\"sgd\",\"momentum\":0} adam",
                "7 | 7"
            })
    void argument_isItsValues(String text, String values) {
        assertEquals(values, words(OverrideValues.ofArgument(text, MARK)));
    }

    @Test
    void scalarInAFile_isAFormOrWrong() {
        assertEquals("1 2", words(OverrideValues.of(new YamlNode.Scalar(MARK, " range(1,3)", true))));

        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> OverrideValues.of(new YamlNode.Scalar(MARK, "range(1", true)));
        assertTrue(e.getMessage().endsWith("within { } write it in quotes"), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "range(1) | range(1, 6)",
                "range(a, b) | has a where a number",
                "range(0, 1e30) | at most 100000",
                "range(0, 1e999999999) | where a number",
                "range(0, 1, 1e-30) | at most 100000",
                "logspace(0, 1, 2.5) | a whole number",
                "logspace(0, 1, 0) | a whole number",
                "logspace(-999, 1, 2) | a power of ten"
            })
    void wrongForm_isRefused(String text, String message) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> OverrideValues.ofArgument(text, MARK));

        assertTrue(e.getMessage().contains(message), e.getMessage());
    }
}
