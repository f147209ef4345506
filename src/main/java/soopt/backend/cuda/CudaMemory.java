package soopt.backend.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.Comparator;
import java.util.PriorityQueue;
import soopt.backend.Backend;
import soopt.backend.BlockPool;
import soopt.backend.Precision;
import soopt.backend.Storage;
import soopt.backend.Tensor;
import soopt.backend.cuda.driver.Device;
import soopt.backend.cuda.driver.Solver;
import soopt.backend.cuda.library.CudaException;

/**
 * Memory of a GPU for tensors and scratch, from a pool, and copies to and from the host through page-locked memory.
 * All work is on one stream, so that a block that comes back may be handed out before the kernels that used it have
 * run.
 */
final class CudaMemory implements AutoCloseable {
    /** NaN in float32 and, twice, in float64. */
    private static final int NOT_A_NUMBER = 0x7ff8dead;

    private static final int STAGING_BYTES = 8 << 20;

    /** Memory of the device. */
    private record Block(long number, long address, long bytes) {}

    private static final class CudaStorage implements Storage {
        private final CudaMemory memory;
        private final Block block;
        private boolean released;

        CudaStorage(CudaMemory memory, long bytes) {
            this.memory = memory;
            this.block = memory.pool.take(bytes);
        }

        @Override
        public Precision precision() {
            return memory.precision;
        }

        @Override
        public long capacity() {
            return block.bytes() / memory.precision.bytes();
        }

        @Override
        public void release() {
            if (released) {
                throw new IllegalStateException("tensor closed twice");
            }
            released = true;
            memory.giveBack(block);
        }
    }

    /** Memory of the device that is no tensor's: numbers in float64 for one operation, or what its owner says. */
    final class Scratch implements AutoCloseable {
        private final Block block;

        private Scratch(long bytes) {
            this.block = pool.take(BlockPool.sizeClass(bytes));
        }

        /** Where number i lies. */
        long at(long i) {
            return block.address() + i * Double.BYTES;
        }

        @Override
        public void close() {
            giveBack(block);
        }
    }

    private final Device device;
    private final Precision precision;
    private final BlockPool<Block> pool;
    private final Device.HostMemory staging;
    /** Bytes of the staging memory that copies under way may still need. */
    private int staged;

    private long blocks;
    private boolean closed;

    CudaMemory(Device device, Precision precision) {
        this.device = device;
        this.precision = precision;
        // in the order in which they were made: work that comes again gets the same blocks
        this.pool = new BlockPool<>(
                this::newBlock,
                block -> device.free(block.address()),
                this::spoil,
                () -> new PriorityQueue<>(Comparator.comparingLong(Block::number)));
        this.staging = device.allocateHost(STAGING_BYTES);
        device.tablesBy(this::copyTable);
    }

    private Block newBlock(long bytes) {
        return new Block(blocks++, addressOf(bytes), bytes);
    }

    private long addressOf(long bytes) {
        try {
            return device.allocate(bytes);
        } catch (CudaException e) {
            if (!e.isOutOfMemory() || !pool.freeIdle()) {
                throw e;
            }
            return device.allocate(bytes);
        }
    }

    private void spoil(Block block) {
        device.set(block.address(), NOT_A_NUMBER, block.bytes() / Integer.BYTES);
    }

    private void giveBack(Block block) {
        pool.giveBack(block.bytes(), block);
        if (closed && pool.memory().liveBytes() == 0) {
            end();
        }
    }

    Tensor allocate(int... shape) {
        return Tensor.owning(new CudaStorage(this, BlockPool.sizeClass(precision.bytesOf(shape))), shape);
    }

    Scratch scratch(long numbers) {
        return new Scratch(numbers * Double.BYTES);
    }

    Scratch scratchBytes(long bytes) {
        return new Scratch(bytes);
    }

    /** For another library: so many numbers for the time of a call, whose work the next user's comes after. */
    void with(int numbers, Solver.Workspace.Call call) {
        try (Scratch room = scratch(Math.max(1, numbers))) {
            call.at(room.at(0));
        }
    }

    /** Address on the device of the first element. */
    static long address(Tensor x) {
        CudaStorage storage = (CudaStorage) x.storage();
        if (storage.released) {
            throw new IllegalStateException("tensor used after it was closed: " + x);
        }
        return storage.block.address() + x.offset() * storage.memory.precision.bytes();
    }

    // ---- copies ----

    /** A place of the staging memory that no copy needs. */
    private int stage(int bytes) {
        if (staged + bytes > STAGING_BYTES) {
            device.synchronize();
            staged = 0;
        }
        int place = staged;
        staged += (bytes + Long.BYTES - 1) / Long.BYTES * Long.BYTES;
        return place;
    }

    private ByteBuffer staging(int place, int bytes) {
        return staging.bytes().slice(place, bytes).order(ByteOrder.nativeOrder());
    }

    /** Numbers in a quarter of the staging memory: two copies of a long array are under way at once. */
    private int most() {
        return STAGING_BYTES / 4 / precision.bytes();
    }

