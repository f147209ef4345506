package soopt.gym;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.engine.Backends;
import soopt.file.CsvTable;
import soopt.gym.Result.Outcome;
import soopt.model.Initialization;
import soopt.model.SmallConvolution;
import soopt.optimizer.Optimizer;
import soopt.spec.Choices;

/**
 * The contract of convergence: every method on every problem does what expected.csv says, within its bound of gradient
 * equivalents, half more than was measured when the line was written.
 */
final class GymTest {
    private static final double LIMIT = 10_000;
    private static final Path EXPECTED = Path.of("src/test/resources/gym/expected.csv");

    /** What every method must reach, unless it is made for networks alone. */
    private static final List<String> CLAIMED =
            List.of("quadratic", "rosenbrock-2", "logistic", "softmax-network", "convolution");

    /** Steepest descent zigzags along the valley: 1e4 gradients leave 1.6e-6, not 1e-8. */
    private static final Set<String> UNCLAIMED = Set.of("cauchy rosenbrock-2");

    private static final Backend BACKEND = Backends.cpu(Precision.FLOAT64, 1);
    private static final Settings SETTINGS = Settings.load();
    private static final Map<String, Result> RESULTS = new LinkedHashMap<>();

    @BeforeAll
    static void attemptAll() {
        for (String method : methods()) {
            for (Exercise exercise : exercises()) {
                Result result = Attempt.of(
                        method, SETTINGS.method(method).forProblem(exercise.name()), exercise, BACKEND, LIMIT);
                RESULTS.put(method + " " + exercise.name(), result);
            }
        }
    }

    @AfterAll
    static void close() {
        BACKEND.close();
    }

    private static List<String> methods() {
        return Choices.of(Optimizer.class).stream().map(Choices.Choice::name).toList();
    }

    private static List<Exercise> exercises() {
        List<Exercise> exercises = new ArrayList<>(Exercises.all());
        exercises.add(convolution());
        return exercises;
    }

    /** 30 images of noise in which a row, a column or a diagonal is brighter, which their labels say. */
    private static Exercise convolution() {
        int pixels = 36;
        double[] noise = Grounds.uniforms("images", 0, 30 * pixels);
        return new Exercise(
                "convolution",
                "a small convolution",
                0,
                0.05,
                1,
                true,
                backend -> Grounds.network(
                        backend,
                        SmallConvolution.network(),
                        new Initialization(1, 0, Optional.empty()),
                        30,
                        pixels,
                        i -> 0.3 * noise[i] + (isBright(i / pixels, i % pixels / 6, i % 6) ? 1.5 : 0),
                        n -> n % 3));
    }

    private static boolean isBright(int image, int row, int column) {
        int place = image / 3 % 6;
        return switch (image % 3) {
            case 0 -> row == place;
            case 1 -> column == place;
            default -> (row + place) % 6 == column;
        };
    }

    @Test
    void everyPermittedOptimizer_hasSettings_andNoOther() {
        assertEquals(new TreeSet<>(methods()), new TreeSet<>(SETTINGS.methods().keySet()), Settings.FILE);
        SETTINGS.methods().forEach((name, method) -> {
            assertEquals(name, Choices.name(method.optimizer().getClass()));
            method.tuned()
                    .ifPresent(tuned -> tuned.forEach((problem, optimizer) -> {
                        assertEquals(name, Choices.name(optimizer.getClass()));
                        assertTrue(exercises().stream().anyMatch(e -> e.name().equals(problem)), name + ": " + problem);
                    }));
        });
    }

    @Test
    void everyMethod_reachesWhatItClaims() {
        for (String method : methods()) {
            for (String problem : CLAIMED) {
                Result result = RESULTS.get(method + " " + problem);
                boolean claimed =
                        result.outcome() != Outcome.NOT_APPLICABLE && !UNCLAIMED.contains(method + " " + problem);
                assertTrue(!claimed || result.outcome() == Outcome.PASSED, result.toString());
            }
            assertEquals(
                    Outcome.PASSED, RESULTS.get(method + " softmax-network").outcome(), method);
        }
    }

    /** To renew the file: what the message shows under "measured", with bounds half above. */
    @Test
    void table_isAsExpected_andWithinItsBounds() {
        CsvTable table = CsvTable.read(EXPECTED);
        Map<String, String> expected = new LinkedHashMap<>();
        Map<String, Double> bounds = new LinkedHashMap<>();
        for (int row = 0; row < table.size(); row++) {
            String key = table.text(row, "optimizer") + " " + table.text(row, "problem");
            expected.put(key, table.text(row, "outcome"));
            bounds.put(key, table.number(row, "bound"));
        }
        Map<String, String> measured = RESULTS.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        entry -> entry.getValue().outcome().word(),
                        (one, other) -> one,
                        LinkedHashMap::new));
        assertEquals(
                lines(expected),
                lines(measured),
                () -> "\n\nexpected\n" + matrix(expected) + "\nmeasured\n" + matrix(measured) + "\nnew file\n"
                        + renewed());
        RESULTS.forEach((key, result) -> assertTrue(
                result.outcome() != Outcome.PASSED || result.equivalents() <= bounds.get(key),
                () -> key + " took " + result.equivalents() + " gradients, more than " + bounds.get(key)));
    }

    private static Set<String> lines(Map<String, String> table) {
        return table.entrySet().stream()
                .map(entry -> entry.getKey() + ": " + entry.getValue())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String matrix(Map<String, String> table) {
        StringBuilder text = new StringBuilder(String.format("%-20s", ""));
        exercises().forEach(exercise -> text.append(String.format("%-16s", exercise.name())));
        for (String method : methods()) {
            text.append(String.format("%n%-20s", method));
            for (Exercise exercise : exercises()) {
                text.append(String.format("%-16s", table.getOrDefault(method + " " + exercise.name(), "?")));
            }
        }
        return text.append('\n').toString();
    }

    private static String renewed() {
        return RESULTS.values().stream()
                .map(r -> String.format(
                        Locale.ROOT,
                        "%s,%s,%s,%s",
                        r.method(),
                        r.exercise(),
                        r.outcome().word(),
                        r.outcome() == Outcome.PASSED ? (int) Math.ceil(1.5 * r.equivalents()) : ""))
                .collect(Collectors.joining("\n", "optimizer,problem,outcome,bound\n", "\n"));
    }

    @Test
    void attempts_areTheSameEveryTime() {
        for (String name : List.of("noisy-quadratic", "softmax-network")) {
            Exercise exercise = exercises().stream()
                    .filter(one -> one.name().equals(name))
                    .findFirst()
                    .orElseThrow();
            for (String method : List.of("adam", "newton")) {
                Settings.Choice choice = SETTINGS.method(method).forProblem(name);
                assertEquals(RESULTS.get(method + " " + name), Attempt.of(method, choice, exercise, BACKEND, LIMIT));
            }
        }
    }

    @Test
    void memory_isGivenBack() {
        assertEquals(0, BACKEND.memory().liveBytes());
    }

    @Test
    void missingSettings_areDemandedByName() {
        Settings none = new Settings(Map.of());
        IllegalStateException missing = assertThrows(IllegalStateException.class, () -> none.method("sgd"));
        assertEquals("sgd has no settings for the gym: add an entry to " + Settings.FILE, missing.getMessage());
    }
}
