package soopt.backend;

import java.util.function.Supplier;

/**
 * One operation of {@link Backend} on given sizes.
 *
 * @param method its name in the interface
 * @param sizes in words
 * @param actual the numbers that it writes and returns
 * @param expected the same by plain loops
 */
record Operation(String method, String sizes, Subject.Computation actual, Supplier<Expected> expected) {

    /** Results and, for each, the sum of the absolute values of its terms. */
    record Expected(double[] values, double[] terms) {
        /** Results that rounding does not touch, or that are one rounding of one term. */
        static Expected of(double... values) {
            return new Expected(values, Reference.absolute(values));
        }
    }

    @Override
    public String toString() {
        return method + " of " + sizes;
    }
}
