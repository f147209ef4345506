package soopt.backend.cpu;

import java.util.Optional;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;

/**
 * A fixed number of threads that share one loop at a time. Where a thread's share begins depends on their number, so
 * that nothing may be summed over a share: sums are over {@link #blocks}, which depend on the length alone, and
 * results are the same bits for any number of threads.
 */
final class Workers implements AutoCloseable {
    /** One thread's share of a loop. */
    interface Share {
        /** Indices from … to − 1, the part-th share. */
        void run(int from, int to, int part);
    }

    /** Elements of work below which a second thread costs more than it brings (waking one takes about 10 µs). */
    private static final long GRAIN = 32_768;

    /** The most blocks that a sum is cut into: enough for as many threads, few enough to add up. */
    private static final int MOST_BLOCKS = 64;
    /** Numbers of all partial sums of one loop: 32 MiB. */
    private static final long SUM_NUMBERS = 1 << 22;

    private final int threads;
    /** Empty for one thread. */
    private final Optional<ForkJoinPool> pool;

    Workers(int threads) {
        this.threads = threads;
        this.pool = threads > 1 ? Optional.of(new ForkJoinPool(threads - 1)) : Optional.empty();
    }

    int threads() {
        return threads;
    }

    /** Number of shares that a loop with this much work is cut into. */
    int parts(long work) {
        return (int) Math.max(1, Math.min(threads, work / GRAIN));
    }

    /**
     * Length of the blocks that a sum over 0 … length − 1 is cut into.
     *
     * @param least a length beside which adding the sums of one block does not count; the result is a multiple of it
     * @param numbers numbers that one block sums to
     */
    static int block(int length, int least, long numbers) {
        long most = Math.max(1, Math.min(MOST_BLOCKS, SUM_NUMBERS / Math.max(1, numbers)));
        long units = (length + (long) least - 1) / least;
        return (int) Math.min(Integer.MAX_VALUE / 2, Math.max(1, (units + most - 1) / most) * least);
    }

    /** Number of blocks of that length. */
    static int count(int length, int block) {
        return (int) ((length + (long) block - 1) / block);
    }

    /** Runs every block of 0 … length − 1 by itself; the index of the block is its part. */
    void blocks(int length, int block, long work, Share share) {
        share(count(length, block), 1, work, (from, to, part) -> {
            for (int i = from; i < to; i++) {
                share.run(i * block, (int) Math.min(length, (i + 1L) * block), i);
            }
        });
    }

    /**
     * Runs the shares of 0 … length − 1, cut at multiples of {@code align}.
     *
     * @param work total work in elements, which decides how many threads take part
     */
    void share(int length, int align, long work, Share share) {
        int parts = parts(work);
        if (parts == 1) {
            share.run(0, length, 0);
            return;
        }
        ForkJoinPool others = pool.orElseThrow();
        ForkJoinTask<?>[] tasks = new ForkJoinTask<?>[parts];
        for (int part = 1; part < parts; part++) {
            int index = part;
            tasks[part] = others.submit(() -> runPart(length, align, parts, index, share));
        }
        runPart(length, align, parts, 0, share);
        for (int part = 1; part < parts; part++) {
            tasks[part].join();
        }
    }

    private static void runPart(int length, int align, int parts, int part, Share share) {
        int from = bound(length, align, parts, part);
        int to = bound(length, align, parts, part + 1);
        if (from < to) {
            share.run(from, to, part);
        }
    }

    private static int bound(int length, int align, int parts, int part) {
        if (part == parts) {
            return length;
        }
        long blocks = (length + (long) align - 1) / align;
        return (int) Math.min(length, blocks * part / parts * align);
    }

    @Override
    public void close() {
        pool.ifPresent(ForkJoinPool::shutdown);
    }
}
