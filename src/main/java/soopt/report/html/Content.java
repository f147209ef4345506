package soopt.report.html;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import soopt.experiment.results.ResultRun;
import soopt.file.CsvTable;
import soopt.file.JsonObject;
import soopt.file.Problems;
import soopt.report.read.Axis;
import soopt.report.read.Moment;
import soopt.report.read.Moments;

/**
 * What a page takes out of the folder of a run.
 *
 * @param readable whether metrics.csv can be read; it may be missing
 * @param rows of metrics.csv
 * @param metrics axes and metrics that have a number, each [rows] or thinned
 * @param last the last finite value of each of them
 * @param rates none where the run has none, or the page shows none of this run
 * @param computations rows of learning_rates.csv by group
 * @param moments the same of recorded matrices
 * @param config lines of config.yaml
 * @param meta lines of meta.json, if it is JSON
 * @param problems a line for each file that cannot be read
 */
record Content(
        ResultRun run,
        boolean readable,
        int rows,
        Map<String, double[]> metrics,
        Map<String, Double> last,
        RateTable rates,
        int computations,
        Moments moments,
        List<String> config,
        List<String> meta,
        List<String> problems) {
    private static final long LARGEST_SPEC = 1 << 17;

    /**
     * Reads it.
     *
     * @param most what the page will hold at most
     * @param detailed whether rates and matrices too
     */
    static Content read(ResultRun run, Detail most, boolean detailed) {
        List<String> problems = new ArrayList<>(run.problems());
        Optional<CsvTable> read = read(
                Optional.empty(),
                problems,
                () -> Optional.of(CsvTable.read(run.folder().resolve("metrics.csv"))));
        CsvTable table = read.orElse(CsvTable.NONE);
        Map<String, double[]> metrics = metrics(table);
        Map<String, Double> last = new LinkedHashMap<>();
        metrics.forEach((name, values) -> last.put(name, last(values)));
        Thinning thinning = new Thinning(table.size(), most.curves());
        metrics.replaceAll((name, values) -> isAxis(name) ? thinning.axis(values) : thinning.course(values));
        RateTable none = RateTable.NONE;
        RateTable rates = detailed ? read(none, problems, () -> RateTable.read(run.folder())) : none;
        Moments no = new Moments(List.of());
        return new Content(
                run,
                read.isPresent(),
                table.size(),
                metrics,
                last,
                rates.thinned(most.rates()),
                rates.steps().length,
                detailed ? read(no, problems, () -> Moments.of(run.folder())) : no,
                lines(run.folder().resolve("config.yaml"), problems),
                meta(run.folder(), problems),
                List.copyOf(problems));
    }

    private interface Reader<T> {
        T read();
    }

    /** What cannot be read is said once and left out. */
    private static <T> T read(T otherwise, List<String> problems, Reader<T> reader) {
        try {
            return reader.read();
        } catch (UncheckedIOException unreadable) {
            problems.add(unreadable.getMessage());
            return otherwise;
        }
    }

    private static Map<String, double[]> metrics(CsvTable table) {
        Map<String, double[]> metrics = new LinkedHashMap<>();
        for (Axis axis : Axis.values()) {
            metrics.put(axis.word(), axis.of(table));
        }
        for (Metric metric : Metric.ALL) {
            metrics.put(metric.name(), table.numbers(metric.name()));
        }
        metrics.values()
                .removeIf(values -> IntStream.range(0, values.length).noneMatch(i -> Double.isFinite(values[i])));
        return metrics;
    }

    static boolean isAxis(String name) {
        return Stream.of(Axis.values()).anyMatch(axis -> axis.word().equals(name));
    }

    private static double last(double[] values) {
        return IntStream.iterate(values.length - 1, i -> i >= 0, i -> i - 1)
                .mapToDouble(i -> values[i])
                .filter(Double::isFinite)
                .findFirst()
                .orElse(Double.NaN);
    }

    private static List<String> lines(Path file, List<String> problems) {
        try {
            if (!Files.isRegularFile(file)) {
                return List.of();
            }
            if (Files.size(file) > LARGEST_SPEC) {
                problems.add(file + " has more than " + LARGEST_SPEC + " bytes: it is not shown");
                return List.of();
            }
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException e) {
            problems.add("cannot read " + file + ": " + Problems.reason(e));
            return List.of();
        }
    }

    private static List<String> meta(Path run, List<String> problems) {
        JsonNode meta = JsonObject.read(run.resolve("meta.json"));
        if (meta.isEmpty()) {
            problems.add(run.resolve("meta.json")
                    + (Files.exists(run.resolve("meta.json")) ? " cannot be read" : " is missing"));
            return List.of();
        }
        return JsonObject.of(meta).pretty().lines().toList();
    }

    /** The last finite value of a metric or an axis; NaN without one. */
    double last(String name) {
        return last.getOrDefault(name, Double.NaN);
    }

    /** Metrics and axes with at most so many points. */
    Map<String, double[]> metrics(int limit) {
        Map<String, double[]> thin = new LinkedHashMap<>();
        metrics.forEach((name, values) -> {
            Thinning thinning = new Thinning(values.length, limit);
            thin.put(name, isAxis(name) ? thinning.axis(values) : thinning.course(values));
        });
        return thin;
    }

    /** So many moments at most, in order: the first, the last, the one of the best epoch, and others between them. */
    List<Moment> moments(int limit) {
        List<Moment> all = moments.all();
        if (all.size() <= limit) {
            return all;
        }
        if (limit == 0) {
            return List.of();
        }
        Optional<Moment> best = run.best().flatMap(known -> moments.nearest(known.epoch()));
        List<Moment> chosen = new ArrayList<>();
        if (limit > 2) {
            best.ifPresent(chosen::add);
        }
        int others = limit - chosen.size();
        IntStream.range(0, others)
                .mapToObj(
                        i -> all.get(others == 1 ? all.size() - 1 : (int) ((long) i * (all.size() - 1) / (others - 1))))
                .forEach(chosen::add);
        return all.stream().filter(chosen::contains).toList();
    }
}
