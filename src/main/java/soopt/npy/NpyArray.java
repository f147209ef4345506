package soopt.npy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A NumPy array of numbers on the host, in C order. Its elements stay in the type of the file and are converted when
 * they are read.
 */
public final class NpyArray {
    /** Element types by their NumPy names. */
    public enum Type {
        BOOL("b1", 1),
        INT8("i1", 1),
        INT16("i2", 2),
        INT32("i4", 4),
        INT64("i8", 8),
        UINT8("u1", 1),
        UINT16("u2", 2),
        UINT32("u4", 4),
        UINT64("u8", 8),
        FLOAT16("f2", 2),
        FLOAT32("f4", 4),
        FLOAT64("f8", 8);

        private final String code;
        private final int bytes;

        Type(String code, int bytes) {
            this.code = code;
            this.bytes = bytes;
        }

        /** Bytes of one element. */
        public int bytes() {
            return bytes;
        }

        /** Whether the elements are whole numbers. */
        public boolean integral() {
            return this != FLOAT16 && this != FLOAT32 && this != FLOAT64;
        }

        String code() {
            return code;
        }
    }

    private final Type type;
    private final int[] shape;
    private final int size;
    /** Little-endian; used by absolute index only, so that threads may share it. */
    private final ByteBuffer elements;

    /** @param elements little-endian, in C order, from index 0 */
    NpyArray(Type type, int[] shape, byte[] elements) {
        this.type = type;
        this.shape = shape.clone();
        this.size = elements.length / type.bytes;
        this.elements = ByteBuffer.wrap(elements).order(ByteOrder.LITTLE_ENDIAN);
        if (elements.length != bytes(type, shape)) {
            throw new IllegalArgumentException(
                    elements.length + " bytes are not an array " + Arrays.toString(shape) + " of " + type);
        }
    }

    /** float64; values: in C order. */
    public static NpyArray of(double[] values, int... shape) {
        byte[] bytes = new byte[Math.multiplyExact(8, values.length)];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().put(values);
        return new NpyArray(Type.FLOAT64, shape, bytes);
    }

    /** float32; values: in C order. */
    public static NpyArray of(float[] values, int... shape) {
        byte[] bytes = new byte[Math.multiplyExact(4, values.length)];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
        return new NpyArray(Type.FLOAT32, shape, bytes);
    }

    /** int64; values: in C order. */
    public static NpyArray of(long[] values, int... shape) {
        byte[] bytes = new byte[Math.multiplyExact(8, values.length)];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().put(values);
        return new NpyArray(Type.INT64, shape, bytes);
    }

    /** Bytes of the elements of such an array. */
    static long bytes(Type type, int... shape) {
        long bytes = type.bytes;
        for (int length : shape) {
            bytes = Math.multiplyExact(bytes, length);
        }
        return bytes;
    }

    public Type type() {
        return type;
    }

    public int[] shape() {
        return shape.clone();
    }

    public int rank() {
        return shape.length;
    }

    /** Length of one axis. */
    public int length(int axis) {
        return shape[axis];
    }

    /** Number of elements. */
    public int size() {
        return size;
    }

    /** Element i in C order; int64 and uint64 beyond ±2⁵³ are rounded. */
    public double at(int i) {
        return switch (type) {
            case FLOAT64 -> elements.getDouble(8 * i);
            case FLOAT32 -> elements.getFloat(4 * i);
            case FLOAT16 -> half(elements.getShort(2 * i));
            case UINT64 -> {
                long value = elements.getLong(8 * i);
                yield value >= 0 ? value : (value >>> 1 | value & 1) * 2.0;
            }
            case BOOL, INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32 -> integerAt(i);
        };
    }

    /** IEEE 754 binary16: a sign, 5 bits of exponent biased by 15, 10 bits of fraction; every one is a double. */
    private static double half(short bits) {
        int exponent = bits >> 10 & 0x1f;
        int fraction = bits & 0x3ff;
        double size = switch (exponent) {
            case 0 -> fraction * 0x1p-24;
            case 0x1f -> fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
            default -> (fraction + 0x400) * Math.scalb(1.0, exponent - 25);
        };
        return bits < 0 ? -size : size;
    }

    /**
     * Element i in C order, exactly.
     *
     * @throws ArithmeticException if it is not a whole number of 64 bits with sign
     */
    public long integerAt(int i) {
        return switch (type) {
            case BOOL -> elements.get(i) == 0 ? 0 : 1;
            case INT8 -> elements.get(i);
            case UINT8 -> elements.get(i) & 0xff;
            case INT16 -> elements.getShort(2 * i);
            case UINT16 -> elements.getShort(2 * i) & 0xffff;
            case INT32 -> elements.getInt(4 * i);
            case UINT32 -> elements.getInt(4 * i) & 0xffffffffL;
            case INT64 -> elements.getLong(8 * i);
            case UINT64 -> {
                long value = elements.getLong(8 * i);
                if (value < 0) {
                    throw new ArithmeticException(Long.toUnsignedString(value) + " exceeds int64");
                }
                yield value;
            }
            case FLOAT16, FLOAT32, FLOAT64 -> {
                double value = at(i);
                if (value != Math.rint(value) || Math.abs(value) > 0x1p53) {
                    throw new ArithmeticException(value + " is not a whole number");
                }
                yield (long) value;
            }
        };
    }

    /** out_{at+k} ← element from + k, for k &lt; count. */
    public void copy(int from, int count, double[] out, int at) {
        if (type == Type.FLOAT64) {
            elements.slice(8 * from, 8 * count)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asDoubleBuffer()
                    .get(out, at, count);
            return;
        }
        for (int k = 0; k < count; k++) {
            out[at + k] = at(from + k);
        }
    }

    /** out_{at+k} ← element from + k rounded to float32, for k &lt; count. */
    public void copy(int from, int count, float[] out, int at) {
        if (type == Type.FLOAT32) {
            elements.slice(4 * from, 4 * count)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get(out, at, count);
            return;
        }
        for (int k = 0; k < count; k++) {
            out[at + k] = (float) at(from + k);
        }
    }

    /** Element i in C order as people write it: whole numbers in digits. */
    public String text(int i) {
        if (type == Type.UINT64) {
            return Long.toUnsignedString(elements.getLong(8 * i));
        }
        double value = at(i);
        return type.integral() || value == Math.rint(value) && Math.abs(value) < 0x1p53
                ? Long.toString(integerAt(i))
                : Double.toString(value);
    }

    /** All elements in C order. */
    public double[] doubles() {
        double[] out = new double[size];
        copy(0, size, out, 0);
        return out;
    }

    /** All elements in C order, exactly; fails as {@link #integerAt}. */
    public long[] longs() {
        long[] out = new long[size];
        for (int i = 0; i < size; i++) {
            out[i] = integerAt(i);
        }
        return out;
    }

    /** The bytes of the elements, little-endian in C order; not a copy. */
    byte[] raw() {
        return elements.array();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NpyArray array
                && type == array.type
                && Arrays.equals(shape, array.shape)
                && Arrays.equals(raw(), array.raw());
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(shape) + Arrays.hashCode(raw());
    }

    @Override
    public String toString() {
        return type + Arrays.toString(shape);
    }
}
