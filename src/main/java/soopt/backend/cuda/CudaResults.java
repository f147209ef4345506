package soopt.backend.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import soopt.backend.cuda.CudaMemory.Scratch;
import soopt.backend.cuda.Kernels.Kernel;
import soopt.backend.cuda.Kernels.Theme;

/**
 * Numbers on their way from kernels to the host, in the order of the calls: read at once or, within
 * {@link #together}, all in one copy at its end, so that the host waits once. Until then sums lie as their parts by
 * block, which one kernel adds up for all.
 */
final class CudaResults implements AutoCloseable {
    /** Numbers that wait at most: 512 KiB. */
    private static final int CAPACITY = 1 << 16;

    /** Parts of sums that wait at most: 8 MiB. */
    private static final int PARTS = 1 << 20;

    private static final int MOST_SUMS = 512;
    private static final int ROW = 4;

    /** What is done with numbers of a call. */
    interface Use {
        /** @param from place of the first of them */
        void take(double[] values, int from);
    }

    /** @param dropped is run if the use never comes */
    private record Waiting(int from, Use use, Runnable dropped) {}

    /** A sum whose parts are there. */
    private record Sum(long parts, int blocks, long results, long out) {}

    private final CudaMemory memory;
    private final Kernel addBlocks;
    private final Kernel addSums;
    private final long parts;
    private final long table;
    private final List<Sum> sums = new ArrayList<>();
    private int usedParts;
    private final List<Waiting> waiting = new ArrayList<>();
    private long address;
    private int capacity = CAPACITY;
    private int used;
    private int depth;
    private Optional<Runnable> beside = Optional.empty();

    CudaResults(CudaMemory memory, Kernels kernels) {
        this.memory = memory;
        this.addBlocks = kernels.kernel(Theme.SUMS, "addBlocks");
        this.addSums = kernels.kernel(Theme.SUMS, "addSums");
        this.parts = memory.allocateNumbers(PARTS);
        this.table = memory.allocateNumbers(ROW * MOST_SUMS);
        this.address = memory.allocateNumbers(CAPACITY);
    }

    /** An address for that many numbers, which kernels write next and {@link #give} hands out. */
    long reserve(int count) {
        if (used + count > capacity) {
            read();
        }
        if (count > capacity) {
            memory.freeNumbers(address);
            address = memory.allocateNumbers(count);
            capacity = count;
        }
        return address + (long) used * Double.BYTES;
    }

    /**
     * Sums into numbers that are reserved.
     *
     * @param kernel leaves the parts [results, blocks] at an address
     */
    void sum(int blocks, long results, long out, LongConsumer kernel) {
        long numbers = results * blocks;
        if (blocks == 1) {
            kernel.accept(out);
        } else if (numbers > PARTS) {
            try (Scratch scratch = memory.scratch(numbers)) {
                kernel.accept(scratch.at(0));
                addUp(new Sum(scratch.at(0), blocks, results, out));
            }
        } else {
            if (usedParts + numbers > PARTS || sums.size() == MOST_SUMS) {
                addUp();
            }
            long at = parts + (long) usedParts * Double.BYTES;
            kernel.accept(at);
            sums.add(new Sum(at, blocks, results, out));
            usedParts += (int) numbers;
        }
    }

    private void addUp(Sum sum) {
        addBlocks
                .start()
                .put(sum.parts)
                .put(sum.blocks)
                .put(sum.results)
                .put(sum.out)
                .forWarps(sum.results);
    }

    private void addUp() {
        if (sums.size() == 1) {
            addUp(sums.get(0));
        } else if (!sums.isEmpty()) {
            long[] rows = new long[ROW * sums.size()];
            long results = 0;
            for (int i = 0; i < sums.size(); i++) {
                Sum sum = sums.get(i);
                rows[ROW * i] = results;
                rows[ROW * i + 1] = sum.parts;
                rows[ROW * i + 2] = sum.blocks;
                rows[ROW * i + 3] = sum.out;
                results += sum.results;
            }
            memory.uploadTable(rows, table);
            addSums.start().put(table).put(sums.size()).put(results).forWarps(results);
        }
        sums.clear();
        usedParts = 0;
    }

    /** Uses the numbers that were reserved last, when they are there. */
    void give(int count, Use use) {
        waiting.add(new Waiting(used, use, () -> {}));
        used += count;
        readUnlessTogether();
    }

    /** Runs something when all numbers before it have been used. */
    void then(Runnable work) {
        then(work, () -> {});
    }

    /** @param dropped is run in place of the work if that is not to come any more */
    void then(Runnable work, Runnable dropped) {
        waiting.add(new Waiting(used, (values, from) -> work.run(), dropped));
        readUnlessTogether();
    }

    private void readUnlessTogether() {
        if (depth == 0) {
            read();
        }
    }

    /** Uses all numbers now, and those that their use asks for. */
    void await() {
        while (!waiting.isEmpty()) {
            read();
        }
    }

    private void read() {
        addUp();
        double[] values = used == 0 ? new double[0] : memory.read(address, used, this::meanwhile);
        List<Waiting> ready = List.copyOf(waiting);
        waiting.clear();
        forget();
        int taken = 0;
        try {
            while (taken < ready.size()) {
                Waiting one = ready.get(taken++);
                one.use.take(values, one.from);
            }
        } finally {
            drop(ready.subList(taken, ready.size()));
        }
    }

    private static void drop(List<Waiting> rest) {
        rest.forEach(one -> one.dropped.run());
    }

    /** Does something on the host before it next waits for numbers. */
    void meanwhile(Runnable work) {
        beside = Optional.of(work);
    }

    private void meanwhile() {
        Optional<Runnable> work = beside;
        beside = Optional.empty();
        work.ifPresent(Runnable::run);
    }

    private void forget() {
        drop(waiting);
        waiting.clear();
        sums.clear();
        usedParts = 0;
        used = 0;
    }

    /** Reads what the work leaves once, at its end. */
    void together(Runnable work) {
        depth++;
        try {
            work.run();
            if (depth == 1) {
                await();
            }
        } finally {
            depth--;
            if (depth == 0) {
                forget();
            }
        }
    }

    @Override
    public void close() {
        memory.freeNumbers(address);
        memory.freeNumbers(parts);
        memory.freeNumbers(table);
    }
}
