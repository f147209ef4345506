package soopt.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BlockPoolTest {
    private final List<Object> freed = new ArrayList<>();
    private final List<Object> spoiled = new ArrayList<>();
    private final BlockPool<Object> pool = new BlockPool<>(bytes -> new Object(), freed::add, spoiled::add);

    @Test
    void sizeClasses_holdTheRequest_andWasteAtMostAnEighth() {
        for (long bytes = 0; bytes < 100_000; bytes += 7) {
            long size = BlockPool.sizeClass(bytes);
            assertTrue(size >= bytes && size % 64 == 0, bytes + " in " + size);
            assertTrue(size <= Math.max(64, bytes + Math.max(63, bytes / 8)), bytes + " in " + size);
            assertEquals(size, BlockPool.sizeClass(size));
        }
    }

    @Test
    void blockGivenBack_meetsTheNextRequestOfItsSizeOnly() {
        Object block = pool.take(128);
        pool.giveBack(128, block);
        assertNotSame(block, pool.take(192));
        assertSame(block, pool.take(128));
        assertNotSame(block, pool.take(128));
        assertEquals(new Backend.Memory(448, 448, 448, 3), pool.memory());
    }

    @Test
    void systemWithoutMemory_isOutOfMemory_andOtherFailuresStay() {
        BlockPool<Object> poor = new BlockPool<>(
                bytes -> {
                    throw new RuntimeException(bytes > 64 ? "Allocation failed: [std::bad_alloc]" : "other");
                },
                freed::add,
                spoiled::add);
        assertEquals(
                "the system gives no 128 bytes for a tensor",
                assertThrows(OutOfMemoryError.class, () -> poor.take(128)).getMessage());
        assertEquals(
                "other",
                assertThrows(RuntimeException.class, () -> poor.take(64)).getMessage());
    }

    /** The JVM of the tests runs with -Dsoopt.spoilMemory=true (pom.xml). */
    @Test
    void blocks_areSpoiledWhenHandedOut_newOrUsed_andWhenTheyComeBack() {
        Object block = pool.take(128);
        assertEquals(List.of(block), spoiled);
        pool.giveBack(128, block);
        assertEquals(List.of(block, block), spoiled);
        pool.take(128);
        assertEquals(List.of(block, block, block), spoiled);
    }

    @Test
    void peak_isTheMostThatWasLiveAtOnce() {
        Object block = pool.take(128);
        pool.giveBack(64, pool.take(64));
        pool.giveBack(128, block);
        assertEquals(192, pool.memory().peakBytes());
        pool.resetPeak();
        pool.take(64);
        assertEquals(pool.memory().liveBytes(), pool.memory().peakBytes());
    }

    @Test
    void close_freesIdleBlocksNow_andLiveOnesWhenTheyComeBack() {
        Object idle = pool.take(64);
        Object live = pool.take(64);
        pool.giveBack(64, idle);
        pool.close();
        assertEquals(List.of(idle), freed);
        pool.giveBack(64, live);
        assertEquals(List.of(idle, live), freed);
    }
}
