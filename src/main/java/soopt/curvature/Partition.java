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
    /** A rule that splits the parameters of any network into groups. */
    public interface Rule {
        /**
         * The groups of this layout.
         *
         * @throws soopt.spec.yaml.SpecException if the rule does not fit it
         */
        Partition of(ParameterLayout layout);
    }

    public Partition {
        groups = List.copyOf(groups);
    }

    /** Of the groups [S]. */
    public List<String> names() {
        return groups.stream().map(Group::name).toList();
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
     * Σ x_i² over each group [S].
     *
     * @param vector x [P], in the order of memory
     */
    public double[] squares(double[] vector) {
        double[] squares = new double[size()];
        for (int s = 0; s < squares.length; s++) {
            for (Slice slice : groups.get(s).slices()) {
                int offset = (int) layout.get(slice.parameter()).offset();
                for (int i = offset + slice.from(); i < offset + slice.to(); i++) {
                    squares[s] += vector[i] * vector[i];
                }
            }
        }
        return squares;
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
