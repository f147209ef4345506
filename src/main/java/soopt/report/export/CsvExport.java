package soopt.report.export;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import soopt.experiment.results.ResultRun;
import soopt.experiment.results.Varied;
import soopt.file.CsvStream;
import soopt.file.CsvTable;
import soopt.file.Numbers;
import soopt.file.WholeFile;

/**
 * The metrics of all runs as one table, row by row: one run is in memory at a time. The columns before the metrics tell
 * the runs apart: {@code experiment, run_id, seed, state}, and each setting that varies by its dotted key.
 */
public final class CsvExport {
    public static final String KIND = "csv";

    private static final List<String> AXES = List.of("epoch", "step");
    private static final List<String> IDENTITY = List.of("experiment", "run_id", "seed", "state");
    private static final Pattern NUMBER = Pattern.compile("[-+0-9.eE]+|-?Inf");

    private final List<ResultRun> runs;
    private final List<String> varied;
    private final List<String> metrics;

    /** How a row is made of a row of metrics.csv. */
    public enum Shape {
        /** metrics_long.csv: a row per value, {@code …, epoch, step, metric, value}; what is NaN has none. */
        LONG,
        /** metrics_wide.csv: the same row, with a column per metric. */
        WIDE;

        Path file() {
            return Path.of("metrics_" + this + ".csv");
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private CsvExport(List<ResultRun> runs, List<String> wanted) {
        this.runs = runs;
        this.varied = Varied.keys(runs);
        this.metrics = columns(runs, wanted);
    }

    /**
     * The columns of metrics.csv of these runs.
     *
     * @param wanted those that are asked for; none: all
     * @return without epoch and step
     */
    static List<String> columns(List<ResultRun> runs, List<String> wanted) {
        Set<String> columns = new LinkedHashSet<>();
        runs.forEach(run -> columns.addAll(CsvTable.header(run.folder().resolve("metrics.csv"))));
        columns.removeAll(AXES);
        if (!wanted.isEmpty()) {
            columns.retainAll(wanted);
        }
        return List.copyOf(columns);
    }

    /**
     * Writes the table.
     *
     * @param wanted metrics; none: all
     */
    public static void write(List<ResultRun> runs, ExportFolder to, Shape shape, List<String> wanted) {
        CsvExport export = new CsvExport(runs, wanted);
        Path file = shape.file();
        to.announce(List.of(new ExportFolder.Entry(KIND, shape.toString(), file)));
        WholeFile.Contents contents = channel -> export.write(channel, shape, to);
        to.write(file, contents);
        to.finish();
    }

    /** The columns that tell runs apart. */
    static List<String> identity(List<String> varied) {
        List<String> names = new ArrayList<>(IDENTITY);
        names.addAll(varied);
        return names;
    }

    /** Their values. */
    static List<String> identity(ResultRun run, List<String> varied) {
        List<String> values = new ArrayList<>(
                List.of(run.experiment(), run.id(), run.seed(), run.standing().toString()));
        values.addAll(Varied.values(run, varied));
        return values;
    }

    private void write(FileChannel channel, Shape shape, ExportFolder to) throws IOException {
        Writer out = new BufferedWriter(
                new OutputStreamWriter(Channels.newOutputStream(channel), StandardCharsets.UTF_8), 1 << 16);
        List<String> header = identity(varied);
        header.addAll(AXES);
        header.addAll(shape == Shape.LONG ? List.of("metric", "value") : metrics);
        out.write(CsvStream.line(header) + "\n");
        List<String> columns = new ArrayList<>(AXES);
        columns.addAll(metrics);
        for (ResultRun run : runs) {
            String identity = CsvStream.line(identity(run, varied));
            try (Stream<List<String>> rows = CsvTable.rows(run.folder().resolve("metrics.csv"), columns)) {
                for (List<String> row : (Iterable<List<String>>) rows::iterator) {
                    write(out, identity, row, shape);
                }
            }
            to.advance();
        }
        out.flush();
    }

    private void write(Writer out, String identity, List<String> row, Shape shape) throws IOException {
        String head = identity + "," + number(row.get(0)) + "," + number(row.get(1));
        if (shape == Shape.WIDE) {
            out.write(head);
            for (int i = 0; i < metrics.size(); i++) {
                out.write(',');
                out.write(number(row.get(AXES.size() + i)));
            }
            out.write('\n');
            return;
        }
        for (int i = 0; i < metrics.size(); i++) {
            String value = number(row.get(AXES.size() + i));
            if (!value.equals("NaN")) {
                out.write(head);
                out.write(',');
                out.write(metrics.get(i));
                out.write(',');
                out.write(value);
                out.write('\n');
            }
        }
    }

    /** A number as it is in the file, so that no digit is lost; whatever else a file may hold is no number. */
    private static String number(String field) {
        boolean isNumber = NUMBER.matcher(field).matches() && !Double.isNaN(CsvTable.parsed(field));
        return isNumber ? field : Numbers.csv(Double.NaN);
    }
}
