package soopt.optimizer;

import java.util.Optional;
import soopt.backend.Tensor;

/**
 * What an optimizer proposes.
 *
 * @param loss L of the training batch at θ, before the update
 * @param gradientNorm ‖∇L‖₂ there
 * @param update [P] to add to θ, owned by the optimizer and valid until its next step; empty when the step does not
 *     move
 * @param refresh what the curvature was and what was made of it, at steps that computed it
 */
public record Step(double loss, double gradientNorm, Optional<Tensor> update, Optional<Refresh> refresh) {}
