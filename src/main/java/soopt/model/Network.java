package soopt.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import soopt.backend.Backend;
import soopt.backend.Convolution;
import soopt.backend.Tensor;
import soopt.curvature.Objective;
import soopt.curvature.ParameterLayout;
import soopt.model.layer.Layer;
import soopt.model.loss.Loss;
import soopt.model.tangent.Pass;

/** Layers in a row, the loss of their outputs, and where their parameters lie in θ. Has no parameters of its own. */
public final class Network {
    private final int[] inputShape;
    private final List<Layer> layers;
    private final List<int[]> inputShapes = new ArrayList<>();
    private final int[] outputShape;
    /** By layer, how many layers up to it own parameters. */
    private final int[] owners;

    private final Loss loss;
    private final boolean reconstruction;
    private final ParameterLayout layout;
    private final long curvatureMemory;

    /**
     * @param inputShape shape of one example, e.g. [1, 28, 28]
     * @param reconstruction whether the inputs are the targets
     * @throws IllegalArgumentException if a layer does not fit the one before it
     */
    Network(int[] inputShape, List<Layer> layers, Loss loss, boolean reconstruction) {
        this(inputShape, layers, loss, reconstruction, defaultCurvatureMemory());
    }

    private Network(int[] inputShape, List<Layer> layers, Loss loss, boolean reconstruction, long curvatureMemory) {
        this.reconstruction = reconstruction;
        this.inputShape = inputShape.clone();
        this.curvatureMemory = curvatureMemory;
        this.layers = List.copyOf(layers);
        this.loss = loss;
        ParameterLayout.Builder builder = new ParameterLayout.Builder();
        int[] shape = inputShape.clone();
        this.owners = new int[layers.size()];
        for (int i = 0; i < layers.size(); i++) {
            inputShapes.add(shape);
            shape = layers.get(i).outputShape(shape);
            int before = builder.count();
            layers.get(i).declare(builder);
            owners[i] = (i == 0 ? 0 : owners[i - 1]) + (builder.count() > before ? 1 : 0);
        }
        this.outputShape = shape;
        this.layout = builder.build();
    }

    /**
     * Half of the Java heap's limit, which the launcher derives from the machine: the arrays themselves lie off the
     * heap.
     */
    public static long defaultCurvatureMemory() {
        return Runtime.getRuntime().maxMemory() / 2;
    }

    /** The same network whose curvature passes stay within this many bytes, by working through the batch in chunks. */
    public Network withCurvatureMemory(long bytes) {
        return new Network(inputShape, layers, loss, reconstruction, bytes);
    }

    /** Bytes that a curvature pass may take beyond the batch and the vectors [P]. */
    public long curvatureMemory() {
        return curvatureMemory;
    }

    public ParameterLayout layout() {
        return layout;
    }

    public Loss loss() {
        return loss;
    }

    /** Multiply-adds of each layer with parameters for one example, in order: w_k of curvature.md §4. */
    public long[] multiplyAdds() {
        List<Long> counts = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            long count = layers.get(i).multiplyAdds(inputShapes.get(i));
            if (count > 0) {
                counts.add(count);
            }
        }
        return counts.stream().mapToLong(Long::longValue).toArray();
    }

    /**
     * Multiplications of the gradient of an example in its affine maps, with 4/9 of those of 3 × 3 kernels that are
     * filtered minimally; the first of these layers has no adjoint.
     */
    public double gradientWork() {
        double sum = 0;
        double first = 0;
        for (int i = 0; i < layers.size(); i++) {
            double count = layers.get(i).multiplications(inputShapes.get(i));
            first = sum == 0 ? count : first;
            sum += count;
        }
        return 3 * sum - first;
    }

    /** Numbers per example that the layers put out, in order: what an activation costs in memory. */
    public long[] widths() {
        long[] widths = new long[layers.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Tensor.sizeOf(i + 1 < widths.length ? inputShapes.get(i + 1) : outputShape);
        }
        return widths;
    }

    /** Numbers of the largest buffers that a layer takes for itself. */
    long buffers(ToLongFunction<Convolution> scratch) {
        return layers.stream().mapToLong(layer -> layer.buffers(scratch)).max().orElse(0);
    }

    /** By layer, the number of layers with parameters up to it. */
    int[] owners() {
        return owners.clone();
    }

    /**
     * The mean loss of this network on one batch.
     *
     * @param inputs [N, features]
     * @param targets [N] class indices stored as numbers, or [N, outputs]
     */
    public Objective objective(Backend backend, Tensor inputs, Tensor targets) {
        return new NetworkObjective(this, backend, inputs, reconstruction ? inputs : targets, curvatureMemory);
    }

    /**
     * Summed loss and number of correct predictions (NaN for regression) on a batch, without derivatives.
     *
     * @param use receives them when {@link Backend#then} would run it
     */
    public void score(Backend backend, Tensor theta, Tensor inputs, Tensor targets, Consumer<Score> use) {
        int examples = inputs.length(0);
        Object key = List.of("score", theta.place(), inputs.place(), examples);
        double[] found = {Double.NaN, Double.NaN};
        backend.recorded(key, () -> {
            try (Pass pass = new Pass(backend, layout, theta, inputs, Pass.Depth.VALUE)) {
                Tensor outputs = forward(stages(pass), pass, inputs);
                loss.begin(pass, examples)
                        .value(outputs, reconstruction ? inputs : targets, mean -> found[0] = mean * examples);
                if (loss.isClassification()) {
                    backend.countCorrect(outputs, targets, count -> found[1] = count);
                }
            }
        });
        backend.then(() -> use.accept(new Score(found[0], found[1], examples)));
    }

    /**
     * Result of {@link Network#score}.
     *
     * @param lossSum Σ over examples of the loss of one
     * @param correct examples predicted right, NaN for regression
     */
    public record Score(double lossSum, double correct, int examples) {}

    // ---- one pass ----

    List<Layer.Stage> stages(Pass pass) {
        List<Layer.Stage> stages = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            stages.add(layers.get(i).begin(pass, inputShapes.get(i)));
        }
        return stages;
    }

    /** The outputs [N, C]; without anything kept for later, each activation is returned as soon as it is used. */
    Tensor forward(List<Layer.Stage> stages, Pass pass, Tensor inputs) {
        Tensor x = inputs;
        for (Layer.Stage stage : stages) {
            Tensor y = stage.forward(x);
            if (pass.depth() == Pass.Depth.VALUE && !y.sharesStorageWith(x)) {
                pass.release(x);
            }
            x = y;
        }
        return x;
    }

    /** Carries ∂L/∂outputs down to the first layer with parameters; every layer keeps its part. */
    void backward(List<Layer.Stage> stages, Tensor adjoint) {
        Tensor dy = adjoint;
        int first = firstOwner();
        for (int i = stages.size() - 1; i > first; i--) {
            dy = stages.get(i).backward(dy);
        }
        if (first < stages.size()) {
            stages.get(first).keepAdjoint(dy);
        }
    }

    /** First layer with parameters: nothing below it needs derivatives. */
    int firstOwner() {
        int first = 0;
        while (first < owners.length && owners[first] == 0) {
            first++;
        }
        return first;
    }
}
