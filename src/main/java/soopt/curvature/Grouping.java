package soopt.curvature;

/**
 * The groups along which a method looks at the curvature.
 *
 * @param partition rule that makes them
 * @param damping λ_int of the cubic step along them
 */
public record Grouping(Partition.Rule partition, double damping) {}
