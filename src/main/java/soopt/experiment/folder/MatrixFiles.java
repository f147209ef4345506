package soopt.experiment.folder;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The folder matrices/: each matrix as CSV and JSON with names of rows and columns, and all of them in matrices.npz. */
final class MatrixFiles {
    private final Path folder;
    private final NpzArchive archive;

    MatrixFiles(Path folder) {
        this.folder = folder;
        this.archive = new NpzArchive(folder.resolve("matrices.npz"));
    }

    void write(Matrices matrices) {
        Map<String, double[][]> kinds = new LinkedHashMap<>();
        kinds.put("hbar", matrices.hessian());
        kinds.put("hbar_inverse", SymmetricInverse.of(matrices.hessian()));
        kinds.put("regularized", matrices.regularized());
        kinds.put("regularized_inverse", SymmetricInverse.of(matrices.regularized()));
        kinds.forEach((kind, matrix) -> {
            String name = matrices.prefix() + "." + kind;
            WholeFile.write(folder.resolve(name + ".csv"), csv(matrices.names(), matrix));
            WholeFile.write(folder.resolve(name + ".json"), json(matrices, kind, matrix));
            archive.put(name, matrix);
        });
        archive.write();
    }

    private static String csv(List<String> names, double[][] matrix) {
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

    private static String json(Matrices matrices, String kind, double[][] matrix) {
        return new JsonObject()
                        .put("kind", kind)
                        .put("epoch", matrices.epoch())
                        .put("step", matrices.step())
                        .put("source", matrices.source().text())
                        .put("rows", matrix.length)
                        .put("names", matrices.names())
                        .put("matrix", matrix)
                        .line()
                + "\n";
    }
}
