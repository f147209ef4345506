package soopt.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import soopt.backend.Backend;
import soopt.backend.Backends;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.Partition;
import soopt.curvature.Partitioning;
import soopt.data.RandomStreams;
import soopt.model.Model;
import soopt.model.Network;
import soopt.optimizer.Optimizer;
import soopt.optimizer.Problem;
import soopt.spec.Binder;
import soopt.spec.SpecSource;

/** The works that {@code bench curvature} times, on random data. */
final class CurvatureBench implements AutoCloseable {
    private static final String NEWTON = "newton-summary step";
    private static final long SEED = 571677914;
    private static final int CLASSES = 10;
    private static final int PERIOD = 10;
    private static final double WARM_UP_SECONDS = 1;
    private static final int WARM_UP_RUNS = 200;
    private static final int LEAST_ROUNDS = 3;

    /** What is timed; steps so small that all rounds do the same work. */
    private record Subject(Model model, Optimizer adam, Optimizer newton) {}

    private final Backend backend;
    private final Network network;
    private final Objective objective;
    private final Partition partition;
    private final List<Tensor> tensors = new ArrayList<>();
    private final List<Optimizer.Iteration> iterations = new ArrayList<>();
    private final Map<String, Runnable> works = new LinkedHashMap<>();

    /** @param inputShape shape of one example */
    CurvatureBench(String model, int[] inputShape, int batch, int threads) {
        Subject subject = Binder.bind(SpecSource.parse("bench", yaml(model)), Subject.class);
        backend = Backends.cpu(Precision.FLOAT32, threads);
        network = subject.model().network(inputShape, CLASSES);
        partition = new Partitioning.Canonical().of(network.layout());
        Tensor theta = keep(subject.model().init().parameters(network.layout(), backend, SEED));
        objective = network.objective(backend, inputs(batch, (int) Tensor.sizeOf(inputShape)), labels(batch));
        Tensor u = keep(backend.allocate(network.layout().size()));
        objective.gradient(theta, u);
        Tensor gradient = keep(backend.allocate(network.layout().size()));
        works.put("gradient", () -> objective.gradient(theta, gradient));
        works.put("summary order 2", () -> objective.summary(theta, u, partition, Order.SECOND));
        works.put("summary order 3", () -> objective.summary(theta, u, partition, Order.THIRD));
        Optimizer.Iteration adam = iteration(subject.adam());
        Optimizer.Iteration newton = iteration(subject.newton());
        works.put("adam step", () -> step(adam, theta));
        works.put(NEWTON, () -> {
            for (int i = 0; i < PERIOD; i++) {
                step(newton, theta);
            }
        });
    }

    private static String yaml(String model) {
        return """
                model: {type: %s}
                adam: {type: adam, step-size: 1.0e-8}
                newton: {type: newton-summary, step-size: 1.0e-8, period: %d, average: none}
                """.formatted(model, PERIOD);
    }

    private Tensor inputs(int batch, int inputs) {
        RandomGenerator random = RandomStreams.of(SEED, "bench", 0);
        float[] values = new float[batch * inputs];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        Tensor tensor = keep(backend.allocate(batch, inputs));
        backend.fromHost(values, 0, tensor);
        return tensor;
    }

    private Tensor labels(int batch) {
        RandomGenerator random = RandomStreams.of(SEED, "bench", 1);
        double[] values = random.ints(batch, 0, CLASSES).asDoubleStream().toArray();
        Tensor tensor = keep(backend.allocate(batch));
        backend.fromHost(values, 0, tensor);
        return tensor;
    }

    private Tensor keep(Tensor tensor) {
        tensors.add(tensor);
        return tensor;
    }

    private Optimizer.Iteration iteration(Optimizer optimizer) {
        Optimizer.Iteration iteration = optimizer.start(new Problem(backend, network.layout(), () -> objective));
        iterations.add(iteration);
        return iteration;
    }

    private void step(Optimizer.Iteration iteration, Tensor theta) {
        iteration.step(theta, objective).update().ifPresent(update -> backend.axpyInPlace(1, update, theta));
    }

    /** S. */
    int groups() {
        return partition.size();
    }

    /** Medians over rounds in which every work runs once. A NewtonSummary step is a tenth of a period of ten. */
    List<Measurement> measure(int rounds, double seconds, StatusLine status) {
        status.begin("warm-up", " works", 1, works.size());
        Map<String, Long> extra = new LinkedHashMap<>();
        works.forEach((name, work) -> {
            extra.put(name, warmUp(work));
            status.reached(extra.size(), name);
        });
        Map<String, List<Double>> times = new LinkedHashMap<>();
        works.keySet().forEach(name -> times.put(name, new ArrayList<>()));
        status.begin("measuring", " rounds", 1, rounds);
        long start = System.nanoTime();
        for (int round = 0; round < rounds; round++) {
            if (round >= LEAST_ROUNDS && System.nanoTime() - start > seconds * 1e9) {
                break;
            }
            works.forEach((name, work) -> times.get(name).add(seconds(work) / (name.equals(NEWTON) ? PERIOD : 1)));
            status.reached(round + 1L, "");
        }
        status.end();
        return works.keySet().stream()
                .map(name -> Measurement.of(name, times.get(name), extra.get(name)))
                .toList();
    }

    /** Runs the work until the compiler has seen enough of it; returns the bytes it took beyond those there before. */
    private long warmUp(Runnable work) {
        work.run();
        long before = backend.memory().liveBytes();
        backend.resetPeak();
        double spent = 0;
        for (int run = 0; run < WARM_UP_RUNS && (run < 2 || spent < WARM_UP_SECONDS); run++) {
            spent += seconds(work);
        }
        return Math.max(0, backend.memory().peakBytes() - before);
    }

    private static double seconds(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }

    @Override
    public void close() {
        iterations.forEach(Optimizer.Iteration::close);
        tensors.forEach(Tensor::close);
        backend.close();
    }
}
