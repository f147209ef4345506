package soopt.backend.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.ToIntFunction;
import soopt.backend.cuda.CudaMemory.Scratch;
import soopt.backend.cuda.driver.Device;
import soopt.backend.cuda.library.CudaException;

/**
 * Square matrices in float64 on a GPU that wait for their use, and what of each comes to the host. Where they become
 * many, or memory is short, those that wait are used first.
 */
final class HeldMatrices {
    /** Numbers of each that come to the host: its unit, its trace and how two calls ended. */
    static final int FACTS = 4;

    /** Where of them the calls say how they ended, in four bytes each. */
    static final int FIRST_ENDING = 2;

    private static final int TRACE = 1;

    /** Bytes that wait at most, but for the last. */
    private static final long MOST = 1L << 30;

    /** Nor more than this part of the GPU's memory. */
    private static final int SHARE_OF_MEMORY = 16;

    private final Device device;
    private final CudaMemory memory;
    private final CudaResults results;
    private long waiting;

    HeldMatrices(Device device, CudaMemory memory, CudaResults results) {
        this.device = device;
        this.memory = memory;
        this.results = results;
    }

    /** A matrix [n, n], after it the facts and then numbers of its own. */
    final class Held implements AutoCloseable {
        private final int n;
        private final long bytes;
        private final Scratch scratch;
        private double[] numbers = {1, 0, 0, 0};

        private Held(int n, int perRow) {
            long count = (long) n * n + FACTS + (long) perRow * n;
            this.n = n;
            this.bytes = count * Double.BYTES;
            this.scratch = memory.scratch(count);
            waiting += bytes;
        }

        int size() {
            return n;
        }

        /** Where it lies. */
        long matrix() {
            return scratch.at(0);
        }

        /** Where fact i lies. */
        long fact(int i) {
            return scratch.at((long) n * n + i);
        }

        /** Where number i of its own lies. */
        long own(long i) {
            return scratch.at((long) n * n + FACTS + i);
        }

        /** Facts of 0. */
        void clearFacts() {
            device.set(fact(0), 0, (long) FACTS * Double.BYTES / Integer.BYTES);
        }

        /** Brings the facts and the first of its own numbers to the host. */
        void ask(int own) {
            int count = FACTS + own;
            long to = results.reserve(count);
            device.copy(fact(0), to, (long) count * Double.BYTES);
            results.give(count, (values, from) -> numbers = Arrays.copyOfRange(values, from, from + count));
        }

        /** Fact i, when it is there. */
        double known(int i) {
            return numbers[i];
        }

        /** Number i of its own, when it is there. */
        double knownOwn(int i) {
            return numbers[FACTS + i];
        }

        /** NaN if it was not finite. */
        double trace() {
            return numbers[TRACE];
        }

        boolean isFinite() {
            return !Double.isNaN(trace());
        }

        boolean endedWell() {
            return Double.doubleToRawLongBits(numbers[FIRST_ENDING]) == 0
                    && Double.doubleToRawLongBits(numbers[FIRST_ENDING + 1]) == 0;
        }

        @Override
        public void close() {
            waiting -= bytes;
            scratch.close();
        }
    }

    /**
     * A matrix for each of several things; all are closed if that fails.
     *
     * @param size n of each
     * @param perRow numbers of its own for each row
     * @param fill asks for the work
     */
    <S> List<Held> begin(List<S> of, ToIntFunction<S> size, int perRow, BiConsumer<S, Held> fill) {
        if (waiting > Math.min(MOST, device.gpu().bytes() / SHARE_OF_MEMORY)) {
            results.await();
        }
        List<Held> begun = new ArrayList<>();
        try {
            for (S one : of) {
                Held held = allocate(size.applyAsInt(one), perRow);
                begun.add(held);
                fill.accept(one, held);
            }
            return begun;
        } catch (RuntimeException e) {
            begun.forEach(Held::close);
            throw e;
        }
    }

    private Held allocate(int n, int perRow) {
        try {
            return new Held(n, perRow);
        } catch (CudaException e) {
            if (!e.isOutOfMemory() || waiting == 0) {
                throw e;
            }
            results.await();
            return new Held(n, perRow);
        }
    }

    /** Goes on when what was asked for is there; they are closed if it fails, or never comes. */
    void then(List<Held> all, Runnable work) {
        results.then(
                () -> {
                    try {
                        work.run();
                    } catch (RuntimeException e) {
                        all.forEach(Held::close);
                        throw e;
                    }
                },
                () -> all.forEach(Held::close));
    }

    /** The same for the last time: they are closed in any case. */
    void use(List<Held> all, Runnable use) {
        then(all, () -> {
            use.run();
            all.forEach(Held::close);
        });
    }
}
