package soopt.report.reproduce;

import java.util.Locale;

/**
 * What runs say of a claim.
 *
 * @param outcome whether it holds
 * @param number what was measured, in words: "off-block share .64"
 * @param reason why it came out so where the number does not say it; may be empty
 */
public record Verdict(Outcome outcome, String number, String reason) {
    /** Whether a claim holds. */
    public enum Outcome {
        HOLDS,
        FAILS,
        UNDECIDED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Verdict of(boolean holds, String number) {
        return new Verdict(holds ? Outcome.HOLDS : Outcome.FAILS, number, "");
    }

    /** Between two limits nothing is said. */
    static Verdict between(double value, double fails, double holds, String number) {
        boolean rising = holds > fails;
        if (Double.isNaN(value)) {
            return undecided(number, "nothing was measured");
        }
        if (rising ? value >= holds : value <= holds) {
            return of(true, number);
        }
        return (rising ? value <= fails : value >= fails)
                ? of(false, number)
                : undecided(
                        number,
                        String.format(
                                Locale.ROOT,
                                "between %.3g and %.3g nothing is said",
                                Math.min(fails, holds),
                                Math.max(fails, holds)));
    }

    static Verdict undecided(String number, String reason) {
        return new Verdict(Outcome.UNDECIDED, number, reason);
    }

    /** The same number where the runs were too small to say anything. */
    Verdict tooSmall(Scale needed) {
        return undecided(
                number,
                "not decidable at this scale: " + (reason.isEmpty() ? "" : reason + "; ") + "at " + needed
                        + " it would be '" + outcome + "'");
    }
}
