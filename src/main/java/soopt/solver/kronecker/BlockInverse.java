package soopt.solver.kronecker;

import java.util.function.BiConsumer;
import java.util.function.Consumer;
import soopt.backend.Backend;
import soopt.backend.Decompositions.Symmetric;
import soopt.backend.Tensor;
import soopt.curvature.fisher.FactoredLayer;
import soopt.solver.Solve;

/** (A ⊗ G)⁻¹ of one layer with damping, in one of its approximations; the identity before the first refresh. */
interface BlockInverse extends AutoCloseable {
    /**
     * How it was made anew.
     *
     * @param finite whether both factors are
     * @param solve KEPT if the last one stays; its residual is not known
     */
    record Refreshed(boolean finite, Solve solve) {}

    /**
     * Makes it anew of A [in + 1, in + 1] and G [out, out]; where that fails the last one stays.
     *
     * @param use when it is there: when {@link Backend#then} would run it
     */
    void refresh(Symmetric a, Symmetric g, Consumer<Refreshed> use);

    /** [outWeight | outBias] ← the inverse applied to the gradient [weight [out, in] | bias [out]]. */
    void apply(Tensor weight, Tensor bias, Tensor outWeight, Tensor outBias);

    /** Whether {@link #add} takes fewer operations than {@link #apply} for a layer with so many rows ā and δ. */
    boolean prefersRows(long rows);

    /** The same of the part of a batch that a layer's pass went over, added. */
    void add(FactoredLayer layer, Tensor outWeight, Tensor outBias);

    /** π of the damping; 1 where it is not shared between the factors. */
    double pi();

    void forEachTensor(BiConsumer<String, Tensor> visit);

    @Override
    void close();
}
