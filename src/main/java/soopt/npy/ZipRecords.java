package soopt.npy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The records of a zip archive of stored entries (PKWARE's APPNOTE 6.3, 4.3): the header before an entry, its record in
 * the central directory, and the end of the directory, with their zip64 forms where a number needs more than 32 bits.
 */
final class ZipRecords {
    static final int LOCAL = 0x04034b50;
    static final int CENTRAL = 0x02014b50;
    static final int END = 0x06054b50;
    static final int END64 = 0x06064b50;
    static final int LOCATOR64 = 0x07064b50;
    static final int LOCAL_BYTES = 30;
    static final int CENTRAL_BYTES = 46;
    static final int END_BYTES = 22;
    static final int END64_BYTES = 56;
    static final int LOCATOR64_BYTES = 20;
    static final int EXTRA64 = 0x0001;
    static final int NAME_IN_UTF8 = 1 << 11;
    static final int ALL_16_BITS = 0xffff;
    static final long ALL_32_BITS = 0xffffffffL;

    private static final short PLAIN_VERSION = 10;
    private static final short ZIP64_VERSION = 45;
    /** 1980-02-01 00:00, so that the same arrays give the same bytes. */
    private static final int FIXED_TIME = (2 << 5 | 1) << 16;

    private ZipRecords() {}

    /** The name of an entry in bytes. */
    static byte[] name(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > ALL_16_BITS) {
            throw new IllegalArgumentException("a name of " + bytes.length + " bytes in a zip archive");
        }
        return bytes;
    }

    /** What stands before the contents of an entry of less than 4 GiB. */
    static byte[] local(byte[] name, long crc, long size) {
        ByteBuffer out = buffer(LOCAL_BYTES + name.length).putInt(LOCAL).putShort(PLAIN_VERSION);
        contents(out, name, crc, size);
        return out.putShort((short) 0).put(name).array();
    }

    /** The record of that entry in the directory. */
    static byte[] central(byte[] name, long crc, long size, long offset) {
        boolean far = offset >= ALL_32_BITS;
        short version = far ? ZIP64_VERSION : PLAIN_VERSION;
        int extra = far ? 12 : 0;
        ByteBuffer out = buffer(CENTRAL_BYTES + name.length + extra)
                .putInt(CENTRAL)
                .putShort(version)
                .putShort(version);
        contents(out, name, crc, size);
        // No comment, disk 0, no attributes.
        out.putShort((short) extra).putShort((short) 0).putInt(0).putInt(0);
        out.putInt((int) Math.min(offset, ALL_32_BITS)).put(name);
        if (far) {
            out.putShort((short) EXTRA64).putShort((short) 8).putLong(offset);
        }
        return out.array();
    }

    private static void contents(ByteBuffer out, byte[] name, long crc, long size) {
        boolean ascii = true;
        for (byte character : name) {
            ascii &= character >= 0;
        }
        out.putShort((short) (ascii ? 0 : NAME_IN_UTF8)).putShort((short) 0).putInt(FIXED_TIME);
        out.putInt((int) crc).putInt((int) size).putInt((int) size).putShort((short) name.length);
    }

    /**
     * What stands after a directory.
     *
     * @param count records in it
     * @param bytes length of the directory
     * @param offset where it begins
     */
    static byte[] end(long count, long bytes, long offset) {
        boolean large = count >= ALL_16_BITS || bytes >= ALL_32_BITS || offset >= ALL_32_BITS;
        ByteBuffer out = buffer(END_BYTES + (large ? END64_BYTES + LOCATOR64_BYTES : 0));
        if (large) {
            out.putInt(END64).putLong(END64_BYTES - 12).putShort(ZIP64_VERSION).putShort(ZIP64_VERSION);
            out.putLong(0).putLong(count).putLong(count).putLong(bytes).putLong(offset);
            out.putInt(LOCATOR64).putInt(0).putLong(offset + bytes).putInt(1);
        }
        short records = (short) Math.min(count, ALL_16_BITS);
        out.putInt(END).putInt(0).putShort(records).putShort(records);
        out.putInt((int) Math.min(bytes, ALL_32_BITS)).putInt((int) Math.min(offset, ALL_32_BITS));
        return out.putShort((short) 0).array();
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
