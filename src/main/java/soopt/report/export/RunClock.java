package soopt.report.export;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import soopt.experiment.results.ResultRun;
import soopt.file.CsvTable;
import soopt.file.JsonObject;
import soopt.report.read.Series;

/**
 * When a run was at a step: between the rows of metrics.csv linearly in their wall_time_s, counted from the start in
 * meta.json.
 *
 * @param start seconds since 1970; 0 if it is not known
 * @param end of a run that ended; 0 of others
 * @param seconds wall time at steps
 */
record RunClock(double start, double end, Series seconds) {
    static RunClock of(ResultRun run, CsvTable metrics) {
        var meta = JsonObject.read(run.folder().resolve("meta.json"));
        double end =
                run.standing().canGoOn() ? 0 : seconds(meta.path("ended_at").asText());
        return new RunClock(seconds(meta.path("started_at").asText()), end, Series.of(metrics, "step", "wall_time_s"));
    }

    private static double seconds(String instant) {
        try {
            Instant at = Instant.parse(instant);
            return at.getEpochSecond() + at.getNano() * 1e-9;
        } catch (DateTimeException unknown) {
            return 0;
        }
    }

    /** Seconds since 1970; before the first row as there, after the last as there. */
    double at(double step) {
        double[] x = seconds.x();
        double[] y = seconds.y();
        if (x.length == 0) {
            return start;
        }
        int found = Arrays.binarySearch(x, step);
        int after = found >= 0 ? found : -found - 1;
        if (after == x.length) {
            return start + y[x.length - 1];
        }
        if (found >= 0 || after == 0) {
            return start + y[after];
        }
        double part = (step - x[after - 1]) / (x[after] - x[after - 1]);
        return start + y[after - 1] + part * (y[after] - y[after - 1]);
    }
}
