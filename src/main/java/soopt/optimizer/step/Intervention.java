package soopt.optimizer.step;

/**
 * What a {@link Safeguard} did at a step.
 *
 * @param loss of the step's batch
 * @param mean of the batches before it; NaN where it does not matter
 */
public record Intervention(Kind kind, double loss, double mean) {
    /** What was done, and why. */
    public enum Kind {
        /** The loss rose far above its mean. */
        HALVED("rates halved"),
        /** The gradient or the update is not finite. */
        DROPPED("update not taken");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }
}
