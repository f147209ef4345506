package soopt.curvature;

import soopt.spec.yaml.SpecException;

/** A rule that splits the parameters of any network into groups. */
public interface PartitionRule {
    /**
     * The groups of this layout.
     *
     * @throws SpecException if the rule does not fit it
     */
    Partition of(ParameterLayout layout);
}
