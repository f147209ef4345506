package soopt.model;

import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.ParameterLayout;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/** Starting parameters: weights ~ N(0, σ_w²/fan_in), biases ~ N(0, σ_b²), or read from a file. */
public record Initialization(
        @Default("1.0") @Range(min = 0) @Doc("σ_w: weights ~ N(0, σ_w²/fan_in)")
        double weights,

        @Default("0.0") @Range(min = 0) @Doc("σ_b: biases ~ N(0, σ_b²)")
        double biases,

        @Doc("npz file with one array per parameter, names and layouts as in PyTorch")
        Optional<String> from) {

    /** θ [P] for this layout; the caller closes it. The numbers depend on the seed alone, not on the device. */
    public Tensor parameters(ParameterLayout layout, Backend backend, long seed) {
        throw new UnsupportedOperationException();
    }
}
