package soopt.experiment.loop;

import java.util.Optional;
import soopt.backend.Tensor;
import soopt.curvature.FullBatch;
import soopt.experiment.loop.Workload.Evaluation;
import soopt.experiment.loop.Workload.Part;

/** Measures parameters on the parts of the data; between two batches it asks whether to stop. */
final class Evaluator {
    /** On the data that is not trained on. */
    record Held(Evaluation validation, Evaluation test) {
        /** Not evaluated. */
        static final Held NONE = new Held(Evaluation.NONE, Evaluation.NONE);
    }

    private final Workload workload;
    private final Clocks clocks;
    private final Journal journal;
    private final StopSignal stop;

    Evaluator(Workload workload, Clocks clocks, Journal journal, StopSignal stop) {
        this.workload = workload;
        this.clocks = clocks;
        this.journal = journal;
        this.stop = stop;
    }

    Evaluation of(Part part, Tensor theta) {
        stop.check();
        long start = System.nanoTime();
        try {
            return workload.evaluate(part, theta, progress(RunListener.Work.EVALUATION));
        } finally {
            clocks.addEvaluation(Clocks.since(start));
        }
    }

    Held held(Tensor theta) {
        Evaluation validation = of(Part.VALIDATION, theta);
        return new Held(validation, of(Part.TEST, theta));
    }

    /** Shows the work, and ends it between two batches when a stop is asked for. */
    FullBatch.Progress progress(RunListener.Work work) {
        return (done, of) -> {
            journal.working(work, done, of);
            if (done < of) {
                stop.check();
            }
        };
    }

    /** What is wrong with the losses, if training must not go on. */
    static Optional<String> problem(Held held, double initialLoss) {
        return problem(Part.VALIDATION, held.validation(), initialLoss)
                .or(() -> problem(Part.TEST, held.test(), initialLoss));
    }

    static Optional<String> problem(Part part, Evaluation evaluation, double initialLoss) {
        return evaluation.examples() == 0
                ? Optional.empty()
                : Divergence.of("the " + part.words() + " loss", evaluation.loss(), initialLoss);
    }
}
