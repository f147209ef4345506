package soopt.curvature.fisher;

/**
 * Sees the layers of a pass whose part of the Fisher matrix has Kronecker factors. What a batch gives is a sum over the
 * visits: a batch that is worked through in pieces visits its layers once for each.
 */
public interface FactorVisitor {
    /** The activations are there. */
    void inputs(FactoredLayer layer);

    /** Adjoints are there; once for each that is carried down, after {@link #inputs}. */
    void adjoints(FactoredLayer layer);
}
