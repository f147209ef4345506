package soopt.experiment.loop;

import java.nio.file.Path;
import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.FullBatch;
import soopt.experiment.file.Every;
import soopt.experiment.file.RecordSettings;
import soopt.experiment.file.Training;
import soopt.experiment.folder.MetricsRow;
import soopt.experiment.folder.Recorder;
import soopt.experiment.folder.RunState;
import soopt.experiment.loop.Workload.Evaluation;
import soopt.experiment.loop.Workload.Part;
import soopt.model.weights.WeightsFile;
import soopt.optimizer.Optimizer;
import soopt.optimizer.Plateau;
import soopt.optimizer.Refresh;
import soopt.optimizer.Step;

/**
 * The only loop: takes the optimizer's proposals, checks them, applies θ ← θ + update, counts, times, evaluates, records and writes
 * checkpoints.
 */
public final class Trainer {
    /** How training ended. */
    public record Ending(RunState state, String message) {}

    private final Training settings;
    private final RecordSettings recorded;
    private final Workload workload;
    private final Backend backend;
    private final CurvatureRecord curvature;
    private final Counts counts;
    private final Optimizer.Iteration iteration;
    private final Recorder recorder;
    private final Journal journal;
    private final StepProbe probe;
    private final StopSignal stop;
    private final Optional<Plateau.Watch> plateau;
    private final Clocks clocks = new Clocks();
    private final Position position = new Position();
    private Optional<MetricsRow> lastRow = Optional.empty();
    private Optional<Refresh> lastRefresh = Optional.empty();
    private double epochStepSize;
    private long checkpointTime = System.nanoTime();
    private int restarts;

    public Trainer(
            Training settings,
            RecordSettings recorded,
            Workload workload,
            CurvatureRecord.Subject subject,
            Counts counts,
            Optimizer.Iteration iteration,
            Recorder recorder,
            RunListener listener,
            StopSignal stop) {
        this.settings = settings;
        this.recorded = recorded;
        this.workload = workload;
        this.backend = workload.backend();
        this.curvature = new CurvatureRecord(workload, recorded.curvature(), subject);
        this.counts = counts;
        this.iteration = iteration;
        this.recorder = recorder;
        this.journal = new Journal(settings, workload, recorder, listener, position);
        this.probe = new StepProbe(recorded.steps().every(), backend, recorder, position);
        this.stop = stop;
        this.plateau = settings.plateau().map(Plateau::start);
    }

    public Position position() {
        return position;
    }

    public Optional<MetricsRow> lastRow() {
        return lastRow;
    }

    /**
     * Trains from the start.
     *
     * @param theta θ₀ [P], overwritten; the caller closes it
     */
    public Ending train(Tensor theta) {
        journal.started();
        begin(theta);
        return run(theta);
    }

    /** Goes on from a checkpoint of the same experiment; the streams are cut back to it. */
    public Ending resume(Checkpoint checkpoint) {
        try (Tensor theta = backend.allocate(workload.layout().size())) {
            restore(checkpoint, theta);
            recorder.truncateAfter(position.step());
            journal.started();
            return run(theta);
        }
    }

    /** Row 0 of metrics.csv: how good θ is before training. */
    private void begin(Tensor theta) {
        backend.resetPeak();
        epochStepSize = iteration.stepSize();
        Evaluation train = evaluate(Part.TRAIN, theta);
        position.startAt(train.loss());
        addRow(train, theta);
        if (!curvature.isOptimizers() && recorded.curvature().every().unit() == Every.Unit.EPOCH) {
            recordMatrices(theta, false);
        }
    }

    private Ending run(Tensor theta) {
        while (position.epoch() < settings.epochs()) {
            Optional<Ending> ending = epoch(theta);
            if (ending.isPresent()) {
                if (ending.get().state() != RunState.DIVERGED) {
                    saveEnd(theta);
                }
                return ending.get();
            }
        }
        saveEnd(theta);
        return new Ending(RunState.COMPLETED, "completed " + RunListener.count(settings.epochs(), "epoch"));
    }

