package soopt.experiment.loop;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.FullBatch;
import soopt.experiment.checkpoint.Checkpoint;
import soopt.experiment.fidelity.FidelityProbe;
import soopt.experiment.file.EvaluationSettings;
import soopt.experiment.file.Every;
import soopt.experiment.file.RecordSettings;
import soopt.experiment.file.Training;
import soopt.experiment.folder.Ending;
import soopt.experiment.folder.MetricsRow;
import soopt.experiment.folder.Recorder;
import soopt.experiment.folder.RunState;
import soopt.experiment.loop.Evaluator.Held;
import soopt.experiment.loop.Position.Owed;
import soopt.experiment.loop.Workload.Evaluation;
import soopt.experiment.loop.Workload.Part;
import soopt.file.JsonObject;
import soopt.optimizer.Optimizer;
import soopt.optimizer.schedule.Plateau;
import soopt.optimizer.step.Refresh;
import soopt.optimizer.step.Step;

/**
 * The only loop: takes the optimizer's proposals, checks them, applies θ ← θ + update, counts, times, evaluates,
 * records and writes checkpoints. A stop is heard between two steps and, in longer work, between two batches; the
 * checkpoint written then is of the last step that was taken whole, and says what that step still owed.
 */
public final class Trainer {
    /**
     * What is asked of the loop.
     *
     * @param subject whose curvature is recorded
     */
    public record Plan(
            long seed,
            Training training,
            EvaluationSettings evaluate,
            RecordSettings record,
            CurvatureRecord.Subject subject,
            Advice advice) {}

    private final Plan plan;
    private final Workload workload;
    private final Backend backend;
    private final CurvatureRecord curvature;
    private final Counts counts;
    private final Optimizer.Iteration iteration;
    private final Recorder recorder;
    private final Journal journal;
    private final Evaluator evaluator;
    private final StepProbe probe;
    private final Optional<FidelityProbe> fidelity;
    private final Archive archive;
    private final Savepoints savepoints;
    private final StopSignal stop;
    private final Optional<Plateau.Watch> plateau;
    private final Limits limits;
    private final Clocks clocks = new Clocks();
    private final Position position = new Position();
    private Optional<MetricsRow> lastRow = Optional.empty();

    public Trainer(
            Plan plan,
            Workload workload,
            Counts counts,
            Optimizer.Iteration iteration,
            Recorder recorder,
            RunListener listener,
            StopSignal stop) {
        this.plan = plan;
        this.workload = workload;
        this.backend = workload.backend();
        this.curvature = new CurvatureRecord(workload, plan.record().curvature(), plan.subject());
        this.counts = counts;
        this.iteration = iteration;
        this.recorder = recorder;
        this.journal = new Journal(plan.training(), plan.seed(), workload, recorder, listener, position);
        this.evaluator = new Evaluator(workload, clocks, journal, stop);
        this.probe = new StepProbe(plan.record().steps().every(), backend, recorder, position);
        this.fidelity = plan.record()
                .fidelity()
                .map(asked -> new FidelityProbe(asked.every(), plan.subject().partition(), backend));
        this.stop = stop;
        this.plateau = plan.training().plateau().map(Plateau::start);
        this.limits = new Limits(plan.training().budget());
        this.archive =
                new Archive(workload, iteration, plateau, position, counts, clocks, curvature, probe, fidelity, limits);
        this.savepoints = new Savepoints(archive, plan.record().checkpoint().every(), recorder, journal);
    }

    public Position position() {
        return position;
    }

