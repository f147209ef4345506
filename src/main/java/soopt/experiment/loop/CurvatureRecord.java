package soopt.experiment.loop;

import java.util.Arrays;
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
import soopt.experiment.folder.GroupRates;
import soopt.experiment.folder.RecordedMatrices;
import soopt.experiment.folder.RecordedMatrices.Source;
import soopt.experiment.folder.RefreshCount;
import soopt.optimizer.Refresh;
import soopt.optimizer.State;

/**
 * The matrices to write down: of the optimizer's latest refresh, or computed here along the gradient of the same loss: of the whole
 * training set if the settings ask for it, of one batch if the optimizer has no curvature of its own.
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

    /**
     * H̄ and its regularized form.
     *
     * @param refreshStep the step that used it first, from 1, if it is the optimizer's
     * @param rates empty for a refresh, of which curvature.jsonl tells
     */
    private record Latest(
            OptionalLong refreshStep, double[][] hessian, double[][] regularized, Optional<GroupRates> rates) {}

    private final Workload workload;
    private final boolean fullBatch;
    private final Subject subject;
    private Optional<Latest> latest = Optional.empty();
    private RefreshCount refreshes = RefreshCount.NONE;
    private RefreshCount computed = RefreshCount.NONE;

    CurvatureRecord(Workload workload, RecordSettings.Curvature settings, Subject subject) {
        this.workload = workload;
        this.fullBatch = settings.fullBatch();
        this.subject = subject;
    }

    /** Whether the matrices are the optimizer's: then they exist from its first step on. */
    boolean isOptimizers() {
        return subject.refreshes() && !fullBatch;
    }

    /** The optimizer computed curvature for this step, from 1. */
    void refreshed(long step, Refresh refresh) {
        refreshes = refreshes.with(refresh.solution().status());
        latest = Optional.of(new Latest(
                OptionalLong.of(step),
                copy(refresh.averaged().hessian()),
                refresh.solution().regularized(),
                Optional.empty()));
    }

    /** The optimizer's computations of curvature. */
    RefreshCount refreshes() {
        return refreshes;
    }

    /** Those for the record. */
    RefreshCount computed() {
        return computed;
    }

    private static double[][] copy(double[][] matrix) {
        return Arrays.stream(matrix).map(double[]::clone).toArray(double[][]::new);
    }

    /** The matrices after so many epochs and steps; empty while the optimizer has none. */
    Optional<RecordedMatrices> matrices(
            int epoch, long step, Tensor theta, boolean byStep, FullBatch.Progress progress) {
        if (isOptimizers()) {
            return latest.map(own -> matrices(epoch, step, byStep, Source.REFRESH, own));
        }
        Source source = fullBatch ? Source.TRAINING_SET : Source.BATCH;
        Objective objective = fullBatch ? workload.trainingSet(progress) : workload.recordedBatch();
        return Optional.of(matrices(epoch, step, byStep, source, compute(objective, theta)));
    }

    private Latest compute(Objective objective, Tensor theta) {
        try (Tensor gradient = workload.backend().allocate(workload.layout().size())) {
            objective.gradient(theta, gradient);
            CurvatureSummary summary = objective.summary(theta, gradient, subject.partition(), Order.THIRD);
            CubicStep.Outcome solution =
                    CubicStep.solve(summary.hessian(), summary.gradient(), summary.third(), subject.damping());
            computed = computed.with(solution.status());
            GroupRates rates = new GroupRates(subject.partition().groups(), summary, solution);
            return new Latest(OptionalLong.empty(), summary.hessian(), solution.regularized(), Optional.of(rates));
        }
    }

    private RecordedMatrices matrices(int epoch, long step, boolean byStep, Source source, Latest computed) {
        List<String> names =
                subject.partition().groups().stream().map(Partition.Group::name).toList();
        return new RecordedMatrices(
                epoch,
                step,
                computed.refreshStep(),
                names,
                source,
                computed.hessian(),
                computed.regularized(),
                computed.rates(),
                byStep);
    }

    void save(State state) {
        state.putNumbers("refreshes", refreshes.save());
        state.putNumbers("computed", computed.save());
        latest.ifPresent(own -> {
            state.putNumbers("step", own.refreshStep().orElseThrow());
            state.putNumbers("hessian", flat(own.hessian()));
            state.putNumbers("regularized", flat(own.regularized()));
        });
    }

    void restore(State state) {
        refreshes = RefreshCount.restore(state.getNumbers("refreshes"));
        computed = RefreshCount.restore(state.getNumbers("computed"));
        latest = state.has("step")
                ? Optional.of(new Latest(
                        OptionalLong.of((long) state.getNumbers("step")[0]),
                        square(state.getNumbers("hessian")),
                        square(state.getNumbers("regularized")),
                        Optional.empty()))
                : Optional.empty();
    }

    private static double[] flat(double[][] matrix) {
        return Arrays.stream(matrix).flatMapToDouble(Arrays::stream).toArray();
    }

    private static double[][] square(double[] flat) {
        int size = (int) Math.round(Math.sqrt(flat.length));
        double[][] matrix = new double[size][];
        Arrays.setAll(matrix, i -> Arrays.copyOfRange(flat, i * size, (i + 1) * size));
        return matrix;
    }
}
