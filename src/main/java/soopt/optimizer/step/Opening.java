package soopt.optimizer.step;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import soopt.backend.Tensor;
import soopt.curvature.Linearization;
import soopt.curvature.Objective;
import soopt.curvature.Value;

/**
 * How a step begins that asks for products: a loss with what they need, and its numbers, for which the host waits once.
 *
 * @param here closed with this
 * @param gradientNorm ‖∇L‖₂
 */
public record Opening(Linearization here, Value value, double gradientNorm) implements AutoCloseable {
    /** @param gradient [P] ← ∇L(θ) */
    public static Opening of(Objective batch, Tensor theta, Linearization.Use use, Tensor gradient) {
        Readings readings = new Readings();
        AtomicReference<Linearization> here = new AtomicReference<>();
        boolean done = false;
        try {
            batch.asOne(List.of("opening", use, theta.place(), gradient.place()), () -> {
                here.set(batch.at(theta, use));
                here.get().gradient(gradient);
                here.get().value(readings);
                readings.readGradient(batch.backend(), gradient);
            });
            done = true;
        } finally {
            if (!done && here.get() != null) {
                here.get().close();
            }
        }
        return new Opening(here.get(), readings.value(), readings.gradientNorm());
    }

    @Override
    public void close() {
        here.close();
    }
}
