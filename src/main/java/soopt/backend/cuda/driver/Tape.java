package soopt.backend.cuda.driver;

import java.util.Arrays;

/**
 * Work of a stream as numbers, operation after operation: compared, kept and done later. An operation is its kind and
 * length, then its shape, then what may be other without another shape: addresses and scalars.
 */
final class Tape {
    /** Place in a launch of the bytes of its arguments, after it that of the bits of scalars, and then they. */
    static final int SIZE_OF_ARGUMENTS = 3;

    static final int ARGUMENTS = 5;

    /** What is done. */
    enum Kind {
        /** Function, grid, block, bytes of arguments, bits of those that are scalars; arguments. */
        LAUNCH(ARGUMENTS),
        /** Type and transpositions, m and n, k and lda, ldb and ldc; a, b, c, α, β. */
        PRODUCT(4),
        /** Bytes; to, from. */
        COPY(1),
        /** Words of four bytes; to, value. */
        SET(1),
        /** Numbers of 64 bits; to, the numbers. */
        TABLE(1),
        /** The host takes part: nothing before it may be done after it. */
        PAUSE(0);

        private static final Kind[] ALL = values();

        /** Numbers of the shape. */
        private final int shape;

        Kind(int shape) {
            this.shape = shape;
        }
    }

    private static final int BITS = 8;

    private long[] words = new long[64];
    private int[] starts = new int[8];
    private int length;
    private int count;

    /** Number of operations. */
    int count() {
        return count;
    }

    Tape clear() {
        length = 0;
        count = 0;
        return this;
    }

    /** Begins an operation, which {@link #put} goes on with and {@link #end} ends. */
    Tape begin(Kind kind) {
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, 2 * count);
        }
        starts[count] = length;
        return put(kind.ordinal());
    }

    Tape put(long word) {
        if (length == words.length) {
            words = Arrays.copyOf(words, 2 * length);
        }
        words[length++] = word;
        return this;
    }

    void end() {
        words[starts[count]] |= (long) (length - starts[count]) << BITS;
        count++;
    }

    /** Appends the first operation of another tape. */
    void append(Tape other) {
        int size = other.size(0);
        if (length + size > words.length) {
            words = Arrays.copyOf(words, 2 * (length + size));
        }
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, 2 * count);
        }
        System.arraycopy(other.words, 0, words, length, size);
        starts[count++] = length;
        length += size;
    }

    /** Forgets the operations from one on. */
    void truncate(int operations) {
        if (operations < count) {
            length = starts[operations];
            count = operations;
        }
    }

    Kind kind(int operation) {
        return Kind.ALL[(int) (words[starts[operation]] & (1 << BITS) - 1)];
    }

    private int size(int operation) {
        return (int) (words[starts[operation]] >>> BITS);
    }

    /** Number i of an operation, of its shape first. */
    long word(int operation, int i) {
        return words[starts[operation] + 1 + i];
    }

    /** The numbers of an operation from number i on. */
    long[] wordsFrom(int operation, int i) {
        int start = starts[operation];
        return Arrays.copyOfRange(words, start + 1 + i, start + size(operation));
    }

    /** Whether an operation is the first one of another tape. */
    boolean equals(int operation, Tape other) {
        return operation < count && same(operation, other, other.size(0));
    }

    /** Whether it is that but for addresses and scalars. */
    boolean isLike(int operation, Tape other) {
        return operation < count && same(operation, other, 1 + other.kind(0).shape);
    }

    private boolean same(int operation, Tape other, int numbers) {
        int start = starts[operation];
        return start + numbers <= length && Arrays.equals(words, start, start + numbers, other.words, 0, numbers);
    }

    /** Of a launch: bit i is set where word i of its arguments holds a scalar; 0 for other kinds. */
    long scalars(int operation) {
        return kind(operation) == Kind.LAUNCH ? word(operation, SIZE_OF_ARGUMENTS + 1) : 0;
    }

    /** Whether it is the first operation of another tape, which it is like, but for scalars. */
    boolean differsInScalars(int operation, Tape other) {
        long scalars = scalars(operation);
        if (scalars == 0) {
            return false;
        }
        int first = 1 + ARGUMENTS;
        for (int i = first; i < other.size(0); i++) {
            boolean scalar = (scalars >>> i - first & 1) != 0;
            if (!scalar && words[starts[operation] + i] != other.words[i]) {
                return false;
            }
        }
        return true;
    }

    /** Whether it is a product, which that operation is like, but for α and β. */
    boolean differsInFactors(int operation, Tape other) {
        return kind(operation) == Kind.PRODUCT && same(operation, other, other.size(0) - 2);
    }

    /** Puts the first operation of another tape in the place of one that it is like. */
    void replace(int operation, Tape other) {
        System.arraycopy(other.words, 0, words, starts[operation], other.size(0));
    }
}
