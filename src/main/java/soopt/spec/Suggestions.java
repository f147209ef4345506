package soopt.spec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import soopt.file.Shown;
import soopt.spec.yaml.OverrideValues;
import soopt.spec.yaml.YamlNode;

/** The name the user may have meant. */
public final class Suggestions {
    /** What users of other programs call a key, by its letters: another word, too far to be taken for a slip. */
    private static final Map<String, List<String>> SYNONYMS = Map.ofEntries(
            Map.entry("lr", List.of("step-size")),
            Map.entry("learningrate", List.of("step-size")),
            Map.entry("rate", List.of("step-size")),
            Map.entry("eta", List.of("step-size")),
            Map.entry("wd", List.of("weight-decay")),
            Map.entry("l2", List.of("weight-decay")),
            Map.entry("decay", List.of("weight-decay")),
            Map.entry("bs", List.of("batch-size")),
            Map.entry("batch", List.of("batch-size")),
            Map.entry("minibatch", List.of("batch-size")),
            Map.entry("evalbatchsize", List.of("evaluation-batch-size")),
            Map.entry("maxepochs", List.of("epochs")),
            Map.entry("numepochs", List.of("epochs")),
            Map.entry("nepochs", List.of("epochs")),
            Map.entry("eps", List.of("epsilon")),
            Map.entry("layers", List.of("hidden")),
            Map.entry("hiddenlayers", List.of("hidden")),
            Map.entry("hiddensizes", List.of("hidden")),
            Map.entry("units", List.of("hidden")),
            Map.entry("nonlinearity", List.of("activation")),
            Map.entry("optim", List.of("optimizer")),
            Map.entry("method", List.of("optimizer")),
            Map.entry("algorithm", List.of("optimizer")),
            Map.entry("data", List.of("dataset")),
            Map.entry("net", List.of("model")),
            Map.entry("network", List.of("model")),
            Map.entry("architecture", List.of("model")),
            Map.entry("name", List.of("experiment", "type")),
            Map.entry("kind", List.of("type")),
            Map.entry("dtype", List.of("precision")),
            Map.entry("gpu", List.of("device")),
            Map.entry("workers", List.of("threads")),
            Map.entry("numthreads", List.of("threads")),
            Map.entry("train", List.of("training")),
            Map.entry("scheduler", List.of("schedule", "plateau")),
            Map.entry("lrscheduler", List.of("schedule", "plateau")),
            Map.entry("lrschedule", List.of("schedule", "plateau")),
            Map.entry("reducelronplateau", List.of("plateau")),
            Map.entry("warmupsteps", List.of("warm-up")),
            Map.entry("warmupepochs", List.of("warm-up")),
            Map.entry("tmax", List.of("over")),
            Map.entry("totaliters", List.of("over")),
            Map.entry("gamma", List.of("factor")));

    /** The end of a message about a key that is given more than one value. */
    private static final String SWEEP = "; several values: use soopt sweep";

    private Suggestions() {}

    /** {@code "; did you mean 'step-size'?"}, or nothing if no name is near. */
    public static String didYouMean(String given, Collection<String> known) {
        return nearest(given, known)
                .map(name -> "; did you mean " + Shown.quoted(name) + "?")
                .orElse("");
    }

    /** The one of the names that is written most like this or says the same, if any does. */
    public static Optional<String> nearest(String given, Collection<String> known) {
        Optional<String> same = same(given, known);
        if (same.isPresent()) {
            return same;
        }
        if (given.length() > Shown.LENGTH) {
            return Optional.empty();
        }
        String wanted = normalized(given);
        int limit = Math.max(1, given.length() / 3);
        return known.stream()
                .filter(name -> Math.abs(name.length() - wanted.length()) <= limit + 2)
                .filter(name -> distance(wanted, normalized(name)) <= limit)
                .filter(name -> distance(wanted, normalized(name)) < Math.max(wanted.length(), name.length()))
                .min(Comparator.comparingInt(name -> distance(wanted, normalized(name))));
    }

    /** The known name that is the same but for case, dashes and underscores, or that a synonym stands for. */
    static Optional<String> same(String given, Collection<String> known) {
        if (given.length() > Shown.LENGTH) {
            return Optional.empty();
        }
        String wanted = letters(given);
        return known.stream()
                .filter(name -> letters(name).equals(wanted))
                .findFirst()
                .or(() -> SYNONYMS.getOrDefault(wanted, List.of()).stream()
                        .filter(known::contains)
                        .findFirst());
    }

    /** Whether it is one of the names, but for case, dashes and underscores. */
    static boolean spells(String given, String[] names) {
        return Arrays.stream(names).anyMatch(name -> letters(name).equals(letters(given)));
    }

    /** What to do with values that stand where one is due, separated by commas or in a list. */
    static String several(Class<?> type, YamlNode node) {
        List<YamlNode> parts = new ArrayList<>();
        if (node instanceof YamlNode.Sequence sequence) {
            parts.addAll(sequence.elements());
        } else if (node instanceof YamlNode.Scalar scalar && scalar.plain()) {
            Arrays.stream(scalar.text().split(",", -1))
                    .map(part -> new YamlNode.Scalar(scalar.mark(), part.strip(), true))
                    .forEach(parts::add);
        }
        if (node instanceof YamlNode.Scalar scalar && scalar.plain() && OverrideValues.isForm(scalar.text())) {
            return SWEEP;
        }
        boolean isSeveral = parts.size() > 1 && parts.stream().allMatch(part -> isOne(type, part));
        return isSeveral ? SWEEP : "";
    }

    private static boolean isOne(Class<?> type, YamlNode node) {
        if (type.isSealed()) {
            return ChoiceReader.read(type, node, "").chosen().isPresent();
        }
        try {
            ScalarReader.read(type, node, List.of());
            return true;
        } catch (IllegalArgumentException notOfThisType) {
            return false;
        }
    }

    private static String letters(String name) {
        return normalized(name).replace("-", "");
    }

    /** So that {@code step_size}, {@code stepSize} and {@code STEP-SIZE} all are {@code step-size}. */
    private static String normalized(String name) {
        String kebab = name.equals(name.toUpperCase(Locale.ROOT)) ? name : Choices.kebab(name);
        return kebab.toLowerCase(Locale.ROOT).replace('_', '-').replace(' ', '-');
    }

    /** Damerau–Levenshtein distance with adjacent transpositions (optimal string alignment). */
    static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int substitution = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                d[i][j] = Math.min(substitution, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
                if (isTransposition(a, b, i, j)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }

    private static boolean isTransposition(String a, String b, int i, int j) {
        return i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    }
}
