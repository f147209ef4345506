package soopt.gym;

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

/**
 * What an attempt has computed. In gradients a loss or a forward pass counts 1/3, the backward pass after it 2/3, ∇²L v
 * 2, a Gauss–Newton or Fisher product 4/3, Kronecker factors 2/3; a summary along S groups counts 1 + S by convention,
 * since formulas have no layers to count.
 */
public final class Work {
    private static final double FORWARD = 1.0 / 3;
    private static final double BACKWARD = 2.0 / 3;
    private static final double HESSIAN = 2;
    private static final double GAUSS_NEWTON = 4.0 / 3;

    private long losses;
    private long gradients;
    private long products;
    private long summaries;
    private double equivalents;

    public long losses() {
        return losses;
    }

    public long gradients() {
        return gradients;
    }

    /** ∇²L v, Gauss–Newton and Fisher products. */
    public long products() {
        return products;
    }

    public long summaries() {
        return summaries;
    }

    /** In gradients. */
    public double equivalents() {
        return equivalents;
    }

    private void addProducts(long count, double each) {
        products += count;
        equivalents += count * each;
    }

    /** The same objective, with its work counted here. */
    Objective counting(Objective objective) {
        return new Counted(objective, this);
    }

    private record Counted(Objective objective, Work work) implements Objective {
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
            work.losses++;
            work.equivalents += FORWARD;
            return objective.loss(theta);
        }

        @Override
        public Value gradient(Tensor theta, Tensor gradient) {
            work.gradients++;
            work.equivalents++;
            return objective.gradient(theta, gradient);
        }

        @Override
        public CurvatureSummary summary(Tensor theta, Tensor u, Partition partition, Order order) {
            work.summaries++;
            work.equivalents += 1 + partition.size();
            return objective.summary(theta, u, partition, order);
        }

        @Override
        public Linearization at(Tensor theta, Linearization.Use use) {
            work.equivalents += FORWARD;
            return new CountedPass(objective.at(theta, use), work);
        }
    }

    private record CountedPass(Linearization pass, Work work) implements Linearization {
        @Override
        public Value value() {
            return pass.value();
        }

        @Override
        public void gradient(Tensor out) {
            work.gradients++;
            work.equivalents += BACKWARD;
            pass.gradient(out);
        }

        @Override
        public void hessianVector(Tensor v, Tensor out) {
            work.addProducts(1, HESSIAN);
            pass.hessianVector(v, out);
        }

        @Override
        public void gaussNewtonVector(Tensor v, Tensor out) {
            work.addProducts(1, GAUSS_NEWTON);
            pass.gaussNewtonVector(v, out);
        }

        @Override
        public void hessianVectors(Tensor v, Tensor out) {
            work.addProducts(v.length(0), HESSIAN);
            pass.hessianVectors(v, out);
        }

        @Override
        public void gaussNewtonVectors(Tensor v, Tensor out) {
            work.addProducts(v.length(0), GAUSS_NEWTON);
            pass.gaussNewtonVectors(v, out);
        }

        @Override
        public Metric fisher(Fisher kind, int draws, long seed) {
            Metric metric = pass.fisher(kind, draws, seed);
            return new Metric() {
                @Override
                public void times(Tensor v, Tensor out) {
                    work.addProducts(1, GAUSS_NEWTON);
                    metric.times(v, out);
                }

                @Override
                public void timesRows(Tensor v, Tensor out) {
                    work.addProducts(v.length(0), GAUSS_NEWTON);
                    metric.timesRows(v, out);
                }
            };
        }

        @Override
        public void factors(OutputAdjoints adjoints, FactorVisitor visitor) {
            work.equivalents += BACKWARD;
            pass.factors(adjoints, visitor);
        }

        @Override
        public boolean isKept() {
            return pass.isKept();
        }

        @Override
        public void close() {
            pass.close();
        }
    }
}
