package soopt.spec;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConstraintsTest {
    private record Bounded(
            @Range(min = 0) double least,
            @Range(above = 0) double above,
            @Range(max = 1) double most,
            @Range(below = 1) double below,
            @Range(min = -1, max = 0.5) double closed,
            @Range(above = 0, below = 1) double open,
            @Range(min = 1) int count,
            double free) {}

    private record Containers(
            @Range(min = 0) List<Integer> list,
            @Range(min = 0) Map<String, Double> map,
            @Range(min = 0) Optional<Double> optional,
            String text) {}

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | -0.5      | least must be ≥ 0, but is -0.5",
                "1 | 0         | above must be > 0, but is 0.0",
                "2 | 1.5       | most must be ≤ 1, but is 1.5",
                "3 | 1         | below must be < 1, but is 1.0",
                "4 | 0.75      | closed must be in [-1, 0.5], but is 0.75",
                "5 | 1         | open must be in (0, 1), but is 1.0",
                "5 | 0         | open must be in (0, 1), but is 0.0",
                "7 | NaN       | free must be finite, but is NaN",
                "7 | -Infinity | free must be finite, but is -Infinity",
                "0 | NaN       | least must be finite, but is NaN"
            })
    void valueOutOfRange_isRejected_withValueAndLimit(int index, double value, String message) {
        Object[] components = {0.0, 1e-300, 1.0, 0.999, -1.0, 0.5, 1, -1e300};
        assertDoesNotThrow(() -> Constraints.check(Bounded.class, components));
        components[index] = value;
        assertEquals(message, rejection(Bounded.class, components));
    }

    @Test
    void wholeNumbers_areShownWithoutADot() {
        assertEquals(
                "count must be ≥ 1, but is 0", rejection(Bounded.class, 0.0, 1e-300, 1.0, 0.999, -1.0, 0.5, 0, -1e300));
    }

    @Test
    void elements_areCheckedInListsMapsAndOptionals() {
        Constraints.check(Containers.class, List.of(1), Map.of("a", 1.0), Optional.empty(), "");
        assertEquals(
                "list.1 must be ≥ 0, but is -1",
                rejection(Containers.class, List.of(1, -1), Map.of(), Optional.empty(), ""));
        assertEquals(
                "map.a must be ≥ 0, but is -1.0",
                rejection(Containers.class, List.of(), Map.of("a", -1.0), Optional.empty(), ""));
        assertEquals(
                "optional must be ≥ 0, but is -2.0",
                rejection(Containers.class, List.of(), Map.of(), Optional.of(-2.0), ""));
    }

    @Test
    void null_isRejected() {
        assertEquals("text must not be null", rejection(Containers.class, List.of(), Map.of(), Optional.empty(), null));
        assertEquals(
                "list.0 must not be null",
                rejection(Containers.class, Arrays.asList((Object) null), Map.of(), Optional.empty(), ""));
    }

    @Test
    void aRecordBuiltFromJava_isCheckedLikeOneFromYaml() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> new Fixture.Sgd(0.1, 1.5, false));
        assertEquals("momentum must be in [0, 1), but is 1.5", e.getMessage());
    }

    @Test
    void forgettingAComponent_isAMistakeOfOurs() {
        assertThrows(IllegalStateException.class, () -> Constraints.check(Containers.class, List.of()));
    }

    private record Formed(
            @Form(pattern = "[a-z]+", words = "letters") String text,
            @Form(least = 2) List<Integer> two,
            @Form(least = 1, distinct = true) List<Integer> distinct) {}

    @Test
    void formsOfTextsAndLists_areChecked() {
        assertDoesNotThrow(() -> Constraints.check(Formed.class, "abc", List.of(1, 1), List.of(1)));
        assertEquals("text must be letters, but is 'A'", rejection(Formed.class, "A", List.of(1, 1), List.of(1)));
        assertEquals("two must have at least 2 elements", rejection(Formed.class, "a", List.of(1), List.of(1)));
        assertEquals("distinct must have at least one element", rejection(Formed.class, "a", List.of(1, 1), List.of()));
        assertEquals(
                "distinct must differ from one another, but are [1, 2, 1]",
                rejection(Formed.class, "a", List.of(1, 1), List.of(1, 2, 1)));
    }

    private static String rejection(Class<? extends Record> type, Object... components) {
        return assertThrows(IllegalArgumentException.class, () -> Constraints.check(type, components))
                .getMessage();
    }
}
