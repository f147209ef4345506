package soopt.cli.sweep;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import soopt.cli.run.Interrupts;
import soopt.cli.run.RunOptions;
import soopt.cli.terminal.LiveLines;
import soopt.experiment.folder.RunDirectoryException;
import soopt.experiment.loop.StopSignal;
import soopt.file.Problems;
import soopt.sweep.Names;
import soopt.sweep.Plan;
import soopt.sweep.cost.Estimator;
import soopt.sweep.local.Launcher;
import soopt.sweep.local.Report;
import soopt.sweep.local.WorkerProcess;

/**
 * The runs of a sweep in processes of this machine.
 *
 * @param runs all that are asked for
 * @param due those to do
 */
record LocalRuns(
        Plan plan, List<SweepRun> runs, List<SweepRun> due, Names names, RunOptions options, SweepOptions sweep) {
    /**
     * Does them, as many at the same time as the settings say.
     *
     * @param threads that each computes with
     * @param estimators of what runs take, for so many at the same time
     * @param err where a signal is answered
     * @return how each ended that was begun, by its index
     */
    Map<Integer, Report.Ended> launch(
            Launcher.Settings settings,
            int threads,
            IntFunction<Estimator> estimators,
            PrintWriter err,
            StopSignal stop) {
        Interrupts interrupts = Interrupts.install(stop, err);
        interrupts.runStarted();
        Path logs = logs();
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "time limit");
            thread.setDaemon(true);
            return thread;
        });
        sweep.timeLimit()
                .ifPresent(limit -> clock.schedule(
                        () -> stop.request(StopSignal.Reason.TIME_LIMIT), limit.toMillis(), TimeUnit.MILLISECONDS));
        try (PrintWriter log =
                        new PrintWriter(Files.newBufferedWriter(logs.resolveSibling(logs.getFileName() + ".log")));
                LiveLines lines = new LiveLines(options.err(), options.isBar());
                Estimator estimator = estimators.apply(settings.workers())) {
            SweepView view = new SweepView(lines, options.isBar(), log, runs, names, work(estimator));
            view.say("sweep " + plan.experiment() + ": " + due.size() + " of " + runs.size() + " runs to do, "
                    + settings.workers() + " at the same time with " + threads
                    + (threads == 1 ? " thread each" : " threads each"));
            return Launcher.run(
                    due.stream().map(run -> run.entry().index()).toList(),
                    WorkerProcess.starter("soopt.cli.Main", worker(threads), settings.workers(), threads, logs),
                    settings,
                    view,
                    stop);
        } catch (IOException e) {
            throw new RunDirectoryException("cannot write to " + logs + ": " + Problems.reason(e), e);
        } finally {
            clock.shutdownNow();
            interrupts.runEnded();
        }
    }

    /** By multiply-adds; by epochs where those of a run are not known. */
    private Map<Integer, Double> work(Estimator estimator) {
        Map<Integer, Double> work = new HashMap<>();
        runs.forEach(run -> work.put(
                run.entry().index(), estimator.multiplyAdds(run.member().run())));
        if (work.containsValue(Double.NaN)) {
            runs.forEach(run -> work.put(run.entry().index(), (double)
                    run.member().experiment().training().epochs()));
        }
        return work;
    }

    /** The beginning of the names of the log files of this command. */
    private Path logs() {
        String name = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss")) + "-"
                + ProcessHandle.current().pid();
        try {
            return Files.createDirectories(
                            options.results().resolve(plan.experiment()).resolve("logs"))
                    .resolve(name);
        } catch (IOException e) {
            throw new RunDirectoryException("cannot write to the results folder " + options.results() + ": "
                    + Problems.reason(e) + "; choose another with --results");
        }
    }

    private List<String> worker(int threads) {
        List<String> words = new ArrayList<>(List.of(
                "task",
                Plan.path(options.results(), plan.experiment()).toString(),
                "--worker",
                "--threads",
                Integer.toString(threads)));
        words.addAll(options.deviceWords());
        words.addAll(sweep.words());
        words.addAll(options.dataWords());
        return words;
    }
}
