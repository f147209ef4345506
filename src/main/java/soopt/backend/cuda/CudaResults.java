package soopt.backend.cuda;

import java.util.ArrayList;
import java.util.List;

/**
 * Numbers on their way from kernels to the host, in the order of the calls: read at once or, within
 * {@link #together}, all in one copy at its end, so that the host waits once.
 */
final class CudaResults implements AutoCloseable {
    /** Numbers that wait at most: 512 KiB. */
    private static final int CAPACITY = 1 << 16;

    /** What is done with numbers of a call. */
    interface Use {
        /** @param from place of the first of them */
        void take(double[] values, int from);
    }

    private record Waiting(int from, Use use) {}

    private final CudaMemory memory;
    private final List<Waiting> waiting = new ArrayList<>();
    private long address;
    private int capacity = CAPACITY;
    private int used;
    private int depth;

    CudaResults(CudaMemory memory) {
        this.memory = memory;
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

    /** Uses the numbers that were reserved last, when they are there. */
    void give(int count, Use use) {
        waiting.add(new Waiting(used, use));
        used += count;
        readUnlessTogether();
    }

    /** Runs something when all numbers before it have been used. */
    void then(Runnable work) {
        waiting.add(new Waiting(used, (values, from) -> work.run()));
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
        double[] values = used == 0 ? new double[0] : memory.read(address, used);
        List<Waiting> ready = List.copyOf(waiting);
        forget();
        ready.forEach(one -> one.use.take(values, one.from));
    }

    private void forget() {
        waiting.clear();
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
    }
}
