package soopt.curvature;

/** Placeholder. */
public final class CubicStep {
    private CubicStep() {}

    /** Placeholder. */
    public record Outcome(double[] eta) {}
}
