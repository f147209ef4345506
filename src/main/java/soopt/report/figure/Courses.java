package soopt.report.figure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import soopt.experiment.results.ResultRun;
import soopt.experiment.results.Standing;
import soopt.file.CsvTable;
import soopt.report.read.Axis;
import soopt.report.read.Configuration;

/** What several kinds of figures need of runs. */
final class Courses {
    private Courses() {}

    /** Maps steps to another axis by the rows of metrics.csv, linear between them. */
    static double[] at(double[] steps, ResultRun run, Axis axis) {
        if (axis == Axis.STEP) {
            return steps;
        }
        List<String> columns = new ArrayList<>(axis.columns());
        columns.add("step");
        CsvTable metrics = CsvTable.read(run.folder().resolve("metrics.csv"), columns);
        double[] known = metrics.numbers("step");
        double[] values = axis.of(metrics);
        return Arrays.stream(steps).map(step -> at(step, known, values)).toArray();
    }

    private static double at(double step, double[] known, double[] values) {
        int found = Arrays.binarySearch(known, step);
        if (found >= 0) {
            return values[found];
        }
        int after = -found - 1;
        if (known.length < 2) {
            return Double.NaN;
        }
        int i = Math.max(1, Math.min(after, known.length - 1));
        double part = (step - known[i - 1]) / (known[i] - known[i - 1]);
        return values[i - 1] + part * (values[i] - values[i - 1]);
    }

    /** "1 of 5 runs diverged, 2 are not finished"; nothing where all came to their end. */
    static List<String> unfinished(List<Configuration> configurations) {
        Map<Standing, Integer> counts = new EnumMap<>(Standing.class);
        int all = 0;
        for (Configuration configuration : configurations) {
            for (ResultRun run : configuration.runs()) {
                counts.merge(run.standing(), 1, Integer::sum);
                all++;
            }
        }
        counts.remove(Standing.COMPLETED);
        if (counts.isEmpty()) {
            return List.of();
        }
        String words = counts.entrySet().stream()
                .map(each -> each.getValue() + " "
                        + each.getKey().name().toLowerCase(Locale.ROOT).replace('_', ' '))
                .collect(Collectors.joining(", "));
        return List.of("of " + all + (all == 1 ? " run " : " runs ") + words);
    }

    /** How many runs stand behind each curve: "5 runs", "3 to 5 runs". */
    static String runs(List<Configuration> configurations) {
        int least = configurations.stream()
                .mapToInt(each -> each.runs().size())
                .min()
                .orElse(0);
        int most = configurations.stream()
                .mapToInt(each -> each.runs().size())
                .max()
                .orElse(0);
        return least == most ? least + (least == 1 ? " run" : " runs") : least + " to " + most + " runs";
    }

    /** The experiments, one after the other: what a figure is of. */
    static String title(List<Configuration> configurations) {
        List<String> names = configurations.stream()
                .map(Configuration::experiment)
                .distinct()
                .toList();
        return names.size() <= 3 ? String.join(", ", names) : names.size() + " experiments";
    }
}
