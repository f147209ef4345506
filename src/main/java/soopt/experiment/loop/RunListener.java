package soopt.experiment.loop;

import java.nio.file.Path;
import soopt.experiment.folder.MetricsRow;
import soopt.optimizer.step.Refresh;

/** Hears how a run goes, to show it. Called on the trainer's thread; each call should be short. */
public interface RunListener {
    /** Shows nothing. */
    RunListener SILENT = new RunListener() {};

    /** A number with its noun: 1 epoch, 2 epochs. */
    static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    /**
     * What is about to run.
     *
     * @param device the device in words
     * @param steps of the whole run
     * @param stepsDone those before this process
     */
    record Start(
            String runId,
            long seed,
            Path folder,
            String device,
            long parameters,
            int trainingExamples,
            int epochs,
            int stepsPerEpoch,
            long steps,
            long stepsDone) {}

    /**
     * Where the run is after a step.
     *
     * @param epoch the epoch under way, from 1
     * @param step steps done
     * @param stepInEpoch steps done of this epoch
     * @param loss mean training loss of the epoch so far
     */
    record Progress(int epoch, int epochs, long step, long steps, int stepInEpoch, int stepsPerEpoch, double loss) {}

    /** Work between the steps. */
    enum Work {
        EVALUATION("evaluating"),
        CURVATURE("curvature"),
        /** A step on the whole training set. */
        FULL_BATCH("full batch");

        private final String words;

        Work(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }

    /** The folder is made and the data is loaded. */
    default void started(Start start) {}

    default void step(Progress progress) {}

    /** So much of a longer piece of work is done; the last call has done = total. */
    default void working(Work work, long done, long total) {}

    /** Learning rates were computed at this step. */
    default void refreshed(long step, Refresh refresh) {}

    /**
     * A row of metrics.csv: at step 0 the evaluation before training, then one per epoch and per evaluation within an
     * epoch.
     */
    default void epoch(MetricsRow row) {}

    /** One line for the user. */
    default void message(String text) {}

    /** The run is over and its folder complete. */
    default void finished(RunResult result) {}
}