    // ---- one epoch ----

    private Optional<Ending> epoch(Tensor theta) {
        backend.resetPeak();
        epochStepSize = iteration.stepSize();
        while (position.stepInEpoch() < workload.stepsPerEpoch()) {
            Optional<StopSignal.Reason> reason = stop.requested();
            if (reason.isPresent()) {
                return Optional.of(journal.stopped(reason.get()));
            }
            Optional<Ending> diverged = step(theta);
            if (diverged.isPresent()) {
                return diverged;
            }
            afterStep(theta);
        }
        endEpoch(theta);
        return Optional.empty();
    }

    private void afterStep(Tensor theta) {
        journal.step();
        if (recorded.curvature().every().dueAfterStep(position.step())) {
            recordMatrices(theta, true);
        }
        Every every = recorded.checkpoint().every();
        if (every.dueAfterStep(position.step()) || every.dueAfterSeconds(Clocks.since(checkpointTime))) {
            saveCheckpoint(theta);
        }
    }

    private void endEpoch(Tensor theta) {
        Evaluation train = new Evaluation(position.epochLoss(), position.epochAccuracy());
        position.endEpoch();
        addRow(train, theta);
        lowerStepSize(train.loss());
        if (recorded.curvature().every().dueAfterEpoch(position.epoch())) {
            recordMatrices(theta, false);
        }
        if (recorded.checkpoint().every().dueAfterEpoch(position.epoch())) {
            saveCheckpoint(theta);
        }
    }

    private void lowerStepSize(double trainingLoss) {
        double factor = plateau.map(watch -> watch.observe(trainingLoss)).orElse(1.0);
        if (factor != 1) {
            double before = iteration.stepSize();
            iteration.scaleStepSize(factor);
            journal.stepSizeChanged(before, iteration.stepSize());
        }
    }

    // ---- one step ----

    private Optional<Ending> step(Tensor theta) {
        long start = System.nanoTime();
        double stepSize = iteration.stepSize();
        Workload.Batch batch = workload.batch(position.epoch(), position.stepInEpoch());
        Step proposed = iteration.step(theta, batch.forStep());
        double updateNorm = proposed.update().map(this::norm).orElse(0.0);
        double seconds = Clocks.since(start);
        double correct = batch.forStep().correct();
        proposed.refresh().ifPresent(this::refreshed);
        Optional<String> problem = Divergence.of(proposed.loss(), updateNorm, position.initialLoss());
        if (problem.isPresent()) {
            return Optional.of(diverged(problem.get(), proposed.loss(), updateNorm, batch));
        }
        recordFirstMatrices(theta);
        long apply = System.nanoTime();
        if (proposed.update().isPresent() && probe.isDue()) {
            probe.applyInPlace(theta, batch, proposed, updateNorm, stepSize);
            clocks.addRecord(Clocks.since(apply));
        } else {
            proposed.update().ifPresent(update -> backend.axpyInPlace(1, update, theta));
            seconds += Clocks.since(apply);
        }
        clocks.addStep(seconds, proposed.refresh().map(Refresh::seconds).orElse(0.0));
        position.addStep(proposed.loss(), correct, batch.forRecord().examples());
        return Optional.empty();
    }

    private double norm(Tensor vector) {
        return Math.sqrt(backend.dot(vector, vector));
    }

    private void refreshed(Refresh refresh) {
        lastRefresh = Optional.of(refresh);
        curvature.refreshed(position.step() + 1, refresh);
        journal.refreshed(refresh);
    }

    private Ending diverged(String problem, double loss, double updateNorm, Workload.Batch batch) {
        String message = Divergence.message(problem, position, lastRefresh);
        return journal.diverged(
                message, Divergence.incident(message, position, loss, updateNorm, batch.indices(), lastRefresh));
    }

