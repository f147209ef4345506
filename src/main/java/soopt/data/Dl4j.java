package soopt.data;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import soopt.data.examples.Data;
import soopt.data.examples.Form;
import soopt.data.examples.Split;
import soopt.data.examples.Targets;
import soopt.data.fetch.DatasetException;
import soopt.data.fetch.Store;
import soopt.data.iterator.Call;
import soopt.data.iterator.Labels;
import soopt.data.iterator.Named;
import soopt.data.iterator.Normalization;
import soopt.data.iterator.Rows;
import soopt.file.NamedFile;
import soopt.random.RandomStreams;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;
import soopt.spec.Suggestions;

/**
 * The examples of an iterator of Deeplearning4j, read once: by a short name, or by the name of any class that
 * implements {@code org.nd4j.linalg.dataset.api.iterator.DataSetIterator} with the arguments of a public constructor.
 */
@Doc("an iterator of Deeplearning4j: emnist-complete, emnist-merge, emnist-balanced, emnist-letters, emnist-digits, "
        + "emnist-mnist, iris, mnist, or any DataSetIterator by its class")
public record Dl4j(
        @Doc("emnist-balanced (-complete, -merge, -letters, -digits, -mnist), iris, mnist, or the name of a class "
                + "that is a DataSetIterator")
        String iterator,

        @Default("[]") @Doc("arguments of the constructor of that class, in order, e.g. [BALANCED, 500, true]")
        List<String> arguments,

        @Doc("arguments of the constructor for the test examples, e.g. [BALANCED, 500, false]")
        Optional<List<String>> testArguments,

        @Default("0")
        @Range(min = 0)
        @Doc("without test-arguments: examples set aside for the test, the same for every seed; 0 for the 30 of iris")
        int testExamples,

        @Default("[]") @Doc("jars that the class of the iterator is in, beside the program's own")
        List<NamedFile> jars,

        @Default("[]") @Range(min = 1) @Doc("shape of one input, e.g. [1, 28, 28]; [] as the iterator gives it")
        List<Integer> shape,

        @Default("auto")
        @Doc("what the labels are: classes (one-hot or an index), numbers, or auto: classes if one-hot")
        Labels labels,

        @Default("none") @Doc("normalize inputs over the training examples: none, each input for itself, or all alike")
        Normalization normalize,

        @Default("0") @Range(min = 0) @Doc("training examples held out for validation")
        int validation,

        @Default("0") @Range(min = 0) @Doc("use the first N training examples; 0 for all")
        int limit)
        implements Dataset {

    public Dl4j {
        Constraints.check(
                Dl4j.class,
                iterator,
                arguments,
                testArguments,
                testExamples,
                jars,
                shape,
                labels,
                normalize,
                validation,
                limit);
        if (limit > 0) {
            Split.check(validation, limit);
        }
        if (Named.of(iterator).isPresent()) {
            checkNamed(iterator, arguments, testArguments, testExamples);
        } else {
            checkClass(iterator, testArguments, testExamples);
        }
    }

    private static void checkNamed(
            String iterator, List<String> arguments, Optional<List<String>> testArguments, int testExamples) {
        if (!arguments.isEmpty() || testArguments.isPresent()) {
            throw new IllegalArgumentException((arguments.isEmpty() ? "testArguments" : "arguments") + " belong to the "
                    + "name of a class, but iterator is " + iterator + ": leave them out");
        }
        if (testExamples > 0 && Named.of(iterator).orElseThrow().test().isPresent()) {
            throw new IllegalArgumentException(
                    "testExamples must be 0, but is " + testExamples + ": " + iterator + " has a test part");
        }
    }

    private static void checkClass(String iterator, Optional<List<String>> testArguments, int testExamples) {
        if (!iterator.matches("[\\p{L}_$][\\p{L}\\p{N}_$]*(\\.[\\p{L}_$][\\p{L}\\p{N}_$]*)*")) {
            throw new IllegalArgumentException("iterator must be one of " + String.join(", ", Named.names())
                    + ", or the name of a class, but is '" + iterator + "'"
                    + Suggestions.didYouMean(iterator, Named.names()));
        }
        if (testArguments.isPresent() == testExamples > 0) {
            throw new IllegalArgumentException(
                    "testExamples must be ≥ 1 where there are no test-arguments, and 0 where " + "there are, but is "
                            + testExamples);
        }
    }

    @Override
    public int heldOut() {
        return validation;
    }

    @Override
    public Optional<Form> form() {
        return Named.of(iterator)
                .filter(named -> shape.isEmpty() && labels != Labels.NUMBERS)
                .map(named -> new Form(
                        named.shape().stream().mapToInt(Integer::intValue).toArray(),
                        new Targets(Targets.Kind.LABELS, named.classes()),
                        "the targets are class labels"));
    }

    @Override
    public Data load(Store store) {
        Named named = Named.of(iterator)
                .orElseGet(() -> new Named(
                        new Call(iterator, arguments),
                        testArguments.map(some -> new Call(iterator, some)),
                        testExamples,
                        List.of(),
                        0));
        Parts parts = parts(named, store);
        if (validation >= parts.train.size()) {
            throw new DatasetException(parts.train.name() + " has " + parts.train.size()
                    + " training examples, not more than validation " + validation + "; lower dataset.validation");
        }
        requireSameShape(parts);
        int classes = labels.classes(parts.train, parts.test);
        Normalization.Moments moments = normalize.of(parts.train);
        return new Data(
                parts.train.examples(classes > 0, moments),
                parts.test.examples(classes > 0, moments),
                shape(shape.isEmpty() ? named.shape() : shape, parts.train),
                classes > 0 ? classes : parts.train.width());
    }

    private record Parts(Rows train, Rows test) {}

    private Parts parts(Named named, Store store) {
        if (named.test().isPresent()) {
            return new Parts(
                    named.train().read(limit, jars, store), named.test().get().read(0, jars, store));
        }
        int held = testExamples > 0 ? testExamples : named.testExamples();
        Rows all = named.train()
                .read(limit == 0 ? 0 : (int) Math.min(Integer.MAX_VALUE, (long) limit + held), jars, store);
        if (held >= all.size()) {
            throw new DatasetException(all.name() + " has " + all.size() + " examples, not more than the " + held
                    + " for the test; lower dataset.test-examples");
        }
        // not by the run's seed: runs of several seeds are compared on one test set
        int[] order = RandomStreams.permutation(all.size(), RandomStreams.of(0, "test", 0));
        return new Parts(
                all.select(IntStream.of(order).skip(held).sorted().toArray()),
                all.select(IntStream.of(order).limit(held).sorted().toArray()));
    }

    private static void requireSameShape(Parts parts) {
        if (!Arrays.equals(parts.train.shape(), parts.test.shape())) {
            throw new DatasetException(parts.test.name() + " gives test inputs of the shape "
                    + Arrays.toString(parts.test.shape()) + ", but training inputs of "
                    + Arrays.toString(parts.train.shape()));
        }
    }

    private static int[] shape(List<Integer> wanted, Rows rows) {
        int[] shape = wanted.stream().mapToInt(Integer::intValue).toArray();
        long size = 1;
        for (int length : shape) {
            size = Math.min(size, Integer.MAX_VALUE) * length;
        }
        if (shape.length > 0 && size != rows.features()) {
            throw new DatasetException("dataset.shape " + wanted + " has " + size + " numbers, but " + rows.name()
                    + " gives " + rows.features() + " per example, of the shape " + Arrays.toString(rows.shape()));
        }
        return shape.length == 0 ? rows.shape() : shape;
    }
}
