package soopt.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionsTest {
    @ParameterizedTest
    @CsvSource({
        "'', '', 0",
        "'', abc, 3",
        "abc, abc, 0",
        "abc, axc, 1",
        "abc, ac, 1",
        "abc, abxc, 1",
        "abc, acb, 1",
        "ca, abc, 3",
        "kitten, sitting, 3"
    })
    void distance_countsEditsAndSwapsOfNeighbours(String a, String b, int distance) {
        assertEquals(distance, Suggestions.distance(a, b));
        assertEquals(distance, Suggestions.distance(b, a));
    }

    @Test
    void suggestion_isTheNearest_withinAThirdOfTheLength() {
        List<String> known = List.of("momentum", "damping", "dampening", "lr");
        assertEquals("; did you mean 'damping'?", Suggestions.didYouMean("dampin", known));
        assertEquals("; did you mean 'dampening'?", Suggestions.didYouMean("dampenin", known));
        assertEquals("; did you mean 'lr'?", Suggestions.didYouMean("l", known));
        assertEquals("; did you mean 'momentum'?", Suggestions.didYouMean("MOMENTUM", known));
        assertEquals("", Suggestions.didYouMean("xy", known));
        assertEquals("", Suggestions.didYouMean("1", List.of("a")));
        assertEquals("", Suggestions.didYouMean("", List.of("a")));
        assertEquals("", Suggestions.didYouMean("momexxxx", known));
    }
}
