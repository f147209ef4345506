package soopt.report.reproduce;

import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.ToDoubleFunction;
import soopt.experiment.folder.RunFolder;
import soopt.experiment.results.Course;
import soopt.experiment.results.ResultRun;
import soopt.experiment.results.Standing;
import soopt.file.CsvTable;
import soopt.report.read.Moment;
import soopt.report.read.Moments;

/** The runs of one experiment at one scale, and what claims ask of them. */
public record Evidence(Scale scale, List<ResultRun> runs) {
    private static final String KIND = "optimizer.type";

    /** Runs with this value of a key. */
    public Evidence with(String key, String value) {
        return new Evidence(
                scale,
                runs.stream()
                        .filter(run -> run.settings().getOrDefault(key, "").equals(value))
                        .toList());
    }

    /** Runs of an optimizer. */
    Evidence of(String optimizer) {
        return with(KIND, optimizer);
    }

    /** The mean over its runs that are finished; those that diverged count as infinite. */
    double mean(String what, ToDoubleFunction<ResultRun> value) {
        double[] values = runs.stream()
                .filter(run -> run.standing().isFinal())
                .mapToDouble(run ->
                        run.standing() == Standing.DIVERGED ? Double.POSITIVE_INFINITY : value.applyAsDouble(run))
                .filter(each -> !Double.isNaN(each))
                .toArray();
        if (values.length == 0) {
            throw new NoSuchElementException("no finished run has " + what);
        }
        return Arrays.stream(values).average().orElseThrow();
    }

    /** The least finite value of a column of metrics.csv; NaN without any. */
    static double least(ResultRun run, String column) {
        return Course.of(metrics(run), column, false).best();
    }

    /** The greatest finite value of a column of metrics.csv; NaN without any. */
    static double greatest(ResultRun run, String column) {
        return Course.of(metrics(run), column, true).best();
    }

    static CsvTable metrics(ResultRun run) {
        return RunFolder.open(run.folder()).metrics();
    }

    /** The recorded matrices of its first run that has any. */
    Moments moments() {
        return runs.stream()
                .map(run -> Moments.of(run.folder()))
                .filter(moments -> !moments.isEmpty())
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("no run has recorded matrices yet"));
    }

    Moment first() {
        return moments().first().orElseThrow();
    }

    Moment last() {
        return moments().last().orElseThrow();
    }

    static double[][] matrix(Moment moment, Moment.Kind kind) {
        return moment.matrix(kind)
                .orElseThrow(() -> new NoSuchElementException(kind.symbol() + " at " + moment.words() + " is missing"));
    }
}
