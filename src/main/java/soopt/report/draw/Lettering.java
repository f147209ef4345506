package soopt.report.draw;

/**
 * How text is set.
 *
 * @param size in points
 * @param upright whether it is turned to be read from below to above
 */
public record Lettering(double size, Colour colour, Anchor anchor, boolean upright) {
    /** Where the text begins as seen from its point. */
    public enum Anchor {
        START,
        MIDDLE,
        END;

        /** How much of the text's width lies before its point. */
        double before() {
            return ordinal() / 2.0;
        }
    }

    public Lettering(double size, Anchor anchor) {
        this(size, Colour.INK, anchor, false);
    }
}
