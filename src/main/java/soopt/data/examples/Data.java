package soopt.data.examples;

/**
 * A loaded data set.
 *
 * @param train all training examples, those for validation among them ({@link Split})
 * @param featureShape shape of one input, e.g. [1, 28, 28] (channels first) or [784]
 * @param outputs number of classes (at least 2), or of target values for regression
 */
public record Data(Examples train, Examples test, int[] featureShape, int outputs) {
    /** Whether the targets are class indices; else they are {@link #outputs} real numbers each. */
    public boolean classification() {
        return train.targets() == 1 && outputs > 1;
    }

    public Targets targets() {
        Targets.Kind rows = train.oneHot() && test.oneHot() ? Targets.Kind.ONE_HOT : Targets.Kind.NUMBERS;
        return new Targets(classification() ? Targets.Kind.LABELS : rows, outputs);
    }

    /** The same inputs with class indices for one-hot targets. */
    public Data labelled() {
        return new Data(new OneHotLabels(train), new OneHotLabels(test), featureShape, outputs);
    }
}
