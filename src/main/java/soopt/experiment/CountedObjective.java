package soopt.experiment;

import java.util.Optional;
import java.util.function.Consumer;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Fisher;
import soopt.curvature.Linearization;
import soopt.curvature.Metric;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Partition;
import soopt.curvature.TaylorTerms;
import soopt.curvature.Value;
import soopt.curvature.fisher.FactorVisitor;
import soopt.curvature.fisher.FactoredLayer;
import soopt.curvature.fisher.OutputAdjoints;
import soopt.experiment.loop.Counts;

/**
 * An objective whose work is counted.
 *
 * @param costs of summaries, in gradients
 */
record CountedObjective(Objective objective, Counts.Tally counts, SummaryCosts costs) implements Objective {
    private static double since(long start) {
        return (System.nanoTime() - start) * 1e-9;
    }

    @Override
    public ParameterLayout layout() {
        return objective.layout();
    }

    @Override
    public Backend backend() {
        return objective.backend();
    }

    @Override
    public int examples() {
        return objective.examples();
    }

    @Override
    public Optional<Objective> part(int from, int to) {
        return objective.part(from, to).map(part -> new CountedObjective(part, counts, costs));
    }

    @Override
    public double loss(Tensor theta) {
        counts.addLoss(examples());
        return objective.loss(theta);
    }

    @Override
    public Value gradient(Tensor theta, Tensor gradient) {
        counts.addGradient(examples());
        return objective.gradient(theta, gradient);
    }

    @Override
    public void gradient(Tensor theta, Tensor gradient, Consumer<Value> use) {
        counts.addGradient(examples());
        objective.gradient(theta, gradient, use);
    }

    @Override
    public void asOne(Object key, Runnable work) {
        objective.asOne(key, work);
    }

    @Override
    public CurvatureSummary summary(Tensor theta, Tensor u, Partition partition, Order order) {
        long start = System.nanoTime();
        CurvatureSummary summary = objective.summary(theta, u, partition, order);
        counts.addSummary(examples(), costs.of(partition, order), since(start));
        return summary;
    }

    /** No method asks for it: what a look of its own costs is not counted. */
    @Override
    public TaylorTerms taylor(Tensor theta, Tensor u, Partition partition, int order) {
        return objective.taylor(theta, u, partition, order);
    }

    @Override
    public Linearization at(Tensor theta, Linearization.Use use) {
        counts.addForward(examples());
        return new Counted(objective.at(theta, use), examples(), counts);
    }

    private record Counted(Linearization pass, int examples, Counts.Tally counts) implements Linearization {
        @Override
        public Value value() {
            return pass.value();
        }

        @Override
        public void value(Consumer<Value> use) {
            pass.value(use);
        }

        @Override
        public void gradient(Tensor out) {
            counts.addBackward(examples);
            pass.gradient(out);
        }

        @Override
        public void hessianVector(Tensor v, Tensor out) {
            long start = System.nanoTime();
            pass.hessianVector(v, out);
            counts.addHessianProducts(1, examples, since(start));
        }

        @Override
        public void gaussNewtonVector(Tensor v, Tensor out) {
            long start = System.nanoTime();
            pass.gaussNewtonVector(v, out);
            counts.addGaussNewtonProducts(1, examples, since(start));
        }

        @Override
        public void hessianVectors(Tensor v, Tensor out) {
            long start = System.nanoTime();
            pass.hessianVectors(v, out);
            counts.addHessianProducts(v.length(0), examples, since(start));
        }

        @Override
        public void gaussNewtonVectors(Tensor v, Tensor out) {
            long start = System.nanoTime();
            pass.gaussNewtonVectors(v, out);
            counts.addGaussNewtonProducts(v.length(0), examples, since(start));
        }

        @Override
        public void factors(OutputAdjoints adjoints, FactorVisitor visitor) {
            long start = System.nanoTime();
            Carried carried = new Carried(visitor);
            pass.factors(adjoints, carried);
            boolean again = !(adjoints instanceof OutputAdjoints.OfTargets);
            counts.addFactors(examples, again ? carried.times() : 0, since(start));
        }

        @Override
        public boolean isKept() {
            return pass.isKept();
        }

        @Override
        public Metric fisher(Fisher kind, int draws, long seed) {
            Metric metric = pass.fisher(kind, draws, seed);
            return new Metric() {
                @Override
                public void times(Tensor v, Tensor out) {
                    long start = System.nanoTime();
                    metric.times(v, out);
                    counts.addGaussNewtonProducts(1, examples, since(start));
                }

                @Override
                public void timesRows(Tensor v, Tensor out) {
                    long start = System.nanoTime();
                    metric.timesRows(v, out);
                    counts.addGaussNewtonProducts(v.length(0), examples, since(start));
                }
            };
        }

        @Override
        public void close() {
            pass.close();
        }
    }

    /** How often adjoints came by, whatever pieces the batch is worked through in. */
    private static final class Carried implements FactorVisitor {
        private final FactorVisitor visitor;
        private long inputRows;
        private long adjointRows;

        Carried(FactorVisitor visitor) {
            this.visitor = visitor;
        }

        @Override
        public void inputs(FactoredLayer layer) {
            inputRows += layer.rows();
            visitor.inputs(layer);
        }

        @Override
        public void adjoints(FactoredLayer layer) {
            adjointRows += layer.rows();
            visitor.adjoints(layer);
        }

        double times() {
            return inputRows == 0 ? 0 : (double) adjointRows / inputRows;
        }
    }
}
