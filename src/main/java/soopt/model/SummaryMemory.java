package soopt.model;

import java.util.HashMap;
import java.util.Map;
import soopt.backend.Precision;
import soopt.curvature.Order;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Partition;

/**
 * How much memory a curvature pass along the groups of a partition takes, and how to cut it so that it fits a budget. Counted are the
 * tensors of the pass, without the rounding of their sizes (an eighth at most) and without the backend's buffer for the patches of a
 * convolution (a few MiB).
 */
public final class SummaryMemory {
    /**
     * Numbers kept per number of each layer's output, the mean of an affine map (z, ∂L/∂z) and of an activation in place (σ′, σ″, σ‴, λ);
     * pooling keeps less than that.
     */
    private static final int PRIMAL = 3;

    private final Precision precision;
    private final Order order;
    private final int groups;
    private final long kept;
    /** Of two neighbouring layers together. */
    private final long widestPair;

    private final long widest;
    private final long padded;

    public SummaryMemory(Network network, Precision precision, Partition partition, Order order) {
        this.precision = precision;
        this.order = order;
        this.groups = partition.size();
        this.padded = padded(partition);
        long sum = 0;
        long pair = 0;
        long most = 0;
        long previous = 0;
        for (long width : network.widths()) {
            sum += width;
            pair = Math.max(pair, width + previous);
            most = Math.max(most, width);
            previous = width;
        }
        this.kept = sum;
        this.widestPair = pair;
        this.widest = most;
    }

    /** Numbers in the padded copies of the tensors of one layer that are split between groups; {@link Directions} holds one at a time. */
    private static long padded(Partition partition) {
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
        return fixed(directions) + examples * perExample(directions);
    }

    private long fixed(long directions) {
        long products = order == Order.THIRD_FULL ? directions * directions : 0;
        return precision.bytes() * (padded + products);
    }

    /** What the layers keep, and the tangents of two neighbouring layers with one row of scratch; for the full tensor those of all layers. */
    private long perExample(long directions) {
        long tangents = directions * (order == Order.SECOND ? 1 : 2) * widestPair + widest;
        long full = order == Order.THIRD_FULL ? directions * (2 * kept + widest) + widest : 0;
        return precision.bytes() * (PRIMAL * kept + Math.max(tangents, full));
    }

    /**
     * The fewest blocks of directions with which one example fits, blocks of one if none does; then the batch cut into the fewest equal
     * chunks that fit, of one example at least.
     */
    public SummaryPlan plan(int examples, long budget) {
        DirectionBlocks blocks = blocks(budget);
        int directions = blocks.atOnce();
        long most = Math.max(1, (budget - fixed(directions)) / perExample(directions));
        int chunks = (int) Math.min(examples, (examples + most - 1) / most);
        int chunk = (examples + chunks - 1) / chunks;
        return new SummaryPlan(chunk, blocks, bytes(chunk, directions));
    }

    /** With no more blocks than a sweep holds together it holds all directions: one block, or more blocks than that. */
    private DirectionBlocks blocks(long budget) {
        DirectionBlocks blocks = DirectionBlocks.whole(groups);
        int together = order == Order.THIRD_FULL ? 3 : 2;
        for (int k = together + 1; k <= groups && bytes(1, blocks.atOnce()) > budget; k++) {
            blocks = new DirectionBlocks(groups, k, together);
        }
        return blocks;
    }
}
