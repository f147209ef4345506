package soopt.report.draw;

/**
 * The colours of all figures. They differ for the colour-blind too, and by lightness, which is what paper in grey
 * keeps.
 */
public final class Palette {
    /** Okabe and Ito 2008, without its yellow, which white paper swallows; black comes first. */
    private static final int[] SERIES = {0x000000, 0xd55e00, 0x0072b2, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9};

    /** Beside its colour, each series has dashes of its own. In widths of the line: on, off, … */
    private static final double[][] DASHES = {
        {}, {5, 2}, {1.2, 1.6}, {6, 2, 1.2, 2}, {3, 1.5}, {8, 3}, {6, 2, 1.2, 2, 1.2, 2}
    };

    /** Viridis (van der Walt and Smith 2015) at equal distances, from dark to light. */
    private static final int[] DEPTH = {
        0x440154, 0x482878, 0x3e4989, 0x31688e, 0x26828e, 0x1f9e89, 0x35b779, 0x6ece58, 0xb5de2b, 0xfde725
    };

    /** What of it shows on white. */
    private static final double DEPTH_END = 0.86;

    /** RdBu of ColorBrewer (Harrower and Brewer 2003) from negative to positive: darker on both sides of white. */
    private static final int[] SIGNED = {
        0x053061, 0x2166ac, 0x4393c3, 0x92c5de, 0xd1e5f0, 0xfbfbfb, 0xfddbc7, 0xf4a582, 0xd6604d, 0xb2182b, 0x67001f
    };

    private Palette() {}

    /** Of the i-th series; after all of them they begin again, with other dashes. */
    public static Colour series(int i) {
        return new Colour(SERIES[i % SERIES.length]);
    }

    /** Of the i-th series, in widths of its line; none is a whole line. */
    public static double[] dashes(int i) {
        return DASHES[(i + i / SERIES.length) % DASHES.length].clone();
    }

    /** How many series differ in colour alone. */
    public static int distinct() {
        return SERIES.length;
    }

    /** Of the i-th of so many layers: dark is near the data, light is near the loss. */
    public static Colour depth(int i, int layers) {
        return between(DEPTH, layers < 2 ? 0 : DEPTH_END * i / (layers - 1));
    }

    /** @param part in [0, 1] */
    public static Colour depth(double part) {
        return between(DEPTH, DEPTH_END * part);
    }

    /** @param part in [−1, 1]: blue below 0, white at 0, red above */
    public static Colour signed(double part) {
        return between(SIGNED, (Math.max(-1, Math.min(1, part)) + 1) / 2);
    }

    /** @param part in [0, 1], from white to dark red */
    public static Colour amount(double part) {
        return signed(Math.max(0, part));
    }

    private static Colour between(int[] anchors, double part) {
        double place = part * (anchors.length - 1);
        int below = Math.min((int) place, anchors.length - 2);
        return new Colour(anchors[below]).mixed(new Colour(anchors[below + 1]), place - below);
    }
}
