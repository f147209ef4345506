package soopt.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
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

    @ParameterizedTest
    @CsvSource({
        "stepSize, true",
        "STEP_SIZE, true",
        "step size, true",
        "lr, true",
        "LR, true",
        "learningRate, true",
        "Learning-Rate, true",
        "steps, false",
        "l, false"
    })
    void sameName_isSpelledOtherwise_orASynonym(String given, boolean same) {
        assertEquals(
                same, Suggestions.same(given, List.of("damping", "step-size")).isPresent());
        assertEquals(false, Suggestions.same(given, List.of("damping")).isPresent());
    }

    @Test
    void spelling_ignoresCaseAndDashes() {
        String[] names = {"batch-norm", "bn"};
        assertEquals(true, Suggestions.spells("BatchNorm", names));
        assertEquals(true, Suggestions.spells("BN", names));
        assertEquals(false, Suggestions.spells("b", names));
    }

    @Test
    void namesOfSixtyCharacters_areSearched_longerOnesAreNot() {
        String name = "a".repeat(60);
        assertEquals(Optional.of(name), Suggestions.nearest(name, List.of(name)));
        assertEquals(Optional.of(name), Suggestions.same(name, List.of(name)));
        assertEquals(Optional.of(name + "a"), Suggestions.nearest(name, List.of("b", name + "a")));
        assertEquals(Optional.empty(), Suggestions.nearest(name + "a", List.of(name)));
        assertEquals(Optional.empty(), Suggestions.same(name + "a", List.of(name + "a")));
    }

    @Test
    void theNearestOfSeveral_isTaken_whateverTheirOrder() {
        assertEquals(
                Optional.of("momentum"), Suggestions.nearest("momentm", List.of("momenta1", "momentum", "memento")));
        assertEquals(Optional.of("momentum"), Suggestions.nearest("momentm", List.of("momentum", "moments1")));
        assertEquals(Optional.empty(), Suggestions.nearest("abcdef", List.of("abcxyzuvw", "abc")));
        assertEquals(Optional.of("abc"), Suggestions.nearest("abcd", List.of("abc")));
        assertEquals(Optional.of("vgg11-prime"), Suggestions.nearest("VGG11-PRIM", List.of("vgg11-prime")));
    }
}