    /** The last row with an evaluation. */
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
        return run(theta);
    }

    /**
     * What hinders a run from going on from a checkpoint with the files of its folder, as the rest of a sentence; empty
     * if nothing does.
     */
    public static Optional<String> misfit(Path folder, Checkpoint checkpoint) {
        return Recorder.misfit(folder, Savepoints.marks(checkpoint));
    }

    /**
     * Goes to a checkpoint of the same experiment; the files of the recorder are cut back to it.
     *
     * @param theta θ [P], overwritten
     * @throws IllegalStateException if something is not in it, which another version may have left out
     */
    public void restore(Checkpoint checkpoint, Tensor theta) {
        archive.restore(checkpoint, theta);
        boolean evaluated = !isAtAnUnevaluatedEnd() || limits.isMetWithoutEvaluation(clocks, gradientEquivalents());
        if (!evaluated && limits.forgetEvaluation()) {
            savepoints.dropBest();
        }
        recorder.goOn(Savepoints.marks(checkpoint), position.epoch(), position.step(), evaluated);
    }

    /** Of an epoch: a run that ended there has evaluated it as its last, which a longer one does not. */
    private boolean isAtAnUnevaluatedEnd() {
        int epoch = position.epoch();
        return position.hasBegun()
                && epoch > 0
                && position.stepInEpoch() == 0
                && !plan.evaluate().dueAfterEpoch(epoch, plan.training().epochs(), position.step());
    }

    /**
     * Trains on after {@link #restore}.
     *
     * @param how what the user should know of it, as the rest of a sentence
     * @param copied whether the checkpoint lies in the folder of another run
     */
    public Ending resume(Tensor theta, String how, boolean copied) {
        journal.resumed(how);
        journal.started();
        if (copied) {
            savepoints.save(theta);
        }
        return run(theta);
    }

    /**
     * Makes the files of a folder as if the run had written nothing before a checkpoint, which is told so: it goes on
     * there with its numbers, and without its rows.
     */
    public static void forgetRows(Path folder, Checkpoint checkpoint) {
        Savepoints.mark(checkpoint, Recorder.withoutRows(folder, Savepoints.marks(checkpoint)));
    }

    /** How many steps were done at a checkpoint. */
    public static long stepsDone(Checkpoint checkpoint) {
        Position position = new Position();
        position.restore(checkpoint.getNumbers(Position.KEY));
        return position.step();
    }

    private Ending run(Tensor theta) {
        Ending ending;
        try {
            ending = toTheEnd(theta);
            if (ending.state() != RunState.DIVERGED) {
                savepoints.saveEnd(theta, workload.layout());
            }
        } catch (Stopped stopped) {
            savepoints.goBack(theta);
            Ending early = journal.stopped(stopped);
            savepoints.saveEnd(theta, workload.layout());
            ending = journal.withOutlook(early);
        }
        List<String> warnings =
                new ArrayList<>(plan.advice().warnings(curvature.refreshes(), curvature.computed(), counts));
        workload.backend().note().ifPresent(warnings::add);
        return ending.with(warnings, curvature.refreshes());
    }

    private Ending toTheEnd(Tensor theta) {
        // what is still owed of the last step is recorded with its step size
        scheduleStepSize(Math.max(position.step() - 1, 0));
        Optional<Ending> ending = position.hasBegun() ? settle(theta) : begin(theta);
        while (ending.isEmpty() && position.epoch() < plan.training().epochs()) {
            ending = epoch(theta);
        }
        return ending.orElseGet(() -> completed(theta));
    }

    private Ending completed(Tensor theta) {
        int epochs = plan.training().epochs();
        if (epochs > 0 && Fingerprint.of(theta, backend) == position.initialFingerprint()) {
            String why = plan.advice().stalled(position, curvature.refreshes(), counts);
            return new Ending(RunState.STALLED, why);
        }
        return new Ending(RunState.COMPLETED, "completed " + RunListener.count(epochs, "epoch"));
    }

    private Ending completedEarly(String why) {
        String message = "completed " + position.epoch() + " of "
                + RunListener.count(plan.training().epochs(), "epoch") + ": " + why;
        return new Ending(RunState.COMPLETED, message);
    }

    private boolean isUsedUp() {
        return limits.isUsedUp(clocks, gradientEquivalents());
    }

    private double gradientEquivalents() {
        return counts.steps().cost() / batchExamples();
    }

    /** Row 0 of metrics.csv: how good θ is before training. */
    private Optional<Ending> begin(Tensor theta) {
        backend.resetPeak();
        Evaluation train = evaluator.of(Part.TRAIN, theta);
        Held held = evaluator.held(theta);
        Optional<String> problem =
                Evaluator.problem(Part.TRAIN, train, train.loss()).or(() -> Evaluator.problem(held, train.loss()));
        position.startAt(train.loss(), Fingerprint.of(theta, backend));
        addRow(theta, train, held);
        if (problem.isPresent()) {
            return Optional.of(diverged(problem.get(), held, theta));
        }
        if (!curvature.isOptimizers() && plan.record().curvature().every().unit() == Every.Unit.EPOCH) {
            position.owe(Owed.MATRICES_OF_EPOCH);
        }
        return settle(theta);
    }

    // ---- one epoch ----

    private Optional<Ending> epoch(Tensor theta) {
        backend.resetPeak();
        while (position.stepInEpoch() < workload.stepsPerEpoch()) {
            stop.check();
            Optional<Ending> ending = limits.met(clocks, gradientEquivalents())
                    .map(this::completedEarly)
                    .or(() -> step(theta).or(() -> afterStep(theta)));
            if (ending.isPresent()) {
                return ending;
            }
        }
        return endEpoch(theta);
    }

    private Optional<Ending> afterStep(Tensor theta) {
        journal.step();
        boolean last = position.stepInEpoch() == workload.stepsPerEpoch();
        if (!last && (plan.evaluate().dueAfterStep(position.step()) || isUsedUp())) {
            position.owe(Owed.EVALUATION);
        }
        if (plan.record().curvature().every().dueAfterStep(position.step())) {
            position.owe(Owed.MATRICES_OF_STEP);
        }
        Optional<Ending> ending = settle(theta);
        // the end of an epoch belongs to its last step: a checkpoint between the two would write its row twice
        if (ending.isEmpty() && !last && savepoints.isDueAfterStep(position.step())) {
            savepoints.save(theta);
        }
        return ending;
    }

    /** The steps of the epoch are done: until it is evaluated it is not over. */
    private Optional<Ending> endEpoch(Tensor theta) {
        int ended = position.epoch() + 1;
        int epochs = plan.training().epochs();
        Evaluation train = epochSoFar();
        boolean due = plan.evaluate().dueAfterEpoch(ended, epochs, position.step())
                || isUsedUp()
                || limits.endsWith(train.loss(), train.accuracy());
        Held held = due ? evaluator.held(theta) : Held.NONE;
        Optional<String> problem = Evaluator.problem(held, position.initialLoss());
        position.endEpoch();
        addRow(theta, train, held);
        if (problem.isPresent()) {
            return Optional.of(diverged(problem.get(), held, theta));
        }
        lowerStepSize(train.loss());
        if (plan.record().curvature().every().dueAfterEpoch(position.epoch())) {
            position.owe(Owed.MATRICES_OF_EPOCH);
        }
        Optional<Ending> ending = settle(theta);
        if (savepoints.isDueAfterEpoch(position.epoch(), position.step())) {
            savepoints.save(theta);
        }
        return ending;
    }

    private Evaluation epochSoFar() {
        return new Evaluation(position.epochLoss(), position.epochAccuracy(), position.epochExamples());
    }

    private void lowerStepSize(double trainingLoss) {
        double factor = plateau.map(watch -> watch.observe(trainingLoss)).orElse(1.0);
        if (factor != 1) {
            double before = iteration.stepSize().value();
            iteration.stepSize().scale(factor);
            journal.stepSizeChanged(before, iteration.stepSize().value());
        }
    }

    // ---- one step ----

    /** That of the step after so many. */
    private void scheduleStepSize(long done) {
        iteration.stepSize().schedule(plan.training().scheduled(done, workload.stepsPerEpoch()));
    }

    private Optional<Ending> step(Tensor theta) {
        long start = System.nanoTime();
        scheduleStepSize(position.step());
        Workload.Batch batch = workload.batch(position.epoch(), position.stepInEpoch(), withinStep(theta));
        double curvatureBefore = counts.steps().curvatureSeconds();
        Step asked = iteration.step(theta, batch.forStep());
        double askedNorm = asked.updateNorm()
                .orElseGet(() -> asked.update().map(this::norm).orElse(0.0));
        boolean drops = Double.isFinite(asked.loss()) && !Double.isFinite(askedNorm) && iteration.drops();
        Step proposed = drops ? asked.dropped() : asked;
        double updateNorm = drops ? 0 : askedNorm;
        double seconds = Clocks.since(start);
        double curvatureSeconds = counts.steps().curvatureSeconds() - curvatureBefore;
        proposed.refresh().ifPresent(this::refreshed);
        record(proposed);
        Optional<String> problem = Divergence.of(proposed.loss(), updateNorm, position.initialLoss());
        if (problem.isPresent()) {
            return Optional.of(diverged(problem.get(), proposed.loss(), updateNorm, batch, theta));
        }
        recordFirstMatrices(theta);
        fidelity.ifPresent(each -> measure(each, theta, batch, proposed));
        long apply = System.nanoTime();
        boolean shows = proposed.update().isPresent() || proposed.trial().isPresent();
        if (shows && probe.isDue()) {
            probe.applyInPlace(
                    theta, batch, proposed, updateNorm, iteration.stepSize().value());
            clocks.addRecord(Clocks.since(apply));
        } else {
            proposed.update().ifPresent(update -> backend.axpyInPlace(1, update, theta));
            seconds += Clocks.since(apply);
        }
        clocks.addStep(seconds, curvatureSeconds);
        position.addStep(proposed.value(), batch.forRecord().examples(), updateNorm > 0, proposed.gradientNorm() > 0);
        savepoints.end();
        return Optional.empty();
    }

    /** Holds the update against its model, if that is owed: of a method that refreshes its curvature where it did. */
    private void measure(FidelityProbe probe, Tensor theta, Workload.Batch batch, Step proposed) {
        probe.begin(position.step() + 1, position.epoch() + 1, position.stepInEpoch() == 0);
        boolean refreshes = plan.subject().refreshes();
        if (probe.isOwed()
                && proposed.update().isPresent()
                && (!refreshes || proposed.refresh().isPresent())) {
            long start = System.nanoTime();
            recorder.fidelity(probe.measure(new FidelityProbe.Subject(
                    position.step() + 1,
                    position.epoch() + 1,
                    theta,
                    proposed.update().get(),
                    proposed.refresh(),
                    proposed.refresh().isPresent() ? workload.curvatureAgain() : batch.forRecord(),
                    workload.heldOutBatch())));
            clocks.addRecord(Clocks.since(start));
        }
    }

    /** For the passes of a step on the whole training set, which may take minutes. */
    private FullBatch.Progress withinStep(Tensor theta) {
        if (!plan.training().fullBatch()) {
            return (done, of) -> {};
        }
        return savepoints.begin(theta)
                ? evaluator.progress(RunListener.Work.FULL_BATCH)
                : (done, of) -> journal.working(RunListener.Work.FULL_BATCH, done, of);
    }

    private double norm(Tensor vector) {
        return Math.sqrt(backend.dot(vector, vector));
    }

    /** What the method says of its step beside the update. */
    private void record(Step proposed) {
        proposed.trial().ifPresent(counts::add);
        proposed.intervention().ifPresent(done -> {
            counts.add(done);
            journal.intervened(done);
        });
        proposed.details().ifPresent(known -> recorder.solver(position.step() + 1, position.epoch() + 1, known));
    }

    private void refreshed(Refresh refresh) {
        curvature.refreshed(position.step() + 1, refresh);
        journal.refreshed(refresh);
    }

    private Ending diverged(String problem, double loss, double updateNorm, Workload.Batch batch, Tensor theta) {
        String message = Divergence.message(problem, position, curvature.latest(), plan.advice());
        Checkpoint streams = Checkpoint.empty(backend);
        workload.save(streams);
        return diverged(
                message,
                Divergence.incident(
                        message, position, loss, updateNorm, batch.indices(), streams.numbers(), curvature.latest()),
                theta);
    }

    private Ending diverged(String problem, Held held, Tensor theta) {
        String message = Divergence.messageAfter(problem, position, plan.advice());
        return diverged(message, Divergence.incidentAfter(message, position, held), theta);
    }

    private Ending diverged(String message, JsonObject incident, Tensor theta) {
        Ending ending = journal.diverged(message, incident);
        savepoints.saveIncident(theta, workload.layout());
        return ending;
    }

    /** Those at θ₀ when they are the optimizer's, which has them from its first step on. */
    private void recordFirstMatrices(Tensor theta) {
        boolean byEpoch = plan.record().curvature().every().unit() == Every.Unit.EPOCH;
        if (position.step() == 0 && curvature.isOptimizers() && byEpoch) {
            recordMatrices(theta, false);
        }
    }

    // ---- between steps ----

    /** Does what is owed; what is left in the middle stays owed. */
    private Optional<Ending> settle(Tensor theta) {
        if (position.owes(Owed.EVALUATION)) {
            Held held = evaluator.held(theta);
            position.settle(Owed.EVALUATION);
            addRow(theta, epochSoFar(), held);
            Optional<String> problem = Evaluator.problem(held, position.initialLoss());
            if (problem.isPresent()) {
                return Optional.of(diverged(problem.get(), held, theta));
            }
        }
        if (position.owes(Owed.MATRICES_OF_STEP)) {
            recordMatrices(theta, true);
            position.settle(Owed.MATRICES_OF_STEP);
        }
        if (position.owes(Owed.MATRICES_OF_EPOCH)) {
            recordMatrices(theta, false);
            position.settle(Owed.MATRICES_OF_EPOCH);
        }
        return Optional.empty();
    }

    private void addRow(Tensor theta, Evaluation train, Held held) {
        MetricsRow row = new MetricsRow(
                position.epoch(),
                position.step(),
                position.samples(),
                train.loss(),
                train.accuracy(),
                held.validation().loss(),
                held.validation().accuracy(),
                held.test().loss(),
                held.test().accuracy(),
                iteration.stepSize().value(),
                counts.steps().losses(),
                counts.steps().gradients(),
                counts.steps().products(),
                counts.steps().summaries(),
                gradientEquivalents(),
                counts.rejected(),
                counts.records().gradients(),
                counts.records().summaries(),
                clocks.training(),
                clocks.curvature(),
                clocks.record(),
                clocks.evaluation(),
                clocks.wall(),
                backend.memory().peakBytes(),
                archive.restarts());
        lastRow = held == Held.NONE ? lastRow : Optional.of(row);
        journal.row(row);
        if (limits.observe(row, position.stepInEpoch() > 0)) {
            savepoints.saveBest(theta, workload.layout());
        }
    }

    /** What gradient equivalents are counted in. */
    private int batchExamples() {
        int all = workload.trainingExamples();
        return plan.training().fullBatch() ? all : Math.min(plan.training().batchSize(), all);
    }

    private void recordMatrices(Tensor theta, boolean byStep) {
        long start = System.nanoTime();
        double[] counted = counts.records().save();
        try {
            FullBatch.Progress progress = evaluator.progress(RunListener.Work.CURVATURE);
            curvature
                    .matrices(position.epoch(), position.step(), theta, byStep, progress)
                    .ifPresent(recorder::matrices);
        } catch (Stopped stopped) {
            // a run that goes on computes them anew: counted once, they are the same whatever stopped it
            counts.records().restore(counted);
            throw stopped;
        } finally {
            clocks.addRecord(Clocks.since(start));
        }
    }
}
