package soopt.report.export;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import soopt.experiment.results.ResultRun;
import soopt.experiment.results.Varied;
import soopt.file.CsvTable;
import soopt.file.WholeFile;
import soopt.npy.NpyArray;
import soopt.npy.NpzStream;
import soopt.report.read.Configuration;
import soopt.report.read.Group;
import soopt.report.read.Moment;
import soopt.report.read.Moments;
import soopt.report.read.Rates;
import soopt.spec.yaml.YamlNode;

/**
 * An experiment as one archive of NumPy, {@code <experiment>.npz}. Of R runs with at most N rows of metrics.csv:
 *
 * <ul>
 *   <li>{@code run_id}, {@code seed}, {@code state}, {@code rows} (how many of the N are there), {@code configuration}
 *       [R], a place in {@code label}; {@code setting.<key>} [R] of each key that varies
 *   <li>{@code metrics.<column>} [R, N], NaN behind the last row of a run; also {@code metrics.epoch} and
 *       {@code metrics.step}
 *   <li>{@code <run id>.group} [S], {@code .moment_step} and {@code .moment_epoch} [M], {@code .hessian},
 *       {@code .inverse}, {@code .regularized}, {@code .regularized_inverse} [M, S, S] of runs with recorded matrices
 *   <li>{@code <run id>.rate_group} [S], {@code .rate_step} [T], {@code .eta_raw}, {@code .eta_used},
 *       {@code .eta_applied} [T, S] of runs with learning rates by group
 * </ul>
 *
 * Settings and seeds are float64 or int64 if all are numbers, else texts.
 */
public final class NpzExport {
    public static final String KIND = "npz";

    /** Columns are gathered in so many numbers at a time, in as many passes over the files as that takes. */
    private static final int AT_ONCE = 1 << 23;

    private final List<ResultRun> runs;
    private final NpzStream out;

    private NpzExport(List<ResultRun> runs, NpzStream out) {
        this.runs = runs;
        this.out = out;
    }

    /**
     * Writes a file for each experiment among the runs.
     *
     * @param wanted metrics; none: all
     */
    public static void write(List<ResultRun> runs, ExportFolder to, List<String> wanted) {
        Map<String, List<ResultRun>> experiments = new LinkedHashMap<>();
        runs.forEach(run -> experiments
                .computeIfAbsent(run.experiment(), name -> new ArrayList<>())
                .add(run));
        Map<String, Path> files = new LinkedHashMap<>();
        experiments.keySet().forEach(name -> files.put(name, Path.of(RunNames.safe(name) + ".npz")));
        to.announce(files.entrySet().stream()
                .map(file -> new ExportFolder.Entry(KIND, file.getKey(), file.getValue()))
                .toList());
        files.forEach((name, file) -> {
            WholeFile.Contents contents = channel -> write(experiments.get(name), channel, wanted, to);
            to.write(file, contents);
        });
        to.finish();
    }

    private static void write(List<ResultRun> runs, FileChannel channel, List<String> wanted, ExportFolder to)
            throws IOException {
        OutputStream stream = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
        NpzStream out = new NpzStream(stream);
        NpzExport export = new NpzExport(runs, out);
        export.identity();
        List<String> columns = new ArrayList<>(List.of("epoch", "step"));
        columns.addAll(CsvExport.columns(runs, wanted));
        export.metrics(columns);
        for (ResultRun run : runs) {
            export.matrices(run);
            export.rates(run);
            to.advance();
        }
        out.finish();
        stream.flush();
    }

    private void identity() throws IOException {
        out.put("run_id", runs.stream().map(ResultRun::id).toList());
        put("seed", runs.stream().map(ResultRun::seed).toList());
        out.put("state", runs.stream().map(run -> run.standing().toString()).toList());
        List<Configuration> configurations = Configuration.of(runs);
        out.put("label", configurations.stream().map(Configuration::label).toList());
        Map<ResultRun, Integer> places = new IdentityHashMap<>();
        for (int i = 0; i < configurations.size(); i++) {
            for (ResultRun run : configurations.get(i).runs()) {
                places.put(run, i);
            }
        }
        out.put(
                "configuration",
                NpyArray.of(runs.stream().mapToLong(places::get).toArray(), runs.size()));
        List<String> varied = Varied.keys(runs);
        for (String key : varied) {
            put(
                    "setting." + key,
                    runs.stream()
                            .map(run -> run.settings().getOrDefault(key, ""))
                            .toList());
        }
    }

    /** Numbers if all are. */
    private void put(String name, List<String> texts) throws IOException {
        if (!texts.stream().allMatch(YamlNode::isNumber)) {
            out.put(name, texts);
            return;
        }
        List<String> plain = texts.stream().map(text -> text.replace("_", "")).toList();
        if (plain.stream().allMatch(text -> text.matches("[-+]?[0-9]{1,18}"))) {
            out.put(name, NpyArray.of(plain.stream().mapToLong(Long::parseLong).toArray(), plain.size()));
        } else {
            out.put(
                    name,
                    NpyArray.of(plain.stream().mapToDouble(Double::parseDouble).toArray(), plain.size()));
        }
    }

