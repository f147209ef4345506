package soopt.backend;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/**
 * Blocks of memory kept for reuse by size: after the first step of a loop every request is met from here. Sizes are
 * rounded up to one of eight classes per power of two, so that at most an eighth is wasted and chunks of slightly
 * different size share blocks.
 *
 * <p>A JVM started with {@code -Dsoopt.spoilMemory=true}, as the tests' is, spoils every block when it is handed out
 * and when it comes back, so that whatever counts on its contents shows.
 *
 * @param <B> a block of the engine's memory
 */
public final class BlockPool<B> implements AutoCloseable {
    /** The most bytes that one tensor can have: below 2³¹ when rounded up to a size class. */
    public static final long LARGEST = Integer.MAX_VALUE / 9L * 8;

    private static final boolean SPOILS = Boolean.getBoolean("soopt.spoilMemory");

    private final LongFunction<B> allocate;
    private final Consumer<B> free;
    private final Consumer<B> spoil;
    private final Supplier<Queue<B>> order;
    private final Map<Long, Queue<B>> idle = new HashMap<>();
    private long liveBytes;
    private long peakBytes;
    private long systemBytes;
    private long systemAllocations;
    private boolean closed;

    /**
     * Hands out the block that came back last, which caches may hold.
     *
     * @param spoil fills a block with NaN
     */
    public BlockPool(LongFunction<B> allocate, Consumer<B> free, Consumer<B> spoil) {
        this(allocate, free, spoil, () -> Collections.asLifoQueue(new ArrayDeque<>()));
    }

    /** @param order holds the idle blocks of one size; its first is handed out */
    public BlockPool(LongFunction<B> allocate, Consumer<B> free, Consumer<B> spoil, Supplier<Queue<B>> order) {
        this.allocate = allocate;
        this.free = free;
        this.spoil = spoil;
        this.order = order;
    }

    /** The size class of a request, in bytes: a multiple of 64. */
    public static long sizeClass(long bytes) {
        long least = Math.max(bytes, 64);
        long step = Math.max(64, Long.highestOneBit(least) / 8);
        return (least + step - 1) / step * step;
    }

    /** A block of exactly the size class given. */
    public synchronized B take(long sizeClass) {
        Queue<B> blocks = idle.computeIfAbsent(sizeClass, size -> order.get());
        B block = blocks.isEmpty() ? fresh(sizeClass) : blocks.remove();
        if (SPOILS) {
            spoil.accept(block);
        }
        liveBytes += sizeClass;
        peakBytes = Math.max(peakBytes, liveBytes);
        return block;
    }

    private B fresh(long sizeClass) {
        B block = allocated(sizeClass);
        systemBytes += sizeClass;
        systemAllocations++;
        return block;
    }

    /** ND4J has no exception of its own for "no memory": it passes on C++'s words. */
    private B allocated(long bytes) {
        try {
            return allocate.apply(bytes);
        } catch (RuntimeException e) {
            if (String.valueOf(e.getMessage()).contains("bad_alloc")) {
                OutOfMemoryError none = new OutOfMemoryError("the system gives no " + bytes + " bytes for a tensor");
                none.initCause(e);
                throw none;
            }
            throw e;
        }
    }

    public synchronized void giveBack(long sizeClass, B block) {
        liveBytes -= sizeClass;
        if (SPOILS) {
            spoil.accept(block);
        }
        if (closed) {
            free.accept(block);
        } else {
            idle.computeIfAbsent(sizeClass, size -> order.get()).add(block);
        }
    }

    /** Gives the idle blocks back to the system; whether there was one. */
    public synchronized boolean freeIdle() {
        boolean any = idle.values().stream().anyMatch(blocks -> !blocks.isEmpty());
        idle.values().forEach(blocks -> blocks.forEach(free));
        idle.clear();
        return any;
    }

    public synchronized Backend.Memory memory() {
        return new Backend.Memory(liveBytes, peakBytes, systemBytes, systemAllocations);
    }

    public synchronized void resetPeak() {
        peakBytes = liveBytes;
    }

    /** Frees the idle blocks; live ones belong to their tensors and are freed when they come back. */
    @Override
    public synchronized void close() {
        freeIdle();
        closed = true;
    }
}
