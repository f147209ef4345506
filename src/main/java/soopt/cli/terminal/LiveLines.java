package soopt.cli.terminal;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Lines that stay, and under them on a terminal some that are drawn anew several times a second. */
public final class LiveLines implements AutoCloseable {
    private static final int REDRAW_MILLISECONDS = 250;
    private static final String UP_AND_ERASE = "\u001b[1A\r\u001b[J";

    private final PrintWriter out;
    private final boolean interactive;
    private final ScheduledExecutorService clock;
    private Supplier<List<String>> live = List::of;
    private int shown;
    private boolean closed;

    public LiveLines(PrintWriter out, boolean interactive) {
        this.out = out;
        this.interactive = interactive;
        this.clock = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "live lines");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** What is under the lines that stay from now on; asked for on another thread. */
    public synchronized void show(Supplier<List<String>> lines) {
        live = lines;
        if (interactive) {
            clock.scheduleWithFixedDelay(this::draw, 0, REDRAW_MILLISECONDS, TimeUnit.MILLISECONDS);
        }
    }

    /** Prints a line that stays. */
    public synchronized void line(String text) {
        erase();
        out.println(text);
        out.flush();
    }

    private synchronized void draw() {
        if (closed) {
            return;
        }
        erase();
        for (String line : live.get()) {
            out.println(Text.cut(line, Math.max(20, Terminal.columns() - 1)));
            shown++;
        }
        out.flush();
    }

    private void erase() {
        for (; shown > 0; shown--) {
            Console.control(out, UP_AND_ERASE);
        }
        out.flush();
    }

    /** Takes the live lines away. */
    @Override
    public synchronized void close() {
        closed = true;
        erase();
        clock.shutdownNow();
    }
}
