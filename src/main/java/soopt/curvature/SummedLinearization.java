package soopt.curvature;

import java.util.function.IntFunction;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.fisher.FactorVisitor;
import soopt.curvature.fisher.FactoredLayer;
import soopt.curvature.fisher.OutputAdjoints;
import soopt.curvature.fisher.WeightedLayer;

/**
 * A loss that is a sum over parts too large to be kept together: L = Σ_i w_i L_i. Each product goes over the parts
 * again.
 */
public final class SummedLinearization implements Linearization {
    private interface VectorTerm {
        void compute(Linearization part, Tensor out);
    }

    private final Backend backend;
    private final ParameterLayout layout;
    private final int count;
    private final IntFunction<Term> parts;
    private Value value = Value.of(Double.NaN);
    private boolean known;

    /** w_i L_i; closed after its use, before the next is asked for. */
    public record Term(Linearization part, double weight) {}

    /** @param parts by their index from 0 to count − 1 */
    public SummedLinearization(Backend backend, ParameterLayout layout, int count, IntFunction<Term> parts) {
        this.backend = backend;
        this.layout = layout;
        this.count = count;
        this.parts = parts;
    }

    @Override
    public Value value() {
        if (!known) {
            each((part, weight, first) -> {});
        }
        return value;
    }

    private interface Visit {
        void part(Linearization part, double weight, boolean first);
    }

    private void each(Visit visit) {
        Value sum = new Value(0, 0);
        for (int i = 0; i < count; i++) {
            Term term = parts.apply(i);
            try (Linearization part = term.part()) {
                sum = sum.plus(term.weight(), part.value());
                visit.part(part, term.weight(), i == 0);
            }
        }
        value = sum;
        known = true;
    }

    /** out [P] ← Σ_i w_i v_i. */
    private void sum(Tensor out, VectorTerm vector) {
        try (Tensor term = backend.allocate(layout.size())) {
            each((part, weight, first) -> {
                vector.compute(part, first ? out : term);
                if (!first) {
                    backend.axpyInPlace(weight, term, out);
                } else if (weight != 1) {
                    backend.scaleInPlace(weight, out);
                }
            });
        }
    }

    @Override
    public void gradient(Tensor out) {
        sum(out, Linearization::gradient);
    }

    @Override
    public void hessianVector(Tensor v, Tensor out) {
        sum(out, (part, term) -> part.hessianVector(v, term));
    }

    @Override
    public void gaussNewtonVector(Tensor v, Tensor out) {
        sum(out, (part, term) -> part.gaussNewtonVector(v, term));
    }

    @Override
    public void hessianVectors(Tensor v, Tensor out) {
        sumRows(v, out, Linearization::hessianVector);
    }

    @Override
    public void gaussNewtonVectors(Tensor v, Tensor out) {
        sumRows(v, out, Linearization::gaussNewtonVector);
    }

    private interface Product {
        void compute(Linearization part, Tensor v, Tensor out);
    }

    /** out [n, P] ← Σ_i w_i A_i v of each row: each part's pass is done once, and needs the memory of one row. */
    private void sumRows(Tensor v, Tensor out, Product product) {
        int size = layout.size();
        try (Tensor term = backend.allocate(size)) {
            backend.fill(out, 0);
            each((part, weight, first) -> {
                for (int row = 0; row < v.length(0); row++) {
                    product.compute(part, v.slice((long) row * size, size), term);
                    backend.axpyInPlace(weight, term, out.slice((long) row * size, size));
                }
            });
        }
    }

    @Override
    public void factors(OutputAdjoints adjoints, FactorVisitor visitor) {
        each((part, weight, first) -> part.factors(adjoints, weight == 1 ? visitor : weighted(weight, visitor)));
    }

    private static FactorVisitor weighted(double weight, FactorVisitor visitor) {
        return new FactorVisitor() {
            @Override
            public void inputs(FactoredLayer layer) {
                visitor.inputs(new WeightedLayer(layer, weight));
            }

            @Override
            public void adjoints(FactoredLayer layer) {
                visitor.adjoints(new WeightedLayer(layer, weight));
            }
        };
    }

    @Override
    public boolean isKept() {
        return false;
    }

    @Override
    public Metric fisher(Fisher kind, int draws, long seed) {
        return (v, out) -> {
            int[] index = {0};
            sum(out, (part, term) -> part.fisher(kind, draws, seed + index[0]++).times(v, term));
        };
    }

    /** Every part was closed after its use. */
    @Override
    public void close() {}
}
