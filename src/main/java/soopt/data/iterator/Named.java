package soopt.data.iterator;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An iterator of Deeplearning4j by a short name.
 *
 * @param train what to read for training
 * @param test what to read for the test; without it {@code testExamples} of the training part are set aside
 * @param shape of one input
 * @param classes number of classes
 */
public record Named(Call train, Optional<Call> test, int testExamples, List<Integer> shape, int classes) {
    private static final String PACKAGE = "org.deeplearning4j.datasets.iterator.impl.";
    private static final List<Integer> IMAGE = List.of(1, 28, 28);
    private static final String BATCH = "500";

    private static final Map<String, Named> ALL = new LinkedHashMap<>();

    static {
        ALL.put("emnist-complete", emnist("COMPLETE", 62));
        ALL.put("emnist-merge", emnist("MERGE", 47));
        ALL.put("emnist-balanced", emnist("BALANCED", 47));
        ALL.put("emnist-letters", emnist("LETTERS", 26));
        ALL.put("emnist-digits", emnist("DIGITS", 10));
        ALL.put("emnist-mnist", emnist("MNIST", 10));
        ALL.put(
                "iris",
                new Named(
                        new Call(PACKAGE + "IrisDataSetIterator", List.of("150", "150")),
                        Optional.empty(),
                        30,
                        List.of(4),
                        3));
        ALL.put("mnist", new Named(mnist("60000", "true"), Optional.of(mnist("10000", "false")), 0, IMAGE, 10));
    }

    /** The names, in the order of the documentation. */
    public static List<String> names() {
        return List.copyOf(ALL.keySet());
    }

    public static Optional<Named> of(String name) {
        return Optional.ofNullable(ALL.get(name));
    }

    /** Grey values in [0, 1], in the order of the file: the shuffling and the validation part are ours. */
    private static Named emnist(String set, int classes) {
        String type = PACKAGE + "EmnistDataSetIterator";
        return new Named(
                new Call(type, List.of(set, BATCH, "false", "true", "false", "0")),
                Optional.of(new Call(type, List.of(set, BATCH, "false", "false", "false", "0"))),
                0,
                IMAGE,
                classes);
    }

    private static Call mnist(String examples, String train) {
        return new Call(PACKAGE + "MnistDataSetIterator", List.of(BATCH, examples, "false", train, "false", "0"));
    }
}
