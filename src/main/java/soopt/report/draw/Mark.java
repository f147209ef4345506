package soopt.report.draw;

/** A point that is seen. */
public enum Mark {
    CIRCLE(),
    SQUARE(-0.89, -0.89, 0.89, -0.89, 0.89, 0.89, -0.89, 0.89),
    UP(0, -1.2, 1.04, 0.75, -1.04, 0.75),
    DIAMOND(0, -1.25, 1.25, 0, 0, 1.25, -1.25, 0),
    DOWN(0, 1.2, 1.04, -0.75, -1.04, -0.75);

    /** x, y, x, y, … of its corners, in radii of the circle that looks as large. */
    private final double[] corners;

    Mark(double... corners) {
        this.corners = corners;
    }

    /** Of the i-th series. */
    public static Mark of(int i) {
        return values()[i % values().length];
    }

    boolean isRound() {
        return corners.length == 0;
    }

    double[] xs(double x, double radius) {
        double[] xs = new double[corners.length / 2];
        for (int i = 0; i < xs.length; i++) {
            xs[i] = x + radius * corners[2 * i];
        }
        return xs;
    }

    double[] ys(double y, double radius) {
        double[] ys = new double[corners.length / 2];
        for (int i = 0; i < ys.length; i++) {
            ys[i] = y + radius * corners[2 * i + 1];
        }
        return ys;
    }
}
