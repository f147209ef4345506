package soopt.backend.cuda.driver;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The arguments of one launch, packed as a C struct is: each at a multiple of its own size. The driver copies them
 * before a launch returns, so that one buffer serves all launches of a thread.
 */
public final class Arguments {
    private static final int BYTES = 1024;
    /** Where the list lies that tells the driver of the packed arguments, and after it their size. */
    private static final int LIST = 896;

    private static final int SIZE = LIST + 40;

    private final Memory memory = new Memory(BYTES);
    private final ByteBuffer bytes = memory.getByteBuffer(0, BYTES).order(ByteOrder.nativeOrder());
    private final long address = Pointer.nativeValue(memory);
    private int at;
    /** Bit i: word i holds a scalar. */
    private long scalars;

    Arguments() {
        // CU_LAUNCH_PARAM_BUFFER_POINTER, …_BUFFER_SIZE, …_END
        long[] list = {1, address, 2, address + SIZE, 0};
        for (int i = 0; i < list.length; i++) {
            bytes.putLong(LIST + Long.BYTES * i, list[i]);
        }
    }

    Arguments clear() {
        at = 0;
        scalars = 0;
        return this;
    }

    private int place(int size) {
        int place = (at + size - 1) / size * size;
        if (place % Long.BYTES == 0 && size < Long.BYTES) {
            // what pads is 0, so that equal arguments are equal words
            bytes.putLong(place, 0);
        }
        at = place + size;
        if (at > LIST) {
            throw new IllegalStateException("more than " + LIST + " bytes of arguments");
        }
        return place;
    }

    private int scalar(int place) {
        scalars |= 1L << place / Long.BYTES;
        return place;
    }

    /** A long long, or an address on the device. */
    public Arguments put(long value) {
        bytes.putLong(place(Long.BYTES), value);
        return this;
    }

    /** A long long that may be another one in a graph. */
    public Arguments putScalar(long value) {
        bytes.putLong(scalar(place(Long.BYTES)), value);
        return this;
    }

    public Arguments put(int value) {
        bytes.putInt(place(Integer.BYTES), value);
        return this;
    }

    public Arguments put(double value) {
        bytes.putDouble(scalar(place(Double.BYTES)), value);
        return this;
    }

    public Arguments put(float value) {
        bytes.putFloat(scalar(place(Float.BYTES)), value);
        return this;
    }

    /** Bytes of those that were put. */
    int size() {
        return at;
    }

    /** Bit i is set where number i of an operation's arguments holds a scalar. */
    long scalars() {
        return scalars;
    }

    /** Appends them to an operation. */
    void putInto(Tape tape) {
        for (int i = 0; i < at; i += Long.BYTES) {
            tape.put(bytes.getLong(i));
        }
    }

    /** Those of a launch. */
    Arguments take(Tape tape, int operation) {
        int size = (int) tape.word(operation, Tape.SIZE_OF_ARGUMENTS);
        for (at = 0; at < size; at += Long.BYTES) {
            bytes.putLong(at, tape.word(operation, Tape.ARGUMENTS + at / Long.BYTES));
        }
        at = size;
        return this;
    }

    /** The list for the launch's parameter "extra". */
    long list() {
        bytes.putLong(SIZE, at);
        return address + LIST;
    }
}
