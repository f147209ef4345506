package soopt.npy;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * The .npy format (numpy.lib.format): "\x93NUMPY", version, header length, header, the elements; versions 1 to 3. The
 * header is read first, and memory is taken only for what it promises and the stream can hold.
 */
final class NpyReader {
    /** NumPy itself reads no header beyond 10,000 bytes unless told to. */
    private static final int LONGEST_HEADER = 1 << 20;

    private static final int PIECE = 1 << 16;

    private final String where;
    private final InputStream in;
    private final long size;

    /**
     * @param where file and array, for messages
     * @param size bytes that the stream should have
     */
    NpyReader(String where, InputStream in, long size) {
        this.where = where;
        this.in = in;
        this.size = size;
    }

    /** The header alone; the stream must be at its beginning. */
    NpyHeader header() throws IOException {
        byte[] start = in.readNBytes(NpyHeader.MAGIC.length + 2);
        if (start.length < NpyHeader.MAGIC.length
                || !Arrays.equals(NpyHeader.MAGIC, Arrays.copyOf(start, NpyHeader.MAGIC.length))) {
            throw new NpyException(where + " is not a NumPy array; write it with numpy.save or numpy.savez");
        }
        byte[] width = in.readNBytes(start.length > 6 && start[6] == 1 ? 2 : 4);
        long length =
                ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).put(width).getLong(0);
        long rest = size - start.length - width.length;
        if (length > rest || start.length < NpyHeader.MAGIC.length + 2) {
            throw new NpyException(where + " is truncated within its header; write it anew");
        }
        if (length > LONGEST_HEADER) {
            throw new NpyException(where + " has a header of " + length + " bytes, more than any array needs");
        }
        byte[] text = in.readNBytes((int) length);
        if (text.length < length) {
            throw new NpyException(where + " is truncated within its header; write it anew");
        }
        NpyHeader header = NpyHeader.parse(new String(text, StandardCharsets.UTF_8), where);
        long present = rest - length;
        if (header.bytes() != present) {
            throw new NpyException(where + (present < header.bytes() ? " is truncated: " : " is too long: ")
                    + header.words() + " needs " + header.bytes() + " bytes, but there are " + present
                    + "; write it anew");
        }
        return header;
    }

    /**
     * The array; the rest of the stream is read too, so that its checksum can be known.
     *
     * @param rows how many of the first rows are kept; more than there are means all
     */
    NpyArray array(int rows) throws IOException {
        NpyHeader header = header();
        int[] shape = header.shape().clone();
        // In Fortran order the first rows lie everywhere.
        boolean part = !header.fortran() && shape.length > 0 && rows < shape[0];
        if (part) {
            shape[0] = rows;
        }
        int bytes = (int) NpyArray.bytes(header.type(), shape);
        requireMemory(header, header.fortran() ? 2L * bytes : bytes);
        byte[] elements = new byte[bytes];
        if (in.readNBytes(elements, 0, bytes) < bytes) {
            throw new EOFException("it ends early");
        }
        byte[] piece = new byte[PIECE];
        long left = header.bytes() - (long) bytes;
        while (left > 0) {
            int count = in.read(piece, 0, (int) Math.min(PIECE, left));
            if (count < 0) {
                throw new EOFException("it ends early");
            }
            left -= count;
        }
        if (in.read() >= 0) {
            throw new IOException("it is longer than it says");
        }
        if (header.bigEndian()) {
            reverse(elements, header.type().bytes());
        }
        return new NpyArray(
                header.type(),
                shape,
                header.fortran() ? rowMajor(elements, header.type().bytes(), shape) : elements);
    }

    /** The heap that is left must hold it: an OutOfMemoryError would not name the array. */
    private void requireMemory(NpyHeader header, long bytes) {
        Runtime runtime = Runtime.getRuntime();
        if (bytes > runtime.maxMemory() / 2) {
            // What nobody uses any more would count as used.
            System.gc();
            long used = runtime.totalMemory() - runtime.freeMemory();
            if (bytes > runtime.maxMemory() - used) {
                throw new NpyException(String.format(
                        Locale.ROOT,
                        "%s %s takes %d MiB, but the heap has %d MiB left of %d: save fewer examples or a smaller type,"
                                + " or raise the heap with SOOPT_JAVA_OPTS=-Xmx…",
                        where,
                        header.words(),
                        bytes >> 20,
                        runtime.maxMemory() - used >> 20,
                        runtime.maxMemory() >> 20));
            }
        }
    }

    private static void reverse(byte[] elements, int width) {
        for (int at = 0; at < elements.length; at += width) {
            for (int i = 0; i < width / 2; i++) {
                byte swap = elements[at + i];
                elements[at + i] = elements[at + width - 1 - i];
                elements[at + width - 1 - i] = swap;
            }
        }
    }

    /** From Fortran order, where the first index runs fastest, to C order. */
    private static byte[] rowMajor(byte[] source, int width, int[] shape) {
        byte[] target = new byte[source.length];
        int[] stride = new int[shape.length];
        int step = width;
        for (int axis = 0; axis < shape.length; axis++) {
            stride[axis] = step;
            step *= shape[axis];
        }
        int[] index = new int[shape.length];
        int from = 0;
        for (int to = 0; to < target.length; to += width) {
            System.arraycopy(source, from, target, to, width);
            int axis = shape.length - 1;
            while (axis >= 0 && ++index[axis] == shape[axis]) {
                from -= (shape[axis] - 1) * stride[axis];
                index[axis] = 0;
                axis--;
            }
            if (axis >= 0) {
                from += stride[axis];
            }
        }
        return target;
    }
}
