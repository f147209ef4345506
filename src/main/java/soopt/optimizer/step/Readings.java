package soopt.optimizer.step;

import java.util.function.Consumer;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.Objective;
import soopt.curvature.Value;

/** The numbers of a step that come from the device together: known when {@link Backend#together} ends. */
public final class Readings implements Consumer<Value> {
    private Value value = Value.of(Double.NaN);
    private double gradientNorm = Double.NaN;
    private double updateNorm;

    /** The value of the batch, from {@link Objective#gradient(Tensor, Tensor, Consumer)}. */
    @Override
    public void accept(Value read) {
        value = read;
    }

    /** Asks for ‖gradient‖₂. */
    public void readGradient(Backend backend, Tensor gradient) {
        backend.dot(gradient, gradient, square -> gradientNorm = Math.sqrt(square));
    }

    /** Asks for ‖update‖₂. */
    public void readUpdate(Backend backend, Tensor update) {
        backend.dot(update, update, square -> updateNorm = Math.sqrt(square));
    }

    public Value value() {
        return value;
    }

    public double gradientNorm() {
        return gradientNorm;
    }

    /** 0 unless it was asked for. */
    public double updateNorm() {
        return updateNorm;
    }
}
