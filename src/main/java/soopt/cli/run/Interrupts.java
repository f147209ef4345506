package soopt.cli.run;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jline.utils.Signals;
import soopt.cli.options.ExitCode;
import soopt.experiment.loop.StopSignal;

/**
 * Signals that ask a run to stop with a checkpoint: Ctrl-C (INT), and TERM, HUP and USR1, which batch systems and
 * closed terminals send, perhaps several times. Only a second Ctrl-C ends the process at once.
 */
public final class Interrupts {
    private static final List<String> PREEMPTING = List.of("TERM", "HUP", "USR1");

    private final StopSignal stop;
    private final PrintWriter err;
    private final AtomicInteger cancels = new AtomicInteger();
    private volatile boolean running;

    private Interrupts(StopSignal stop, PrintWriter err) {
        this.stop = stop;
        this.err = err;
    }

    public static Interrupts install(StopSignal stop, PrintWriter err) {
        Interrupts interrupts = new Interrupts(stop, err);
        Signals.register("INT", interrupts::cancelled);
        PREEMPTING.forEach(name -> Signals.register(name, () -> interrupts.preempted(name)));
        return interrupts;
    }

    /** From now on the folder of a run exists. */
    public void runStarted() {
        running = true;
    }

    public void runEnded() {
        running = false;
    }

    private void cancelled() {
        boolean first = stop.requested().isEmpty();
        stop.request(StopSignal.Reason.CANCEL);
        if (cancels.incrementAndGet() > 1) {
            end();
        }
        say(
                first
                        ? "stopping; Ctrl-C once more to stop at once"
                        : "stopping already; Ctrl-C once more to stop at once");
    }

    private void preempted(String signal) {
        boolean first = stop.requested().isEmpty();
        stop.request(StopSignal.Reason.PREEMPT, signal);
        if (first) {
            say("stopping");
        }
    }

    /** The request stands before: a terminal that takes no more text must not hold it up. */
    private void say(String text) {
        err.println();
        err.println(text);
        err.flush();
    }

    /**
     * Without a run under way the hooks of the virtual machine clean up, as after a download; a run would hold them up.
     */
    private void end() {
        if (running) {
            Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
        }
        System.exit(ExitCode.INTERRUPTED);
    }
}
