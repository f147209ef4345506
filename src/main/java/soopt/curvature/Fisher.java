package soopt.curvature;

import soopt.spec.Doc;

/**
 * Whose labels make the Fisher matrix F = E_y [∇log p(y) ∇log p(y)ᵀ], y of the examples' own inputs (Kunstner, Hennig
 * and Balles 2019). A mean of squared errors is taken for a normal distribution of variance C/2 at each of C outputs,
 * whose negative logarithm it is.
 */
public enum Fisher {
    @Doc("the expectation over the model's labels: the generalized Gauss–Newton matrix of the losses here")
    EXACT,
    @Doc("labels drawn from the model: the exact one in the mean")
    MC,
    @Doc("the labels of the data: not the Fisher matrix, but the gradients' second moment")
    EMPIRICAL
}
