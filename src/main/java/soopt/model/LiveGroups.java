package soopt.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import soopt.curvature.ParameterLayout.Parameter;
import soopt.curvature.ParameterLayout.Role;
import soopt.curvature.Partition;

/**
 * Where the tangents of a partition's groups differ from 0: a group is alive behind the first layer with parameters of
 * which it owns some. Layers are those with parameters, counted from 0.
 */
final class LiveGroups {
    /** By group, its first layer. */
    private final int[] births;
    /** By layer, the groups that own some of its weight. */
    private final List<Set<Integer>> ofWeights = new ArrayList<>();

    LiveGroups(Partition partition) {
        births = new int[partition.size()];
        Arrays.fill(births, Integer.MAX_VALUE);
        IntStream.range(0, partition.layout().layers()).forEach(layer -> ofWeights.add(new TreeSet<>()));
        for (int s = 0; s < births.length; s++) {
            for (Partition.Slice slice : partition.groups().get(s).slices()) {
                Parameter parameter = partition.layout().get(slice.parameter());
                births[s] = Math.min(births[s], parameter.layer());
                if (parameter.role() == Role.WEIGHT) {
                    ofWeights.get(parameter.layer()).add(s);
                }
            }
        }
    }

    /** Whether a group is alive behind the first so many layers. */
    boolean isAlive(int group, int layers) {
        return births[group] < layers;
    }

    /** The groups alive behind the first so many layers, which is at the input of the next. */
    IntStream behind(int layers) {
        return IntStream.range(0, births.length).filter(group -> isAlive(group, layers));
    }

    /** The groups that own some of a layer's weight. */
    Set<Integer> ofWeight(int layer) {
        return ofWeights.get(layer);
    }
}
