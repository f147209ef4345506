package soopt.optimizer.direction;

import java.util.Random;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.ParameterLayout;
import soopt.optimizer.Methods;
import soopt.optimizer.step.NoBatches;
import soopt.optimizer.step.Problem;

/** What directions make of given gradients. */
final class DirectionRuns {
    private DirectionRuns() {}

    /** Weights w0, w1, … of these shapes. */
    static ParameterLayout layout(int[]... shapes) {
        ParameterLayout.Builder builder = new ParameterLayout.Builder();
        for (int i = 0; i < shapes.length; i++) {
            builder.add("w" + i, ParameterLayout.Role.WEIGHT, i, 1, shapes[i]);
        }
        return builder.build();
    }

    /** Numbers on [−1, 1). */
    static double[][] gradients(long seed, int steps, int size) {
        Random random = new Random(seed);
        double[][] gradients = new double[steps][];
        for (int t = 0; t < steps; t++) {
            gradients[t] = random.doubles(size, -1, 1).toArray();
        }
        return gradients;
    }

    /** u of each step, with θ = ½ throughout. */
    static double[][] directions(Backend backend, String spec, ParameterLayout layout, double[][] gradients) {
        double[][] result = new double[gradients.length][layout.size()];
        try (Tensor gradient = backend.allocate(layout.size());
                Tensor theta = backend.allocate(layout.size());
                Direction.Running running =
                        Methods.direction(spec).start(new Problem(backend, layout, new NoBatches(), 0), gradient)) {
            backend.fill(theta, 0.5);
            for (int t = 0; t < gradients.length; t++) {
                backend.fromHost(gradients[t], 0, gradient);
                backend.toHost(running.next(theta), result[t], 0);
            }
        }
        return result;
    }
}
