package soopt.cli.terminal;

import java.io.PrintWriter;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import soopt.file.Shown;

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
    /** Redraws the bar while a step takes long; it waits for nobody but this object's lock, and nobody waits for it. */
    private ScheduledExecutorService clock;

    private Bar bar;
    private boolean shown;
    private long done;
    private String message = "";
    private long began;
    private long drawn;

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
    public void begin(String name, String unitName, long unitSize, long total) {
        begin(name, unitName, unitSize, total, 0);
    }

    /**
     * The same for work that goes on.
     *
     * @param from how much of it was done before: it says nothing of the pace
     */
    public synchronized void begin(String name, String unitName, long unitSize, long total, long from) {
        end();
        bar = new Bar(Shown.line(name), unitName, unitSize, total, from);
        done = from;
        message = "";
        began = System.nanoTime();
        drawn = began;
        if (interactive) {
            draw();
            startClock();
        }
    }

    private void startClock() {
        if (clock == null) {
            clock = Executors.newSingleThreadScheduledExecutor(task -> {
                Thread thread = new Thread(task, "status line");
                thread.setDaemon(true);
                return thread;
            });
            clock.scheduleWithFixedDelay(this::draw, BAR_MILLISECONDS, BAR_MILLISECONDS, TimeUnit.MILLISECONDS);
        }
    }

    /** So much is done in all; the message stands behind the numbers. */
    public synchronized void reached(long soMuch, String text) {
        done = soMuch;
        message = Shown.line(text);
        if (bar != null && !interactive && System.nanoTime() - drawn >= PLAIN_SECONDS * 1_000_000_000L) {
            drawn = System.nanoTime();
            out.println(bar.plain(done, (drawn - began) / 1e9, message));
            out.flush();
        }
    }

    /** Prints a line that stays. */
    public synchronized void line(String text) {
        erase();
        out.println(text);
        out.flush();
        drawn = System.nanoTime();
        if (interactive) {
            draw();
        }
    }

    private synchronized void draw() {
        if (bar != null) {
            double seconds = (System.nanoTime() - began) / 1e9;
            Console.control(out, ERASE);
            out.print(bar.line(done, seconds, message, Math.max(20, Terminal.columns() - 1)));
            out.flush();
            shown = true;
        }
    }

    private void erase() {
        if (shown) {
            Console.control(out, ERASE);
            out.flush();
            shown = false;
        }
    }

    /** Ends the piece of work under way; a bar disappears. */
    public synchronized void end() {
        erase();
        bar = null;
    }

    /** 75 seconds as 1:15. */
    public static String clock(long seconds) {
        return Bar.clock(seconds);
    }

    @Override
    public synchronized void close() {
        end();
        if (clock != null) {
            clock.shutdownNow();
            clock = null;
        }
    }
}
