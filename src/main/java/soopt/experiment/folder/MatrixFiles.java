package soopt.experiment.folder;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import soopt.curvature.Matrices;
import soopt.file.CsvStream;
import soopt.file.JsonObject;
import soopt.file.Numbers;
import soopt.file.WholeFile;
import soopt.npy.NpyArray;
import soopt.npy.NpzFile;

/**
 * The folder matrices/: each matrix as CSV and JSON with names of rows and columns, and all of them in matrices.npz. Where no
 * optimizer's refresh lies behind them, groups.csv and groups.json have the learning rates that they give.
 */
public final class MatrixFiles {
    private final Path folder;
    private final Path archive;
    private final Map<String, NpyArray> archived = new LinkedHashMap<>();

    MatrixFiles(Path folder) {
        this.folder = folder;
        this.archive = folder.resolve("matrices.npz");
        if (Files.exists(archive)) {
            archived.putAll(NpzFile.read(archive));
        }
    }

    void write(RecordedMatrices matrices) {
        Map<String, double[][]> kinds = new LinkedHashMap<>();
        kinds.put("hbar", matrices.hessian());
        kinds.put("hbar_inverse", Matrices.inverse(matrices.hessian()).values());
        kinds.put("regularized", matrices.regularized());
        kinds.put(
                "regularized_inverse", Matrices.inverse(matrices.regularized()).values());
        kinds.forEach((kind, matrix) -> {
            String name = matrices.prefix() + "." + kind;
            WholeFile.write(folder.resolve(name + ".csv"), csv(matrices.names(), matrix));
            WholeFile.write(folder.resolve(name + ".json"), json(matrices, kind, matrix));
            archived.put(name, array(matrix));
        });
        matrices.rates().ifPresent(rates -> {
            String name = matrices.prefix() + ".groups";
            WholeFile.write(folder.resolve(name + ".csv"), rates.csv());
            WholeFile.write(
                    folder.resolve(name + ".json"),
                    rates.putTo(head(matrices, "groups")).line() + "\n");
        });
        NpzFile.write(archive, archived);
    }

    private static NpyArray array(double[][] matrix) {
        double[] values = Arrays.stream(matrix).flatMapToDouble(Arrays::stream).toArray();
        return NpyArray.of(values, matrix.length, matrix.length);
    }

    /** A table with a column of names, then one column per group. */
    public static String csv(List<String> names, double[][] matrix) {
        StringBuilder text = new StringBuilder();
        List<String> header = new ArrayList<>(List.of("group"));
        header.addAll(names);
        text.append(CsvStream.line(header)).append('\n');
        for (int i = 0; i < matrix.length; i++) {
            List<String> row = new ArrayList<>(List.of(names.get(i)));
            row.addAll(Arrays.stream(matrix[i]).mapToObj(Numbers::csv).toList());
            text.append(CsvStream.line(row)).append('\n');
        }
        return text.toString();
    }

    private static JsonObject head(RecordedMatrices matrices, String kind) {
        JsonObject head = new JsonObject()
                .put("kind", kind)
                .put("epoch", matrices.epoch())
                .put("step", matrices.step());
        matrices.refreshStep().ifPresent(step -> head.put("refresh_step", step));
        return head.put("source", matrices.source().text());
    }

    private static String json(RecordedMatrices matrices, String kind, double[][] matrix) {
        return head(matrices, kind)
                        .put("rows", matrix.length)
                        .put("names", matrices.names())
                        .put("matrix", matrix)
                        .line()
                + "\n";
    }
}
