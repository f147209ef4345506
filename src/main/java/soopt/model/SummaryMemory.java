package soopt.model;

import soopt.backend.Precision;
import soopt.curvature.Order;
import soopt.curvature.Partition;

/** How much memory a curvature pass takes per example, and the chunk of the batch that fits a budget. */
public final class SummaryMemory {
    /** Numbers kept per number of each layer's output: a, σ′, σ″, σ‴, λ and ∂L/∂z. */
    private static final int PRIMAL = 6;

    private final Network network;
    private final Precision precision;

    public SummaryMemory(Network network, Precision precision) {
        this.network = network;
        this.precision = precision;
    }

    /** Bytes per example: what the layers keep, and the jets of two neighbouring layers at most. */
    public long bytesPerExample(Partition partition, Order order) {
        long kept = 0;
        long widest = 0;
        long previous = 0;
        for (long width : network.widths()) {
            kept += width;
            widest = Math.max(widest, width + previous);
            previous = width;
        }
        long jets = partition.size() * (order == Order.SECOND ? 1 : 2) * widest;
        // The full tensor keeps four tangents of every layer for every direction.
        long full = order == Order.THIRD_FULL ? 4 * partition.size() * kept : 0;
        return precision.bytes() * (PRIMAL * kept + jets + full);
    }

    /** Examples worked on at once: the batch cut into the fewest equal chunks that fit, at least one example each. */
    public int chunk(int examples, Partition partition, Order order, long budget) {
        long most = Math.max(1, budget / bytesPerExample(partition, order));
        int chunks = (int) Math.min(examples, (examples + most - 1) / most);
        return (examples + chunks - 1) / chunks;
    }
}
