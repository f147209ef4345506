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

    public Initialization {
        Constraints.check(Initialization.class, weights, biases, from);
    }

    /**
     * θ [P] for this layout; the caller closes it. The numbers depend on the seed and the tensor's position alone, not on the device.
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
            backend.fromHost(draw(layout.get(i), seed, i), 0, layout.view(theta, i));
        }
        return theta;
    }

    private double[] draw(ParameterLayout.Parameter parameter, long seed, int index) {
        double deviation = switch (parameter.role()) {
            case WEIGHT -> weights / Math.sqrt(parameter.fanIn());
            case BIAS -> biases;
        };
        double[] values = new double[parameter.size()];
        if (deviation > 0) {
            RandomGenerator random = RandomStreams.of(seed, "initialization", index);
            for (int i = 0; i < values.length; i++) {
                values[i] = deviation * random.nextGaussian();
            }
        }
        return parameter.toMemory(values);
    }
}
