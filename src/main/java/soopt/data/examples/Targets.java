package soopt.data.examples;

/**
 * What the targets of a data set are, and with that which losses can take them.
 *
 * @param kind labels, numbers, or rows that can be taken for either
 * @param outputs number of outputs that a network needs for them: of classes, or of numbers per example
 */
public record Targets(Kind kind, int outputs) {
    /** What one target is. */
    public enum Kind {
        /** [N]: the index of a class, 0 … classes − 1. */
        LABELS,
        /** [N, K] of any numbers. */
        NUMBERS,
        /** [N, K] with one 1 among zeros in each row: classes to a loss that takes classes, else numbers. */
        ONE_HOT
    }

    /** Whether a loss of classes or one of numbers can take them. */
    public boolean suit(boolean classification) {
        return switch (kind) {
            case LABELS -> classification;
            case NUMBERS -> !classification;
            case ONE_HOT -> true;
        };
    }
}