    void fromHost(double[] source, int from, Tensor out) {
        upload(source, from, Math.toIntExact(out.size()), address(out));
    }

    /** Copies numbers in the precision of tensors to an address. */
    void upload(double[] source, int from, int count, long to) {
        inPieces(count, precision.bytes(), to, (staged, done, n) -> {
            if (!precision.isSingle()) {
                staged.asDoubleBuffer().put(source, from + done, n);
            } else {
                FloatBuffer floats = staged.asFloatBuffer();
                for (int i = 0; i < n; i++) {
                    floats.put(i, (float) source[from + done + i]);
                }
            }
        });
    }

    void fromHost(float[] source, int from, Tensor out) {
        upload(source, from, Math.toIntExact(out.size()), address(out));
    }

    void upload(float[] source, int from, int count, long to) {
        inPieces(count, precision.bytes(), to, (staged, done, n) -> {
            if (precision.isSingle()) {
                staged.asFloatBuffer().put(source, from + done, n);
            } else {
                DoubleBuffer doubles = staged.asDoubleBuffer();
                for (int i = 0; i < n; i++) {
                    doubles.put(i, source[from + done + i]);
                }
            }
        });
    }

    /** Puts n values from the given one on into staging memory. */
    private interface Piece {
        void put(ByteBuffer staged, int from, int n);
    }

    /** Copies values of so many bytes each to an address, as many at once as staging memory takes. */
    private void inPieces(int count, int bytesOfOne, long to, Piece piece) {
        int most = STAGING_BYTES / 4 / bytesOfOne;
        for (int done = 0; done < count; done += most) {
            int n = Math.min(most, count - done);
            int bytes = n * bytesOfOne;
            int place = stage(bytes);
            piece.put(staging(place, bytes), done, n);
            device.upload(staging, place, to + (long) done * bytesOfOne, bytes);
        }
    }

    /** Copies numbers in float64 to an address, whatever the precision of tensors is. */
    void uploadNumbers(double[] source, long to) {
        inPieces(
                source.length,
                Double.BYTES,
                to,
                (staged, from, n) -> staged.asDoubleBuffer().put(source, from, n));
    }

    void upload(byte[] source, long to) {
        inPieces(source.length, 1, to, (staged, from, n) -> staged.put(source, from, n));
    }

    void upload(int[] source, long to) {
        inPieces(
                source.length,
                Integer.BYTES,
                to,
                (staged, from, n) -> staged.asIntBuffer().put(source, from, n));
    }

    void toHost(Tensor x, double[] target, int from) {
        long source = address(x);
        for (int done = 0; done < x.size(); done += most()) {
            int n = (int) Math.min(most(), x.size() - done);
            int bytes = n * precision.bytes();
            ByteBuffer copy = download(source + (long) done * precision.bytes(), bytes, () -> {});
            if (!precision.isSingle()) {
                copy.asDoubleBuffer().get(target, from + done, n);
            } else {
                FloatBuffer floats = copy.asFloatBuffer();
                for (int i = 0; i < n; i++) {
                    target[from + done + i] = floats.get(i);
                }
            }
        }
    }

    /** Waits for all work; the bytes are good until the next copy. */
    private ByteBuffer download(long source, int bytes, Runnable meanwhile) {
        int place = stage(bytes);
        device.download(source, staging, place, bytes);
        meanwhile.run();
        device.synchronize();
        staged = 0;
        return staging(place, bytes);
    }

    /** Room for numbers in float64 that is no tensor's and counts as none. */
    long allocateNumbers(int count) {
        return addressOf((long) count * Double.BYTES);
    }

    void freeNumbers(long address) {
        device.free(address);
    }

    /** Few numbers that are the same whenever the work that they are for is. */
    void uploadTable(long[] table, long to) {
        device.uploadTable(table, to);
    }

    private void copyTable(long[] table, long to) {
        int bytes = table.length * Long.BYTES;
        int place = stage(bytes);
        staging(place, bytes).asLongBuffer().put(table);
        device.uploadPart(staging, place, to, bytes);
    }

    /**
     * Numbers in float64 from an address on; waits for all work.
     *
     * @param meanwhile is done before; it leaves this memory alone
     */
    double[] read(long address, int count, Runnable meanwhile) {
        double[] values = new double[count];
        int most = STAGING_BYTES / Double.BYTES;
        for (int done = 0; done < count; done += most) {
            int n = Math.min(most, count - done);
            download(address + (long) done * Double.BYTES, n * Double.BYTES, meanwhile)
                    .asDoubleBuffer()
                    .get(values, done, n);
        }
        return values;
    }

    // ---- accounts ----

    Backend.Memory memory() {
        return pool.memory();
    }

    void resetPeak() {
        pool.resetPeak();
    }

    /** The device goes when the last tensor has come back. */
    @Override
    public void close() {
        pool.close();
        closed = true;
        if (pool.memory().liveBytes() == 0) {
            end();
        }
    }

    private void end() {
        device.freeHost(staging);
        device.close();
    }
}
