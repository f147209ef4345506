package soopt.experiment.folder;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import soopt.curvature.Matrices;
import soopt.file.Column;
import soopt.file.Growing;
import soopt.file.JsonObject;
import soopt.file.Temporary;
import soopt.file.WholeFile;
import soopt.file.WriteException;
import soopt.npy.NpyArray;
import soopt.npy.NpzAppender;

/**
 * The folder matrices/: each matrix as CSV and JSON with names of rows and columns, and all of them in matrices.npz,
 * which grows. H̄ is called hbar, hbar_averaged where the optimizer's average is meant. Where no optimizer's refresh
 * lies behind them, groups.csv and groups.json have the learning rates that they give. Of more than
 * {@value #MOST_TEXT} groups the matrices are in matrices.npz alone.
 */
public final class MatrixFiles implements Growing, AutoCloseable {
    /** Groups up to which there is text: of 1,000 a file has 20 MB. */
    static final int MOST_TEXT = 1000;

    private final Path folder;
    private Optional<NpzAppender> archive = Optional.empty();

    MatrixFiles(Path folder) {
        this.folder = folder;
    }

    void write(RecordedMatrices recorded) {
        Map<String, double[][]> kinds = kinds(recorded.hessianName(), recorded.hessian(), recorded.regularized());
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        arrays(kinds).forEach((kind, array) -> arrays.put(recorded.prefix() + "." + kind, array));
        if (isText(recorded.names().size())) {
            kinds.forEach((kind, matrix) -> write(
                    folder.resolve(recorded.prefix() + "." + kind), head(recorded, kind), recorded.names(), matrix));
        }
        recorded.rates().ifPresent(rates -> {
            String name = recorded.prefix() + ".groups";
            WholeFile.writeUnforced(folder.resolve(name + ".csv"), rates.csv());
            WholeFile.writeUnforced(
                    folder.resolve(name + ".json"),
                    rates.putTo(head(recorded, "groups")).line() + "\n");
        });
        append(arrays);
    }

    /** Whether the matrices of so many groups are written as CSV and JSON too. */
    public static boolean isText(int groups) {
        return groups <= MOST_TEXT;
    }

    private void append(Map<String, NpyArray> arrays) {
        if (archive.isEmpty()) {
            archive = Optional.of(NpzAppender.open(file(folder)));
        }
        archive.get().append(arrays);
    }

    private static Path file(Path folder) {
        return folder.resolve("matrices.npz");
    }

    /** Whether the archive of a folder has so many arrays, once what a kill tore is mended. */
    static boolean holds(Path folder, long mark) {
        if (Files.notExists(file(folder))) {
            return mark == 0;
        }
        try (NpzAppender archive = NpzAppender.open(file(folder))) {
            return archive.size() >= mark;
        } catch (WriteException noArchive) {
            return false;
        }
    }

    /** Arrays of matrices.npz. */
    @Override
    public long mark() {
        return archive.map(NpzAppender::size).orElse(0);
    }

    @Override
    public void force() {
        archive.ifPresent(NpzAppender::force);
    }

    /** The text of later matrices goes too. */
    @Override
    public void cutBack(long mark) {
        if (archive.isEmpty() && Files.notExists(file(folder))) {
            return;
        }
        NpzAppender opened = archive.orElseGet(() -> NpzAppender.open(file(folder)));
        archive = Optional.of(opened);
        List<String> names = opened.names();
        List<String> later = names.subList((int) mark, names.size());
        opened.cutBack((int) mark);
        for (String name : later) {
            String groups = name.substring(0, name.indexOf('.')) + ".groups";
            for (String text : List.of(name + ".csv", name + ".json", groups + ".csv", groups + ".json")) {
                Temporary.discard(folder.resolve(text));
            }
        }
    }

    @Override
    public void close() {
        archive.ifPresent(NpzAppender::close);
    }

    /**
     * H̄, the regularized matrix and their inverses by the names of their files.
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

    /**
     * A matrix as CSV, with a column of names, then one column per group, and as JSON.
     *
     * @param base the path without .csv and .json
     * @param head what JSON says first
     */
    public static void write(Path base, JsonObject head, List<String> names, double[][] matrix) {
        List<Column<Integer>> columns = new ArrayList<>();
        columns.add(new Column<>("group", names::get, "the row"));
        for (int j = 0; j < names.size(); j++) {
            int column = j;
            columns.add(new Column<>(names.get(j), i -> matrix[i][column], "the column of this group"));
        }
        List<Integer> rows = IntStream.range(0, matrix.length).boxed().toList();
        WholeFile.writeUnforced(base.resolveSibling(base.getFileName() + ".csv"), Column.table(columns, rows));
        JsonObject object = head.put("rows", matrix.length).put("groups", names).put("matrix", matrix);
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

    private static JsonObject head(RecordedMatrices recorded, String kind) {
        JsonObject head = new JsonObject()
                .put("kind", kind)
                .put("epoch", recorded.epoch())
                .put("step", recorded.step());
        recorded.refreshStep().ifPresent(step -> head.put("refresh_step", step));
        return head.put("source", recorded.source().text());
    }
}
