package soopt.optimizer.schedule;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import soopt.file.Shown;
import soopt.spec.Form;

/** A part of a run: "5 epochs" or "200 steps". */
@Form(
        pattern = "\\s*[0-9]{1,9}\\s*([eE][pP][oO][cC][hH][sS]?|[sS][tT][eE][pP][sS]?)\\s*",
        words = "like 5 epochs or 200 steps")
public record Span(long amount, Unit unit) {
    /** What is counted. */
    public enum Unit {
        EPOCH,
        STEP
    }

    /** What the text has digits for; as epochs of more steps than a run can take still a long. */
    private static final long MOST = 999_999_999;

    private static final Pattern TEXT = Pattern.compile("(\\d{1,9})\\s*(epoch|step)s?");

    public Span {
        if (amount < 0 || amount > MOST) {
            throw new IllegalArgumentException("must be in [0, " + MOST + "], but is " + amount);
        }
    }

    /** @throws IllegalArgumentException with the rest of a sentence: "must be like '5 epochs' or …, but is '…'" */
    public static Span parse(String text) {
        Matcher matcher = TEXT.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException("must be like '5 epochs' or '200 steps', but is " + Shown.quoted(text));
        }
        return new Span(Long.parseLong(matcher.group(1)), matcher.group(2).equals("epoch") ? Unit.EPOCH : Unit.STEP);
    }

    /** How many steps of a run these are. */
    long steps(Horizon run) {
        return unit == Unit.EPOCH ? amount * run.stepsPerEpoch() : amount;
    }

    /** @throws IllegalArgumentException if it is nothing */
    void requirePositive(String name) {
        if (amount == 0) {
            throw new IllegalArgumentException(name + " must be at least 1 step, but is '" + this + "'");
        }
    }

    /** What {@link #parse} reads to this. */
    @Override
    public String toString() {
        return amount + " " + unit.name().toLowerCase(Locale.ROOT) + (amount == 1 ? "" : "s");
    }
}
