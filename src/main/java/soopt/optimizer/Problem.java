package soopt.optimizer;

import java.util.function.Supplier;
import soopt.backend.Backend;
import soopt.curvature.Objective;
import soopt.curvature.ParameterLayout;

/**
 * What a run offers to an optimizer at its start.
 *
 * @param curvatureBatches the sampler of batches for curvature: each call gives the next one
 */
public record Problem(Backend backend, ParameterLayout layout, Supplier<Objective> curvatureBatches) {}
