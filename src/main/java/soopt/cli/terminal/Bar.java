package soopt.cli.terminal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What can be said of one piece of work on one line.
 *
 * @param unit name of what is counted, e.g. " steps" or " MiB"
 * @param unitSize how much of what is counted makes one unit
 * @param total how much there is to do; −1 if that is not known
 * @param from how much of it was done before
 */
record Bar(String task, String unit, long unitSize, long total, long from) {
    private static final int LEAST_CELLS = 6;
    private static final int MOST_CELLS = 30;
    private static final String EIGHTHS = " ▏▎▍▌▋▊▉";
    private static final int PICTURE = 2;
    private static final int RATE = 4;
    /** Places in the line: the count, the task, the time left, the share. */
    private static final int[] GO_FIRST = {3, 0, 5, 1};

    Bar(String task, String unit, long unitSize, long total) {
        this(task, unit, unitSize, total, 0);
    }

    /**
     * Fills the columns as well as it can: the message and the share done stay longest, the rate and the picture go
     * first.
     *
     * @param done of the total
     * @param seconds since the beginning
     */
    String line(long done, double seconds, String message, int columns) {
        String share = total > 0 ? percent(done) : "";
        String left = total > 0 ? "ETA " + left(done, seconds) : Bar.clock(Math.round(seconds));
        List<String> words = new ArrayList<>(List.of(task, share, "", count(done), rate(done, seconds), left, message));
        if (length(words) + 1 + LEAST_CELLS > columns) {
            words.set(RATE, "");
        }
        for (int next = 0; next < GO_FIRST.length && length(words) > columns; next++) {
            words.set(GO_FIRST[next], "");
        }
        int cells = Math.min(MOST_CELLS, columns - length(words) - 1);
        if (total > 0 && cells >= LEAST_CELLS) {
            words.set(PICTURE, picture(Math.min(1, done / (double) total), cells));
        }
        return Text.cut(join(words), columns);
    }

    /** The same for a log file, where nothing is cut. */
    String plain(long done, double seconds, String message) {
        String text;
        if (total <= 0) {
            text = task + " " + count(done);
        } else if (done == 0) {
            text = task + " 0 % (0 of " + scaled(total) + unit + ")";
        } else {
            text = task + " " + percent(done) + " (" + scaled(done) + " of " + scaled(total) + unit + ", "
                    + rate(done, seconds) + ", ETA " + left(done, seconds) + ")";
        }
        return message.isEmpty() ? text : text + " " + message;
    }

    private static int length(List<String> words) {
        return Text.columns(join(words));
    }

    private static String join(List<String> words) {
        return String.join(" ", words.stream().filter(word -> !word.isEmpty()).toList());
    }

    private String percent(long done) {
        return 100 * done / total + " %";
    }

    private String count(long done) {
        return scaled(done) + (total > 0 ? "/" + scaled(total) : "") + unit;
    }

    private long scaled(long amount) {
        return amount / unitSize;
    }

    private String rate(long done, double seconds) {
        double rate = seconds > 0 ? (done - from) / (double) unitSize / seconds : 0;
        String format = rate >= 100 ? "%.0f/s" : rate >= 10 ? "%.1f/s" : "%.2f/s";
        return String.format(Locale.ROOT, format, rate);
    }

    private String left(long done, double seconds) {
        return done <= from ? "-" : clock(Math.round(seconds * (total - done) / (done - from)));
    }

    private static String picture(double share, int cells) {
        int eighths = (int) (share * (cells - 2) * EIGHTHS.length());
        int full = eighths / EIGHTHS.length();
        String part =
                full < cells - 2 ? EIGHTHS.substring(eighths % EIGHTHS.length()).substring(0, 1) : "";
        return "│" + "█".repeat(full) + part + " ".repeat(cells - 2 - full - part.length()) + "│";
    }

    /** 75 seconds as 1:15. */
    static String clock(long seconds) {
        Duration time = Duration.ofSeconds(Math.max(0, seconds));
        return time.toHours() > 0
                ? String.format(Locale.ROOT, "%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart())
                : String.format(Locale.ROOT, "%d:%02d", time.toMinutes(), time.toSecondsPart());
    }
}
