package soopt.backend;

import java.util.Arrays;

/**
 * A dense row-major array on a device: a contiguous run of elements of a {@link Storage}. Views share the storage;
 * closing the tensor that {@link Backend#allocate} returned hands the storage back for reuse, closing a view does
 * nothing.
 */
public final class Tensor implements AutoCloseable {
    private final Storage storage;
    private final long offset;
    private final long size;
    private final int[] shape;
    private final boolean owner;

    private Tensor(Storage storage, long offset, int[] shape, boolean owner) {
        this.storage = storage;
        this.offset = offset;
        this.shape = shape;
        this.size = sizeOf(shape);
        this.owner = owner;
    }

    public static Tensor owning(Storage storage, int... shape) {
        return new Tensor(storage, 0, shape.clone(), true);
    }

    /**
     * Number of elements of an array of this shape.
     *
     * @throws IllegalArgumentException if a length is negative, or the number beyond what 64 bits count
     */
    public static long sizeOf(int... shape) {
        long size = 1;
        for (int length : shape) {
            if (length < 0) {
                throw new IllegalArgumentException(
                        "the lengths of an array must not be negative, but are " + Arrays.toString(shape));
            }
            if (length > 0 && size > Long.MAX_VALUE / length) {
                throw new IllegalArgumentException("an array of " + Arrays.toString(shape) + " is too large to count");
            }
            size *= length;
        }
        return size;
    }

    public int[] shape() {
        return shape.clone();
    }

    /** Length of one axis. */
    public int length(int axis) {
        return shape[axis];
    }

    public int rank() {
        return shape.length;
    }

    /** Number of elements. */
    public long size() {
        return size;
    }

    public Precision precision() {
        return storage.precision();
    }

    /** The same elements in another shape of the same size. */
    public Tensor reshape(int... newShape) {
        if (sizeOf(newShape) != size) {
            throw new IllegalArgumentException(
                    "cannot view " + Arrays.toString(shape) + " as " + Arrays.toString(newShape));
        }
        return new Tensor(storage, offset, newShape.clone(), false);
    }

    /** Elements from, from + 1, … in row-major order, as an array of the given shape. */
    public Tensor slice(long from, int... newShape) {
        long length = sizeOf(newShape);
        if (from < 0 || from > size - length) {
            throw new IndexOutOfBoundsException(
                    length + " elements from " + from + " on of a tensor of " + size + " elements");
        }
        return new Tensor(storage, offset + from, newShape.clone(), false);
    }

    /** Entries from … to − 1 of the leading axis. */
    public Tensor rows(int from, int to) {
        if (from < 0 || from > to || to > shape[0]) {
            throw new IndexOutOfBoundsException("rows " + from + " to " + to + " of " + this);
        }
        long row = shape[0] == 0 ? 0 : size / shape[0];
        int[] newShape = shape.clone();
        newShape[0] = to - from;
        return slice(from * row, newShape);
    }

    /** Whether both are views of the same memory. */
    public boolean sharesStorageWith(Tensor other) {
        return storage == other.storage;
    }

    public Storage storage() {
        return storage;
    }

    /** Equal for tensors of the same memory that begin at the same place. */
    public Object place() {
        return new Place(storage, offset);
    }

    private record Place(Storage storage, long offset) {}

    public long offset() {
        return offset;
    }

    /** Returns the storage to its backend's pool if this is the tensor that was allocated. */
    @Override
    public void close() {
        if (owner) {
            storage.release();
        }
    }

    @Override
    public String toString() {
        return "Tensor" + Arrays.toString(shape) + " " + precision();
    }
}
