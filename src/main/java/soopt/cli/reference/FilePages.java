package soopt.cli.reference;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import soopt.cli.curvature.SpectrumCommand;
import soopt.experiment.folder.RunFolder;
import soopt.experiment.matrices.GroupRates;
import soopt.experiment.results.Summary;
import soopt.file.Column;
import soopt.gym.Result;
import soopt.report.compare.ComparisonTables;

/** The columns of every CSV file, from the lists that write them. */
final class FilePages {
    private FilePages() {}

    /** The columns by the name of the file. */
    static Map<String, List<? extends Column<?>>> columns() {
        Map<String, List<? extends Column<?>>> columns = new LinkedHashMap<>(RunFolder.columns());
        columns.put("matrices/groups.csv", GroupRates.columnsOfARun());
        columns.put("summary.csv", Summary.columns());
        SpectrumCommand.columns().forEach((file, list) -> columns.put("spectrum/" + file, list));
        ComparisonTables.columns().forEach((file, list) -> columns.put("compare/" + file, list));
        columns.put("gym.csv", Result.COLUMNS);
        return columns;
    }

    static String page(List<String> names) {
        return columns().entrySet().stream()
                .filter(file -> names.isEmpty() || names.contains(file.getKey()))
                .map(file -> (names.size() == 1 ? "" : Markdown.heading(2, file.getKey())) + table(file.getValue()))
                .collect(Collectors.joining());
    }

    private static String table(List<? extends Column<?>> columns) {
        return Markdown.table(
                List.of("column", "meaning"),
                columns.stream()
                        .map(column -> List.of(Markdown.code(column.name()), Markdown.plain(column.meaning())))
                        .toList());
    }
}
