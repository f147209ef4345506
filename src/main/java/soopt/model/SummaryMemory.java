package soopt.model;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import soopt.backend.BlockPool;
import soopt.backend.Convolution;
import soopt.backend.Precision;
import soopt.curvature.Order;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Partition;
import soopt.model.tangent.DirectionBlocks;
import soopt.model.tangent.Directions;

/**
 * How much memory a curvature pass along the groups of a partition takes, and how to cut it so that it fits a budget.
 * Counted are the tensors of the pass and the planes of Winograd's convolutions, without the rounding of sizes (an
 * eighth at most) and without the backend's buffer for the patches of other convolutions (a few MiB).
 */
public final class SummaryMemory {
    /**
     * Numbers kept per number of each layer's output, the mean of an affine map (z, ∂L/∂z) and of an activation in
     * place (σ′, σ″, σ‴, λ); pooling keeps less than that.
     */
    private static final int PRIMAL = 3;

    private final Precision precision;
    private final Order order;
    private final int groups;
    /** By layer, numbers of its output per example. */
    private final long[] widths;
    /** By layer, groups that own a parameter up to it: the directions alive behind it. */
    private final int[] alive;

    private final long padded;
    private final long buffers;

    /** @param scratch numbers that the engine takes for a convolution: {@link soopt.backend.Backend#scratch} */
    public SummaryMemory(
            Network network,
            Precision precision,
            ToLongFunction<Convolution> scratch,
            Partition partition,
            Order order) {
        this.precision = precision;
        this.order = order;
        this.groups = partition.size();
        this.padded = padded(partition);
        this.buffers = network.buffers(scratch);
        this.widths = network.widths();
        LiveGroups live = new LiveGroups(partition);
        this.alive = Arrays.stream(network.owners())
                .map(layers -> (int) live.behind(layers).count())
                .toArray();
    }

    /**
     * Numbers in the padded copies of the tensors of one layer that are split between groups; {@link Directions} holds
     * one at a time.
     */
    static long padded(Partition partition) {
        Map<Integer, Long> byLayer = new HashMap<>();
        ParameterLayout layout = partition.layout();
        boolean[] seen = new boolean[layout.count()];
        for (Partition.Group group : partition.groups()) {
            for (Partition.Slice slice : group.slices()) {
                ParameterLayout.Parameter parameter = layout.get(slice.parameter());
                if (!seen[slice.parameter()] && slice.to() - slice.from() < parameter.size()) {
                    seen[slice.parameter()] = true;
                    byLayer.merge(parameter.layer(), (long) parameter.size(), Long::sum);
                }
            }
        }
        return byLayer.values().stream().mapToLong(Long::longValue).max().orElse(0);
    }

    /** Bytes of a pass over so many examples along so many directions at once. */
    public long bytes(long examples, long directions) {
        return uncut() + fixed(directions) + examples * perExample(directions);
    }

    /** What no cut makes smaller. */
    private long uncut() {
        return precision.bytes() * (padded + buffers);
    }

    private long fixed(long directions) {
        return order == Order.THIRD_FULL ? precision.bytes() * directions * directions : 0;
    }

    private long perExample(long directions) {
        return precision.bytes() * (order == Order.THIRD_FULL ? full(directions) : round(directions));
    }

    /**
     * The most, over the layers, of what is kept and the tangents of two neighbouring layers with one row of scratch.
     */
    private long round(long directions) {
        int orders = order == Order.SECOND ? 1 : 2;
        long kept = Arrays.stream(widths).sum();
        long most = PRIMAL * kept;
        for (int i = 0; i < widths.length; i++) {
            long before = i == 0 ? 0 : Math.min(directions, alive[i - 1]) * widths[i - 1];
            long scratch = i == 0 ? widths[0] : Math.max(widths[i - 1], widths[i]);
            long tangents = orders * (before + Math.min(directions, alive[i]) * widths[i]) + scratch;
            most = Math.max(most, PRIMAL * kept + tangents);
            // A single round returns what the layers behind it have kept.
            kept -= directions == groups ? widths[i] : 0;
        }
        return most;
    }

    /** What is kept, and two tangents of each layer along every direction with two rows of scratch. */
    private long full(long directions) {
        long kept = Arrays.stream(widths).sum();
        long widest = Arrays.stream(widths).max().orElse(0);
        return PRIMAL * kept + directions * (2 * kept + widest) + widest;
    }

    /**
     * The fewest blocks of directions with which one example fits, blocks of one if none does; then the batch cut into
     * the fewest equal chunks that fit, of one example at least. Where what cannot be cut leaves no room for any cut,
     * half of the budget comes on top: no number of rounds would make it fit.
     */
    public SummaryPlan plan(int examples, long budget) {
        long rest = budget - uncut();
        if (rest < fixed(together()) + perExample(together())) {
            rest = Math.max(rest, budget / 2);
        }
        DirectionBlocks blocks = blocks(rest);
        int directions = blocks.atOnce();
        long fitting = (rest - fixed(directions)) / perExample(directions);
        long most = Math.max(1, Math.min(fitting, BlockPool.LARGEST / largest(directions)));
        int chunks = (int) Math.min(examples, (examples + most - 1) / most);
        int chunk = (examples + chunks - 1) / chunks;
        return new SummaryPlan(chunk, blocks, bytes(chunk, directions));
    }

    /** Bytes per example of the largest array: the tangents of one order behind one layer. */
    private long largest(long directions) {
        long most = 1;
        for (int i = 0; i < widths.length; i++) {
            most = Math.max(most, Math.max(1, Math.min(directions, alive[i])) * widths[i]);
        }
        return precision.bytes() * most;
    }

    /** Blocks of directions that a round holds at once. */
    private int together() {
        return order == Order.THIRD_FULL ? 3 : 2;
    }

    /** With no more blocks than a round holds together it holds all directions: one block, or more blocks than that. */
    private DirectionBlocks blocks(long rest) {
        DirectionBlocks blocks = DirectionBlocks.whole(groups);
        int together = together();
        for (int k = together + 1; k <= groups && fixed(blocks.atOnce()) + perExample(blocks.atOnce()) > rest; k++) {
            blocks = new DirectionBlocks(groups, k, together);
        }
        return blocks;
    }
}
