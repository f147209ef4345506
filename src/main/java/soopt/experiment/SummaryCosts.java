package soopt.experiment;

import java.util.IdentityHashMap;
import java.util.Map;
import soopt.curvature.Order;
import soopt.curvature.Partition;
import soopt.model.Network;
import soopt.model.SummaryCost;

/** Costs of summaries of one network, counted once for each partition. */
final class SummaryCosts {
    /** A run looks along its own groups and along whole updates; whoever makes partitions on the way is not kept. */
    private static final int MOST = 16;

    private final Network network;
    private final Map<Partition, SummaryCost> known = new IdentityHashMap<>();

    SummaryCosts(Network network) {
        this.network = network;
    }

    /** In gradients. */
    double of(Partition partition, Order order) {
        if (known.size() >= MOST) {
            known.clear();
        }
        SummaryCost cost = known.computeIfAbsent(partition, p -> SummaryCost.of(network, p));
        return order == Order.SECOND ? cost.secondInGradients() : cost.thirdInGradients();
    }
}
