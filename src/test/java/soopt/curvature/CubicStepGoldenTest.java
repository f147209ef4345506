package soopt.curvature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import soopt.Golden;
import soopt.curvature.CubicStep.Status;

/** The cubic step against solutions in 60 digits (mpmath) and against what the public code of the paper finds. */
final class CubicStepGoldenTest {
    private static final Map<String, Status> REASONS = Map.of(
            "lambda_int = 0", Status.NOT_POSITIVE_DEFINITE,
            "H not positive definite on ker(D)", Status.UNBOUNDED,
            "hard case", Status.HARD_CASE,
            "g = 0", Status.ZERO_GRADIENT);

    private static List<JsonNode> cases() {
        List<JsonNode> cases = new ArrayList<>();
        for (var file : Golden.files("nesterov")) {
            JsonNode json = Golden.read(file);
            if (json.has("cases")) {
                cases.addAll(Golden.list(json.get("cases")));
            } else {
                assertEquals("author_outcome", Golden.name(file), "unknown kind of file in nesterov/");
            }
        }
        return cases;
    }

    private static CubicStep.Outcome solve(JsonNode golden) {
        return CubicStep.solveWithScale(
                Golden.matrix(golden.get("H")),
                Golden.numbers(golden.get("g")),
                Golden.numbers(golden.get("D")),
                golden.get("lambda_int").doubleValue());
    }

    @TestFactory
    Stream<DynamicTest> step_equalsSixtyDigitSolution() {
        return cases().stream().map(golden -> dynamicTest(golden.get("name").asText(), () -> compare(golden)));
    }

    private static void compare(JsonNode golden) {
        CubicStep.Outcome outcome = solve(golden);
        assertEquals(
                golden.get("found").booleanValue(),
                outcome.found(),
                outcome.status().words());
        assertEquals(golden.get("H_pd").booleanValue(), outcome.hessianPositiveDefinite());
        if (golden.get("x0").isNumber() && !outcome.status().equals(Status.NOT_POSITIVE_DEFINITE)) {
            double scale = outcome.found() ? Math.max(1e-300, outcome.r()) : 1;
            assertEquals(golden.get("x0").doubleValue() / scale, outcome.lowerBound() / scale, 1e-9, "x0");
        }
        if (outcome.found()) {
            compareSolution(golden, outcome);
        } else {
            String why = golden.get("why_not").asText();
            Status expected = REASONS.entrySet().stream()
                    .filter(reason -> why.startsWith(reason.getKey()))
                    .findFirst()
                    .map(Map.Entry::getValue)
                    .orElseThrow(() -> new AssertionError("unknown reason: " + why));
            assertEquals(expected, outcome.status(), why);
            assertEquals(0, Golden.maxAbs(outcome.eta()));
        }
    }

    private static void compareSolution(JsonNode golden, CubicStep.Outcome outcome) {
        double tolerance = golden.get("suggested_rtol").doubleValue();
        double[][] regularized = outcome.regularized();
        double[] weights = new double[outcome.eta().length];
        Arrays.setAll(weights, i -> Math.sqrt(regularized[i][i]));
        if (golden.has("compare_weights")) {
            weights = Golden.numbers(golden.get("compare_weights"));
        }
        compareWeighted(golden, outcome, weights, tolerance);
    }

    private static void compareWeighted(
            JsonNode golden, CubicStep.Outcome outcome, double[] weights, double tolerance) {
        double[] expected = Golden.numbers(golden.get("eta")).clone();
        double[] actual = outcome.eta();
        Arrays.setAll(expected, i -> weights[i] * expected[i]);
        Arrays.setAll(actual, i -> weights[i] * actual[i]);
        double etaError = Golden.relativeError(expected, actual);
        double rError = Golden.relativeError(golden.get("r").doubleValue(), outcome.r());
        double modelError = Golden.relativeError(golden.get("model_value").doubleValue(), outcome.modelValue());
        assertTrue(etaError <= tolerance, "eta: relative error " + etaError + " above " + tolerance);
        assertTrue(rError <= tolerance, "r: relative error " + rError + " above " + tolerance);
        assertTrue(modelError <= tolerance, "model: relative error " + modelError + " above " + tolerance);
    }

    @Test
    void everyCaseThatThePublicCodeSolves_isSolved() {
        JsonNode author = Golden.read("nesterov/author_outcome.json");
        Map<String, Boolean> ours = new TreeMap<>();
        cases().forEach(golden ->
                ours.put(golden.get("name").asText(), solve(golden).found()));
        List<String> missed = ours.keySet().stream()
                .filter(name -> author.path(name).path("found").asBoolean() && !ours.get(name))
                .toList();
        assertEquals(List.of(), missed);
        assertTrue(
                ours.keySet().stream()
                        .anyMatch(name -> ours.get(name)
                                && author.has(name)
                                && !author.get(name).get("found").booleanValue()),
                "the public code solves all that we do: the comparison shows nothing");
    }
}
