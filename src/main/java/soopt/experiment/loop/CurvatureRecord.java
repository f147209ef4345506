package soopt.experiment.loop;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import soopt.backend.Tensor;
import soopt.curvature.CubicStep;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.FullBatch;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.Partition;
import soopt.experiment.file.RecordSettings;
import soopt.experiment.folder.RefreshCount;
import soopt.experiment.matrices.GroupRates;
import soopt.experiment.matrices.RecordedMatrices;
import soopt.experiment.matrices.RecordedMatrices.Source;
import soopt.optimizer.step.Refresh;
import soopt.optimizer.step.State;

/**
 * The matrices to write down: of the optimizer's latest refresh, or computed here along the gradient of the same loss:
 * of the whole training set if the settings ask for it, of one batch if the optimizer has no curvature of its own.
 */
public final class CurvatureRecord {
    /**
     * Whose curvature is recorded.
     *
     * @param partition the optimizer's, else one group per tensor
     * @param damping λ_int of the optimizer, else of the settings
     * @param refreshes whether the optimizer computes curvature at its first step and again from time to time
     */
    public record Subject(Partition partition, double damping, boolean refreshes) {}

    private final Workload workload;
    private final boolean fullBatch;
    private final Subject subject;
    private final LatestRefresh refreshes;
    private RefreshCount computed = RefreshCount.NONE;

    CurvatureRecord(Workload workload, RecordSettings.Curvature settings, Subject subject) {
        this.workload = workload;
        this.fullBatch = settings.fullBatch();
        this.subject = subject;
        this.refreshes = new LatestRefresh(subject.partition());
    }

    /** Whether the matrices are the optimizer's: then they exist from its first step on. */
    boolean isOptimizers() {
        return subject.refreshes() && !fullBatch;
    }

    /** The optimizer computed curvature for this step, from 1. */
    void refreshed(long step, Refresh refresh) {
        refreshes.put(step, refresh);
    }

    /** What an incident tells of the latest; empty before the optimizer's first. */
    Optional<LatestRefresh.Told> latest() {
        return refreshes.told();
    }

    /** The optimizer's computations of curvature. */
    RefreshCount refreshes() {
        return refreshes.count();
    }

    /** Those for the record. */
    RefreshCount computed() {
        return computed;
    }

    /** The matrices after so many epochs and steps; empty while the optimizer has none. */
    Optional<RecordedMatrices> matrices(
            int epoch, long step, Tensor theta, boolean byStep, FullBatch.Progress progress) {
        List<String> names = subject.partition().names();
        if (isOptimizers()) {
            return refreshes
                    .solved()
                    .map(own -> new RecordedMatrices(
                            epoch,
                            step,
                            OptionalLong.of(own.step()),
                            names,
                            Source.REFRESH,
                            own.hessian(),
                            own.regularized(),
                            Optional.empty(),
                            byStep));
        }
        Source source = fullBatch ? Source.TRAINING_SET : Source.BATCH;
        Objective objective = fullBatch ? workload.trainingSet(progress) : workload.recordedBatch();
        GroupRates rates = compute(objective, theta);
        return Optional.of(new RecordedMatrices(
                epoch,
                step,
                OptionalLong.empty(),
                names,
                source,
                rates.summary().hessian(),
                rates.step().regularized(),
                Optional.of(rates),
                byStep));
    }

    /** ḡ, H̄ and D̄³ along the gradient, and the rates that they give. */
    private GroupRates compute(Objective objective, Tensor theta) {
        try (Tensor gradient = workload.backend().allocate(workload.layout().size())) {
            objective.gradient(theta, gradient);
            CurvatureSummary summary = objective.summary(theta, gradient, subject.partition(), Order.THIRD);
            CubicStep.Outcome solution =
                    CubicStep.solve(summary.hessian(), summary.gradient(), summary.third(), subject.damping());
            computed = computed.with(solution.status());
            return new GroupRates(subject.partition().groups(), summary, solution);
        }
    }

    void save(State state) {
        refreshes.save(state);
        state.putNumbers("computed", computed.save());
    }

    void restore(State state) {
        refreshes.restore(state);
        computed = RefreshCount.restore(state.getNumbers("computed"));
    }
}
