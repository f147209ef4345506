package soopt.random;

import java.nio.charset.StandardCharsets;
import java.util.function.LongUnaryOperator;
import java.util.random.RandomGenerator;

/**
 * Random numbers by name: every use of chance in a run has a stream of its own, so that drawing more from one changes
 * no other.
 *
 * <p>A stream is SplitMix64 (Steele, Lea, Flood 2014): state ← state + 0x9e3779b97f4a7c15, output mix(state). It
 * starts at the hash h of (seed, stream, index): h ← mix(seed + 0x9e3779b97f4a7c15); h ← mix(h ^ b) for each byte b of
 * the UTF-8 name; h ← mix(h ^ 256); h ← mix(h ^ index). nextLong and permutation do
 * not depend on the version of Java.
 */
public final class RandomStreams {
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

    private RandomStreams() {}

    /**
     * The generator of one stream at its start.
     *
     * @param seed the run's seed
     * @param stream what it is for, e.g. "batches"
     * @param index which of the kind, e.g. the epoch
     */
    public static RandomGenerator of(long seed, String stream, long index) {
        return from(start(seed, stream, index));
    }

    /** The generator of the stream that starts at h. */
    public static RandomGenerator from(long start) {
        return new SplitMix(start);
    }

    /** The same stream to be read in any order: entry k ≥ 0 is what the generator's call k of nextLong gives. */
    public static LongUnaryOperator table(long seed, String stream, long index) {
        long start = start(seed, stream, index);
        return k -> mix(start + (k + 1) * GOLDEN_GAMMA);
    }

    /** h, where a stream starts. */
    public static long start(long seed, String stream, long index) {
        long hash = mix(seed + GOLDEN_GAMMA);
        for (byte b : stream.getBytes(StandardCharsets.UTF_8)) {
            hash = mix(hash ^ (b & 0xff));
        }
        hash = mix(hash ^ 256);
        return mix(hash ^ index);
    }

    /** 0, 1, …, size − 1 in random order: Fisher and Yates, from the last down. */
    public static int[] permutation(int size, RandomGenerator random) {
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            order[i] = i;
        }
        for (int i = size - 1; i > 0; i--) {
            int j = below(i + 1, random);
            int swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
        return order;
    }

    /** ⌊bound · x / 2⁶⁴⌋ for 64 random bits x: uniform on 0 … bound − 1 up to a bias below bound / 2⁶⁴. */
    private static int below(int bound, RandomGenerator random) {
        long x = random.nextLong();
        return (int) (Math.multiplyHigh(x, bound) + (x >> 63 & bound));
    }

    /** Stafford's variant 13 of MurmurHash3's finalizer. */
    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    private static final class SplitMix implements RandomGenerator {
        private long state;

        SplitMix(long state) {
            this.state = state;
        }

        @Override
        public long nextLong() {
            state += GOLDEN_GAMMA;
            return mix(state);
        }
    }
}
