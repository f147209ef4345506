package soopt.spec;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import soopt.file.Shown;

/** The name the user may have meant. */
final class Suggestions {
    private Suggestions() {}

    /** {@code "; did you mean 'step-size'?"}, or nothing if no name is near. */
    static String didYouMean(String given, Collection<String> known) {
        return nearest(given, known)
                .map(name -> "; did you mean " + Shown.quoted(name) + "?")
                .orElse("");
    }

    static Optional<String> nearest(String given, Collection<String> known) {
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

    /** Whether it is one of the names, but for case, dashes and underscores. */
    static boolean spells(String given, String[] names) {
        return Arrays.stream(names).anyMatch(name -> letters(name).equals(letters(given)));
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
