package soopt.data.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import soopt.random.RandomStreams;

class BatchesTest {
    private static final long SEED = 571677914;

    private static Batches batches(int examples, int batchSize, boolean shuffle, boolean dropLast) {
        return new Batches(examples, batchSize, SEED, "batches", shuffle, dropLast);
    }

    private static int[] sorted(int[] order) {
        int[] copy = order.clone();
        Arrays.sort(copy);
        return copy;
    }

    @Test
    void epoch_isAPermutation_thatDependsOnSeedStreamAndEpochOnly() {
        Batches batches = batches(103, 10, true, false);
        int[] third = batches.epoch(3);
        assertArrayEquals(IntStream.range(0, 103).toArray(), sorted(third));
        assertArrayEquals(third, batches(103, 25, true, true).epoch(3));
        assertFalse(Arrays.equals(third, batches.epoch(4)));
        assertFalse(Arrays.equals(third, new Batches(103, 10, SEED + 1, "batches", true, false).epoch(3)));
        assertFalse(Arrays.equals(third, new Batches(103, 10, SEED, "curvature-batches", true, false).epoch(3)));
    }

    @Test
    void batches_coverTheEpoch_lastOneShort() {
        Batches batches = batches(103, 10, true, false);
        assertEquals(11, batches.count());
        assertEquals(3, batches.size(10));
        assertEquals(100, batches.from(10));
        assertEquals(103, IntStream.range(0, 11).map(batches::size).sum());
    }

    @Test
    void dropLast_leavesOutExamplesThatDoNotFillABatch() {
        assertEquals(10, batches(103, 10, true, true).count());
        assertEquals(10, batches(100, 10, true, false).count());
        assertEquals(10, batches(100, 10, true, true).count());
    }

    @Test
    void batchLargerThanTheSet_isTheSet() {
        assertEquals(7, batches(7, 100, true, false).size(0));
        assertEquals(1, batches(7, 100, true, true).count());
    }

    @Test
    void withoutShuffle_orderIsThatOfTheFile() {
        assertArrayEquals(new int[] {0, 1, 2, 3}, batches(4, 2, false, false).epoch(9));
    }

    @Test
    void badSizes_areRefused() {
        assertThrows(IllegalArgumentException.class, () -> batches(0, 1, true, false));
        assertThrows(IllegalArgumentException.class, () -> batches(1, 0, true, false));
    }

    @Test
    void sampler_usesEveryExampleOncePerOrder_thenReshuffles() {
        BatchSampler sampler = new BatchSampler(batches(10, 4, true, false));
        List<Integer> first = new ArrayList<>();
        List<Integer> second = new ArrayList<>();
        for (int k = 0; k < 3; k++) {
            Arrays.stream(sampler.next()).forEach(first::add);
        }
        for (int k = 0; k < 3; k++) {
            Arrays.stream(sampler.next()).forEach(second::add);
        }
        assertEquals(10, first.stream().distinct().count());
        assertEquals(10, second.stream().distinct().count());
        assertFalse(first.equals(second));
    }

    @Test
    void sampler_resumesWhereItWas() {
        BatchSampler sampler = new BatchSampler(batches(10, 4, true, false));
        for (int k = 0; k < 5; k++) {
            sampler.next();
        }
        BatchSampler resumed = new BatchSampler(batches(10, 4, true, false));
        resumed.seek(sampler.position());
        for (int k = 0; k < 7; k++) {
            assertArrayEquals(sampler.next(), resumed.next());
        }
        resumed.seek(0);
        assertArrayEquals(new BatchSampler(batches(10, 4, true, false)).next(), resumed.next());
        assertThrows(IllegalArgumentException.class, () -> resumed.seek(-1));
    }

    @Test
    void permutation_isUniform() {
        int[] counts = new int[24];
        RandomGenerator random = RandomStreams.of(SEED, "test", 0);
        int draws = 24_000;
        for (int i = 0; i < draws; i++) {
            int[] p = RandomStreams.permutation(4, random);
            int third = p[2] > p[3] ? 1 : 0;
            int second = (p[1] > p[2] ? 1 : 0) + (p[1] > p[3] ? 1 : 0);
            counts[p[0] * 6 + second * 2 + third]++;
        }
        double chiSquared = Arrays.stream(counts)
                .mapToDouble(n -> (n - 1000.0) * (n - 1000.0) / 1000)
                .sum();
        assertTrue(chiSquared < 49.7, "χ² with 23 degrees of freedom exceeds its 0.1 % point: " + chiSquared);
    }

    /** Computed in Python from the formulas in the Javadoc of RandomStreams. */
    @Test
    void randomStream_isTheDocumentedSplitMix64() {
        RandomGenerator random = RandomStreams.of(571677914L, "batches", 3);
        assertEquals(0xd89ba4e8561437b0L, random.nextLong());
        assertEquals(0xdcb4e061b889abf1L, random.nextLong());
    }
}
