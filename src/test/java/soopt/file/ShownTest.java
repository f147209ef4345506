package soopt.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ShownTest {
    @Test
    void value_isCutAtSixtyCharacters_butNotWithinOne() {
        assertEquals("x".repeat(60), Shown.value("x".repeat(60)));
        assertEquals("x".repeat(60) + "…", Shown.value("x".repeat(61)));
        assertEquals("x".repeat(59) + "…", Shown.value("x".repeat(59) + "😀" + "y"));
        assertEquals("'a'", Shown.quoted("a"));
    }

    @Test
    void line_hasNoBreaksAndNothingThatTerminalsObey() {
        assertEquals("ḡ and H̄", Shown.line("ḡ and H̄"));
        assertEquals("a b c", Shown.line("a\nb\r\nc"));
        assertEquals("\\u001b[31m\\u0009\\u202e", Shown.line("\u001b[31m\t\u202e"));
        assertEquals("\\ud800", Shown.line("\ud800"));
    }

    @Test
    void text_keepsItsLinesAndTabs() {
        assertEquals("plain ~\n\tx", Shown.text("plain ~\n\tx"));
        assertEquals("ḡ\n\t\\u001b\\u007f", Shown.text("ḡ\n\t\u001b\u007f"));
    }
}
