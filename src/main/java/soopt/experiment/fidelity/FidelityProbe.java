package soopt.experiment.fidelity;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.Partition;
import soopt.experiment.file.Every;
import soopt.experiment.folder.FidelityRow;
import soopt.experiment.folder.FidelityRow.Measured;
import soopt.optimizer.GroupUpdate;
import soopt.optimizer.step.Refresh;

/**
 * Holds some of the updates against Taylor's model of the loss, whole and group by group: the rows of fidelity.csv. It
 * costs 2 (S + 2) losses, a summary along the S parts of the update, and one along the whole of it.
 */
public final class FidelityProbe {
    /**
     * An update to be measured.
     *
     * @param step number of the step, from 1
     * @param epoch of it, from 1
     * @param theta θ [P] before it
     * @param update δ [P]
     * @param refresh the curvature that the step computed, if it did: δ_s = −η_s u_s
     * @param same what the refresh was computed on, else the batch of the step
     * @param heldOut another batch
     */
    public record Subject(
            long step,
            int epoch,
            Tensor theta,
            Tensor update,
            Optional<Refresh> refresh,
            Objective same,
            Objective heldOut) {}

    /** Changes by a model, of a group or of all. */
    private record Model(double second, double third) {
        static final Model UNKNOWN = new Model(Double.NaN, Double.NaN);
    }

    private final Every every;
    private final Partition partition;
    private final Backend backend;
    private final GroupUpdate parts;
    private boolean owed = true;

    /** @param partition the groups that move alone */
    public FidelityProbe(Every every, Partition partition, Backend backend) {
        this.every = every;
        this.partition = partition;
        this.backend = backend;
        this.parts = new GroupUpdate(backend, partition);
    }

    /**
     * A step begins; from the first one of an interval on a measurement is owed until there is one, which a method that
     * refreshes its curvature does not make at every step.
     *
     * @param step from 1
     * @param epoch from 1
     * @param first whether it is the first of its epoch
     */
    public void begin(long step, int epoch, boolean first) {
        owed |= every.dueAfterStep(step) || first && every.dueAfterEpoch(epoch);
    }

    public boolean isOwed() {
        return owed && !every.isNever();
    }

    public double save() {
        return owed ? 1 : 0;
    }

    public void restore(double saved) {
        owed = saved != 0;
    }

    /** The row of the whole update, then one for each group. */
    public List<FidelityRow> measure(Subject subject) {
        owed = false;
        Tensor theta = subject.theta;
        try (Tensor part = backend.allocate((int) theta.size());
                Tensor moved = backend.allocate((int) theta.size())) {
            CurvatureSummary along = subject.same.summary(theta, subject.update, partition, Order.THIRD);
            Optional<double[]> eta = subject.refresh.map(Refresh::etaApplied);
            Optional<CurvatureSummary> averaged = subject.refresh.map(Refresh::averaged);
            double loss = subject.same.loss(theta);
            double heldOut = subject.heldOut.loss(theta);
            IntFunction<Measured> measured = s -> {
                Tensor delta = s < 0 ? subject.update : part(s, subject.update, part);
                backend.copy(theta, moved);
                backend.axpyInPlace(1, delta, moved);
                return new Measured(
                        loss, subject.same.loss(moved) - loss, heldOut, subject.heldOut.loss(moved) - heldOut);
            };
            List<FidelityRow> rows = new ArrayList<>();
            Model model = averaged.map(known -> whole(known, eta.orElseThrow())).orElse(Model.UNKNOWN);
            double second = second(along);
            rows.add(row(
                    subject,
                    -1,
                    Double.NaN,
                    new Model(second, second + third(subject) / 6),
                    model,
                    measured.apply(-1)));
            for (int s = 0; s < partition.size(); s++) {
                int group = s;
                rows.add(row(
                        subject,
                        s,
                        eta.map(rates -> rates[group]).orElse(Double.NaN),
                        alone(along, s, 1),
                        averaged.map(known -> alone(known, group, -eta.orElseThrow()[group]))
                                .orElse(Model.UNKNOWN),
                        measured.apply(s)));
            }
            return rows;
        }
    }

    private FidelityRow row(Subject subject, int s, double eta, Model predicted, Model model, Measured measured) {
        return new FidelityRow(
                subject.step,
                subject.epoch,
                s,
                s < 0 ? FidelityRow.ALL : partition.groups().get(s).name(),
                eta,
                predicted.second,
                predicted.third,
                model.second,
                model.third,
                measured);
    }

    /** δ_s: the update where s is, 0 elsewhere. */
    private Tensor part(int s, Tensor update, Tensor part) {
        double[] rates = new double[partition.size()];
        rates[s] = -1;
        parts.apply(rates, update, part);
        return part;
    }

    /** D³L[δ, δ, δ], between groups too. */
    private double third(Subject subject) {
        Partition whole = Partition.whole(partition.layout());
        return subject.same.summary(subject.theta, subject.update, whole, Order.THIRD)
                .third()[0];
    }

    /** Σ_s DL[δ_s] + ½ Σ_st D²L[δ_s, δ_t]. */
    private static double second(CurvatureSummary along) {
        double second = 0;
        for (int s = 0; s < along.size(); s++) {
            second += along.gradient()[s];
            for (int t = 0; t < along.size(); t++) {
                second += along.hessian()[s][t] / 2;
            }
        }
        return second;
    }

    /** Group s by t times its direction: t g + t² h/2 + t³ d/6. */
    private static Model alone(CurvatureSummary along, int s, double t) {
        double second = t * along.gradient()[s] + t * t * along.hessian()[s][s] / 2;
        double third = along.third().length == 0 ? Double.NaN : second + t * t * t * along.third()[s] / 6;
        return new Model(second, third);
    }

    private static Model whole(CurvatureSummary along, double[] eta) {
        double second = 0;
        double third = along.third().length == 0 ? Double.NaN : 0;
        for (int s = 0; s < eta.length; s++) {
            second -= eta[s] * along.gradient()[s];
            third -= along.third().length == 0 ? 0 : eta[s] * eta[s] * eta[s] * along.third()[s] / 6;
            for (int t = 0; t < eta.length; t++) {
                second += eta[s] * along.hessian()[s][t] * eta[t] / 2;
            }
        }
        return new Model(second, second + third);
    }
}
