package soopt.sweep.cost;

/**
 * What a run will take. NaN and 0 stand for what is not known before its data are read.
 *
 * @param parameters of the network
 * @param groups S, along which curvature is computed or recorded
 * @param steps of the whole run
 * @param multiplyAdds of gradients, summaries and evaluations: what an optimizer computes beside them is in the seconds
 *     alone
 * @param seconds of training and evaluation on this machine
 * @param isLeast whether the seconds are those of the gradients alone, as no step of so large a network was tried
 * @param bytes on the disk
 */
public record Estimate(
        long parameters, int groups, long steps, double multiplyAdds, double seconds, boolean isLeast, double bytes) {
    public static final Estimate UNKNOWN = new Estimate(0, 0, 0, Double.NaN, Double.NaN, false, Double.NaN);

    /** Files that a run leaves, whatever its length. */
    public static final int FILES = 20;
}
