package soopt.data.examples;

import java.util.Arrays;
import soopt.random.RandomStreams;

/**
 * Training examples parted in two: a random subset without replacement for validation, the rest for training, both in
 * the order of the file. It depends only on the seed and the two sizes.
 */
public record Split(Examples train, Examples validation) {
    /** Holds out so many examples, drawn with the seed. */
    public static Split of(Examples examples, int validation, long seed) {
        int size = examples.size();
        check(validation, size);
        if (validation == 0) {
            return new Split(examples, examples.subset());
        }
        int[] order = RandomStreams.permutation(size, RandomStreams.of(seed, "validation", 0));
        int[] heldOut = Arrays.copyOf(order, validation);
        int[] rest = Arrays.copyOfRange(order, validation, size);
        Arrays.sort(heldOut);
        Arrays.sort(rest);
        return new Split(examples.subset(rest), examples.subset(heldOut));
    }

    /** @throws IllegalArgumentException if no training example would be left */
    public static void check(int validation, int size) {
        if (validation >= size) {
            throw new IllegalArgumentException("validation must be < " + size
                    + ", the number of training examples, but is " + validation + ": lower it or raise limit");
        }
    }
}
