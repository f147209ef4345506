package soopt.cli.run;

import java.util.Locale;
import soopt.cli.terminal.Figures;
import soopt.cli.terminal.StatusLine;
import soopt.experiment.folder.MetricsRow;
import soopt.experiment.loop.RunListener;
import soopt.experiment.loop.RunResult;

/** Shows a run on stderr: a bar over all steps where there is a terminal, and a line per epoch. */
public final class RunView implements RunListener {
    private final StatusLine status;
    private final Interrupts interrupts;
    private long steps;
    private int stepsPerEpoch;
    private long step;
    private boolean headerShown;
    private boolean classification;

    public RunView(StatusLine status, Interrupts interrupts) {
        this.status = status;
        this.interrupts = interrupts;
    }

    @Override
    public void started(Start start) {
        interrupts.runStarted();
        steps = start.steps();
        stepsPerEpoch = start.stepsPerEpoch();
        step = start.stepsDone();
        headerShown = false;
        status.line("seed " + start.seed() + ": run " + start.runId() + " in " + start.folder());
        status.line(String.format(
                Locale.ROOT,
                "%s; %,d parameters, %,d training examples, %s of %s",
                start.device(),
                start.parameters(),
                start.trainingExamples(),
                RunListener.count(start.epochs(), "epoch"),
                RunListener.count(start.stepsPerEpoch(), "step")));
        status.begin("training", " steps", 1, steps, step);
    }

    @Override
    public void step(Progress progress) {
        step = progress.step();
        status.reached(
                step,
                String.format(
                        Locale.ROOT, "epoch %d/%d loss %.4g", progress.epoch(), progress.epochs(), progress.loss()));
    }

    @Override
    public void working(Work work, long done, long total) {
        status.reached(step, work.words() + " " + done + "/" + total);
    }

    @Override
    public void epoch(MetricsRow row) {
        if (!headerShown) {
            headerShown = true;
            classification = !Double.isNaN(row.testAccuracy()) || !Double.isNaN(row.trainAccuracy());
            String measure = classification ? "acc" : "loss";
            status.line(String.format(
                    Locale.ROOT,
                    "%5s %12s %9s %9s %10s %8s",
                    "epoch",
                    "train loss",
                    "val " + measure,
                    "test " + measure,
                    "step size",
                    "time"));
        }
        status.line(String.format(
                Locale.ROOT,
                "%5s %12s %9s %9s %10s %8s",
                epochs(row),
                Figures.number(row.trainLoss()),
                classification ? Figures.percent(row.validationAccuracy()) : Figures.number(row.validationLoss()),
                classification ? Figures.percent(row.testAccuracy()) : Figures.number(row.testLoss()),
                Figures.number(row.stepSize()),
                Figures.seconds(row.wallSeconds())));
    }

    /** 2 after the second epoch, 2.25 within the third. */
    private String epochs(MetricsRow row) {
        boolean whole = row.step() == (long) row.epoch() * stepsPerEpoch;
        double epochs = (double) row.step() / stepsPerEpoch;
        return whole ? Integer.toString(row.epoch()) : String.format(Locale.ROOT, "%.2f", epochs);
    }

    @Override
    public void message(String text) {
        status.line(text);
    }

    @Override
    public void finished(RunResult result) {
        ended();
    }

    /** The run is over, however it ended. */
    void ended() {
        interrupts.runEnded();
        status.end();
    }
}
