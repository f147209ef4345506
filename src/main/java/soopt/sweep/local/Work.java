package soopt.sweep.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import soopt.backend.DeviceFailure;
import soopt.data.fetch.Store;
import soopt.experiment.DeviceException;
import soopt.experiment.FailureCode;
import soopt.experiment.Runner;
import soopt.experiment.file.Experiment;
import soopt.experiment.folder.RunDirectoryException;
import soopt.experiment.folder.RunState;
import soopt.experiment.loop.RunListener;
import soopt.experiment.loop.RunResult;
import soopt.experiment.loop.StopSignal;
import soopt.spec.SpecSource;
import soopt.spec.yaml.SpecException;
import soopt.sweep.Entry;
import soopt.sweep.Plan;

/**
 * What a worker does: it reads numbers of runs, a line each, and does them. The end of its input is that of its work;
 * if a run is under way then, whoever gave it is gone, and it saves where it is.
 *
 * @param file where the plan lies
 * @param placed an experiment, computed where and with what the command line says
 * @param explain what the user needs to know of a failure, a line each
 */
public record Work(
        Plan plan,
        Path file,
        Path results,
        Store store,
        UnaryOperator<Experiment> placed,
        Runner.Again again,
        StopSignal stop,
        Function<Throwable, List<String>> explain) {
    private static final int END = -1;
    private static final long REPORT_NANOSECONDS = 500_000_000;

    /**
     * Does runs until there are no more, a stop is asked for, or one of them leaves the process in doubt.
     *
     * @return the exit code of the process
     */
    public int run(BufferedReader in, PrintWriter out) {
        BlockingQueue<Integer> given = new LinkedBlockingQueue<>();
        Thread reader = new Thread(() -> read(in, given), "numbers of runs");
        reader.setDaemon(true);
        reader.start();
        while (stop.requested().isEmpty()) {
            say(out, new Report.Ready());
            int index = next(given);
            if (index == END) {
                return 0;
            }
            if (!run(index, out)) {
                return FailureCode.DEVICE;
            }
        }
        return stop.requested().map(why -> why.state().exitCode()).orElse(0);
    }

    private void read(BufferedReader in, BlockingQueue<Integer> given) {
        try {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                given.add(Integer.parseInt(line.strip()));
            }
        } catch (IOException | NumberFormatException broken) {
            // as at the end
        }
        given.add(END);
        stop.request(StopSignal.Reason.PREEMPT, "the end of the sweep's process");
    }

    private static int next(BlockingQueue<Integer> given) {
        try {
            return given.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return END;
        }
    }

    private static synchronized void say(PrintWriter out, Report report) {
        out.println(report.json().line());
        out.flush();
    }

    /**
     * Whether this process may do another run: not after the memory was used up, a library was broken or a GPU was
     * lost.
     */
    private boolean run(int index, PrintWriter out) {
        try {
            RunResult result = Runner.run(request(plan.entry(index)), listener(index, out), stop);
            say(
                    out,
                    new Report.Ended(
                            index,
                            result.state().name(),
                            result.exitCode(),
                            result.existed(),
                            result.message() + best(result)));
            return true;
        } catch (RunDirectoryException used) {
            String state = used.isInUse() ? Report.ELSEWHERE : RunState.FAILED.name();
            say(out, new Report.Ended(index, state, FailureCode.SPEC, false, used.getMessage()));
            return true;
        } catch (RuntimeException | Error failure) {
            Throwable placed = failure instanceof SpecException mistake ? place(index, mistake) : failure;
            String message = String.join("; ", explain.apply(placed));
            say(out, new Report.Ended(index, RunState.FAILED.name(), FailureCode.of(failure), false, message));
            boolean isLost = failure instanceof DeviceFailure && !(failure instanceof DeviceException);
            return !(failure instanceof Error) && !isLost;
        }
    }

    /** What a run came to, as the end of a sentence. */
    private static String best(RunResult result) {
        return result.best()
                .filter(best -> result.state().isFinal() && !result.existed())
                .map(best -> String.format(
                        Locale.ROOT, ", best %s %.4g at epoch %d", best.metric(), best.value(), best.epoch()))
                .orElse("");
    }

    private SpecException place(int index, SpecException mistake) {
        return plan.source(plan.entry(index)).place(mistake);
    }

    private Runner.Request request(Entry entry) {
        SpecSource source = plan.source(entry);
        return new Runner.Request(
                placed.apply(plan.experiment(entry)),
                entry.seed(),
                results,
                store,
                source.text(),
                source.overrides(),
                List.of("soopt", "task", file.toString(), Integer.toString(entry.index())),
                again);
    }

    private static RunListener listener(int index, PrintWriter out) {
        return new RunListener() {
            private long told = System.nanoTime() - REPORT_NANOSECONDS;

            @Override
            public void started(Start start) {
                say(out, new Report.Started(index, start.stepsDone(), start.steps()));
            }

            @Override
            public void step(Progress progress) {
                long now = System.nanoTime();
                if (now - told >= REPORT_NANOSECONDS) {
                    told = now;
                    say(
                            out,
                            new Report.Progress(
                                    index,
                                    progress.epoch(),
                                    progress.epochs(),
                                    progress.step(),
                                    progress.steps(),
                                    progress.loss()));
                }
            }
        };
    }
}
