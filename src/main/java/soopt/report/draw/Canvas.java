package soopt.report.draw;

/** What a figure is drawn on. All lengths are points (1/72 inch); y grows downwards. */
public interface Canvas {
    /**
     * What follows belongs together until {@link #end}.
     *
     * @param kind for programs: curve, band, cells
     * @param title for people who point at it
     */
    void begin(String kind, String title);

    void end();

    /** A line through points. */
    void line(double[] x, double[] y, Pen pen);

    /** What a line through points encloses. */
    void area(double[] x, double[] y, Colour fill);

    void rectangle(Box box, Colour fill);

    /**
     * A point that is seen.
     *
     * @param radius of the circle that looks as large
     * @param hollow whether it is white within
     */
    void mark(Mark mark, double x, double y, double radius, Colour colour, boolean hollow);

    /** Text whose line passes through (x, y). */
    void text(Words words, double x, double y, Lettering lettering);

    /**
     * Cells of one colour each that fill the box, without gaps.
     *
     * @param rgb [rows · columns] by rows
     */
    void cells(int[] rgb, int columns, int rows, Box box);

    /** Until {@link #unclip} only what lies in the box is seen. */
    void clip(Box box);

    void unclip();

    /** The file; nothing is drawn after it. */
    byte[] finish();

    default void line(double x1, double y1, double x2, double y2, Pen pen) {
        line(new double[] {x1, x2}, new double[] {y1, y2}, pen);
    }

    /** The edge of a box. */
    default void edge(Box box, Pen pen) {
        line(
                new double[] {box.x(), box.right(), box.right(), box.x(), box.x()},
                new double[] {box.y(), box.y(), box.bottom(), box.bottom(), box.y()},
                pen);
    }
}
