package soopt.optimizer;

import java.util.Iterator;
import java.util.List;
import java.util.stream.DoubleStream;
import soopt.backend.Tensor;
import soopt.curvature.Fisher;
import soopt.curvature.ForwardingObjective;
import soopt.curvature.Linearization;
import soopt.curvature.Metric;
import soopt.curvature.Objective;
import soopt.curvature.Value;
import soopt.curvature.fisher.FactorVisitor;
import soopt.curvature.fisher.OutputAdjoints;
import soopt.curvature.fisher.Sampler;

/** An objective whose model draws these labels, whatever it is asked. */
record LabelledObjective(Objective inner, double[] labels) implements ForwardingObjective {
    @Override
    public Linearization at(Tensor theta, Linearization.Use use) {
        return new Labelled(inner.at(theta, use), labels);
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
