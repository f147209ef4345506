package soopt.sweep.cost;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.Objective;
import soopt.experiment.file.Experiment;
import soopt.model.Network;
import soopt.optimizer.Optimizer;
import soopt.optimizer.step.Batches;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.State;
import soopt.random.RandomStreams;

/** A network with random parameters on a random batch: how long a gradient takes, and a step of an optimizer. */
final class Trial implements AutoCloseable {
    /** A gradient is measured again as long as that takes no more: the first ones warm up. */
    private static final double GRADIENTS_SECONDS = 0.5;

    private static final double MOST_SECONDS = 4;
    /** So many of a tiny network are compiled, and the rest would be garbage. */
    private static final int MOST_GRADIENTS = 500;
    /** So many that are not shorter than those before end it. */
    private static final int AGAIN = 5;

    private static final double SHORTER = 0.95;
    /** Such a gradient is not measured twice. */
    private static final double LONG_SECONDS = 5;

    /** Steps that warm up. */
    private static final int WARM_UP = 5;

    /** No step is tried of an optimizer that is expected to take longer, nor of a larger network. */
    private static final double LONGEST_STEP_SECONDS = 0.1;

    private static final int MOST_PARAMETERS = 2_000_000;
    private static final double STEPS_SECONDS = 0.5;
    private static final int MOST_STEPS = 101;
    private static final int FEW_STEPS = 20;
    private static final long SEED = 1;

    private final Network network;
    private final Backend backend;
    private final Tensor theta;
    private final Objective batch;
    private final List<Tensor> tensors = new ArrayList<>();

    Trial(Experiment experiment, Network network, DataSizes.Sizes sizes, Backend backend) {
        this.network = network;
        this.backend = backend;
        int examples = Math.max(1, Math.min(experiment.training().batchSize(), sizes.train()));
        theta = experiment.model().init().parameters(network.layout(), backend, SEED);
        tensors.add(theta);
        boolean labels = network.loss().isClassification();
        Tensor inputs = keep(examples, (int) Tensor.sizeOf(sizes.shape()));
        fill(inputs, random(0)::nextGaussian);
        Tensor targets =
                labels ? keep(examples) : keep(examples, sizes.targets().outputs());
        RandomGenerator random = random(1);
        fill(targets, () -> labels ? random.nextInt(sizes.targets().outputs()) : random.nextGaussian());
        batch = network.objective(backend, inputs, targets);
    }

    /**
     * What was measured.
     *
     * @param gradient seconds of one of a batch
     * @param step seconds of a step, NaN if none was tried
     * @param stateBytes that the optimizer saves; −1 if none was tried
     */
    record Measured(double gradient, double step, long stateBytes) {}

    /**
     * Seconds of ∇L of the batch: the least, as other work of the machine only lengthens it. It is measured until it
     * gets no shorter: what is not compiled yet takes ten times as long.
     */
    double gradientSeconds() {
        Tensor out = keep(network.layout().size());
        double least = seconds(() -> batch.gradient(theta, out));
        double all = 0;
        int since = 0;
        int count = 1;
        while (least < LONG_SECONDS
                && all < MOST_SECONDS
                && count < MOST_GRADIENTS
                && (since < AGAIN || all < GRADIENTS_SECONDS)) {
            count++;
            double another = seconds(() -> batch.gradient(theta, out));
            since = another < SHORTER * least ? 0 : since + 1;
            least = Math.min(least, another);
            all += another;
        }
        return least;
    }

    /**
     * Tries steps if they are short; not where summaries of the curvature are counted: the first of them is compiled as
     * it runs, and takes many times as long as the others.
     *
     * @param gradient seconds of one
     * @param gradients that a step is expected to take
     */
    Measured measure(Optimizer optimizer, double gradient, double gradients) {
        boolean isTried = optimizer.grouping().isEmpty()
                && gradients * gradient <= LONGEST_STEP_SECONDS
                && network.layout().size() <= MOST_PARAMETERS;
        return isTried ? tried(optimizer, gradient) : new Measured(gradient, Double.NaN, -1);
    }

    /** The first step of many methods is longer, as that of every so manieth later: it counts with a hundredth. */
    private Measured tried(Optimizer optimizer, double gradient) {
        Tensor at = keep(network.layout().size());
        backend.copy(theta, at);
        try (Optimizer.Iteration iteration = optimizer.start(new Problem(
                backend,
                network.layout(),
                Batches.always(batch),
                SEED,
                Long.MAX_VALUE,
                network.gradientWork() * batch.examples()))) {
            double first = step(iteration, at);
            double warm = first;
            for (int i = 1; i < WARM_UP || warm < STEPS_SECONDS && i < MOST_STEPS; i++) {
                warm += step(iteration, at);
            }
            double sum = 0;
            int steps = 0;
            while (steps < MOST_STEPS && (steps < FEW_STEPS || sum < STEPS_SECONDS) && sum < 4 * STEPS_SECONDS) {
                sum += step(iteration, at);
                steps++;
            }
            Counted counted = new Counted(backend.precision().bytes());
            iteration.save(counted);
            return new Measured(gradient, sum / steps + (steps < MOST_STEPS ? first / 100 : 0), counted.bytes);
        } catch (IllegalArgumentException | IllegalStateException | ArithmeticException notOnRandomData) {
            return new Measured(gradient, Double.NaN, -1);
        }
    }

    private double step(Optimizer.Iteration iteration, Tensor at) {
        return seconds(() -> iteration.step(at, batch).update());
    }

    private static double seconds(Runnable work) {
        long begun = System.nanoTime();
        work.run();
        return (System.nanoTime() - begun) * 1e-9;
    }

    private static RandomGenerator random(int stream) {
        return RandomStreams.of(SEED, "estimate", stream);
    }

    private interface Numbers {
        double next();
    }

    private void fill(Tensor tensor, Numbers numbers) {
        double[] values = new double[(int) tensor.size()];
        Arrays.setAll(values, i -> numbers.next());
        backend.fromHost(values, 0, tensor);
    }

    private Tensor keep(int... shape) {
        Tensor tensor = backend.allocate(shape);
        tensors.add(tensor);
        return tensor;
    }

    @Override
    public void close() {
        tensors.forEach(Tensor::close);
    }

    /** A state that is measured and not kept. */
    private static final class Counted implements State {
        private final int numberBytes;
        private long bytes;

        Counted(int numberBytes) {
            this.numberBytes = numberBytes;
        }

        @Override
        public void putTensor(String name, Tensor value) {
            bytes += value.size() * numberBytes;
        }

        @Override
        public void putNumbers(String name, double... values) {
            bytes += (long) values.length * Double.BYTES;
        }

        @Override
        public void getTensor(String name, Tensor out) {
            throw new UnsupportedOperationException();
        }

        @Override
        public double[] getNumbers(String name) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean has(String name) {
            return false;
        }
    }
}
