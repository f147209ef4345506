package soopt.cli.terminal;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Progress of one piece of work after another: on a terminal a bar on the last line, under the lines printed; elsewhere
 * a plain line every {@value #PLAIN_SECONDS} seconds, so that log files stay short.
 */
public final class StatusLine implements AutoCloseable {
    private static final int PLAIN_SECONDS = 10;
    private static final int BAR_MILLISECONDS = 200;
    private static final String ERASE = "\r\u001b[K";

    private final PrintWriter out;
    private final boolean interactive;
    private ProgressBar bar;
    private String shown = "";
    private String task = "";
    private String unit = "";
    private long maximum;
    private long began;
    private long lastPlain;

    public StatusLine(PrintWriter out, boolean interactive) {
        this.out = out;
        this.interactive = interactive;
    }

    /**
     * Ends what was under way and begins a piece of work.
     *
     * @param unitName of what is counted, e.g. " steps" or " MiB"
     * @param unitSize how much of what is counted makes one unit
     * @param total how much there is to do; −1 if that is not known
     */
    public synchronized void begin(String name, String unitName, long unitSize, long total) {
        end();
        task = name;
        unit = unitName;
        maximum = total;
        began = System.nanoTime();
        lastPlain = began;
        if (interactive) {
            bar = new ProgressBarBuilder()
                    .setTaskName(name)
                    .setInitialMax(total)
                    .setUnit(unitName, unitSize)
                    .showSpeed()
                    .setUpdateIntervalMillis(BAR_MILLISECONDS)
                    .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                    .setConsumer(new DelegatingProgressBarConsumer(this::show, Math.max(20, Terminal.columns() - 1)))
                    .build();
        }
    }

    /** So much is done in all; the message stands behind the numbers. */
    public void reached(long done, String message) {
        ProgressBar current;
        synchronized (this) {
            current = bar;
            plain(done, message);
        }
        if (current != null) {
            current.stepTo(done);
            current.setExtraMessage(message.isEmpty() ? "" : " " + message);
        }
    }

    private void plain(long done, String message) {
        long now = System.nanoTime();
        if (interactive || task.isEmpty() || now - lastPlain < PLAIN_SECONDS * 1_000_000_000L) {
            return;
        }
        lastPlain = now;
        double seconds = (now - began) / 1e9;
        String text = String.format(Locale.ROOT, "%s %d", task, done);
        if (maximum > 0 && done == 0) {
            text = String.format(Locale.ROOT, "%s 0 %% (0 of %d%s)", task, maximum, unit);
        } else if (maximum > 0) {
            long left = Math.round(seconds * (maximum - done) / done);
            text = String.format(
                    Locale.ROOT,
                    "%s %d %% (%d of %d%s, %.1f/s, ETA %s)",
                    task,
                    100 * done / maximum,
                    done,
                    maximum,
                    unit,
                    done / seconds,
                    clock(left));
        }
        out.println(message.isEmpty() ? text : text + " " + message);
        out.flush();
    }

    /** Prints a line that stays. */
    public synchronized void line(String text) {
        out.println(bar == null ? text : ERASE + text);
        if (bar != null) {
            out.print(shown);
        }
        out.flush();
        lastPlain = System.nanoTime();
    }

    private synchronized void show(String text) {
        if (bar != null) {
            shown = text;
            out.print(ERASE + text);
            out.flush();
        }
    }

    /** Ends the piece of work under way; a bar disappears. */
    public void end() {
        ProgressBar last;
        synchronized (this) {
            last = bar;
            bar = null;
            task = "";
        }
        if (last != null) {
            last.close();
            out.print(ERASE);
            out.flush();
        }
    }

    /** 75 seconds as 1:15. */
    public static String clock(long seconds) {
        Duration duration = Duration.ofSeconds(seconds);
        return duration.toHours() > 0
                ? String.format(
                        Locale.ROOT,
                        "%d:%02d:%02d",
                        duration.toHours(),
                        duration.toMinutesPart(),
                        duration.toSecondsPart())
                : String.format(Locale.ROOT, "%d:%02d", duration.toMinutes(), duration.toSecondsPart());
    }

    @Override
    public void close() {
        end();
    }
}
