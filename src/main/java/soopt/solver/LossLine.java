package soopt.solver;

import java.util.Optional;
import java.util.OptionalDouble;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.Objective;
import soopt.curvature.Value;

/**
 * φ(α) = L(θ + α d) for the loss of one batch, with the gradient at the best point tried kept: a method that goes there
 * need not compute it again. Three vectors [P], taken once.
 */
public final class LossLine implements AutoCloseable {
    private final Backend backend;
    private final Tensor point;
    private final int size;
    private Tensor trial;
    private Tensor kept;
    private double[] host = new double[0];

    public LossLine(Backend backend, int size) {
        this.backend = backend;
        this.size = size;
        this.point = backend.allocate(size);
        this.trial = backend.allocate(size);
        this.kept = backend.allocate(size);
    }

    /**
     * The line from θ along d. Neither may change while it is searched.
     *
     * @param theta [P]
     * @param direction [P]
     */
    public Ray along(Objective batch, Tensor theta, Tensor direction) {
        return new Ray(batch, theta, direction);
    }

    /** ∇L [P] at the point that the last search kept; of no meaning if it kept none. Valid until the next search. */
    public Tensor gradient() {
        return kept;
    }

    /** max |x_i|. */
    private double largest(Tensor x) {
        if (host.length == 0) {
            host = new double[size];
        }
        backend.toHost(x, host, 0);
        double largest = 0;
        for (double entry : host) {
            largest = Math.max(largest, Math.abs(entry));
        }
        return largest;
    }

    /** One line. */
    public final class Ray implements Line {
        private final Objective batch;
        private final Tensor theta;
        private final Tensor direction;
        private Optional<Value> last = Optional.empty();
        private Optional<Value> best = Optional.empty();
        private OptionalDouble scale = OptionalDouble.empty();

        private Ray(Objective batch, Tensor theta, Tensor direction) {
            this.batch = batch;
            this.theta = theta;
            this.direction = direction;
        }

        @Override
        public double value(double alpha) {
            moveTo(alpha);
            return batch.loss(point);
        }

        @Override
        public Point at(double alpha) {
            moveTo(alpha);
            Value value = batch.gradient(point, trial);
            last = Optional.of(value);
            return new Point(alpha, value.loss(), backend.dot(trial, direction));
        }

        @Override
        public void keep() {
            Tensor swap = kept;
            kept = trial;
            trial = swap;
            best = last;
        }

        @Override
        public double scale() {
            if (scale.isEmpty()) {
                scale = OptionalDouble.of(largest(direction));
            }
            return scale.getAsDouble();
        }

        /** Loss and hits at the point that {@link #gradient} belongs to; empty if none was kept. */
        public Optional<Value> best() {
            return best;
        }

        private void moveTo(double alpha) {
            backend.combine(1, theta, alpha, direction, point);
        }
    }

    @Override
    public void close() {
        point.close();
        trial.close();
        kept.close();
    }
}
