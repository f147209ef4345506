package soopt.model;

import java.util.Arrays;
import java.util.function.ToLongFunction;
import soopt.backend.BlockPool;
import soopt.backend.Convolution;
import soopt.backend.Precision;
import soopt.curvature.Partition;
import soopt.model.tangent.DirectionBlocks;

/** How a pass of Taylor coefficients to order K is cut to fit a budget, counted as {@link SummaryMemory} does. */
final class TaylorMemory {
    /** Numbers kept per number of each layer's output: σ′, z, a and two adjoints of two layers. */
    private static final int PRIMAL = 3;

    private final Precision precision;
    private final int order;
    private final int groups;
    private final long[] widths;
    private final int[] alive;
    private final long uncut;

    TaylorMemory(
            Network network, Precision precision, ToLongFunction<Convolution> scratch, Partition partition, int order) {
        this.precision = precision;
        this.order = order;
        this.groups = partition.size();
        this.widths = network.widths();
        LiveGroups live = new LiveGroups(partition);
        this.alive = Arrays.stream(network.owners())
                .map(layers -> (int) live.behind(layers).count())
                .toArray();
        this.uncut = precision.bytes() * (SummaryMemory.padded(partition) + network.buffers(scratch));
    }

    /** Bytes of a pass over so many examples along so many directions at once. */
    long bytes(long examples, long directions) {
        return uncut + examples * perExample(directions);
    }

    /** What is kept, and at one layer coefficients on both of its sides, replaced one by one, or those and σ's. */
    private long perExample(long directions) {
        long most = 0;
        for (int i = 0; i < widths.length; i++) {
            long before = i == 0 ? 0 : Math.min(directions, alive[i - 1]) * widths[i - 1];
            long behind = Math.min(directions, alive[i]) * widths[i];
            long affine = (order - 1) * Math.max(before, behind) + Math.min(before, behind);
            long activation = (order - 1) * behind + 2L * order * widths[i];
            long source = i == 0 ? widths[0] : Math.max(widths[i - 1], widths[i]);
            most = Math.max(most, Math.max(affine + source, activation));
        }
        return precision.bytes() * (PRIMAL * Arrays.stream(widths).sum() + most);
    }

    private long largest(long directions) {
        long most = order;
        for (int i = 0; i < widths.length; i++) {
            most = Math.max(most, Math.max(order, Math.min(directions, alive[i])) * widths[i]);
        }
        return precision.bytes() * most;
    }

    /** The fewest blocks of directions with which one example fits, then the fewest equal chunks of examples. */
    SummaryPlan plan(int examples, long budget) {
        long rest = Math.max(budget - uncut, budget / 2);
        DirectionBlocks blocks = DirectionBlocks.whole(groups);
        for (int k = 2; k <= groups && perExample(blocks.atOnce()) > rest; k++) {
            blocks = new DirectionBlocks(groups, k, 1);
        }
        int directions = blocks.atOnce();
        long fitting = Math.min(rest / perExample(directions), BlockPool.LARGEST / largest(directions));
        long most = Math.max(1, fitting);
        int chunks = (int) Math.min(examples, (examples + most - 1) / most);
        int chunk = (examples + chunks - 1) / chunks;
        return new SummaryPlan(chunk, blocks, bytes(chunk, directions));
    }
}
