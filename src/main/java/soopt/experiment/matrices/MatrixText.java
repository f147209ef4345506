package soopt.experiment.matrices;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import soopt.curvature.Matrices;
import soopt.file.Column;
import soopt.file.CsvStream;
import soopt.file.JsonObject;
import soopt.file.Numbers;
import soopt.file.WholeFile;
import soopt.npy.NpyArray;

/**
 * H̄, the regularized matrix and their inverses as CSV, JSON and arrays, rows and columns by group name. Of more than
 * {@value #MOST_TEXT} groups there are arrays alone.
 */
public final class MatrixText {
    /** Groups up to which there is text: of 1,000 a matrix has 20 MB. */
    static final int MOST_TEXT = 1000;

    private MatrixText() {}

    /** Whether the matrices of so many groups are written as CSV and JSON too. */
    public static boolean isText(int groups) {
        return groups <= MOST_TEXT;
    }

    /**
     * H̄, the regularized matrix and their inverses by name.
     *
     * @param name of H̄
     */
    public static Map<String, double[][]> kinds(String name, double[][] hessian, double[][] regularized) {
        Map<String, double[][]> kinds = new LinkedHashMap<>();
        kinds.put(name, hessian);
        kinds.put(name + "_inverse", Matrices.inverse(hessian).values());
        kinds.put("regularized", regularized);
        kinds.put("regularized_inverse", Matrices.inverse(regularized).values());
        return kinds;
    }

    // ---- many moments ----

    /** The first line of matrices.csv: a row of it is a row of a matrix. */
    static String header(List<String> groups) {
        List<String> columns = new ArrayList<>(List.of("step", "epoch", "matrix", "group"));
        columns.addAll(groups);
        return CsvStream.line(columns);
    }

    /** The rows of the matrices of a moment, without the last line end. */
    static String rows(RecordedMatrices recorded, Map<String, double[][]> kinds) {
        StringBuilder rows = new StringBuilder();
        kinds.forEach((kind, matrix) -> {
            for (int s = 0; s < matrix.length; s++) {
                List<String> fields = new ArrayList<>(List.of(
                        "" + recorded.step(),
                        "" + recorded.epoch(),
                        kind,
                        recorded.names().get(s)));
                Arrays.stream(matrix[s]).mapToObj(Numbers::csv).forEach(fields::add);
                rows.append(rows.isEmpty() ? "" : "\n").append(CsvStream.line(fields));
            }
        });
        return rows.toString();
    }

    /** The line of a moment in matrices.jsonl. */
    static String line(RecordedMatrices recorded, Map<String, double[][]> kinds) {
        JsonObject line = new JsonObject()
                .put("step", recorded.step())
                .put("epoch", recorded.epoch())
                .put("moment", recorded.prefix())
                .put("source", recorded.source().text());
        recorded.refreshStep().ifPresent(step -> line.put("refresh_step", step));
        if (!kinds.isEmpty()) {
            line.put("groups", recorded.names());
        }
        kinds.forEach(line::put);
        recorded.rates().ifPresent(rates -> rates.putTo(line));
        return line.line();
    }

    // ---- one ----

    /**
     * A matrix as CSV, with a column of names, then one column per group, and as JSON.
     *
     * @param base the path without .csv and .json
     * @param kind which matrix
     */
    public static void write(Path base, String kind, List<String> names, double[][] matrix) {
        List<Column<Integer>> columns = new ArrayList<>();
        columns.add(new Column<>("group", names::get, "the row"));
        for (int j = 0; j < names.size(); j++) {
            int column = j;
            columns.add(new Column<>(names.get(j), i -> matrix[i][column], "the column of this group"));
        }
        List<Integer> rows = IntStream.range(0, matrix.length).boxed().toList();
        WholeFile.writeUnforced(base.resolveSibling(base.getFileName() + ".csv"), Column.table(columns, rows));
        JsonObject object = new JsonObject()
                .put("kind", kind)
                .put("rows", matrix.length)
                .put("groups", names)
                .put("matrix", matrix);
        WholeFile.writeUnforced(base.resolveSibling(base.getFileName() + ".json"), object.line() + "\n");
    }

    /** The same matrices as arrays [S, S]. */
    public static Map<String, NpyArray> arrays(Map<String, double[][]> matrices) {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        matrices.forEach((name, matrix) -> arrays.put(name, array(matrix)));
        return arrays;
    }

    private static NpyArray array(double[][] matrix) {
        double[] values = Arrays.stream(matrix).flatMapToDouble(Arrays::stream).toArray();
        return NpyArray.of(values, matrix.length, matrix.length);
    }
}
