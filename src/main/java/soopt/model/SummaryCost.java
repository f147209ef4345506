package soopt.model;

import java.util.Set;
import java.util.stream.IntStream;
import soopt.curvature.Partition;
import soopt.model.tangent.DirectionBlocks;

/**
 * What a curvature summary costs in multiply-adds per example, against a gradient: the transports of the tangents that
 * are alive at each layer, without the Gram matrices and the elementwise work (some percent). A direction costs what it
 * costs in one round for each round that holds it.
 *
 * @param gradient 2F + bw, with F = Σ w_k and bw = F − w_1
 * @param second ḡ and H̄: F + bw + Σ p_k w_k + Σ n_k w_k, p_k = 2 for each group that owns of layer k's weight (1 at
 *     the first layer)
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
        LiveGroups live = new LiveGroups(partition);
        double forward = 0;
        double second = 0;
        double third = 0;
        double rounds = blocks.roundsPerDirection();
        for (int k = 0; k < work.length; k++) {
            int layer = k;
            Set<Integer> owners = live.ofWeight(k);
            forward += work[k];
            second += rounds * (live.behind(k).count() + (k == 0 ? 1.0 : 2.0) * owners.size()) * work[k];
            third += (double) work[k]
                    * (thirdOrderRounds(blocks, live.behind(k))
                            + thirdOrderRounds(
                                    blocks, owners.stream().mapToInt(s -> s).filter(s -> live.isAlive(s, layer))));
        }
        double backward = work.length == 0 ? 0 : forward - work[0];
        double base = forward + backward + second;
        return new SummaryCost(2 * forward + backward, base, base + third);
    }

    private static double thirdOrderRounds(DirectionBlocks blocks, IntStream groups) {
        return groups.mapToDouble(blocks::thirdOrderRounds).sum();
    }

    public double secondInGradients() {
        return second / gradient;
    }

    public double thirdInGradients() {
        return third / gradient;
    }
}
