package soopt.experiment.loop;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import soopt.backend.Backend;
import soopt.experiment.file.Training;
import soopt.experiment.folder.Ending;
import soopt.experiment.folder.MetricsRow;
import soopt.experiment.folder.Recorder;
import soopt.experiment.folder.RunState;
import soopt.file.JsonObject;
import soopt.optimizer.step.Intervention;
import soopt.optimizer.step.Refresh;

/** Tells what happens in a run: to the run folder in events.jsonl and run.log, and to the listener. */
final class Journal {
    private final Training settings;
    private final long seed;
    private final Workload workload;
    private final Recorder recorder;
    private final RunListener listener;
    private final Position position;
    private boolean refusalTold;

    /** Why the latest checkpoint could not be written. */
    private Optional<String> checkpointProblem = Optional.empty();

    Journal(
            Training settings,
            long seed,
            Workload workload,
            Recorder recorder,
            RunListener listener,
            Position position) {
        this.settings = settings;
        this.seed = seed;
        this.workload = workload;
        this.recorder = recorder;
        this.listener = listener;
        this.position = position;
    }

    /** Steps of the whole run. */
    long steps() {
        return (long) settings.epochs() * workload.stepsPerEpoch();
    }

    private JsonObject at() {
        return new JsonObject().put("step", position.step()).put("epoch", position.epoch());
    }

    void started() {
        Backend backend = workload.backend();
        RunListener.Start start = new RunListener.Start(
                recorder.directory().id(),
                seed,
                recorder.directory().path(),
                backend.device(),
                workload.layout().size(),
                workload.trainingExamples(),
                settings.epochs(),
                workload.stepsPerEpoch(),
                steps(),
                position.step());
        listener.started(start);
        JsonObject details = at().put("device", start.device())
                .put("parameters", start.parameters())
                .put("training_examples", start.trainingExamples())
                .put("steps", start.steps());
        String message = "run " + start.runId() + " on " + start.device() + ": " + start.parameters() + " parameters, "
                + RunListener.count(start.epochs(), "epoch") + " of "
                + RunListener.count(start.stepsPerEpoch(), "step");
        recorder.event("run_started", details, message);
    }

    /** @param how when and by what it was interrupted, as the rest of a sentence */
    void resumed(String how) {
        String message = "run " + recorder.directory().id() + " goes on from step " + position.step() + " (epoch "
                + Math.min(position.epoch() + 1, settings.epochs()) + "), " + how;
        recorder.event("run_resumed", at(), message);
        listener.message("seed " + seed + ": " + message);
    }

    void step() {
        listener.step(new RunListener.Progress(
                position.epoch() + 1,
                settings.epochs(),
                position.step(),
                steps(),
                position.stepInEpoch(),
                workload.stepsPerEpoch(),
                position.epochLoss()));
        recorder.heartbeat(position.epoch(), position.step());
    }

    void working(RunListener.Work work, int done, int of) {
        listener.working(work, done, of);
        recorder.heartbeat(position.epoch(), position.step());
    }

    void refreshed(Refresh refresh) {
        long step = position.step() + 1;
        int epoch = position.epoch() + 1;
        recorder.refresh(step, epoch, refresh);
        listener.refreshed(step, refresh);
        JsonObject at = new JsonObject().put("step", step).put("epoch", epoch);
        long moving =
                Arrays.stream(refresh.etaApplied()).filter(rate -> rate != 0).count();
        String message = "curvature computed at step " + step + ": " + moving + " of "
                + RunListener.count(refresh.partition().size(), "group") + " move";
        recorder.event("curvature_refreshed", at.put("moving_groups", moving), message);
        if (!refresh.solution().found()) {
            String why = "no learning rates at step " + step + ": "
                    + refresh.solution().status().words();
            recorder.warning("root_failed", at, why);
            if (!refusalTold) {
                refusalTold = true;
                listener.message(why + " (said once here, each time in run.log)");
            }
        }
    }

    /** A safeguard did something at the step under way. */
    void intervened(Intervention intervention) {
        boolean halved = intervention.kind() == Intervention.Kind.HALVED;
        String message = "safeguard at step " + (position.step() + 1) + ": "
                + intervention.kind().words()
                + (halved
                        ? String.format(
                                Locale.ROOT,
                                ", the loss of the batch is %.6g, the mean before it %.6g",
                                intervention.loss(),
                                intervention.mean())
                        : ", it is not finite; the next one that is not ends the run");
        JsonObject at = new JsonObject().put("step", position.step() + 1).put("epoch", position.epoch() + 1);
        recorder.warning(
                halved ? "rates_halved" : "update_dropped",
                at.put("batch_loss", intervention.loss()).put("mean_loss", intervention.mean()),
                message);
        listener.message(message);
    }

    void row(MetricsRow row) {
        recorder.metrics(row);
        boolean within = position.stepInEpoch() > 0;
        JsonObject losses = at().put("train_loss", row.trainLoss())
                .put("val_loss", row.validationLoss())
                .put("test_loss", row.testLoss());
        String message = String.format(
                Locale.ROOT,
                "%s: train_loss %.6g, val_loss %.6g, test_loss %.6g",
                within ? "step " + row.step() : "epoch " + row.epoch(),
                row.trainLoss(),
                row.validationLoss(),
                row.testLoss());
        recorder.event(within ? "evaluated" : "epoch_finished", losses, message);
        listener.epoch(row);
    }

    void stepSizeChanged(double before, double after) {
        String message = "the training loss stopped falling: step size " + before + " becomes " + after;
        recorder.event("step_size_changed", at().put("step_size", after), message);
        listener.message(message);
    }

    void checkpointSaved() {
        checkpointProblem = Optional.empty();
        recorder.event("checkpoint_saved", at(), "checkpoint after step " + position.step());
    }

    /** The run goes on without: it is a means to go on, not a result. */
    void checkpointFailed(String why) {
        String message = "no checkpoint after step " + position.step() + ": " + why + "; training goes on";
        if (checkpointProblem.isEmpty()) {
            listener.message(message);
        }
        checkpointProblem = Optional.of(why);
        recorder.warning("checkpoint_failed", at(), message);
    }

    Ending stopped(Stopped early) {
        StopSignal.Reason reason = early.reason();
        String message = early.getMessage() + " after step " + position.step() + " of " + steps();
        recorder.warning("signal_received", at().put("reason", reason.name()), message);
        return new Ending(reason.state(), message);
    }

    /** What the user should know of a stopped run, once its state is written. */
    Ending withOutlook(Ending stopped) {
        String saved = checkpointProblem
                .map(why -> "no checkpoint could be written: " + why
                        + "; the same command goes on from the one before, if there is one")
                .orElse("a checkpoint is written: the same command goes on from it");
        return stopped.withMessage(stopped.message() + "; " + saved);
    }

    void incidentIncomplete(String why) {
        recorder.warning("incident_incomplete", at(), "the incident cannot be replayed: " + why);
    }

    Ending diverged(String message, JsonObject incident) {
        recorder.incident("incident.json", incident);
        recorder.warning("incident", at(), message);
        return new Ending(RunState.DIVERGED, message);
    }
}
