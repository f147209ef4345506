package soopt.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import soopt.data.examples.Data;
import soopt.data.examples.Form;
import soopt.data.examples.NpyExamples;
import soopt.data.examples.Split;
import soopt.data.examples.Targets;
import soopt.data.fetch.DatasetException;
import soopt.data.fetch.Store;
import soopt.file.NamedFile;
import soopt.npy.NpyException;
import soopt.npy.NpyHeader;
import soopt.npy.NpzFile;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/**
 * A data set of one's own in NumPy archives. Inputs x: [N, …] of any type of numbers are used as they are. Targets y:
 * [N] (or [N, 1] of whole numbers in an integer type) are class indices from 0, [N, K] otherwise are K numbers each to
 * regress on. Arrays are named x and y, or x_train and y_train (x_test and y_test), or images and labels, or features
 * and targets.
 */
@Doc("own data in NumPy .npz files: x [N, …] and y [N] class indices or [N, K] numbers")
public record Npz(
        @Doc(
                "npz file with the training examples; relative names mean the folder of this file, then the working folder")
        NamedFile train,

        @Doc("npz file with the test examples; without it x_test and y_test of the training file")
        Optional<NamedFile> test,

        @Default("0") @Range(min = 0) @Doc("number of classes; 0 for the largest training label + 1")
        int classes,

        @Default("0") @Range(min = 0) @Doc("training examples held out for validation")
        int validation,

        @Default("0") @Range(min = 0) @Doc("use the first N training examples; 0 for all")
        int limit)
        implements Dataset {

    public Npz {
        Constraints.check(Npz.class, train, test, classes, validation, limit);
        if (classes == 1) {
            throw new IllegalArgumentException("classes must be 0 or ≥ 2, but is 1");
        }
        if (limit > 0) {
            Split.check(validation, limit);
        }
    }

    /** By the headers of the training file alone; rows that may be one-hot are taken for that, and classes not given for two. */
    @Override
    public Optional<Form> form() {
        if (train.problem().isPresent()) {
            return Optional.empty();
        }
        try {
            List<String> pair = pair(train.path(), names("_train"));
            Map<String, NpyHeader> headers = NpzFile.headers(train.path(), pair);
            NpyHeader x = headers.get(pair.get(0));
            NpyHeader y = headers.get(pair.get(1));
            int rank = y.shape().length;
            if (x.shape().length == 0 || rank == 0 || rank > 2) {
                return Optional.empty();
            }
            int[] features = x.shape().length == 1 ? new int[] {1} : Arrays.copyOfRange(x.shape(), 1, x.shape().length);
            return Optional.of(new Form(features, targets(y), pair.get(1) + " in " + train + " is " + y.words()));
        } catch (NpyException e) {
            throw new DatasetException(e.getMessage(), e);
        }
    }

    private Targets targets(NpyHeader y) {
        int width = y.shape().length == 1 ? 1 : y.shape()[1];
        if (y.shape().length == 1 || width == 1 && y.type().integral()) {
            return new Targets(Targets.Kind.LABELS, Math.max(2, classes));
        }
        return new Targets(width == 1 ? Targets.Kind.NUMBERS : Targets.Kind.ONE_HOT, width);
    }

    @Override
    public Data load(Store store) {
        List<List<String>> own = List.of(List.of("x_test", "y_test"));
        NpyExamples training = examples(train, names("_train"), limit);
        NpyExamples testing = test.isPresent() ? examples(test.get(), names("_test"), 0) : examples(train, own, 0);
        if (validation >= training.size()) {
            throw new DatasetException(train + " has " + training.size()
                    + " training examples, not more than validation " + validation + "; lower dataset.validation");
        }
        if (!Arrays.equals(training.featureShape(), testing.featureShape())) {
            throw new DatasetException(testing.where() + ": inputs have the shape "
                    + Arrays.toString(testing.featureShape()) + ", but those for training "
                    + Arrays.toString(training.featureShape()));
        }
        return new Data(training, testing, training.featureShape(), outputs(training, testing));
    }

    private int outputs(NpyExamples training, NpyExamples testing) {
        if (training.labelled() != testing.labelled()) {
            throw new DatasetException(
                    testing.where() + ": targets are " + testing.kind() + ", but those for training are "
                            + training.kind() + "; [N] are classes, [N, K] are numbers to regress on");
        }
        if (training.labelled()) {
            int outputs = classes > 0 ? classes : training.classes();
            training.requireLabelsBelow(outputs);
            testing.requireLabelsBelow(outputs);
            return outputs;
        }
        if (classes > 0 && !(training.oneHot() && training.targets() == classes)) {
            throw new DatasetException(training.where() + ": classes is " + classes + ", but the targets are "
                    + training.kind() + "; leave out dataset.classes or give y the shape [N]");
        }
        if (training.targets() != testing.targets()) {
            throw new DatasetException(testing.where() + ": targets are " + testing.kind()
                    + ", but those for training are " + training.kind());
        }
        return training.targets();
    }

    private static List<List<String>> names(String suffix) {
        return List.of(
                List.of("x" + suffix, "y" + suffix),
                List.of("x", "y"),
                List.of("images", "labels"),
                List.of("features", "targets"));
    }

    private static NpyExamples examples(NamedFile file, List<List<String>> candidates, int limit) {
        file.problem().ifPresent(problem -> {
            throw new DatasetException(problem);
        });
        try {
            return read(file.path(), candidates, limit);
        } catch (NpyException e) {
            throw new DatasetException(e.getMessage(), e);
        }
    }

    private static NpyExamples read(Path path, List<List<String>> candidates, int limit) {
        List<String> pair = pair(path, candidates);
        return new NpyExamples(path.toString(), pair, NpzFile.read(path, pair), limit);
    }

    /** Names of the inputs and the targets. */
    private static List<String> pair(Path path, List<List<String>> candidates) {
        List<String> present = NpzFile.names(path);
        List<String> tried = new ArrayList<>();
        for (List<String> pair : candidates) {
            if (present.containsAll(pair)) {
                return pair;
            }
            tried.add(String.join(" and ", pair));
        }
        throw new DatasetException(
                path + " has no arrays " + String.join(", or ", tried) + "; it has: " + String.join(", ", present));
    }
}
