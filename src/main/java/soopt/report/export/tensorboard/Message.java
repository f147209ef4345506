package soopt.report.export.tensorboard;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * A message in the wire format of protocol buffers: fields in the order in which they are put, each as a key
 * (number·8 + type, a varint) and a value. Types: 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes; numbers
 * are little-endian (protobuf.dev, "Encoding").
 */
final class Message {
    private static final int VARINT = 0;
    private static final int EIGHT_BYTES = 1;
    private static final int BYTES = 2;
    private static final int FOUR_BYTES = 5;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** An integer of 64 bits, a truth value or a constant of an enumeration. */
    Message put(int field, long value) {
        key(field, VARINT);
        varint(value);
        return this;
    }

    Message put(int field, double value) {
        key(field, EIGHT_BYTES);
        fixed(Double.doubleToRawLongBits(value), Double.BYTES);
        return this;
    }

    Message put(int field, float value) {
        key(field, FOUR_BYTES);
        fixed(Float.floatToRawIntBits(value), Float.BYTES);
        return this;
    }

    Message put(int field, byte[] value) {
        key(field, BYTES);
        varint(value.length);
        out.writeBytes(value);
        return this;
    }

    Message put(int field, String value) {
        return put(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Message put(int field, Message value) {
        return put(field, value.bytes());
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    private void key(int field, int type) {
        varint((long) field << 3 | type);
    }

    /** Seven bits a byte, the lowest first; the eighth says that more follow. */
    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private void fixed(long bits, int bytes) {
        for (int i = 0; i < bytes; i++) {
            out.write((int) (bits >>> 8 * i));
        }
    }
}
