package soopt.data.format;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import soopt.data.examples.Data;
import soopt.data.examples.Examples;
import soopt.data.examples.ImageExamples;
import soopt.data.fetch.DatasetException;
import soopt.data.fetch.DatasetFile;
import soopt.data.fetch.DatasetFiles;

/**
 * An idx file of unsigned bytes (LeCun's format of MNIST): 0, 0, type, rank, then rank lengths as big-endian int32,
 * then the elements.
 *
 * @param file where it came from, for messages
 * @param shape lengths of the axes
 * @param content the whole file
 * @param offset where the elements begin
 */
public record Idx(String file, int[] shape, byte[] content, int offset) {
    private static final int UNSIGNED_BYTES = 8;

    /**
     * Reads the header and holds the file to it.
     *
     * @param rank number of axes it must have: 3 for images, 1 for labels
     */
    static Idx parse(String file, byte[] content, int rank) {
        int offset = 4 + 4 * rank;
        if (content.length < offset) {
            throw defect(file, "is truncated: " + content.length + " bytes do not hold the header of " + offset);
        }
        ByteBuffer buffer = ByteBuffer.wrap(content);
        int magic = buffer.getInt();
        int expected = UNSIGNED_BYTES << 8 | rank;
        if (magic != expected) {
            throw defect(
                    file,
                    String.format(
                            "is not an idx file of bytes of rank %d: magic 0x%08x, not 0x%08x", rank, magic, expected));
        }
        int[] shape = new int[rank];
        long size = 1;
        for (int axis = 0; axis < rank; axis++) {
            shape[axis] = buffer.getInt();
            if (shape[axis] <= 0) {
                throw defect(file, "has the length " + shape[axis] + " on axis " + axis);
            }
            size = Math.min(size, Integer.MAX_VALUE) * shape[axis];
        }
        if (size != content.length - offset) {
            String what = content.length - offset < size ? "is truncated" : "is too long";
            throw defect(
                    file,
                    what + ": " + Arrays.toString(shape) + " needs " + size + " bytes after the header, but there are "
                            + (content.length - offset));
        }
        return new Idx(file, shape, content, offset);
    }

    /** The bytes of the first count entries of the leading axis. */
    byte[] first(int count) {
        int row = (content.length - offset) / shape[0];
        return Arrays.copyOfRange(content, offset, offset + count * row);
    }

    /**
     * MNIST and its likes: reads the four files, checks them, and normalizes p/255 by one mean and standard deviation.
     */
    public static Data load(DatasetFiles files, Path folder, int limit, double mean, double deviation) {
        List<DatasetFile> four = files.files();
        Idx trainImages = read(four.get(0), files, folder, 3);
        Idx testImages = read(four.get(2), files, folder, 3);
        int[] shape = trainImages.shape;
        int[] testShape = testImages.shape;
        if (shape[1] != testShape[1] || shape[2] != testShape[2]) {
            throw defect(testImages.file, "has images of another size than the training images");
        }
        int used = limit == 0 ? shape[0] : limit;
        Examples train = examples(trainImages, read(four.get(1), files, folder, 1), used, mean, deviation);
        Examples test = examples(testImages, read(four.get(3), files, folder, 1), testShape[0], mean, deviation);
        return new Data(train, test, new int[] {1, shape[1], shape[2]}, 10);
    }

    private static Idx read(DatasetFile file, DatasetFiles files, Path folder, int rank) {
        return parse(file.name(), files.read(file, folder), rank);
    }

    static Examples examples(Idx images, Idx labels, int count, double mean, double deviation) {
        if (images.shape[0] != labels.shape[0]) {
            throw defect(
                    labels.file,
                    "has " + labels.shape[0] + " labels for " + images.shape[0] + " images of " + images.file);
        }
        if (count > images.shape[0]) {
            throw new DatasetException(images.file + " has " + images.shape[0] + " images, fewer than limit " + count
                    + "; lower dataset.limit");
        }
        byte[] classes = labels.first(count);
        for (int i = 0; i < count; i++) {
            if ((classes[i] & 0xff) >= 10) {
                throw defect(
                        labels.file, "has label " + (classes[i] & 0xff) + " at index " + i + ", but labels are 0…9");
            }
        }
        return new ImageExamples(images.first(count), classes, new double[] {mean}, new double[] {deviation});
    }

    private static DatasetException defect(String file, String what) {
        return new DatasetException(file + " " + what + "; fetch or import it anew (soopt datasets fetch, import)");
    }
}
