package soopt.data.examples;

import java.util.BitSet;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import soopt.backend.Precision;

/**
 * A loaded data set.
 *
 * @param train all training examples, those for validation among them ({@link Split})
 * @param featureShape shape of one input, e.g. [1, 28, 28] (channels first) or [784]
 * @param outputs number of classes (at least 2), or of target values for regression
 * @param validation examples for validation of their own, where they are no part of the training examples
 */
public record Data(Examples train, Examples test, int[] featureShape, int outputs, Optional<Examples> validation) {
    /** Classes that a message names. */
    private static final int LISTED = 10;

    public Data(Examples train, Examples test, int[] featureShape, int outputs) {
        this(train, test, featureShape, outputs, Optional.empty());
    }

    /**
     * Training and validation examples.
     *
     * @param heldOut number of training examples drawn for validation; 0 where validation has its own
     */
    public Split split(int heldOut, long seed) {
        Split split = Split.of(train, heldOut, seed);
        return validation.isPresent() ? new Split(split.train(), validation.get()) : split;
    }

    /** Whether the targets are class indices; else they are {@link #outputs} real numbers each. */
    public boolean classification() {
        return train.targets() == 1 && outputs > 1;
    }

    public Targets targets() {
        Targets.Kind rows = train.oneHot()
                        && test.oneHot()
                        && validation.map(Examples::oneHot).orElse(true)
                ? Targets.Kind.ONE_HOT
                : Targets.Kind.NUMBERS;
        return new Targets(classification() ? Targets.Kind.LABELS : rows, outputs);
    }

    /** @throws soopt.data.fetch.DatasetException if a number is not finite in the precision of a run */
    public void requireFinite(Precision precision) {
        train.requireFinite(precision);
        test.requireFinite(precision);
        validation.ifPresent(examples -> examples.requireFinite(precision));
    }

    /** One line on the classes without a training example, if there are any: labels 1…K make K + 1 classes. */
    public Optional<String> emptyClasses() {
        if (!classification()) {
            return Optional.empty();
        }
        BitSet seen = new BitSet(outputs);
        int[] index = new int[1];
        double[] label = new double[1];
        for (index[0] = 0; index[0] < train.size(); index[0]++) {
            train.targets(index, 0, 1, label);
            seen.set((int) label[0]);
        }
        int empty = outputs - seen.cardinality();
        if (empty == 0) {
            return Optional.empty();
        }
        String which = IntStream.range(0, outputs)
                .filter(c -> !seen.get(c))
                .limit(LISTED)
                .mapToObj(String::valueOf)
                .collect(Collectors.joining(", "));
        String classes = (empty == 1 ? "class " : "classes ") + which + (empty > LISTED ? ", …" : "");
        boolean fromOne = empty == 1 && !seen.get(0) && outputs > 2;
        return Optional.of("no training example is of " + classes + " (" + empty + " of " + outputs + " classes, 0…"
                + (outputs - 1) + ")"
                + (fromOne ? ": classes are counted from 0; write y - 1 if there are " + (outputs - 1) : ""));
    }

    /** The same inputs with class indices for one-hot targets. */
    public Data labelled() {
        return new Data(
                new OneHotLabels(train),
                new OneHotLabels(test),
                featureShape,
                outputs,
                validation.map(OneHotLabels::new));
    }
}
