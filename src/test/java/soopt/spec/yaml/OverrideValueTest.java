package soopt.spec.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OverrideValueTest {
    private static OverrideValue read(String yaml) {
        Mark mark = Mark.inFile("f.yaml", 1, 1);
        return OverrideValue.of(
                YamlReader.read(yaml, (line, column) -> mark).orElseGet(() -> new YamlNode.Scalar(mark, "", true)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "1 | 1 | 1",
                "1_000 | 1000 | 1000",
                "-0 | 0 | 0",
                "+7 | 7 | 7",
                "9223372036854775807 | 9223372036854775807 | 9223372036854775807",
                "9223372036854775808 | 9223372036854775808 | 9223372036854775808",
                "-9223372036854775809 | -9223372036854775809 | -9223372036854775809",
                "1.0 | 1.0 | 1.0",
                "1e-4 | 1.0E-4 | 1.0E-4",
                ".5 | 0.5 | 0.5",
                "1e999 | \"1e999\" | \"1e999\"",
                "true | true | true",
                "false | false | false",
                "yes | \"yes\" | yes",
                "'true' | \"true\" | true",
                "'1' | \"1\" | \"1\"",
                "'null' | \"null\" | \"null\"",
                "~ | null | null",
                "adam | \"adam\" | adam",
                "a b | \"a b\" | \"a b\"",
                "blocks-2 | \"blocks-2\" | blocks-2",
                "[1, a, [2.5]] | [1,\"a\",[2.5]] | [1,\"a\",[2.5]]",
                "{type: sgd, nested: {a: ~}} | {\"type\":\"sgd\",\"nested\":{\"a\":null}} | {\"type\":\"sgd\",\"nested\":{\"a\":null}}",
                "1:30 | \"1:30\" | \"1:30\""
            })
    void value_isJson_andAnOverridesText(String yaml, String json, String text) {
        assertEquals(json, read(yaml).json().toString());
        assertEquals(text, read(yaml).text());
    }

    @Test
    void overridesText_readsBackToTheValue() {
        for (String yaml :
                new String[] {"1", "1e-4", "adam", "'1'", "[1, a]", "{a: {b: 'x y'}}", "~", "true", "'null'"}) {
            assertEquals(read(yaml), read(read(yaml).text()), yaml);
        }
    }

    @Test
    void numbersBeyondAThousandDigits_stayText() {
        assertEquals("1".repeat(1000), read("1".repeat(1000)).json().toString());
        assertEquals(
                "\"" + "1".repeat(1001) + "\"", read("1".repeat(1001)).json().toString());
        assertEquals("0.0", read("0." + "0".repeat(998)).json().toString());
        assertEquals(
                "\"0." + "0".repeat(999) + "\"",
                read("0." + "0".repeat(999)).json().toString());
    }
}
