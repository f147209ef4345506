package soopt.spec;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import soopt.spec.yaml.SpecException;

/** What a text costs is bounded by its size: at most 1 MiB, within 2 s and 256 MiB, whatever it holds. */
class HostileTextTest {
    private static final int SIZE = (1 << 20) - 100;
    private static final int LINE = 32_000;

    private static final Map<String, Supplier<String>> TEXTS = texts();

    static List<String> names() {
        return List.copyOf(TEXTS.keySet());
    }

    /** Begin and end, and what is repeated between them: on one line, and on lines as long as may be. */
    private static Map<String, Supplier<String>> texts() {
        Map<String, Supplier<String>> texts = new LinkedHashMap<>();
        List<String> units = List.of(
                " ", "a", "#", "[", "{", "]", "\"", "'", "\t", "-", "- ", "? ", ":", ": ", ",", "1", "_", ".", "😀",
                "&a ", "*a ", "!a ", "%", "| ", "\\x41", "1:1", "[]", "{a: ", "0x1f", "\u2028", "\ufeff", "a b ",
                "a: b, ");
        List<String> begins = List.of("a: '", "a: \"", "[", "a: [", "a: {", "a: |\n ", "a: &", "a: !", "a: 1");
        for (String unit : units) {
            texts.put(unit + "…", () -> repeat(unit, SIZE));
            texts.put("a: " + unit + "…", () -> "a: " + repeat(unit, SIZE));
            texts.put("a: " + unit + "…, in lines", () -> "a: " + repeat(repeat(unit, LINE) + "\n  ", SIZE));
            texts.put(unit + ", a line each", () -> repeat(unit + "\n", SIZE));
        }
        for (String begin : begins) {
            for (String unit : List.of(" ", "a", "1", "\\x41", "a: b, ")) {
                texts.put(begin + unit + "…, in lines", () -> begin + repeat(repeat(unit, LINE) + "\n  ", SIZE));
            }
        }
        texts.put("keys", () -> numbered(80_000, i -> "k" + i + ": 1\n"));
        texts.put("few keys", () -> numbered(20_000, i -> "k" + i + ": 1\n"));
        texts.put("the same key", () -> repeat("a: 1\n", SIZE));
        texts.put("the same key, fewer", () -> repeat("a: 1\n", 100_000));
        texts.put("elements", () -> "seeds:\n" + repeat("- 1\n", SIZE));
        texts.put("elements of one list", () -> "grid: {a: [" + repeat(repeat("1, ", LINE) + "\n", 120_000) + "]}");
        texts.put("indentation", () -> numbered(1400, i -> " ".repeat(i) + "a:\n"));
        texts.put("anchors", () -> "a: &x [1, 2]\nb: [" + repeat(repeat("*x, ", LINE) + "\n", SIZE) + "]");
        texts.put("merges", () -> "a: &x {k: 1}\n" + numbered(40_000, i -> "b" + i + ": {<<: *x}\n"));
        texts.put("numbers", () -> "grid: {a: [" + repeat("1".repeat(1100) + ",\n ", SIZE) + "]}");
        return texts;
    }

    private static String numbered(int count, Function<Integer, String> line) {
        String text = IntStream.range(0, count).boxed().map(line).collect(Collectors.joining());
        return text.substring(0, Math.min(text.length(), SIZE));
    }

    private static String repeat(String unit, int length) {
        return unit.repeat(Math.max(1, length / unit.length()));
    }

    @ParameterizedTest
    @MethodSource("names")
    void aMebibyte_isReadOrRefused_withinSecondsAndBounds(String name) {
        String text = TEXTS.get(name).get();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = threads.getCurrentThreadAllocatedBytes();
        long begun = System.nanoTime();
        SpecException refused = assertThrows(
                SpecException.class, () -> Binder.bind(SpecSource.parse("f.yaml", text), Fixture.Experiment.class));
        double seconds = (System.nanoTime() - begun) / 1e9;
        double mebibytes = (threads.getCurrentThreadAllocatedBytes() - allocated) / (double) (1 << 20);
        assertTrue(seconds < 2 && mebibytes < 256, seconds + " s, " + mebibytes + " MiB");
        assertTrue(
                refused.getMessage().length() < 50_000,
                () -> refused.getMessage().substring(0, 1000));
        if (Boolean.getBoolean("soopt.print")) {
            System.out.printf("%-30s %.2f s %.0f MiB%n", name.strip(), seconds, mebibytes);
        }
    }
}
