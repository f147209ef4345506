package soopt.cli.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Console console = Console.on(bytes);

    private String text() {
        console.flush();
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void textOfOthers_cannotMoveTheCursor() {
        console.print("\u001b[2J a\rb \u009b1m \u0007 \u202ecba");
        assertEquals("\\u001b[2J a b \\u009b1m \\u0007 \\u202ecba", text());
    }

    @Test
    void everyWayToPrint_isGuarded() {
        console.print('\u001b');
        console.print(new char[] {'\u001b'});
        console.append("\u001b").append('\u001b').append("a\u001bb", 1, 2);
        console.printf("%s", "\u001b");
        console.write(0x1b);
        assertEquals("\\u001b".repeat(7), text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"lines\nand\ttabs\n", "H̄ ‖Dη‖ 漢字 😀 é", "│█▌"})
    void ownText_staysAsItIs(String own) {
        console.print(own);
        assertEquals(own, text());
    }

    @Test
    void control_isSentAsItIs() {
        Console.control(console, "\r\u001b[K");
        assertEquals("\r\u001b[K", text());
    }

    @Test
    void failureToWrite_isKept() {
        Console full = Console.on(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        });
        full.println("results");
        assertEquals("No space left on device", full.failure().orElseThrow().getMessage());
        assertTrue(console.failure().isEmpty());
    }
}
