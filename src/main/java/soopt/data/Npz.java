package soopt.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import soopt.data.examples.Data;
import soopt.data.examples.Examples;
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
 * regress on, or classes if every row is one-hot and the loss is of classes. Arrays are named x and y, or x_train and
 * y_train (x_test and y_test), or images and labels, or features and targets, or as the keys say.
 */
@Doc("own data in NumPy .npz files: x [N, …] and y [N] class indices or [N, K] numbers")
public record Npz(
        @Doc(
                "npz file with the training examples; relative names mean the folder of this file, then the working folder")
        NamedFile train,

        @Doc("npz file with the test examples; without it the test arrays of the training file")
        Optional<NamedFile> test,

        @Doc("name of the array of inputs, where it is not x, x_train, images or features")
        Optional<String> x,

        @Doc("name of the array of targets") Optional<String> y,

        @Doc("name of the inputs for the test, where it is neither x_test nor, in a file of its own, that of x")
        Optional<String> xTest,

        @Doc("name of the targets for the test") Optional<String> yTest,

        @Default("0") @Range(min = 0) @Doc("number of classes; 0 for the largest training label + 1")
        int classes,

        @Default("0") @Doc("training examples held out for validation, or an npz file with examples of its own")
        HeldOut validation,

        @Default("0") @Range(min = 0) @Doc("use the first N training examples; 0 for all")
        int limit)
        implements Dataset {

    public Npz {
        Constraints.check(Npz.class, train, test, x, y, xTest, yTest, classes, validation, limit);
        if (classes == 1) {
            throw new IllegalArgumentException("classes must be 0 or ≥ 2, but is 1");
        }
        if (x.isPresent() != y.isPresent()) {
            throw new IllegalArgumentException(
                    (x.isPresent() ? "y" : "x") + " is missing: name both arrays or neither");
        }
        if (xTest.isPresent() != yTest.isPresent()) {
            throw new IllegalArgumentException(
                    (xTest.isPresent() ? "yTest" : "xTest") + " is missing: name both arrays or neither");
        }
        if (limit > 0) {
            Split.check(validation.count(), limit);
        }
    }

    /** Files whose arrays have the usual names. */
    public Npz(NamedFile train, Optional<NamedFile> test, int classes, HeldOut validation, int limit) {
        this(
                train,
                test,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                classes,
                validation,
                limit);
    }

    @Override
    public int heldOut() {
        return validation.count();
    }

    /**
     * By the headers of the training file alone; rows that may be one-hot are taken for that, and classes not given for
     * two.
     */
    @Override
    public Optional<Form> form() {
        if (train.problem().isPresent()) {
            return Optional.empty();
        }
        try {
            List<String> pair = pair(train.path(), named(x, y).orElse(names("_train")));
            Map<String, NpyHeader> headers = NpzFile.headers(train.path(), pair);
            int[] inputs = headers.get(pair.get(0)).shape();
            NpyHeader targets = headers.get(pair.get(1));
            int rank = targets.shape().length;
            if (inputs.length == 0 || rank == 0 || rank > 2) {
                return Optional.empty();
            }
            int[] features = inputs.length == 1 ? new int[] {1} : Arrays.copyOfRange(inputs, 1, inputs.length);
            String words = pair.get(1) + " in " + train + " is " + targets.words();
            return Optional.of(new Form(features, targets(targets), words));
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
        NpyExamples training = examples(train, named(x, y).orElse(names("_train")), limit);
        if (validation.count() >= training.size()) {
            throw new DatasetException(train + " has " + training.size()
                    + " training examples, not more than validation " + validation + "; lower dataset.validation");
        }
        NpyExamples testing = examples(test.orElse(train), testNames(), 0);
        int outputs = outputs(training);
        Optional<Examples> own = validation.file().map(file -> {
            NpyExamples held = examples(file, named(x, y).orElse(names("_val")), 0);
            requireLike(training, held, outputs);
            return held;
        });
        requireLike(training, testing, outputs);
        return new Data(training, testing, training.featureShape(), outputs, own);
    }

    private List<List<String>> testNames() {
        List<List<String>> usual = test.isPresent() ? names("_test") : List.of(List.of("x_test", "y_test"));
        return named(xTest, yTest).or(() -> test.flatMap(file -> named(x, y))).orElse(usual);
    }

    private static Optional<List<List<String>>> named(Optional<String> inputs, Optional<String> targets) {
        return inputs.map(name -> List.of(List.of(name, targets.orElseThrow())));
    }

    private int outputs(NpyExamples training) {
        if (training.labelled()) {
            int labels = classes > 0 ? classes : training.classes();
            training.requireLabelsBelow(labels);
            return labels;
        }
        if (classes > 0 && !(training.oneHot() && training.targets() == classes)) {
            throw new DatasetException(training.where() + ": classes is " + classes + ", but the targets are "
                    + training.kind() + "; leave out dataset.classes or give y the shape [N]");
        }
        return training.targets();
    }

    /** Whether other examples have the form of those for training. */
    private static void requireLike(NpyExamples training, NpyExamples other, int outputs) {
        if (!Arrays.equals(training.featureShape(), other.featureShape())) {
            throw new DatasetException(
                    other.where() + ": inputs have the shape " + Arrays.toString(other.featureShape())
                            + ", but those for training " + Arrays.toString(training.featureShape()));
        }
        if (training.labelled() != other.labelled()) {
            throw new DatasetException(other.where() + ": targets are " + other.kind() + ", but those for training are "
                    + training.kind() + "; [N] are classes, [N, K] are numbers to regress on");
        }
        if (training.labelled()) {
            other.requireLabelsBelow(outputs);
        } else if (training.targets() != other.targets()) {
            throw new DatasetException(other.where() + ": targets are " + other.kind() + ", but those for training are "
                    + training.kind());
        }
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
        NpyExamples.requireShapes(path.toString(), pair, NpzFile.headers(path, pair), limit);
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
                path + " has no arrays " + String.join(", or ", tried) + "; it has: " + NpzFile.listed(present)
                        + (present.size() < 2 ? "" : "; dataset.x and dataset.y (x-test and y-test) name others"));
    }
}
