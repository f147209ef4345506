package soopt.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import soopt.cli.options.Version;
import soopt.cli.terminal.Table;
import soopt.cli.terminal.Terminal;
import soopt.cli.terminal.Text;
import soopt.file.JsonObject;
import soopt.gym.Exercise;
import soopt.gym.Result;
import soopt.gym.Settings;
import soopt.spec.Choices;
import soopt.spec.SpecWriter;

/** The results of the gym, as text and as JSON. */
record GymReport(double limit, List<Exercise> exercises, Map<String, Settings.Method> methods, List<Result> results) {
    String text() {
        StringBuilder text = new StringBuilder();
        List<Exercise> band = new ArrayList<>();
        for (Exercise exercise : exercises) {
            band.add(exercise);
            if (band.size() > 1 && width(band) > Terminal.resultColumns()) {
                band.remove(band.size() - 1);
                text.append(table(band)).append(System.lineSeparator());
                band = new ArrayList<>(List.of(exercise));
            }
        }
        text.append(table(band)).append(System.lineSeparator());
        text.append(Text.shown("gradient equivalents to the tolerance; * with settings for this problem alone"))
                .append(System.lineSeparator());
        String reasons = reasons();
        if (!reasons.isEmpty()) {
            text.append(System.lineSeparator()).append(reasons);
        }
        return text.toString();
    }

    private int width(List<Exercise> band) {
        return table(band)
                .lines()
                .mapToInt(line -> line.codePointCount(0, line.length()))
                .max()
                .orElse(0);
    }

    private String table(List<Exercise> band) {
        List<String> header = new ArrayList<>(List.of(""));
        band.forEach(exercise -> header.add(exercise.name()));
        Table table = new Table(header.toArray(String[]::new));
        for (String method : methods.keySet()) {
            List<String> row = new ArrayList<>(List.of(method));
            for (Exercise exercise : band) {
                row.add(cell(result(method, exercise.name())));
            }
            table.row(row.toArray());
        }
        return table.text("");
    }

    private Result result(String method, String exercise) {
        return results.stream()
                .filter(result ->
                        result.method().equals(method) && result.exercise().equals(exercise))
                .findFirst()
                .orElseThrow();
    }

    private static String cell(Result result) {
        String mark = result.tuned() ? "*" : "";
        return result.outcome() == Result.Outcome.PASSED
                ? String.format(Locale.ROOT, "%.0f%s", result.equivalents(), mark)
                : result.outcome().word() + mark;
    }

    /** A line for each method and each reason it did not pass for, with the problems. */
    private String reasons() {
        Map<List<String>, List<String>> problems = new LinkedHashMap<>();
        for (Result result : results) {
            if (result.outcome() != Result.Outcome.PASSED) {
                List<String> reason = List.of(result.method(), result.outcome().word() + ": " + result.why());
                problems.computeIfAbsent(reason, key -> new ArrayList<>()).add(result.exercise());
            }
        }
        Table table = new Table("", "", "");
        problems.forEach((reason, names) -> table.row(reason.get(0), shortened(names), reason.get(1)));
        return table.isEmpty() ? "" : table.shown("");
    }

    private String shortened(List<String> names) {
        return names.size() > 1 ? names.size() + " problems" : names.get(0);
    }

    String json() {
        List<JsonObject> problems = exercises.stream()
                .map(exercise -> new JsonObject()
                        .put("name", exercise.name())
                        .put("doc", exercise.doc())
                        .put("minimum", exercise.minimum())
                        .put("tolerance", exercise.tolerance()))
                .toList();
        return new JsonObject()
                .put("program", "soopt")
                .put("version", Version.text())
                .put("limit", limit)
                .putObjects("problems", problems)
                .putObjects("results", results.stream().map(this::json).toList())
                .pretty();
    }

    private static JsonObject settings(Settings.Choice choice) {
        return new JsonObject()
                .put("type", Choices.name(choice.optimizer().getClass()))
                .putAll(JsonObject.of(SpecWriter.toJson(choice.optimizer())));
    }

    private JsonObject json(Result result) {
        Settings.Choice choice = methods.get(result.method()).forProblem(result.exercise());
        return new JsonObject()
                .put("optimizer", result.method())
                .put("problem", result.exercise())
                .put("settings", settings(choice))
                .put("tuned", result.tuned())
                .put("outcome", result.outcome().word())
                .put("why", result.why())
                .put("gradient_equivalents", result.equivalents())
                .put("gap", result.gap())
                .put("steps", result.steps())
                .put("losses", result.losses())
                .put("gradients", result.gradients())
                .put("products", result.products())
                .put("summaries", result.summaries());
    }
}
