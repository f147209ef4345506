package soopt.backend;

import soopt.spec.Doc;

/** Elementwise functions σ that a network can use, all with σ′, σ″, σ‴. Conventions at kinks are those of PyTorch. */
public enum Activation {
    @Doc("tanh z")
    TANH,
    @Doc("1/(1 + e⁻ᶻ)")
    SIGMOID,
    @Doc("max(z, 0); σ′(0) = 0")
    RELU,
    @Doc("z for z > 0, else eᶻ − 1; σ″(0) = 0")
    ELU,
    @Doc("log(1 + eᶻ)")
    SOFTPLUS,
    @Doc("z Φ(z), exact")
    GELU,
    @Doc("z sigmoid(z)")
    SILU,
    @Doc("z")
    IDENTITY;

    /** Whether σ is non-decreasing, so that it commutes with max-pooling. */
    public boolean isMonotone() {
        return this != GELU && this != SILU;
    }
}
