package soopt.model.tangent;

import java.util.ArrayList;
import java.util.List;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.ParameterLayout;

/**
 * One forward pass over one batch and what follows it: owns every tensor that its layers keep, and returns them
 * together.
 */
public final class Pass implements AutoCloseable {
    /** What layers keep for later. */
    public enum Depth {
        /** The output only. */
        VALUE,
        /** What backward needs. */
        GRADIENT,
        /** σ″ and σ‴ too. */
        CURVATURE,
        /** What backward needs, and z for derivatives of σ of any order. */
        SERIES
    }

    private final Backend backend;
    private final ParameterLayout layout;
    private final Tensor theta;
    private final Tensor input;
    private final Depth depth;
    private final List<Tensor> owned = new ArrayList<>();

    public Pass(Backend backend, ParameterLayout layout, Tensor theta, Tensor input, Depth depth) {
        this.backend = backend;
        this.layout = layout;
        this.theta = theta;
        this.input = input;
        this.depth = depth;
    }

    public Backend backend() {
        return backend;
    }

    /** The batch [N, …]. */
    public Tensor input() {
        return input;
    }

    public Depth depth() {
        return depth;
    }

    /** Equal for passes at the same parameters over the same batch, which may hold other numbers. */
    public Object place() {
        return List.of(theta.place(), input.place(), examples());
    }

    /** N. */
    public int examples() {
        return input.length(0);
    }

    /** The parameter tensor of that index. */
    public Tensor parameter(int index) {
        return layout.view(theta, index);
    }

    /** The part of a flat vector [P] that belongs to the parameter tensor of that index. */
    public Tensor part(Tensor flat, int index) {
        return layout.view(flat, index);
    }

    /** A tensor that lives as long as the pass. */
    public Tensor allocate(int... shape) {
        Tensor tensor = backend.allocate(shape);
        owned.add(tensor);
        return tensor;
    }

    /** Hands over a tensor to be closed with the pass. */
    Tensor own(Tensor tensor) {
        owned.add(tensor);
        return tensor;
    }

    /** Returns a tensor of this pass before its end. */
    public void release(Tensor tensor) {
        if (owned.remove(tensor)) {
            tensor.close();
        }
    }

    /** Number of tensors that the pass owns, for {@link #releaseSince}. */
    public int mark() {
        return owned.size();
    }

    /** Returns the tensors allocated since the mark. */
    public void releaseSince(int mark) {
        List<Tensor> later = owned.subList(mark, owned.size());
        later.forEach(Tensor::close);
        later.clear();
    }

    /** Whether the tensor's memory is the caller's batch, which nobody may overwrite. */
    public boolean isInput(Tensor x) {
        return x.sharesStorageWith(input);
    }

    @Override
    public void close() {
        owned.forEach(Tensor::close);
        owned.clear();
    }
}
