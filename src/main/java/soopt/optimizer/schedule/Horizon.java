package soopt.optimizer.schedule;

/**
 * How long a run is.
 *
 * @param steps T of all its epochs, ≥ 0
 * @param stepsPerEpoch ≥ 1
 */
public record Horizon(long steps, long stepsPerEpoch) {
    public static Horizon of(long epochs, long stepsPerEpoch) {
        return new Horizon(Math.multiplyExact(epochs, stepsPerEpoch), stepsPerEpoch);
    }
}
