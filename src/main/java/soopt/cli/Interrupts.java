package soopt.cli;

import java.io.PrintWriter;
import org.jline.utils.Signals;
import soopt.cli.options.ExitCode;
import soopt.experiment.loop.StopSignal;

/**
 * Ctrl-C and TERM: the first asks the trainer to stop between two steps, so that the run folder is valid; the second ends the
 * process.
 */
public final class Interrupts {
    private final StopSignal stop;
    private final PrintWriter err;
    private volatile boolean running;

    private Interrupts(StopSignal stop, PrintWriter err) {
        this.stop = stop;
        this.err = err;
    }

    public static Interrupts install(StopSignal stop, PrintWriter err) {
        Interrupts interrupts = new Interrupts(stop, err);
        Signals.register("INT", () -> interrupts.received(StopSignal.Reason.CANCEL, ExitCode.INTERRUPTED));
        Signals.register("TERM", () -> interrupts.received(StopSignal.Reason.PREEMPT, ExitCode.TERMINATED));
        return interrupts;
    }

    /** From now on the folder of a run exists. */
    void runStarted() {
        running = true;
    }

    void runEnded() {
        running = false;
    }

    private void received(StopSignal.Reason reason, int code) {
        if (stop.requested().isPresent()) {
            end(code);
        }
        stop.request(reason);
        err.println();
        err.println("stopping after this step; once more to stop at once");
        err.flush();
    }

    /** Without a run under way the hooks of the virtual machine clean up, as after a download; a run would hold them up. */
    private void end(int code) {
        if (running) {
            Runtime.getRuntime().halt(code);
        }
        System.exit(code);
    }
}
