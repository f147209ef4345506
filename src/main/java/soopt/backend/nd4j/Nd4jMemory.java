package soopt.backend.nd4j;

import java.util.EnumMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import soopt.backend.Backend;
import soopt.backend.BlockPool;
import soopt.backend.Precision;
import soopt.backend.Storage;
import soopt.backend.Tensor;

/**
 * Tensors whose storage is an ND4J array, in both precisions: those of a run, and float64 scratch for sums and
 * transcendentals that ND4J 1.0.0-M2.1 gets wrong in float32.
 */
final class Nd4jMemory implements AutoCloseable {
    /**
     * Elements of float64 scratch in one piece: 512 KiB stay in a core's cache, and an operation's start-up is still a
     * small part.
     */
    static final int CHUNK = 1 << 16;

    private static final class Nd4jStorage implements Storage {
        private final Precision precision;
        private final BlockPool<INDArray> pool;
        private final long bytes;
        private final INDArray block;
        private boolean released;

        Nd4jStorage(Precision precision, BlockPool<INDArray> pool, long bytes) {
            this.precision = precision;
            this.pool = pool;
            this.bytes = bytes;
            this.block = pool.take(bytes);
        }

        @Override
        public Precision precision() {
            return precision;
        }

        @Override
        public long capacity() {
            return bytes / precision.bytes();
        }

        @Override
        public void release() {
            if (released) {
                throw new IllegalStateException("tensor closed twice");
            }
            released = true;
            pool.giveBack(bytes, block);
        }
    }

    private final Map<Precision, BlockPool<INDArray>> pools = new EnumMap<>(Precision.class);

    Nd4jMemory() {
        for (Precision precision : Precision.EVERYWHERE) {
            DataType type = precision.isSingle() ? DataType.FLOAT : DataType.DOUBLE;
            pools.put(
                    precision,
                    new BlockPool<>(
                            bytes -> Nd4j.createUninitialized(type, bytes / precision.bytes()),
                            INDArray::close,
                            block -> block.assign(Double.NaN)));
        }
    }

    Tensor allocate(Precision precision, int... shape) {
        long bytes = BlockPool.sizeClass(precision.bytesOf(shape));
        return Tensor.owning(new Nd4jStorage(precision, pools.get(precision), bytes), shape);
    }

    /** x as a vector; a view. */
    static INDArray flat(Tensor x) {
        return strided(x, 0, new long[] {x.size()}, 1);
    }

    /** x as a matrix of rows of the given length; a view. */
    static INDArray matrix(Tensor x, long columns) {
        return strided(x, 0, new long[] {x.size() / columns, columns}, columns, 1);
    }

    /** Columns from … to − 1 of x as a matrix of rows of the given length; a view. */
    static INDArray columns(Tensor x, long columns, long from, long to) {
        return strided(x, from, new long[] {x.size() / columns, to - from}, columns, 1);
    }

    /** The elements from, from + stride, … of x along each axis of a shape; a view. */
    static INDArray strided(Tensor x, long from, long[] shape, long... strides) {
        Nd4jStorage storage = (Nd4jStorage) x.storage();
        if (storage.released) {
            throw new IllegalStateException("tensor used after it was closed: " + x);
        }
        return Nd4j.create(storage.block.data(), shape, strides, x.offset() + from, 'c');
    }

    /** A float64 copy of the elements, in a tensor to be closed. */
    Tensor wideCopy(INDArray x, int... shape) {
        Tensor copy = allocate(Precision.FLOAT64, shape);
        flat(copy).reshape(x.shape()).assign(x);
        return copy;
    }

    /** Of both precisions together; the peak is an upper bound, as the two may have had theirs at different times. */
    Backend.Memory memory() {
        Backend.Memory narrow = pools.get(Precision.FLOAT32).memory();
        Backend.Memory wide = pools.get(Precision.FLOAT64).memory();
        return new Backend.Memory(
                narrow.liveBytes() + wide.liveBytes(),
                narrow.peakBytes() + wide.peakBytes(),
                narrow.systemBytes() + wide.systemBytes(),
                narrow.systemAllocations() + wide.systemAllocations());
    }

    void resetPeak() {
        pools.values().forEach(BlockPool::resetPeak);
    }

    @Override
    public void close() {
        pools.values().forEach(BlockPool::close);
    }
}
