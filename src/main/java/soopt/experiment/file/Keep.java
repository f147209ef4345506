package soopt.experiment.file;

import java.util.OptionalInt;
import soopt.file.Shown;
import soopt.spec.Form;

/**
 * How many of the recorded moments stay: "all", "last", or the last N.
 *
 * @param moments the last so many, ≥ 1; empty for all
 */
@Form(pattern = "\\s*(all|last|0*[1-9][0-9]{0,8})\\s*", orCount = true, words = "all, last or a whole number ≥ 1")
public record Keep(OptionalInt moments) {
    private static final String COUNT = "0*[1-9][0-9]{0,8}";

    /** @throws IllegalArgumentException with the rest of a sentence: "must be all, last or …, but is '…'" */
    public static Keep parse(String text) {
        String word = text.strip();
        if (word.equals("all")) {
            return new Keep(OptionalInt.empty());
        }
        if (!word.equals("last") && !word.matches(COUNT)) {
            throw new IllegalArgumentException(
                    "must be all, last or a whole number from 1 to 999999999, but is " + Shown.quoted(text));
        }
        return new Keep(OptionalInt.of(word.equals("last") ? 1 : Integer.parseInt(word)));
    }

    /** A text that {@link #parse} reads to this. */
    @Override
    public String toString() {
        return moments.isEmpty() ? "all" : moments.getAsInt() == 1 ? "last" : "" + moments.getAsInt();
    }
}
