package soopt.optimizer;

import java.util.Iterator;
import java.util.List;
import java.util.stream.DoubleStream;
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
import soopt.curvature.Value;
import soopt.curvature.fisher.FactorVisitor;
import soopt.curvature.fisher.OutputAdjoints;
import soopt.curvature.fisher.Sampler;

/** An objective whose model draws these labels, whatever it is asked. */
record LabelledObjective(Objective objective, double[] labels) implements Objective {
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
    public double loss(Tensor theta) {
        return objective.loss(theta);
    }

    @Override
    public Value gradient(Tensor theta, Tensor gradient) {
        return objective.gradient(theta, gradient);
    }

    @Override
    public CurvatureSummary summary(Tensor theta, Tensor u, Partition partition, Order order) {
        return objective.summary(theta, u, partition, order);
    }

    @Override
    public Linearization at(Tensor theta, Linearization.Use use) {
        return new Labelled(objective.at(theta, use), labels);
    }

    private record Given(Iterator<Double> labels) implements Sampler {
        @Override
        public int label(double[] p, int from, int classes) {
            return labels.next().intValue();
        }

        @Override
        public double normal() {
            throw new AssertionError("labels are given");
        }
    }

    private record Labelled(Linearization pass, double[] labels) implements Linearization {
        @Override
        public Value value() {
            return pass.value();
        }

        @Override
        public void gradient(Tensor out) {
            pass.gradient(out);
        }

        @Override
        public void hessianVector(Tensor v, Tensor out) {
            pass.hessianVector(v, out);
        }

        @Override
        public void gaussNewtonVector(Tensor v, Tensor out) {
            pass.gaussNewtonVector(v, out);
        }

        @Override
        public Metric fisher(Fisher kind, int draws, long seed) {
            return pass.fisher(kind, draws, seed);
        }

        @Override
        public void factors(OutputAdjoints adjoints, FactorVisitor visitor) {
            boolean drawn = adjoints instanceof OutputAdjoints.Drawn;
            Sampler given = new Given(DoubleStream.of(labels).iterator());
            pass.factors(drawn ? new OutputAdjoints.Drawn(List.of(given)) : adjoints, visitor);
        }

        @Override
        public void close() {
            pass.close();
        }
    }
}
