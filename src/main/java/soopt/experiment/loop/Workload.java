package soopt.experiment.loop;

import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.FullBatch;
import soopt.curvature.Objective;
import soopt.curvature.ParameterLayout;
import soopt.optimizer.step.Batches;
import soopt.optimizer.step.State;

/**
 * What a run trains: its training data as objectives, and how good parameters are on each part of the data. The batches
 * beside those of the steps count as training.
 */
public interface Workload extends Batches {
    /** A part of the data. */
    enum Part {
        TRAIN("training"),
        VALIDATION("validation"),
        TEST("test");

        private final String words;

        Part(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    /**
     * The batch of one step; valid until the next.
     *
     * @param forStep for the optimizer: its derivatives count as training
     * @param forRecord the same objective for diagnostics, counted apart
     * @param indices of its examples in the training set
     */
    record Batch(Objective forStep, Objective forRecord, int[] indices) {}

    /**
     * Means over examples of a part; NaN without any.
     *
     * @param accuracy fraction predicted right; NaN for regression and where the loss is not finite: outputs that are
     *     no numbers predict nothing
     * @param examples how many; 0 if it was not evaluated
     */
    record Evaluation(double loss, double accuracy, int examples) {
        public static final Evaluation NONE = new Evaluation(Double.NaN, Double.NaN, 0);

        public Evaluation {
            accuracy = Double.isFinite(loss) ? accuracy : Double.NaN;
        }
    }

    Backend backend();

    ParameterLayout layout();

    /** θ [P] at the start; the caller closes it. */
    Tensor initialParameters();

    int trainingExamples();

    int stepsPerEpoch();

    /**
     * @param epoch from 0
     * @param k step within the epoch, from 0
     * @param progress hears of the passes of this step where a step takes the whole training set; it may end them by an
     *     exception
     */
    Batch batch(int epoch, int k, FullBatch.Progress progress);

    /**
     * A batch of the size for curvature from a sampler of its own: what is recorded does not change what is trained.
     */
    Objective recordedBatch();

    /** The batch that {@link #curvature} gave last, for the record. */
    Objective curvatureAgain();

    /** Another batch of that size from a sampler of its own, for the record: no model was made on it. */
    Objective heldOutBatch();

    /** The loss of the training set, for the record. */
    Objective trainingSet(FullBatch.Progress progress);

    Evaluation evaluate(Part part, Tensor theta, FullBatch.Progress progress);

    /** Puts where the samplers are. */
    void save(State state);

    void restore(State state);
}
