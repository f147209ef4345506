package soopt.experiment.loop;

import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.experiment.checkpoint.Checkpoint;
import soopt.experiment.fidelity.FidelityProbe;
import soopt.optimizer.Optimizer;
import soopt.optimizer.schedule.Plateau;

/** What a checkpoint holds: all that the loop and those it calls remember from step to step. */
final class Archive {
    /** The name of θ in a checkpoint. */
    static final String THETA = "theta";

    private static final String FIDELITY = "fidelity";

    private final Backend backend;
    private final Workload workload;
    private final Optimizer.Iteration iteration;
    private final Optional<Plateau.Watch> plateau;
    private final Position position;
    private final Counts counts;
    private final Clocks clocks;
    private final CurvatureRecord curvature;
    private final StepProbe probe;
    private final Optional<FidelityProbe> fidelity;
    private final Limits limits;
    private int restarts;

    Archive(
            Workload workload,
            Optimizer.Iteration iteration,
            Optional<Plateau.Watch> plateau,
            Position position,
            Counts counts,
            Clocks clocks,
            CurvatureRecord curvature,
            StepProbe probe,
            Optional<FidelityProbe> fidelity,
            Limits limits) {
        this.backend = workload.backend();
        this.workload = workload;
        this.iteration = iteration;
        this.plateau = plateau;
        this.position = position;
        this.counts = counts;
        this.clocks = clocks;
        this.curvature = curvature;
        this.probe = probe;
        this.fidelity = fidelity;
        this.limits = limits;
    }

    Backend backend() {
        return backend;
    }

    /** How often the run went on from a checkpoint. */
    int restarts() {
        return restarts;
    }

    /** All of it now, with θ [P]. */
    Checkpoint take(Tensor theta) {
        Checkpoint checkpoint = Checkpoint.empty(backend);
        checkpoint.putTensor(THETA, theta);
        checkpoint.putNumbers(Position.KEY, position.save());
        counts.save(checkpoint.within("counts"));
        checkpoint.putNumbers("clocks", clocks.save());
        checkpoint.putNumbers("trainer", restarts, probe.hasBegun() ? 1 : 0);
        fidelity.ifPresent(each -> checkpoint.putNumbers(FIDELITY, each.save()));
        workload.save(checkpoint.within("workload"));
        curvature.save(checkpoint.within("curvature"));
        iteration.save(checkpoint.within("optimizer"));
        plateau.ifPresent(watch -> watch.save(checkpoint.within("plateau")));
        if (limits.isSet()) {
            limits.save(checkpoint.within("budget"));
        }
        return checkpoint;
    }

    /** Goes back to where {@link #take} was; θ [P] is overwritten. */
    void restore(Checkpoint checkpoint, Tensor theta) {
        checkpoint.getTensor(THETA, theta);
        position.restore(checkpoint.getNumbers(Position.KEY));
        counts.restore(checkpoint.within("counts"));
        clocks.restore(checkpoint.getNumbers("clocks"));
        double[] own = checkpoint.getNumbers("trainer");
        restarts = (int) own[0] + 1;
        probe.restore(own[1] != 0);
        fidelity.ifPresent(each -> each.restore(checkpoint.getNumbers(FIDELITY)[0]));
        workload.restore(checkpoint.within("workload"));
        curvature.restore(checkpoint.within("curvature"));
        iteration.restore(checkpoint.within("optimizer"));
        plateau.ifPresent(watch -> watch.restore(checkpoint.within("plateau")));
        if (limits.isSet()) {
            limits.restore(checkpoint.within("budget"));
        }
    }
}
