package soopt.data;

/**
 * A loaded data set.
 *
 * @param featureShape shape of one input, e.g. [1, 28, 28] (channels first) or [784]
 * @param outputs number of classes, or of target values for regression
 */
public record Data(Examples train, Examples test, int[] featureShape, int outputs) {}
