package soopt.model;

import java.util.Optional;
import java.util.random.RandomGenerator;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.ParameterLayout;
import soopt.file.NamedFile;
import soopt.model.weights.WeightsFile;
import soopt.random.RandomStreams;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;
import soopt.spec.yaml.SpecException;

/** Starting parameters: weights ~ N(0, σ_w²/fan_in), biases ~ N(0, σ_b²), or read from a file. */
public record Initialization(
        @Default("1.0") @Range(min = 0) @Doc("σ_w: weights ~ N(0, σ_w²/fan_in)")
        double weights,

        @Default("0.0") @Range(min = 0) @Doc("σ_b: biases ~ N(0, σ_b²)")
        double biases,

        @Doc(
                "npz file with one array per parameter, names and layouts as in PyTorch; its contents are part of the run's id")
        Optional<NamedFile> from) {

    /** Numbers drawn on the host at once. */
    private static final int PIECE = 1 << 16;

    public Initialization {
        Constraints.check(Initialization.class, weights, biases, from);
    }

    /**
     * θ [P] for this layout; the caller closes it. The numbers depend on the seed and the tensor's position alone, not
     * on the device.
     *
     * @throws soopt.spec.yaml.SpecException if the file named does not fit the layout
     */
    public Tensor parameters(ParameterLayout layout, Backend backend, long seed) {
        if (from.isPresent()) {
            from.get().problem().ifPresent(problem -> {
                throw new SpecException(problem);
            });
            return WeightsFile.read(from.get().path(), layout, backend);
        }
        Tensor theta = backend.allocate(layout.size());
        for (int i = 0; i < layout.count(); i++) {
            draw(layout.get(i), RandomStreams.of(seed, "initialization", i), backend, layout.view(theta, i));
        }
        return theta;
    }

    /**
     * A large tensor takes a piece of itself on the host, but for one whose numbers lie in another order than
     * PyTorch's.
     */
    private void draw(ParameterLayout.Parameter parameter, RandomGenerator random, Backend backend, Tensor out) {
        double deviation = switch (parameter.role()) {
            case WEIGHT -> weights / Math.sqrt(parameter.fanIn());
            case BIAS -> biases;
        };
        int size = parameter.size();
        int piece = parameter.channels() == 1 ? Math.min(PIECE, size) : size;
        double[] values = new double[piece];
        for (int done = 0; done < size; done += Math.min(piece, size - done)) {
            int length = Math.min(piece, size - done);
            for (int i = 0; i < length && deviation > 0; i++) {
                values[i] = deviation * random.nextGaussian();
            }
            double[] ordered = parameter.channels() == 1 ? values : parameter.toMemory(values);
            backend.fromHost(ordered, 0, out.slice(done, length));
        }
    }
}
