package soopt.model;

import soopt.spec.Doc;

/** Where the factor 1/√fan_in of a layer stands. */
public enum Parameterization {
    @Doc("in the initialization: weights ~ N(0, σ_w²/fan_in)")
    STANDARD,
    @Doc("before each layer: y = W x/√fan_in + b with weights ~ N(0, σ_w²) (Jacot et al. 2018)")
    NTK
}
