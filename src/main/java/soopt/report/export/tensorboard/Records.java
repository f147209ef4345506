package soopt.report.export.tensorboard;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * TensorFlow's files of records. Each is its length (8 bytes, little-endian), the masked checksum of these 8 bytes (4),
 * the contents, and their masked checksum (4).
 */
final class Records {
    private static final int MASK = 0xa282ead8;

    private final OutputStream out;

    Records(OutputStream out) {
        this.out = out;
    }

    void write(byte[] contents) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(Long.BYTES + 2 * Integer.BYTES + contents.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        frame.putLong(contents.length);
        frame.putInt(masked(frame.array(), Long.BYTES));
        frame.put(contents);
        frame.putInt(masked(contents, contents.length));
        out.write(frame.array());
    }

    /**
     * CRC32C (Castagnoli) of the first bytes, rotated right by 15 and shifted, so that the checksum of data that holds
     * checksums is not one of them: ((c ≫ 15) | (c ≪ 17)) + a282ead8 mod 2³².
     */
    static int masked(byte[] bytes, int count) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, count);
        return Integer.rotateRight((int) checksum.getValue(), 15) + MASK;
    }
}
