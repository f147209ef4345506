package soopt.curvature;

import soopt.backend.Backend;
import soopt.backend.Tensor;

/**
 * The loss of a whole data set, batch after batch: L(θ) = Σ_i (n_i/N) L_i(θ) and every derivative alike, where L_i is
 * the mean loss of batch i with n_i of the N examples. Sums of the derivatives along groups are in float64.
 */
public final class FullBatch implements Objective {
    /** The batches that make up the data set. */
    public interface Parts {
        /** Number of batches, ≥ 1. */
        int count();

        /** N, the examples of all of them. */
        int examples();

        /** Batch i; it is used until the next one is asked for. */
        Objective part(int index);
    }

    /** Hears how far a pass over the data set is. */
    public interface Progress {
        /** So many batches of so many are done. */
        void done(int parts, int of);
    }

    private interface Term {
        void add(Objective part, double weight, boolean first);
    }

    private final ParameterLayout layout;
    private final Backend backend;
    private final Parts parts;
    private final Progress progress;

    public FullBatch(ParameterLayout layout, Backend backend, Parts parts, Progress progress) {
        this.layout = layout;
        this.backend = backend;
        this.parts = parts;
        this.progress = progress;
    }

    @Override
    public ParameterLayout layout() {
        return layout;
    }

    @Override
    public Backend backend() {
        return backend;
    }

    @Override
    public int examples() {
        return parts.examples();
    }

    private void each(Term term) {
        for (int i = 0; i < parts.count(); i++) {
            Objective part = parts.part(i);
            term.add(part, (double) part.examples() / parts.examples(), i == 0);
            progress.done(i + 1, parts.count());
        }
    }

    @Override
    public double loss(Tensor theta) {
        double[] loss = {0};
        each((part, weight, first) -> loss[0] += weight * part.loss(theta));
        return loss[0];
    }

    @Override
    public Value gradient(Tensor theta, Tensor gradient) {
        Value[] value = {new Value(0, 0)};
        sum(gradient, (part, weight, out) -> value[0] = value[0].plus(weight, part.gradient(theta, out)));
        return value[0];
    }

    /** Of one batch its pass is kept; of more, each product goes over all of them again. */
    @Override
    public Linearization at(Tensor theta, Linearization.Use use) {
        if (parts.count() == 1) {
            Linearization only = parts.part(0).at(theta, use);
            progress.done(1, 1);
            return only;
        }
        return new SummedLinearization(backend, layout, parts.count(), i -> {
            Objective part = parts.part(i);
            Linearization here = part.at(theta, use);
            progress.done(i + 1, parts.count());
            return new SummedLinearization.Term(here, (double) part.examples() / parts.examples());
        });
    }

    private interface VectorTerm {
        void compute(Objective part, double weight, Tensor out);
    }

    /** out [P] ← Σ_i (n_i/N) v_i. */
    private void sum(Tensor out, VectorTerm vector) {
        try (Tensor term = backend.allocate(layout.size())) {
            each((part, weight, first) -> {
                vector.compute(part, weight, first ? out : term);
                if (first) {
                    backend.scaleInPlace(weight, out);
                } else {
                    backend.axpyInPlace(weight, term, out);
                }
            });
        }
    }

    @Override
    public CurvatureSummary summary(Tensor theta, Tensor u, Partition partition, Order order) {
        int size = partition.size();
        double[] loss = {0};
        double[] gradient = new double[size];
        double[][] hessian = new double[size][size];
        double[] third = new double[order == Order.SECOND ? 0 : size];
        int full = order == Order.THIRD_FULL ? size : 0;
        double[][][] thirdFull = new double[full][full][full];
        each((part, weight, first) -> {
            CurvatureSummary term = part.summary(theta, u, partition, order);
            loss[0] += weight * term.loss();
            add(weight, term.gradient(), gradient);
            add(weight, term.third(), third);
            for (int s = 0; s < size; s++) {
                add(weight, term.hessian()[s], hessian[s]);
            }
            for (int s = 0; s < full; s++) {
                for (int t = 0; t < full; t++) {
                    add(weight, term.thirdFull()[s][t], thirdFull[s][t]);
                }
            }
        });
        return new CurvatureSummary(loss[0], gradient, hessian, third, thirdFull);
    }

    @Override
    public TaylorTerms taylor(Tensor theta, Tensor u, Partition partition, int order) {
        double[] loss = {0};
        double[] whole = new double[order];
        double[][] groups = new double[order][partition.size()];
        each((part, weight, first) -> {
            TaylorTerms term = part.taylor(theta, u, partition, order);
            loss[0] += weight * term.loss();
            add(weight, term.whole(), whole);
            for (int k = 0; k < order; k++) {
                add(weight, term.groups()[k], groups[k]);
            }
        });
        return new TaylorTerms(loss[0], whole, groups);
    }

    private static void add(double weight, double[] term, double[] sum) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += weight * term[i];
        }
    }
}
