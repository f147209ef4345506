package soopt.curvature;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import soopt.curvature.ParameterLayout.Parameter;
import soopt.curvature.ParameterLayout.Role;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Form;
import soopt.spec.Range;
import soopt.spec.yaml.SpecException;

/**
 * A rule that splits the parameters of any network into groups (Wolinski 2025, §3.2 and appendix J). Groups of weights
 * come before groups of biases; within a group tensors are in model order. A group of one tensor has the tensor's name
 * unless the user named it.
 */
public sealed interface Partitioning extends Partition.Rule
        permits Partitioning.Canonical,
                Partitioning.Trivial,
                Partitioning.Layers,
                Partitioning.WeightsBiases,
                Partitioning.Blocks,
                Partitioning.Alternate,
                Partitioning.Discrete,
                Partitioning.Groups {
    /** One group per tensor. */
    @Doc("one group per parameter tensor")
    record Canonical() implements Partitioning {
        @Override
        public Partition of(ParameterLayout layout) {
            List<Partition.Group> groups = new ArrayList<>();
            for (int i = 0; i < layout.count(); i++) {
                groups.add(group(layout, layout.get(i).name(), List.of(i)));
            }
            return new Partition(layout, groups);
        }
    }

    /** One group. */
    @Doc("all parameters in one group")
    record Trivial() implements Partitioning {
        @Override
        public Partition of(ParameterLayout layout) {
            return Partition.whole(layout);
        }
    }

    /** One group per layer with parameters, named as its tensors are up to their last dot. */
    @Doc("weights and biases of each layer in one group")
    record Layers() implements Partitioning {
        @Override
        public Partition of(ParameterLayout layout) {
            List<Partition.Group> groups = new ArrayList<>();
            for (int layer = 0; layer < layout.layers(); layer++) {
                int own = layer;
                List<Integer> members = IntStream.range(0, layout.count())
                        .filter(i -> layout.get(i).layer() == own)
                        .boxed()
                        .toList();
                String first = layout.get(members.get(0)).name();
                String name = members.size() == 1 ? first : first.replaceFirst("\\.[^.]*$", "");
                groups.add(group(layout, name, members));
            }
            return new Partition(layout, groups);
        }
    }

    /** Two groups. */
    @Doc("all weights, all biases")
    record WeightsBiases() implements Partitioning {
        @Override
        public Partition of(ParameterLayout layout) {
            return byLayer(
                    layout, List.of(IntStream.range(0, layout.layers()).boxed().toList()), List.of(""));
        }
    }

    /**
     * Weights and biases of each of n blocks of consecutive layers; the first blocks are one layer larger if need be.
     */
    @Doc("weights and biases of each of so many blocks of consecutive layers")
    record Blocks(
            @Range(min = 1) @Doc("number of blocks") int count,

            @Default("false") @Doc("the last layer is a block of its own besides")
            boolean finalLayerApart)
            implements Partitioning {
        public Blocks {
            Constraints.check(Blocks.class, count, finalLayerApart);
        }

        @Override
        public Partition of(ParameterLayout layout) {
            int layers = splitLayers(layout, count, finalLayerApart, "blocks");
            List<List<Integer>> blocks = new ArrayList<>();
            int from = 0;
            for (int block = 0; block < count; block++) {
                int to = from + layers / count + (block < layers % count ? 1 : 0);
                blocks.add(IntStream.range(from, to).boxed().toList());
                from = to;
            }
            return byLayer(layout, withFinal(blocks, layout, finalLayerApart), names("block", count));
        }
    }

    /** Weights and biases of the layers i, i + n, i + 2n, … for each i below n. */
    @Doc("weights and biases of every so many-th layer")
    record Alternate(
            @Range(min = 1) @Doc("number of blocks; layer i is in block i mod count")
            int count,

            @Default("false") @Doc("the last layer is a block of its own besides")
            boolean finalLayerApart)
            implements Partitioning {
        public Alternate {
            Constraints.check(Alternate.class, count, finalLayerApart);
        }

        @Override
        public Partition of(ParameterLayout layout) {
            int layers = splitLayers(layout, count, finalLayerApart, "alternate");
            List<List<Integer>> blocks = new ArrayList<>();
            for (int block = 0; block < count; block++) {
                int rest = block;
                blocks.add(IntStream.range(0, layers)
                        .filter(layer -> layer % count == rest)
                        .boxed()
                        .toList());
            }
            return byLayer(layout, withFinal(blocks, layout, finalLayerApart), names("alternate", count));
        }
    }

    /** One group per scalar, in PyTorch's order: H̄ is diag(u) ∇²L diag(u), Newton's method for λ_int = 0. */
    @Doc("one group per scalar parameter, for networks of up to 5000: exact Newton")
    record Discrete() implements Partitioning {
        private static final int LARGEST = 5000;

        @Override
        public Partition of(ParameterLayout layout) {
            if (layout.size() > LARGEST) {
                throw new SpecException("discrete needs a matrix of " + layout.size() + " × " + layout.size()
                        + " for this network; the limit is " + LARGEST + " parameters");
            }
            List<Partition.Group> groups = new ArrayList<>();
            for (int i = 0; i < layout.count(); i++) {
                Parameter parameter = layout.get(i);
                for (int k = 0; k < parameter.size(); k++) {
                    int position = parameter.position(k);
                    groups.add(new Partition.Group(
                            parameter.name() + index(parameter, k),
                            role(parameter.role()),
                            List.of(new Partition.Slice(i, position, position + 1))));
                }
            }
            return new Partition(layout, groups);
        }

        /** [row][column]… of the k-th element in PyTorch's row-major order. */
        private static String index(Parameter parameter, int k) {
            StringBuilder index = new StringBuilder();
            int rest = k;
            for (int axis = parameter.shape().size() - 1; axis >= 0; axis--) {
                int length = parameter.shape().get(axis);
                index.insert(0, "[" + rest % length + "]");
                rest /= length;
            }
            return index.toString();
        }
    }

    /** Groups by name. */
    @Doc("groups of tensors by name")
    record Groups(
            @Form(least = 1) @Doc("each with a name and patterns")
            List<GroupPattern> groups) implements Partitioning {
        public Groups {
            Constraints.check(Groups.class, groups);
            groups = List.copyOf(groups);
            Set<String> names = new HashSet<>();
            for (GroupPattern group : groups) {
                if (!names.add(group.name())) {
                    throw new IllegalArgumentException("groups has two groups named '" + group.name() + "'");
                }
            }
        }

        @Override
        public Partition of(ParameterLayout layout) {
            List<String> problems = new ArrayList<>();
            List<Partition.Group> result = new ArrayList<>();
            List<List<String>> owners = new ArrayList<>();
            layout.parameters().forEach(parameter -> owners.add(new ArrayList<>()));
            for (GroupPattern pattern : groups) {
                problems.addAll(pattern.unmatched(layout));
                List<Integer> members = pattern.members(layout);
                members.forEach(i -> owners.get(i).add(pattern.name()));
                result.add(group(layout, pattern.name(), members));
            }
            for (int i = 0; i < layout.count(); i++) {
                String tensor = layout.get(i).name();
                if (owners.get(i).isEmpty()) {
                    problems.add("tensor " + tensor + " is in no group");
                } else if (owners.get(i).size() > 1) {
                    problems.add("tensor " + tensor + " is in " + owners.get(i).size() + " groups: "
                            + String.join(", ", owners.get(i)));
                }
            }
            if (!problems.isEmpty()) {
                throw new SpecException(problems);
            }
            return new Partition(layout, result);
        }
    }

    private static int splitLayers(ParameterLayout layout, int count, boolean finalLayerApart, String name) {
        int layers = layout.layers() - (finalLayerApart ? 1 : 0);
        if (count > layers) {
            throw new SpecException(name + "-" + count + " needs at least " + count
                    + " layers with parameters" + (finalLayerApart ? " besides the last" : "") + ", but there are "
                    + layers);
        }
        return layers;
    }

    private static List<List<Integer>> withFinal(
            List<List<Integer>> blocks, ParameterLayout layout, boolean finalLayerApart) {
        if (finalLayerApart) {
            blocks.add(List.of(layout.layers() - 1));
        }
        return blocks;
    }

    private static List<String> names(String prefix, int count) {
        List<String> names = new ArrayList<>();
        for (int block = 0; block < count; block++) {
            names.add(prefix + block + ".");
        }
        names.add("final.");
        return names;
    }

    /** The weights of each block of layers, then the biases of each; a block without biases has one group only. */
    private static Partition byLayer(ParameterLayout layout, List<List<Integer>> blocks, List<String> prefixes) {
        List<Partition.Group> groups = new ArrayList<>();
        for (Role role : Role.values()) {
            for (int block = 0; block < blocks.size(); block++) {
                List<Integer> layers = blocks.get(block);
                List<Integer> members = IntStream.range(0, layout.count())
                        .filter(i -> layout.get(i).role() == role
                                && layers.contains(layout.get(i).layer()))
                        .boxed()
                        .toList();
                if (!members.isEmpty()) {
                    String plural = role == Role.WEIGHT ? "weights" : "biases";
                    String name =
                            members.size() == 1 ? layout.get(members.get(0)).name() : prefixes.get(block) + plural;
                    groups.add(group(layout, name, members));
                }
            }
        }
        return new Partition(layout, groups);
    }

    /** Whole tensors as a group. */
    private static Partition.Group group(ParameterLayout layout, String name, List<Integer> members) {
        List<Partition.Slice> slices = members.stream()
                .map(i -> new Partition.Slice(i, 0, layout.get(i).size()))
                .toList();
        List<String> roles =
                members.stream().map(i -> role(layout.get(i).role())).distinct().toList();
        String role = roles.size() == 1 ? roles.get(0) : "mixed";
        return new Partition.Group(name, role, slices);
    }

    private static String role(Role role) {
        return switch (role) {
            case WEIGHT -> "weight";
            case BIAS -> "bias";
        };
    }
}
