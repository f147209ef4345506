package soopt.data.format;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import soopt.data.examples.Data;
import soopt.data.examples.Examples;
import soopt.data.examples.Form;
import soopt.data.examples.Split;
import soopt.data.fetch.DatasetException;
import soopt.data.fetch.DatasetFile;
import soopt.data.fetch.DatasetFiles;
import soopt.data.fetch.Source;

/**
 * MNIST and its likes: four known idx files of images 28×28 of ten classes, normalized by one mean and one standard
 * deviation of p/255.
 *
 * @param files training images and labels, test images and labels
 * @param size number of training images
 */
public record IdxImages(DatasetFiles files, int size, double mean, double deviation) {
    private static final int SIDE = 28;
    private static final int CLASSES = 10;
    private static final List<String> NAMES = List.of(
            "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte");

    /**
     * What is known of four such files but their contents.
     *
     * @param train number of training images
     * @param test number of test images
     * @param sha256 of the four files, uncompressed
     */
    public static List<DatasetFile> four(int train, int test, String... sha256) {
        List<DatasetFile> four = new ArrayList<>();
        for (int i = 0; i < NAMES.size(); i++) {
            int count = i < 2 ? train : test;
            int bytes = i % 2 == 0 ? 16 + count * SIDE * SIDE : 8 + count;
            four.add(new DatasetFile(NAMES.get(i), bytes, sha256[i]));
        }
        return four;
    }

    /** @param sources where to fetch them, tried in this order */
    public static DatasetFiles files(
            String name,
            String description,
            String licence,
            String citation,
            List<DatasetFile> four,
            Source... sources) {
        return new DatasetFiles(name, description, licence, citation, four, List.of(sources));
    }

    /** What the images are. */
    public Form form() {
        return Form.images(1, SIDE, SIDE, CLASSES);
    }

    /** @throws IllegalArgumentException if no training image would be left */
    public void check(int validation, int limit) {
        Split.check(validation, limit == 0 ? size : limit);
    }

    /** Reads the four files and checks them. */
    public Data load(Path folder, int limit) {
        List<DatasetFile> four = files.files();
        IdxArray trainImages = read(four.get(0), folder, 3);
        IdxArray testImages = read(four.get(2), folder, 3);
        int[] shape = trainImages.shape();
        int[] testShape = testImages.shape();
        if (shape[1] != testShape[1] || shape[2] != testShape[2]) {
            throw new DatasetException(
                    testImages.file() + " has images of another size than the training images; " + files.remedy());
        }
        int used = limit == 0 ? shape[0] : limit;
        Examples train = trainImages.examples(read(four.get(1), folder, 1), used, CLASSES, mean, deviation);
        Examples test = testImages.examples(read(four.get(3), folder, 1), testShape[0], CLASSES, mean, deviation);
        return new Data(train, test, new int[] {1, shape[1], shape[2]}, CLASSES);
    }

    private IdxArray read(DatasetFile file, Path folder, int rank) {
        return IdxArray.parse(file.name(), files.read(file, folder), rank, IdxArray.REMEDY);
    }
}
