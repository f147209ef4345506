package soopt.spec.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpecExceptionTest {
    @Test
    void mistakesOfAKey_getItsPlace() {
        SpecException of = SpecException.of("model", List.of("is wrong", "and more"));
        assertEquals(List.of("model: is wrong", "model: and more"), of.problems());
        SpecException placed = of.placed(key -> Mark.inFile("f.yaml", 3, key.length()));
        assertEquals(List.of("f.yaml:3:5: model: and more", "f.yaml:3:5: model: is wrong"), sorted(placed.problems()));
        SpecException plain = new SpecException("f.yaml: is empty");
        assertSame(plain, plain.placed(key -> Mark.inFile("f.yaml", 1, 1)));
    }

    private static List<String> sorted(List<String> lines) {
        return lines.stream().sorted().toList();
    }

    @Test
    void mistakesWithAKey_keepIt() {
        SpecException of = SpecException.of("model", List.of("is wrong"));
        assertSame(of, of.under("optimizer"));
        assertEquals(
                List.of("optimizer: is bad"),
                new SpecException("is bad").under("optimizer").problems());
    }

    @Test
    void aHundredMistakes_areAllTold_andOfMoreTheFirst() {
        List<Problem> problems = new ArrayList<>();
        for (int i = 1; i <= 100; i++) {
            problems.add(new Problem(Mark.inFile("f.yaml", i, 1), "is wrong"));
        }
        assertEquals(100, Problem.exception(problems).problems().size());
        problems.add(new Problem(Mark.inFile("f.yaml", 101, 1), "is wrong"));
        problems.add(new Problem(Mark.inFile("f.yaml", 102, 1), "is wrong"));
        List<String> lines = Problem.exception(problems).problems();
        assertEquals(101, lines.size());
        assertEquals("f.yaml:100:1: is wrong", lines.get(99));
        assertEquals("and 2 more mistakes", lines.get(100));
        assertTrue(
                Problem.exception(problems.subList(0, 101)).problems().get(100).equals("and 1 more mistake"));
    }

    @Test
    void deepPaths_endWhereTheyAreLong() {
        String path = "a".repeat(60);
        assertEquals("a.b", Paths.join("a", "b"));
        assertEquals("''", Paths.join("", ""));
        String deep = Paths.join(Paths.join(Paths.join(path, path), path), "x".repeat(100));
        assertEquals(path + "." + path + "." + path + "." + "x".repeat(60) + "…", deep);
        assertEquals(deep, Paths.join(deep, "more"));
        assertEquals("y".repeat(200) + ".z", Paths.join("y".repeat(200), "z"));
        assertEquals("y".repeat(201), Paths.join("y".repeat(201), "z"));
    }
}