    /** Those at θ₀ when they are the optimizer's, which has them from its first step on. */
    private void recordFirstMatrices(Tensor theta) {
        boolean byEpoch = recorded.curvature().every().unit() == Every.Unit.EPOCH;
        if (position.step() == 0 && curvature.isOptimizers() && byEpoch) {
            recordMatrices(theta, false);
        }
    }

    // ---- between steps ----

    private Evaluation evaluate(Part part, Tensor theta) {
        long start = System.nanoTime();
        FullBatch.Progress progress = (done, of) -> journal.working(RunListener.Work.EVALUATION, done, of);
        Evaluation evaluation = workload.evaluate(part, theta, progress);
        clocks.addEvaluation(Clocks.since(start));
        return evaluation;
    }

    private void addRow(Evaluation train, Tensor theta) {
        Evaluation validation = evaluate(Part.VALIDATION, theta);
        Evaluation test = evaluate(Part.TEST, theta);
        MetricsRow row = new MetricsRow(
                position.epoch(),
                position.step(),
                position.samples(),
                train.loss(),
                train.accuracy(),
                validation.loss(),
                validation.accuracy(),
                test.loss(),
                test.accuracy(),
                epochStepSize,
                counts.steps().gradients(),
                counts.steps().products(),
                counts.steps().summaries(),
                counts.records().gradients(),
                counts.records().summaries(),
                clocks.training(),
                clocks.curvature(),
                clocks.record(),
                clocks.evaluation(),
                clocks.wall(),
                backend.memory().peakBytes(),
                restarts);
        lastRow = Optional.of(row);
        journal.epoch(row);
    }

    private void recordMatrices(Tensor theta, boolean byStep) {
        long start = System.nanoTime();
        FullBatch.Progress progress = (done, of) -> journal.working(RunListener.Work.CURVATURE, done, of);
        curvature
                .matrices(position.epoch(), position.step(), theta, byStep, progress)
                .ifPresent(recorder::matrices);
        clocks.addRecord(Clocks.since(start));
    }

    // ---- checkpoints ----

    /** A checkpoint, and θ by tensor in PyTorch's layout for whoever compares. */
    private void saveEnd(Tensor theta) {
        saveCheckpoint(theta);
        Path file = recorder.directory().file("checkpoints").resolve("weights.npz");
        WeightsFile.write(file, workload.layout(), theta, backend);
    }

    private void saveCheckpoint(Tensor theta) {
        Checkpoint checkpoint = Checkpoint.empty(backend);
        checkpoint.putTensor("theta", theta);
        checkpoint.putNumbers("position", position.save());
        checkpoint.putNumbers("counts", counts.save());
        checkpoint.putNumbers("clocks", clocks.save());
        checkpoint.putNumbers("trainer", epochStepSize, restarts, probe.hasBegun() ? 1 : 0);
        workload.save(checkpoint.within("workload"));
        curvature.save(checkpoint.within("curvature"));
        iteration.save(checkpoint.within("optimizer"));
        plateau.ifPresent(watch -> watch.save(checkpoint.within("plateau")));
        checkpoint.save(recorder.directory().file("checkpoints"));
        checkpointTime = System.nanoTime();
        journal.checkpointSaved();
    }

    private void restore(Checkpoint checkpoint, Tensor theta) {
        checkpoint.getTensor("theta", theta);
        position.restore(checkpoint.getNumbers("position"));
        counts.restore(checkpoint.getNumbers("counts"));
        clocks.restore(checkpoint.getNumbers("clocks"));
        double[] own = checkpoint.getNumbers("trainer");
        epochStepSize = own[0];
        restarts = (int) own[1] + 1;
        probe.restore(own[2] != 0);
        workload.restore(checkpoint.within("workload"));
        curvature.restore(checkpoint.within("curvature"));
        iteration.restore(checkpoint.within("optimizer"));
        plateau.ifPresent(watch -> watch.restore(checkpoint.within("plateau")));
    }
}
