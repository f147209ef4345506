package soopt.gym;

import java.util.function.IntToDoubleFunction;
import java.util.function.LongFunction;
import java.util.random.RandomGenerator;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.Objective;
import soopt.curvature.ParameterLayout;
import soopt.gym.formula.Formula;
import soopt.gym.formula.FormulaObjective;
import soopt.model.Initialization;
import soopt.model.Network;
import soopt.optimizer.step.Batches;
import soopt.random.RandomStreams;

/** The kinds of problems there are. */
final class Grounds {
    /** Batches for curvature and trials are counted from here, so that none is a batch of a step too. */
    private static final long BESIDE = 1L << 40;

    private static final long SEED = 571677914;

    private Grounds() {}

    /** One formula. */
    static Exercise.Ground formula(Backend backend, Formula formula, double... start) {
        FormulaObjective objective = new FormulaObjective(backend, formula);
        return new OfFormulas(objective, step -> objective, true, start);
    }

    /** Another formula for each batch, whose mean is the first. */
    static Exercise.Ground noisy(Backend backend, Formula mean, LongFunction<Formula> batches, double... start) {
        return new OfFormulas(
                new FormulaObjective(backend, mean),
                step -> new FormulaObjective(backend, batches.apply(step)),
                false,
                start);
    }

    private static final class OfFormulas implements Exercise.Ground {
        private final FormulaObjective mean;
        private final LongFunction<Objective> batches;
        private final boolean same;
        private final double[] start;
        private long beside = BESIDE;

        OfFormulas(FormulaObjective mean, LongFunction<Objective> batches, boolean same, double[] start) {
            this.mean = mean;
            this.batches = batches;
            this.same = same;
            this.start = start;
        }

        @Override
        public ParameterLayout layout() {
            return mean.layout();
        }

        @Override
        public Tensor start() {
            Tensor theta = mean.backend().allocate(start.length);
            mean.backend().fromHost(start, 0, theta);
            return theta;
        }

        @Override
        public Objective batch(long step) {
            return batches.apply(step);
        }

        @Override
        public Batches beside() {
            return new Batches() {
                @Override
                public Objective curvature() {
                    return batches.apply(beside++);
                }

                @Override
                public Objective trial() {
                    return batches.apply(beside++);
                }

                @Override
                public boolean areTheSame() {
                    return same;
                }
            };
        }

        @Override
        public double loss(Tensor theta) {
            return mean.loss(theta);
        }

        @Override
        public void close() {}
    }

    /**
     * A network on data that is made.
     *
     * @param input of example n, feature i: x(n · features + i)
     * @param label of example n, as a number
     */
    static Exercise.Ground network(
            Backend backend,
            Network network,
            Initialization initialization,
            int examples,
            int features,
            IntToDoubleFunction input,
            IntToDoubleFunction label) {
        Tensor inputs = filled(backend.allocate(examples, features), backend, input);
        Tensor labels = filled(backend.allocate(examples), backend, label);
        Objective objective = network.objective(backend, inputs, labels);
        return new Exercise.Ground() {
            @Override
            public ParameterLayout layout() {
                return network.layout();
            }

            @Override
            public Tensor start() {
                return initialization.parameters(network.layout(), backend, SEED);
            }

            @Override
            public Objective batch(long step) {
                return objective;
            }

            @Override
            public Batches beside() {
                return Batches.always(objective);
            }

            @Override
            public double loss(Tensor theta) {
                return objective.loss(theta);
            }

            @Override
            public void close() {
                labels.close();
                inputs.close();
            }
        };
    }

    private static Tensor filled(Tensor tensor, Backend backend, IntToDoubleFunction value) {
        double[] values = new double[(int) tensor.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value.applyAsDouble(i);
        }
        backend.fromHost(values, 0, tensor);
        return tensor;
    }

    /** Uniform on [−√3, √3]: mean 0, variance 1, the same on every version of Java. */
    static double uniform(RandomGenerator random) {
        return Math.sqrt(3) * (2 * ((random.nextLong() >>> 11) * 0x1p-53) - 1);
    }

    /** So many of them, by a name. */
    static double[] uniforms(String stream, long index, int count) {
        RandomGenerator random = RandomStreams.of(SEED, "gym." + stream, index);
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = uniform(random);
        }
        return values;
    }
}
