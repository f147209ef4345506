package soopt.cli;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import soopt.curvature.ParameterLayout.Parameter;
import soopt.curvature.ParameterLayout.Role;
import soopt.curvature.Partition;
import soopt.model.Network;

/**
 * What a curvature summary costs in multiply-adds per example, against a gradient: the transports of the tangents that are alive at
 * each layer, without the Gram matrices and the elementwise work (some percent).
 *
 * @param gradient 2F + bw, with F = Σ w_k and bw = F − w_1
 * @param second ḡ and H̄: 2F + 2bw + Σ n_k w_k
 * @param third ḡ, H̄ and D̄³: 2F + 2bw + 2 Σ n_k w_k + Σ o_k w_k
 */
record SummaryCost(double gradient, double second, double third) {
    /** w_k multiply-adds of layer k, n_k groups alive at its input, o_k whether a group that owns of its weight is. */
    static SummaryCost of(Network network, Partition partition) {
        long[] work = network.multiplyAdds();
        double forward = 0;
        double transports = 0;
        double owners = 0;
        List<Set<Integer>> ofWeights = owners(partition, work.length, Role.WEIGHT);
        List<Set<Integer>> ofBiases = owners(partition, work.length, Role.BIAS);
        Set<Integer> alive = new HashSet<>();
        for (int k = 0; k < work.length; k++) {
            forward += work[k];
            transports += (double) alive.size() * work[k];
            owners += (double) ofWeights.get(k).stream().filter(alive::contains).count() * work[k];
            alive.addAll(ofWeights.get(k));
            alive.addAll(ofBiases.get(k));
        }
        double backward = work.length == 0 ? 0 : forward - work[0];
        double base = 2 * forward + 2 * backward;
        return new SummaryCost(2 * forward + backward, base + transports, base + 2 * transports + owners);
    }

    double secondInGradients() {
        return second / gradient;
    }

    double thirdInGradients() {
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
