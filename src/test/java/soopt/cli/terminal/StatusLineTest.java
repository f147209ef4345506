package soopt.cli.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class StatusLineTest {
    private final StringWriter text = new StringWriter();

    @Test
    void withoutTerminal_onlyWholeLinesAreWritten() {
        try (StatusLine status = new StatusLine(new PrintWriter(text), false)) {
            status.begin("training", " steps", 1, 1000);
            for (int step = 1; step <= 1000; step++) {
                status.reached(step, "epoch 1");
            }
            status.line("a line");
        }
        assertEquals("a line" + System.lineSeparator(), text.toString());
    }

    @Test
    void onTerminal_linesStandAboveTheBar_whichDisappears() {
        try (StatusLine status = new StatusLine(new PrintWriter(text), true)) {
            status.begin("training", " steps", 1, 10);
            status.reached(3, "epoch 1");
            status.line("a line");
        }
        assertTrue(text.toString().contains("\r\u001b[Ka line" + System.lineSeparator()), text.toString());
        assertTrue(text.toString().endsWith("\r\u001b[K"), text.toString());
    }

    /** A bar that waits for another thread while it holds the lock that this thread wants never comes back. */
    @Test
    @Timeout(10)
    void onTerminal_pieceAfterPiece_endsWithoutWaiting() throws InterruptedException {
        try (StatusLine status = new StatusLine(new PrintWriter(text), true)) {
            for (int piece = 0; piece < 300; piece++) {
                status.begin("piece " + piece, " steps", 1, 3);
                status.reached(piece % 4, "");
                if (piece % 30 == 0) {
                    Thread.sleep(25);
                }
            }
        }
        assertTrue(text.toString().endsWith("\r\u001b[K"), text.toString());
    }

    @Test
    void clock_isHoursMinutesSeconds() {
        assertEquals("0:09", StatusLine.clock(9));
        assertEquals("1:15", StatusLine.clock(75));
        assertEquals("2:00:01", StatusLine.clock(7201));
    }
}