    private void metrics(List<String> columns) throws IOException {
        long[] rows = new long[runs.size()];
        for (int run = 0; run < rows.length; run++) {
            try (Stream<List<String>> all = rows(runs.get(run), List.of("step"))) {
                rows[run] = all.count();
            }
        }
        out.put("rows", NpyArray.of(rows, rows.length));
        int length = (int) Arrays.stream(rows).max().orElse(0);
        int atOnce = (int) Math.max(1, AT_ONCE / Math.max(1L, (long) rows.length * length));
        for (int from = 0; from < columns.size(); from += atOnce) {
            List<String> some = columns.subList(from, Math.min(columns.size(), from + atOnce));
            double[][][] values = new double[some.size()][rows.length][length];
            for (int run = 0; run < rows.length; run++) {
                fill(values, run, some);
            }
            for (int column = 0; column < some.size(); column++) {
                double[][] all = values[column];
                out.put("metrics." + some.get(column), new int[] {rows.length, length}, run -> all[run]);
            }
        }
    }

    private static Stream<List<String>> rows(ResultRun run, List<String> columns) {
        return CsvTable.rows(run.folder().resolve("metrics.csv"), columns);
    }

    /** @param values [columns][runs][rows], of which those of this run are set */
    private void fill(double[][][] values, int run, List<String> columns) {
        for (double[][] column : values) {
            Arrays.fill(column[run], Double.NaN);
        }
        try (Stream<List<String>> all = rows(runs.get(run), columns)) {
            int row = 0;
            for (List<String> fields : (Iterable<List<String>>) all::iterator) {
                // a run that goes on may have grown since its rows were counted
                if (row == values[0][run].length) {
                    return;
                }
                for (int column = 0; column < values.length; column++) {
                    values[column][run][row] = CsvTable.parsed(fields.get(column));
                }
                row++;
            }
        }
    }

    private void matrices(ResultRun run) throws IOException {
        List<Moment> moments = Moments.of(run.folder()).all();
        Optional<double[][]> first = moments.stream()
                .flatMap(moment -> moment.matrix(Moment.Kind.HESSIAN).stream())
                .findFirst();
        if (first.isEmpty()) {
            return;
        }
        int size = first.get().length;
        int count = moments.size();
        out.put(
                run.id() + ".group",
                moments.get(0).groups().stream().map(Group::name).toList());
        out.put(
                run.id() + ".moment_step",
                NpyArray.of(moments.stream().mapToLong(Moment::step).toArray(), count));
        out.put(
                run.id() + ".moment_epoch",
                NpyArray.of(moments.stream().mapToLong(Moment::epoch).toArray(), count));
        for (Moment.Kind kind : Moment.Kind.values()) {
            // a method has a kind at all moments or at none
            if (moments.get(0).matrix(kind).isEmpty()
                    && moments.get(count - 1).matrix(kind).isEmpty()) {
                continue;
            }
            out.put(
                    run.id() + "." + kind,
                    new int[] {count, size, size},
                    moment -> flat(moments.get(moment), kind, size));
        }
    }

    /** NaN where the matrix is missing. */
    private static double[] flat(Moment moment, Moment.Kind kind, int size) {
        double[] flat = new double[size * size];
        Arrays.fill(flat, Double.NaN);
        moment.matrix(kind)
                .filter(matrix -> matrix.length == size && Arrays.stream(matrix).allMatch(row -> row.length == size))
                .ifPresent(matrix -> {
                    for (int s = 0; s < size; s++) {
                        System.arraycopy(matrix[s], 0, flat, s * size, size);
                    }
                });
        return flat;
    }

    private void rates(ResultRun run) throws IOException {
        List<Rates.Course> courses = Rates.of(run.folder()).courses();
        if (courses.isEmpty()) {
            return;
        }
        int steps =
                courses.stream().mapToInt(course -> course.steps().length).min().orElse(0);
        out.put(
                run.id() + ".rate_group",
                courses.stream().map(course -> course.group().name()).toList());
        out.put(
                run.id() + ".rate_step",
                NpyArray.of(Arrays.copyOf(courses.get(0).steps(), steps), steps));
        for (Rates.Kind kind : List.of(Rates.Kind.RAW, Rates.Kind.USED, Rates.Kind.APPLIED)) {
            out.put(
                    run.id() + "." + kind.column(),
                    new int[] {steps, courses.size()},
                    step -> courses.stream()
                            .mapToDouble(course -> course.rates().get(kind)[step])
                            .toArray());
        }
    }
}
