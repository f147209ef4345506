package soopt.curvature;

import java.util.ArrayList;
import java.util.List;

/**
 * The parameters split into S disjoint groups that cover all of θ, against one {@link ParameterLayout}.
 *
 * @param layout the layout split
 * @param groups the groups in order; S = groups.size()
 */
public record Partition(ParameterLayout layout, List<Group> groups) {
    public Partition {
        groups = List.copyOf(groups);
    }

    /** All parameters as one group: S = 1. */
    public static Partition whole(ParameterLayout layout) {
        List<Slice> slices = new ArrayList<>();
        for (int i = 0; i < layout.count(); i++) {
            slices.add(new Slice(i, 0, layout.get(i).size()));
        }
        return new Partition(layout, List.of(new Group("all", "mixed", slices)));
    }

    /** S. */
    public int size() {
        return groups.size();
    }

    /**
     * One subset of the parameters.
     *
     * @param name for rows and columns of H̄: the tensor's name if it is one tensor
     * @param role weight, bias or mixed, for plots
     */
    public record Group(String name, String role, List<Slice> slices) {
        public Group {
            slices = List.copyOf(slices);
        }

        /** Number of scalars. */
        public int size() {
            return slices.stream().mapToInt(slice -> slice.to() - slice.from()).sum();
        }
    }

    /**
     * Elements from … to − 1 (row-major) of one tensor; a whole tensor but for the discrete partition.
     *
     * @param parameter index in the layout
     */
    public record Slice(int parameter, int from, int to) {}
}
