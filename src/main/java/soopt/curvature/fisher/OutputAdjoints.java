package soopt.curvature.fisher;

import java.util.List;

/**
 * Adjoints d of the outputs, one or several per example, whose mean products E[d dᵀ] stand for the Hessian ∇²ℓ of one
 * example's loss in the outputs.
 */
public sealed interface OutputAdjoints {
    /** The gradient's own, at the targets of the data. */
    record OfTargets() implements OutputAdjoints {}

    /**
     * ∇ℓ at targets drawn from the model, weighted by 1/√draws.
     *
     * @param draws one for each target of an example; asked example after example
     */
    record Drawn(List<Sampler> draws) implements OutputAdjoints {
        public Drawn {
            draws = List.copyOf(draws);
        }
    }

    /** The C columns of a root of ∇²ℓ. */
    record Root() implements OutputAdjoints {}
}
