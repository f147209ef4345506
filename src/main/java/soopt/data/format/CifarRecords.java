package soopt.data.format;

import java.nio.file.Path;
import java.util.List;
import soopt.data.examples.Augmentation;
import soopt.data.examples.Examples;
import soopt.data.examples.ImageExamples;
import soopt.data.fetch.DatasetException;
import soopt.data.fetch.DatasetFile;
import soopt.data.fetch.DatasetFiles;

/** The binary version of CIFAR-10: records of one label byte and an image [3, 32, 32] of bytes: red, green, blue. */
public final class CifarRecords {
    public static final int SIDE = 32;
    public static final int CHANNELS = 3;
    static final int PIXELS = CHANNELS * SIDE * SIDE;
    public static final int LENGTH = 1 + PIXELS;
    public static final int CLASSES = 10;

    private static final double[] MEAN = {0.4914, 0.4822, 0.4465};
    private static final double[] DEVIATION = {0.2470, 0.2435, 0.2616};

    private CifarRecords() {}

    /**
     * Reads the files one after the other, as many as are needed.
     *
     * @param limit number of records wanted, the first ones; 0 for all
     * @throws DatasetException if a file is missing or damaged, or a label is not 0…9
     */
    public static Examples read(
            DatasetFiles files, List<DatasetFile> batches, Path folder, int limit, Augmentation augmentation) {
        int all = batches.stream().mapToInt(batch -> batch.bytes() / LENGTH).sum();
        int count = limit == 0 ? all : Math.min(limit, all);
        byte[] pixels = new byte[count * PIXELS];
        byte[] labels = new byte[count];
        int done = 0;
        for (DatasetFile batch : batches) {
            if (done < count) {
                done += split(batch.name(), files.read(batch, folder), done, pixels, labels);
            }
        }
        return new ImageExamples(pixels, labels, MEAN, DEVIATION, SIDE, augmentation);
    }

    /** Parts labels from pixels, as far as there is room; returns how many records were taken. */
    private static int split(String file, byte[] content, int first, byte[] pixels, byte[] labels) {
        if (content.length % LENGTH != 0) {
            throw defect(file, "has " + content.length + " bytes, no multiple of " + LENGTH + ", a record's length");
        }
        int count = Math.min(content.length / LENGTH, labels.length - first);
        for (int i = 0; i < count; i++) {
            int label = content[i * LENGTH] & 0xff;
            if (label >= CLASSES) {
                throw defect(file, "has label " + label + " in record " + i + ", but labels are 0…9");
            }
            labels[first + i] = (byte) label;
            System.arraycopy(content, i * LENGTH + 1, pixels, (first + i) * PIXELS, PIXELS);
        }
        return count;
    }

    private static DatasetException defect(String file, String what) {
        return new DatasetException(file + " " + what + "; fetch or import it anew (soopt datasets fetch, import)");
    }
}
