package soopt.data.format;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import soopt.data.examples.Examples;
import soopt.data.examples.ImageExamples;
import soopt.data.fetch.DatasetException;
import soopt.file.Problems;

/**
 * An idx file of unsigned bytes (LeCun's format of MNIST): 0, 0, type, rank, then rank lengths as big-endian int32,
 * then the elements.
 *
 * @param file where it came from, for messages
 * @param shape lengths of the axes
 * @param content the whole file
 * @param offset where the elements begin
 * @param remedy what to do about a defect, to be put after it
 */
public record IdxArray(String file, int[] shape, byte[] content, int offset, String remedy) {
    /** What to do about a known file. */
    static final String REMEDY = "; fetch or import it anew (soopt datasets fetch, import)";

    private static final int UNSIGNED_BYTES = 8;
    private static final int GZIP = 0x1f8b;

    /** Share of Java's memory that one file may fill. */
    private static final double SHARE_OF_HEAP = 0.5;

    /**
     * Reads a file of one's own, plain or .gz whatever its name says, and no further than its header claims.
     *
     * @param rank number of axes it must have: 3 for images, 1 for labels
     */
    public static IdxArray read(Path path, int rank) {
        String file = path.toString();
        try (InputStream in = open(path)) {
            int offset = 4 + 4 * rank;
            byte[] head = in.readNBytes(offset);
            long size = size(file, head, rank, "");
            if (size
                    > Math.min(
                            Integer.MAX_VALUE - 16,
                            SHARE_OF_HEAP * Runtime.getRuntime().maxMemory())) {
                throw defect(file, "claims " + size + " bytes, more than Java's memory can hold", "");
            }
            byte[] rest = in.readNBytes((int) size);
            int more = in.read() < 0 ? 0 : 1;
            byte[] content = Arrays.copyOf(head, offset + rest.length + more);
            System.arraycopy(rest, 0, content, offset, rest.length);
            return parse(file, content, rank, "");
        } catch (EOFException e) {
            throw new DatasetException(file + " is truncated: its gzip stream ends early", e);
        } catch (ZipException e) {
            throw new DatasetException(file + " is not a sound gzip file (" + e.getMessage() + ")", e);
        } catch (IOException e) {
            throw new DatasetException(file + " cannot be read: " + Problems.reason(e), e);
        }
    }

    private static InputStream open(Path path) throws IOException {
        BufferedInputStream in = new BufferedInputStream(Files.newInputStream(path), 1 << 16);
        in.mark(2);
        boolean compressed = (in.read() << 8 | in.read()) == GZIP;
        in.reset();
        return compressed ? new GZIPInputStream(in, 1 << 16) : in;
    }

    /**
     * Reads the header and holds the file to it.
     *
     * @param rank number of axes it must have: 3 for images, 1 for labels
     */
    static IdxArray parse(String file, byte[] content, int rank, String remedy) {
        long size = size(file, content, rank, remedy);
        int offset = 4 + 4 * rank;
        int[] shape = new int[rank];
        ByteBuffer.wrap(content, 4, 4 * rank).asIntBuffer().get(shape);
        if (size != content.length - offset) {
            String what = content.length - offset < size ? "is truncated" : "is too long";
            throw defect(
                    file,
                    what + ": " + Arrays.toString(shape) + " needs " + size + " bytes after the header, but there are "
                            + (what.equals("is too long") && remedy.isEmpty() ? "more" : content.length - offset),
                    remedy);
        }
        return new IdxArray(file, shape, content, offset, remedy);
    }

    /** How many bytes the header says there are after it. */
    private static long size(String file, byte[] content, int rank, String remedy) {
        int offset = 4 + 4 * rank;
        if (content.length < offset) {
            throw defect(
                    file, "is truncated: " + content.length + " bytes do not hold the header of " + offset, remedy);
        }
        ByteBuffer buffer = ByteBuffer.wrap(content);
        int magic = buffer.getInt();
        int expected = UNSIGNED_BYTES << 8 | rank;
        if (magic != expected) {
            String what = String.format(
                    "is not an idx file of bytes of rank %d: magic 0x%08x, not 0x%08x", rank, magic, expected);
            throw defect(file, what, remedy);
        }
        long size = 1;
        for (int axis = 0; axis < rank; axis++) {
            int length = buffer.getInt();
            if (length <= 0) {
                throw defect(file, "has the length " + length + " on axis " + axis, remedy);
            }
            size = Math.min(size, Integer.MAX_VALUE) * length;
        }
        return size;
    }

    /** The bytes of the first count entries of the leading axis. */
    byte[] first(int count) {
        int row = (content.length - offset) / shape[0];
        return Arrays.copyOfRange(content, offset, offset + count * row);
    }

    /** The largest byte: of labels, the last class. */
    public int largest() {
        int largest = 0;
        for (int i = offset; i < content.length; i++) {
            largest = Math.max(largest, content[i] & 0xff);
        }
        return largest;
    }

    /** The same images with rows and columns exchanged. */
    public IdxArray transposed() {
        int height = shape[1];
        int width = shape[2];
        byte[] turned = content.clone();
        for (int at = offset; at < content.length; at += height * width) {
            for (int j = 0; j < height * width; j++) {
                turned[at + j % width * height + j / width] = content[at + j];
            }
        }
        return new IdxArray(file, new int[] {shape[0], width, height}, turned, offset, remedy);
    }

    /** Mean and standard deviation of p/255 over the first images; the latter is 1 where all pixels are alike. */
    public double[] moments(int count) {
        long[] histogram = new long[256];
        int end = offset + count * ((content.length - offset) / shape[0]);
        for (int i = offset; i < end; i++) {
            histogram[content[i] & 0xff]++;
        }
        double mean = 0;
        for (int p = 0; p < 256; p++) {
            mean += p / 255.0 * histogram[p] / (end - offset);
        }
        double variance = 0;
        for (int p = 0; p < 256; p++) {
            variance += (p / 255.0 - mean) * (p / 255.0 - mean) * histogram[p] / (end - offset);
        }
        return new double[] {mean, variance > 1e-20 ? Math.sqrt(variance) : 1};
    }

    /**
     * The first of these images with their labels.
     *
     * @param classes labels are below
     */
    public Examples examples(IdxArray labels, int count, int classes, double mean, double deviation) {
        if (shape[0] != labels.shape[0]) {
            throw defect(
                    labels.file,
                    "has " + labels.shape[0] + " labels for " + shape[0] + " images of " + file,
                    labels.remedy);
        }
        if (count > shape[0]) {
            throw new DatasetException(
                    file + " has " + shape[0] + " images, fewer than limit " + count + "; lower dataset.limit");
        }
        byte[] indices = labels.first(count);
        for (int i = 0; i < count; i++) {
            if ((indices[i] & 0xff) >= classes) {
                throw defect(
                        labels.file,
                        "has label " + (indices[i] & 0xff) + " at index " + i + ", but labels are 0…" + (classes - 1),
                        labels.remedy);
            }
        }
        return new ImageExamples(first(count), indices, new double[] {mean}, new double[] {deviation});
    }

    private static DatasetException defect(String file, String what, String remedy) {
        return new DatasetException(file + " " + what + remedy);
    }
}
