package soopt.experiment.file;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import soopt.file.Shown;
import soopt.spec.Form;

/**
 * How often something is done: "1 epoch", "200 steps", "5 min" or "never".
 *
 * @param amount ≥ 1; for {@link Unit#NEVER} 0
 */
@Form(
        pattern =
                "\\s*(never|(?=[0-9]{1,9}[^0-9])0*[1-9][0-9]*\\s*([eE][pP][oO][cC][hH][sS]?|"
                        + "[sS][tT][eE][pP][sS]?|[sS]([eE][cC]([oO][nN][dD][sS]?)?)?|[mM][iI][nN]([uU][tT][eE][sS]?)?|[hH]([oO][uU][rR][sS]?)?))\\s*",
        words = "like 1 epoch, 200 steps or 5 min, or never")
public record Every(long amount, Unit unit) {
    /** What is counted. */
    public enum Unit {
        EPOCH,
        STEP,
        SECOND,
        NEVER
    }

    private static final Pattern TEXT =
            Pattern.compile("(\\d{1,9})\\s*(epochs?|steps?|s|sec|seconds?|min|minutes?|h|hours?)");

    public Every {
        if (unit == Unit.NEVER ? amount != 0 : amount < 1) {
            throw new IllegalArgumentException("must be at least once in 1, but is " + amount + " " + unit);
        }
    }

    /** @throws IllegalArgumentException with the rest of a sentence: "must be like '1 epoch', …, but is '…'" */
    public static Every parse(String text) {
        if (text.strip().equals("never")) {
            return new Every(0, Unit.NEVER);
        }
        Matcher matcher = TEXT.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches() || Long.parseLong(matcher.group(1)) == 0) {
            throw new IllegalArgumentException(
                    "must be like '1 epoch', '100 steps', '5 min', '30 s' or 'never', but is " + Shown.quoted(text));
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2).charAt(0)) {
            case 'e' -> new Every(amount, Unit.EPOCH);
            case 'm' -> new Every(60 * amount, Unit.SECOND);
            case 'h' -> new Every(3600 * amount, Unit.SECOND);
            default ->
                matcher.group(2).startsWith("st") ? new Every(amount, Unit.STEP) : new Every(amount, Unit.SECOND);
        };
    }

    /** Whether it is due after this step (counted from 1). */
    public boolean dueAfterStep(long step) {
        return unit == Unit.STEP && step % amount == 0;
    }

    /** Whether it is due after this epoch (counted from 1). */
    public boolean dueAfterEpoch(int epoch) {
        return unit == Unit.EPOCH && epoch % amount == 0;
    }

    /** Whether it is due when so many seconds have passed since it was done. */
    public boolean dueAfterSeconds(double seconds) {
        return unit == Unit.SECOND && seconds >= amount;
    }

    /** @throws IllegalArgumentException if it counts time */
    void requireCount(String name) {
        if (unit == Unit.SECOND) {
            throw new IllegalArgumentException(
                    name + " must count epochs or steps, so that two runs write the same rows, but is '" + this + "'");
        }
    }

    public boolean isNever() {
        return unit == Unit.NEVER;
    }

    /** The shortest text that {@link #parse} reads to this. */
    @Override
    public String toString() {
        return switch (unit) {
            case NEVER -> "never";
            case EPOCH -> amount + (amount == 1 ? " epoch" : " epochs");
            case STEP -> amount + (amount == 1 ? " step" : " steps");
            case SECOND -> seconds();
        };
    }

    /** In minutes if they are whole, in hours where that would have more digits than are read. */
    private String seconds() {
        if (amount % 60 != 0) {
            return amount + " s";
        }
        return amount / 60 > 999_999_999 ? amount / 3600 + " h" : amount / 60 + " min";
    }
}
