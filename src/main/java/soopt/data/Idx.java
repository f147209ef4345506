package soopt.data;

import java.util.Arrays;
import soopt.data.examples.Data;
import soopt.data.examples.Split;
import soopt.data.fetch.DatasetException;
import soopt.data.fetch.Store;
import soopt.data.format.IdxArray;
import soopt.file.NamedFile;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/**
 * Grey images and labels in idx files of one's own, plain or .gz: EMNIST's, KMNIST's and others. Normalized by the mean
 * and standard deviation of p/255 over the training images used.
 */
@Doc("grey images and labels in idx files (MNIST's format, plain or .gz): EMNIST, KMNIST and others")
public record Idx(
        @Doc("idx file of bytes [N, height, width] with the training images")
        NamedFile trainImages,

        @Doc("idx file of bytes [N] with their labels") NamedFile trainLabels,

        @Doc("idx file of bytes with the test images") NamedFile testImages,

        @Doc("idx file of bytes with their labels") NamedFile testLabels,

        @Default("false") @Doc("exchange rows and columns: EMNIST's images lie on their side")
        boolean transposed,

        @Default("0") @Range(min = 0, max = 256) @Doc("number of classes; 0 for the largest training label + 1")
        int classes,

        @Default("0") @Range(min = 0) @Doc("training images held out for validation")
        int validation,

        @Default("0") @Range(min = 0) @Doc("use the first N training images; 0 for all")
        int limit)
        implements Dataset {

    public Idx {
        Constraints.check(
                Idx.class, trainImages, trainLabels, testImages, testLabels, transposed, classes, validation, limit);
        if (classes == 1) {
            throw new IllegalArgumentException("classes must be 0 or ≥ 2, but is 1");
        }
        if (limit > 0) {
            Split.check(validation, limit);
        }
    }

    @Override
    public int heldOut() {
        return validation;
    }

    @Override
    public Data load(Store store) {
        IdxArray images = images(trainImages);
        IdxArray labels = read(trainLabels, 1);
        IdxArray test = images(testImages);
        int[] shape = images.shape();
        if (!Arrays.equals(shape, 1, 3, test.shape(), 1, 3)) {
            throw new DatasetException(test.file() + " has images " + test.shape()[1] + "×" + test.shape()[2]
                    + ", but those for training are " + shape[1] + "×" + shape[2]);
        }
        int used = limit == 0 ? shape[0] : limit;
        if (validation >= used) {
            throw new DatasetException(images.file() + " has " + shape[0]
                    + " training images, not more than validation " + validation + "; lower dataset.validation");
        }
        int outputs = classes > 0 ? classes : Math.max(2, labels.largest() + 1);
        double[] moments = images.moments(Math.min(used, shape[0]));
        return new Data(
                images.examples(labels, used, outputs, moments[0], moments[1]),
                test.examples(read(testLabels, 1), test.shape()[0], outputs, moments[0], moments[1]),
                new int[] {1, shape[1], shape[2]},
                outputs);
    }

    private IdxArray images(NamedFile file) {
        IdxArray images = read(file, 3);
        return transposed ? images.transposed() : images;
    }

    private static IdxArray read(NamedFile file, int rank) {
        file.problem().ifPresent(problem -> {
            throw new DatasetException(problem);
        });
        return IdxArray.read(file.path(), rank);
    }
}
