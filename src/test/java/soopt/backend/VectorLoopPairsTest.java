package soopt.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The loops over float64 are those over float32 with the type replaced: a correction in one file that is forgotten in the other
 * fails here. Comments and the formatter's line breaks do not count. Exponentials differ: their polynomials have other degrees.
 */
class VectorLoopPairsTest {
    private static final Path FOLDER = Path.of("src", "main", "java", "soopt", "backend", "vector");
    private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/|//[^\\n]*", Pattern.DOTALL);
    private static final Pattern TOKEN = Pattern.compile("\\w+|\\S");

    /** A word or sign of the code and its line. */
    private record Token(String text, int line) {}

    private static List<Token> tokens(String source) {
        // A comment leaves its line breaks, so that lines are still counted.
        String code = COMMENT.matcher(source)
                .replaceAll(comment -> "\n".repeat((int)
                        comment.group().chars().filter(c -> c == '\n').count()));
        List<Token> tokens = new ArrayList<>();
        int line = 1;
        for (String text : code.split("\n", -1)) {
            Matcher matcher = TOKEN.matcher(text);
            while (matcher.find()) {
                tokens.add(new Token(matcher.group(), line));
            }
            line++;
        }
        return tokens;
    }

    /** FloatVector, getFloat, Float.BYTES, float, FLOAT32 … in float64. */
    private static String inDouble(String word) {
        return word.replace("Float", "Double")
                .replace("float32", "float64")
                .replace("float", "double")
                .replace("FLOAT32", "FLOAT64");
    }

    /** Where the pair parts, or "" if it does not. */
    private static String difference(String pair, String single, String twice) {
        List<Token> first = tokens(single);
        List<Token> second = tokens(twice);
        for (int i = 0; i < Math.max(first.size(), second.size()); i++) {
            Token a = i < first.size() ? first.get(i) : new Token("the end of the file", single.split("\n").length);
            Token b = i < second.size() ? second.get(i) : new Token("the end of the file", twice.split("\n").length);
            if (!inDouble(a.text()).equals(b.text())) {
                return String.format(
                        "Float%s.java:%d has '%s' where Double%s.java:%d has '%s'",
                        pair, a.line(), a.text(), pair, b.line(), b.text());
            }
        }
        return "";
    }

    @ParameterizedTest
    @ValueSource(strings = {"Loops", "Activations", "Images", "Narrow", "Planar"})
    void doubles_areTheFloatsWithTheTypeReplaced(String pair) throws IOException {
        String single = Files.readString(FOLDER.resolve("Float" + pair + ".java"));
        String twice = Files.readString(FOLDER.resolve("Double" + pair + ".java"));
        String difference = difference(pair, single, twice);
        if (!difference.isEmpty()) {
            fail(difference);
        }
        assertTrue(tokens(single).size() > 500, "nothing was compared");
    }

    @Test
    void everyPair_isHeldTogether() throws IOException {
        try (var files = Files.list(FOLDER)) {
            List<String> pairs = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("Float"))
                    .map(name -> name.substring("Float".length(), name.length() - ".java".length()))
                    .sorted()
                    .toList();
            assertEquals(List.of("Activations", "Exponentials", "Images", "Loops", "Narrow", "Planar"), pairs);
        }
    }

    @Test
    void difference_isNamedByBothLines_andCommentsAreNot() {
        String single = "/* one\n two */\nfloat a = x.getFloat(i * Float.BYTES); // float32\nreturn a +\n b;\n";
        String same = "double a =\n x.getDouble(i * Double.BYTES);\n\nreturn a + b;\n";
        assertEquals("", difference("X", single, same));
        assertEquals(
                "FloatX.java:4 has '+' where DoubleX.java:4 has '-'",
                difference("X", single, same.replace("a + b", "a - b")));
        assertEquals(
                "FloatX.java:3 has 'float' where DoubleX.java:1 has 'float'",
                difference("X", single, same.replace("double a", "float a")));
        assertEquals(
                "FloatX.java:5 has ';' where DoubleX.java:4 has 'the end of the file'",
                difference("X", single, same.replace("b;\n", "b\n")));
    }
}
