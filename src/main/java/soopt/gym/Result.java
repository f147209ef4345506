package soopt.gym;

import java.util.List;
import soopt.file.Column;

/**
 * How one method fared with one problem.
 *
 * @param method its name
 * @param exercise the problem's name
 * @param tuned whether the settings are for this problem alone
 * @param why one line; empty where it passed
 * @param gap (loss − minimum) / (loss at the start − minimum) at the end
 * @param equivalents work in gradients
 */
public record Result(
        String method,
        String exercise,
        boolean tuned,
        Outcome outcome,
        String why,
        double gap,
        long steps,
        double equivalents,
        long losses,
        long gradients,
        long products,
        long summaries) {
    /** How an attempt ended. */
    public enum Outcome {
        /** The loss came within the tolerance. */
        PASSED("passed"),
        /** The work allowed is used up. */
        LIMIT("limit"),
        /** Steps that do not move, or a stationary point that is not the minimum. */
        STALLED("stalled"),
        /** A number that is not finite, or a loss beyond all bounds. */
        DIVERGED("diverged"),
        /** The method does not take the problem, in its own words. */
        REFUSED("refused"),
        /** The problem has not what the method is made for. */
        NOT_APPLICABLE("-");

        private final String word;

        Outcome(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    /** The columns of the table as a file. */
    public static final List<Column<Result>> COLUMNS = List.of(
            new Column<>("optimizer", Result::method, "the method"),
            new Column<>("problem", Result::exercise, "the problem"),
            new Column<>("tuned", Result::tuned, "whether its settings are for this problem alone"),
            new Column<>("outcome", r -> r.outcome().word(), "passed, limit, stalled, diverged, refused or -"),
            new Column<>("gradient_equivalents", Result::equivalents, "work in gradients"),
            new Column<>("gap", Result::gap, "part of the loss above the minimum that is left"),
            new Column<>("steps", Result::steps, "steps taken"),
            new Column<>("losses", Result::losses, "losses evaluated"),
            new Column<>("gradients", Result::gradients, "gradients"),
            new Column<>(
                    "products", Result::products, "products with the Hessian, Gauss and Newton's or Fisher's matrix"),
            new Column<>("summaries", Result::summaries, "summaries along groups"),
            new Column<>("why", Result::why, "why it did not pass"));
}
