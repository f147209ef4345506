package soopt.experiment.loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import soopt.backend.Tensor;
import soopt.curvature.ParameterLayout;
import soopt.experiment.checkpoint.Checkpoint;
import soopt.experiment.checkpoint.Generations;
import soopt.experiment.file.Every;
import soopt.experiment.folder.Recorder;
import soopt.experiment.folder.RunDirectory;
import soopt.file.Temporary;
import soopt.file.WholeFile;
import soopt.model.weights.WeightsFile;

/** When checkpoints are written, and of what: always of the last step that was taken whole. */
final class Savepoints {
    /**
     * A step on the whole training set that is shorter is not left in the middle: what it takes to go back would slow
     * it.
     */
    private static final double LONG_STEP_SECONDS = 1;

    private static final String MARKS = "marks";
    /** The parameters where early stopping's metric was best. */
    private static final String BEST = "best-weights.npz";

    private final Archive archive;
    private final Every every;
    private final Recorder recorder;
    private final Path folder;
    private final Journal journal;
    /** Where to go back to when the step under way is left in the middle. */
    private Optional<Checkpoint> beforeStep = Optional.empty();

    private double stepSeconds = Double.POSITIVE_INFINITY;
    private long stepBegan = System.nanoTime();
    private long saved = System.nanoTime();

    Savepoints(Archive archive, Every every, Recorder recorder, Journal journal) {
        this.archive = archive;
        this.every = every;
        this.recorder = recorder;
        this.folder = recorder.directory().file("checkpoints");
        this.journal = journal;
    }

    /** What the recorder had written at a checkpoint. */
    static double[] marks(Checkpoint checkpoint) {
        return checkpoint.getNumbers(MARKS);
    }

    static void mark(Checkpoint checkpoint, double[] marks) {
        checkpoint.putNumbers(MARKS, marks);
    }

    private Checkpoint take(Tensor theta) {
        Checkpoint checkpoint = archive.take(theta);
        mark(checkpoint, recorder.marks());
        return checkpoint;
    }

    boolean isDueAfterStep(long step) {
        return every.dueAfterStep(step) || every.dueAfterSeconds(Clocks.since(saved));
    }

    boolean isDueAfterEpoch(int epoch, long step) {
        return every.dueAfterEpoch(epoch) || isDueAfterStep(step);
    }

    /**
     * Takes what to go back to if the step that begins is left in the middle.
     *
     * @return whether it may be left: the first one, and where the last one took long
     */
    boolean begin(Tensor theta) {
        stepBegan = System.nanoTime();
        if (stepSeconds < LONG_STEP_SECONDS) {
            return false;
        }
        beforeStep = Optional.of(take(theta));
        return true;
    }

    /** The step is taken whole. */
    void end() {
        beforeStep = Optional.empty();
        stepSeconds = Clocks.since(stepBegan);
    }

    /**
     * θ as it was when the step under way began, if one is. The optimizer stays in the middle of it: only what is saved
     * counts.
     */
    void goBack(Tensor theta) {
        beforeStep.ifPresent(state -> state.getTensor(Archive.THETA, theta));
    }

    /** A checkpoint; where it cannot be written the run goes on without. */
    void save(Tensor theta) {
        saved = System.nanoTime();
        try {
            recorder.force();
            Checkpoint checkpoint = beforeStep.orElseGet(() -> take(theta));
            new Generations(folder).save(checkpoint, recorder.directory()::require);
            recorder.checkpointed(marks(checkpoint));
            journal.checkpointSaved();
        } catch (UncheckedIOException full) {
            journal.checkpointFailed(full.getMessage());
        }
    }

    /** θ by tensor in PyTorch's layout, as the best so far. */
    void saveBest(Tensor theta, ParameterLayout layout) {
        recorder.directory().require();
        WeightsFile.write(folder.resolve(BEST), layout, theta, archive.backend());
    }

    /** They were measured where this run is not measured. */
    void dropBest() {
        Temporary.discard(folder.resolve(BEST));
    }

    /**
     * What soopt replay begins with, beside incident.json: the experiment, the newest checkpoint if there is one, and θ
     * [P] as the incident found it. What does not fit on the disk is left out: the incident is told all the same.
     */
    void saveIncident(Tensor theta, ParameterLayout layout) {
        RunDirectory directory = recorder.directory();
        try {
            WholeFile.write(directory.incident("config.yaml"), Files.readAllBytes(directory.file("config.yaml")));
            new Generations(folder).copyNewest(directory.incident("state.npz"));
            WeightsFile.write(directory.incident("weights.npz"), layout, theta, archive.backend());
        } catch (IOException | UncheckedIOException full) {
            journal.incidentIncomplete(full.getMessage());
        }
    }

    /** A checkpoint, and θ by tensor in PyTorch's layout for whoever compares, which is a result of the run. */
    void saveEnd(Tensor theta, ParameterLayout layout) {
        save(theta);
        recorder.directory().require();
        WeightsFile.write(folder.resolve("weights.npz"), layout, theta, archive.backend());
    }
}
