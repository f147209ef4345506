package soopt.report.export.tensorboard;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * A picture of up to 256 colours (PNG, ISO/IEC 15948): of matrices, for which the drawing library of the JDK would be a
 * large guest. The same pixels give the same bytes.
 *
 * @param bytes the file
 */
public record Png(int width, int height, byte[] bytes) {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    private static final int BITS = 8;
    private static final int BY_PALETTE = 3;

    /**
     * A picture out of places in a palette.
     *
     * @param palette red·2¹⁶ + green·2⁸ + blue, 1 to 256
     * @param pixels [height][width]
     */
    static Png of(int[] palette, byte[][] pixels) {
        int height = pixels.length;
        int width = pixels[0].length;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(SIGNATURE);
        ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height);
        chunk(
                out,
                "IHDR",
                header.put((byte) BITS).put((byte) BY_PALETTE).put(new byte[3]).array());
        ByteBuffer colours = ByteBuffer.allocate(3 * palette.length);
        for (int colour : palette) {
            colours.put((byte) (colour >> 16)).put((byte) (colour >> 8)).put((byte) colour);
        }
        chunk(out, "PLTE", colours.array());
        chunk(out, "IDAT", deflated(width, pixels));
        chunk(out, "IEND", new byte[0]);
        return new Png(width, height, out.toByteArray());
    }

    /** Each row behind a byte that says that it is not filtered. */
    private static byte[] deflated(int width, byte[][] pixels) {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
        try {
            ByteBuffer rows = ByteBuffer.allocate(Math.multiplyExact(pixels.length, width + 1));
            for (byte[] row : pixels) {
                rows.put((byte) 0).put(row);
            }
            deflater.setInput(rows.array());
            deflater.finish();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] piece = new byte[1 << 13];
            while (!deflater.finished()) {
                out.write(piece, 0, deflater.deflate(piece));
            }
            return out.toByteArray();
        } finally {
            deflater.end();
        }
    }

    private static void chunk(ByteArrayOutputStream out, String type, byte[] contents) {
        ByteBuffer chunk = ByteBuffer.allocate(12 + contents.length);
        chunk.putInt(contents.length)
                .put(type.getBytes(StandardCharsets.US_ASCII))
                .put(contents);
        CRC32 checksum = new CRC32();
        checksum.update(chunk.array(), 4, 4 + contents.length);
        out.writeBytes(chunk.putInt((int) checksum.getValue()).array());
    }
}
