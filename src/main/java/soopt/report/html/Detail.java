package soopt.report.html;

import java.util.List;

/**
 * How much of the runs a page holds.
 *
 * @param curves points of a curve of metrics
 * @param rates points of the learning rates of a group
 * @param all whether the rates of the cubic step too, and the regularized matrices
 * @param moments recorded matrices of a run
 * @param everyRun whether every run has rates and matrices; else the first of each configuration
 */
record Detail(int curves, int rates, boolean all, int moments, boolean everyRun) {
    /** From all to little: the first that fits is taken. */
    static final List<Detail> LEVELS = List.of(
            new Detail(1000, 600, true, 60, true),
            new Detail(500, 250, true, 20, true),
            new Detail(300, 120, true, 8, true),
            new Detail(250, 110, false, 6, true),
            new Detail(200, 70, false, 4, true),
            new Detail(200, 120, true, 8, false),
            new Detail(120, 60, false, 3, false),
            new Detail(60, 30, false, 2, false),
            new Detail(30, 12, false, 1, false),
            new Detail(12, 0, false, 0, false));

    /** Groups of the largest matrices that a page holds. */
    static final int LARGEST = 128;
}
