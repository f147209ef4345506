package soopt.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import soopt.curvature.ParameterLayout.Parameter;
import soopt.curvature.ParameterLayout.Role;
import soopt.curvature.Partition;
import soopt.model.tangent.DirectionBlocks;

/**
 * What a curvature summary costs in multiply-adds per example, against a gradient: the transports of the tangents that are alive at
 * each layer, without the Gram matrices and the elementwise work (some percent). A direction costs what it costs in one round for each
 * round that holds it.
 *
 * @param gradient 2F + bw, with F = Σ w_k and bw = F − w_1
 * @param second ḡ and H̄: F + bw + Σ p_k w_k + Σ n_k w_k, p_k = 2 for each group that owns of layer k's weight (1 at the first layer)
 * @param third ḡ, H̄ and D̄³: besides Σ n_k w_k + Σ o_k w_k, in the rounds with second-order tangents
 */
public record SummaryCost(double gradient, double second, double third) {
    /** With all directions in one round. */
    public static SummaryCost of(Network network, Partition partition) {
        return of(network, partition, DirectionBlocks.whole(partition.size()));
    }

    /** w_k multiply-adds of layer k, n_k groups alive at its input, o_k how many of those own of its weight. */
    public static SummaryCost of(Network network, Partition partition, DirectionBlocks blocks) {
        long[] work = network.multiplyAdds();
        double forward = 0;
        double second = 0;
        double third = 0;
        List<Set<Integer>> ofWeights = owners(partition, work.length, Role.WEIGHT);
        List<Set<Integer>> ofBiases = owners(partition, work.length, Role.BIAS);
        Set<Integer> alive = new HashSet<>();
        double rounds = blocks.roundsPerDirection();
        for (int k = 0; k < work.length; k++) {
            Set<Integer> owners = ofWeights.get(k);
            forward += work[k];
            second += rounds * (alive.size() + (k == 0 ? 1.0 : 2.0) * owners.size()) * work[k];
            third += (double) work[k]
                    * (thirdOrderRounds(blocks, alive.stream())
                            + thirdOrderRounds(blocks, owners.stream().filter(alive::contains)));
            alive.addAll(owners);
            alive.addAll(ofBiases.get(k));
        }
        double backward = work.length == 0 ? 0 : forward - work[0];
        double base = forward + backward + second;
        return new SummaryCost(2 * forward + backward, base, base + third);
    }

    private static double thirdOrderRounds(DirectionBlocks blocks, Stream<Integer> groups) {
        return groups.mapToDouble(blocks::thirdOrderRounds).sum();
    }

    public double secondInGradients() {
        return second / gradient;
    }

    public double thirdInGradients() {
        return third / gradient;
    }

    /** By layer, the groups that own a part of its tensors of this role. */
    private static List<Set<Integer>> owners(Partition partition, int layers, Role role) {
        List<Set<Integer>> owners = new ArrayList<>();
        for (int k = 0; k < layers; k++) {
            owners.add(new HashSet<>());
        }
        for (int s = 0; s < partition.size(); s++) {
            for (Partition.Slice slice : partition.groups().get(s).slices()) {
                Parameter parameter = partition.layout().get(slice.parameter());
                if (parameter.role() == role) {
                    owners.get(parameter.layer()).add(s);
                }
            }
        }
        return owners;
    }
}
