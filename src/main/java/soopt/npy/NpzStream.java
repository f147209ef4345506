package soopt.npy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A compressed .npz archive that is written array after array, of numbers and of texts, for other programs: what
 * numpy.savez_compressed makes. The same arrays give the same bytes.
 */
public final class NpzStream {
    private static final Charset UTF_32 = Charset.forName("UTF-32LE");
    /** The first time of a zip archive. */
    private static final LocalDateTime FIXED = LocalDateTime.of(1980, 1, 1, 0, 0);

    private final ZipOutputStream zip;

    /** @param out stays open */
    public NpzStream(OutputStream out) {
        this.zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
    }

    /** Appends an array of numbers. */
    public void put(String name, NpyArray array) throws IOException {
        put(name, NpyHeader.bytes(array), array.raw());
    }

    /** Appends an array [n] of texts, of NumPy's type U. */
    public void put(String name, List<String> texts) throws IOException {
        int longest = Math.max(
                1,
                texts.stream()
                        .mapToInt(text -> text.codePointCount(0, text.length()))
                        .max()
                        .orElse(1));
        ByteBuffer elements =
                ByteBuffer.allocate(Math.multiplyExact(Math.multiplyExact(texts.size(), longest), Integer.BYTES));
        for (int i = 0; i < texts.size(); i++) {
            elements.position(i * longest * Integer.BYTES).put(texts.get(i).getBytes(UTF_32));
        }
        put(name, NpyHeader.bytes("<U" + longest, texts.size()), elements.array());
    }

    /** Appends an array of doubles that is filled piece by piece, in C order. */
    public void put(String name, int[] shape, Pieces pieces) throws IOException {
        begin(name, NpyHeader.bytes("<f8", shape));
        long left = NpyArray.bytes(NpyArray.Type.FLOAT64, shape);
        for (int i = 0; left > 0; i++) {
            double[] piece = pieces.piece(i);
            ByteBuffer bytes = ByteBuffer.allocate(Double.BYTES * piece.length).order(ByteOrder.LITTLE_ENDIAN);
            Arrays.stream(piece).forEach(bytes::putDouble);
            zip.write(bytes.array());
            left -= bytes.capacity();
        }
        if (left < 0) {
            throw new IllegalArgumentException("pieces of " + name + " are more than " + Arrays.toString(shape));
        }
        zip.closeEntry();
    }

    /** What such an array is made of. */
    public interface Pieces {
        /** Piece number i, from 0. */
        double[] piece(int i);
    }

    private void put(String name, byte[] header, byte[] elements) throws IOException {
        begin(name, header);
        zip.write(elements);
        zip.closeEntry();
    }

    private void begin(String name, byte[] header) throws IOException {
        ZipEntry entry = new ZipEntry(name + ".npy");
        entry.setTimeLocal(FIXED);
        zip.putNextEntry(entry);
        zip.write(header);
    }

    /** Completes the archive. */
    public void finish() throws IOException {
        zip.finish();
    }
}
