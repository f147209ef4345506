package soopt.report.chart;

import java.util.List;

/** Where the numbers of an axis lie on it. */
public sealed interface Scale permits LinearScale, LogScale, SignedLogScale {
    /** 0 at the beginning of the axis, 1 at its end; NaN of what has no place on it. */
    double place(double value);

    /** About so many with numbers, and smaller ones between them. */
    List<Tick> ticks(int about);
}
