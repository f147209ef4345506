package soopt.report.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.experiment.results.ResultRun;
import soopt.file.CsvTable;
import soopt.npy.NpyArray;
import soopt.npy.NpzFile;
import soopt.report.Python;
import soopt.report.SyntheticRuns;
import soopt.report.read.Selection;

/** Tables and arrays of many runs: CSV, NumPy's archives, and the program that loads runs with pandas. */
class TablesTest {
    @TempDir
    private Path results;

    @TempDir
    private Path out;

    private Path first;

    /** Two configurations with two seeds each; the last run has fewer epochs, as one that goes on. */
    @BeforeEach
    void writeRuns() {
        SyntheticRuns runs = new SyntheticRuns(results);
        first = runs.run("sweep").optimizer("step-size", 0.3).seed(1).epochs(3).writeAll();
        runs.run("sweep").optimizer("step-size", 0.3).seed(2).epochs(3).write();
        runs.run("sweep").optimizer("step-size", 0.1).seed(1).epochs(3).write();
        runs.run("sweep").optimizer("step-size", 0.1).seed(2).epochs(1).write();
    }

    private List<ResultRun> runs() {
        return Selection.runs(results, List.of());
    }

    private ExportFolder folder() {
        return ExportFolder.open(out, false, () -> {});
    }

    // ---- CSV ----

    @Test
    void longTable_hasARowPerMeasuredValue_withItsDigits() throws IOException {
        CsvExport.write(runs(), folder(), CsvExport.Shape.LONG, List.of());
        CsvTable table = CsvTable.read(out.resolve("metrics_long.csv"));
        assertEquals(
                List.of(
                        "experiment",
                        "run_id",
                        "seed",
                        "state",
                        "optimizer.type",
                        "optimizer.step-size",
                        "training.epochs",
                        "epoch",
                        "step",
                        "metric",
                        "value"),
                table.columns());
        CsvTable metrics = CsvTable.read(first.resolve("metrics.csv"));
        int found = 0;
        for (int row = 0; row < table.size(); row++) {
            if (table.text(row, "run_id").equals(first.getFileName().toString())) {
                int epoch = (int) table.number(row, "epoch");
                assertEquals(metrics.text(epoch, table.text(row, "metric")), table.text(row, "value"));
                assertEquals("0.3", table.text(row, "optimizer.step-size"));
                found++;
            }
        }
        // 25 columns without epoch, step, and test_loss, test_acc, which are NaN
        assertEquals(4 * (25 - 4), found);
        assertEquals((4 + 4 + 4 + 2) * 21, table.size());
    }

    @Test
    void wideTable_hasTheRowsOfMetrics_andThoseColumnsThatAreWanted() {
        CsvExport.write(runs(), folder(), CsvExport.Shape.WIDE, List.of("train_loss", "test_loss"));
        CsvTable table = CsvTable.read(out.resolve("metrics_wide.csv"));
        assertEquals(14, table.size());
        assertEquals(List.of("train_loss", "test_loss"), table.columns().subList(9, 11));
        assertEquals("NaN", table.text(0, "test_loss"));
    }

    @Test
    void whatRunFoldersSay_isNoFormula() throws IOException {
        Path run =
                new SyntheticRuns(results.resolve("x")).run("=cmd|' calc'!A0").write();
        Files.writeString(
                run.resolve("config.yaml"), "seeds: ['@SUM(1)']\noptimizer: {type: \"+1+cmd|'x'\", a: \"\\t=1\"}\n");
        Path metrics = run.resolve("metrics.csv");
        Files.writeString(metrics, Files.readString(metrics).replace("1,10,40,", "=1+1,@x,-1+cmd,"));
        new SyntheticRuns(results.resolve("x")).run("=cmd|' calc'!A0").seed(7).write();
        List<ResultRun> hostile = Selection.runs(results.resolve("x"), List.of());
        ExportFolder to = folder();
        CsvExport.write(hostile, to, CsvExport.Shape.WIDE, List.of());
        CsvExport.write(hostile, to, CsvExport.Shape.LONG, List.of());
        PandasExport.write(hostile, to);
        for (String file : List.of("metrics_wide.csv", "metrics_long.csv", "runs.csv")) {
            CsvTable table = CsvTable.read(out.resolve(file));
            assertTrue(table.size() > 0);
            for (int row = 0; row < table.size(); row++) {
                for (String column : table.columns()) {
                    String field = table.text(row, column);
                    boolean formula = !field.isEmpty()
                            && "=+-@\t\r".indexOf(field.charAt(0)) >= 0
                            && Double.isNaN(CsvTable.parsed(field));
                    assertFalse(formula, file + " " + column + ": " + field);
                }
            }
        }
    }

    // ---- NumPy ----

    @Test
    void archive_hasRunsByRows_filledUpWithNaN() {
        NpzExport.write(runs(), folder(), List.of("train_loss", "val_acc"));
        Map<String, NpyArray> arrays = NpzFile.read(
                out.resolve("sweep.npz"),
                List.of(
                        "seed",
                        "rows",
                        "configuration",
                        "setting.optimizer.step-size",
                        "metrics.epoch",
                        "metrics.train_loss"));
        List<ResultRun> runs = runs();
        assertArrayEquals(new int[] {4, 4}, arrays.get("metrics.train_loss").shape());
        for (int run = 0; run < 4; run++) {
            CsvTable metrics = CsvTable.read(runs.get(run).folder().resolve("metrics.csv"));
            assertEquals(metrics.size(), arrays.get("rows").integerAt(run));
            assertEquals(
                    Double.parseDouble(runs.get(run).settings().get("optimizer.step-size")),
                    arrays.get("setting.optimizer.step-size").at(run));
            assertEquals(runs.get(run).seed(), arrays.get("seed").text(run));
            for (int row = 0; row < 4; row++) {
                double expected = row < metrics.size() ? metrics.number(row, "train_loss") : Double.NaN;
                assertEquals(expected, arrays.get("metrics.train_loss").at(4 * run + row));
            }
        }
        assertFalse(NpzFile.names(out.resolve("sweep.npz")).contains("metrics.test_acc"));
    }

    @Test
    void archive_hasMatricesAndRatesOfTheRunsThatRecordedThem() {
        NpzExport.write(runs(), folder(), List.of());
        String id = first.getFileName().toString();
        Map<String, NpyArray> arrays = NpzFile.read(
                out.resolve("sweep.npz"),
                List.of(id + ".hessian", id + ".moment_step", id + ".eta_used", id + ".rate_step"));
        assertArrayEquals(new int[] {4, 6, 6}, arrays.get(id + ".hessian").shape());
        assertArrayEquals(
                new long[] {0, 10, 20, 30}, arrays.get(id + ".moment_step").longs());
        for (int epoch = 0; epoch < 4; epoch++) {
            double[][] hessian = SyntheticRuns.Run.hessian(6, epoch);
            for (int i = 0; i < 36; i++) {
                assertEquals(hessian[i / 6][i % 6], arrays.get(id + ".hessian").at(36 * epoch + i));
            }
        }
        assertArrayEquals(new int[] {3, 6}, arrays.get(id + ".eta_used").shape());
        assertEquals(SyntheticRuns.Run.eta(4, 2), arrays.get(id + ".eta_used").at(16));
        assertEquals(
                1,
                NpzFile.names(out.resolve("sweep.npz")).stream()
                        .filter(name -> name.endsWith(".hessian"))
                        .count());
    }

    @Test
    void archive_isLoadedByNumPy() throws InterruptedException {
        Optional<String> python = Python.with("numpy");
        assumeTrue(python.isPresent(), "no python3 with numpy");
        NpzExport.write(runs(), folder(), List.of());
        Python.Result result = Python.run(
                python.get(),
                "-c",
                "import numpy; d = numpy.load('" + out.resolve("sweep.npz") + "')\n"
                        + "assert d['run_id'].tolist() == ['feed00000000', 'feed00000003', 'feed00000002', "
                        + "'feed00000001'], d['run_id']\n"
                        + "assert d['state'].tolist() == ['COMPLETED'] * 4\n"
                        + "assert d['label'][d['configuration']].tolist()[1] == 'sgd, step-size 0.1, epochs 1', "
                        + "d['label']\n"
                        + "assert d['metrics.train_loss'].shape == (4, 4)\n"
                        + "assert numpy.isnan(d['metrics.train_loss']).sum() == 2\n"
                        + "assert d['feed00000000.group'].tolist()[:2] == ['conv1.weight', 'conv1.bias']\n"
                        + "h, i = d['feed00000000.hessian'], d['feed00000000.inverse']\n"
                        + "assert numpy.allclose(h @ i, numpy.eye(6))\n");
        assertEquals(new Python.Result(0, ""), result);
    }

    // ---- pandas ----

    @Test
    void program_findsRunsByPathsFromItsOwnFolder() throws IOException {
        PandasExport.write(runs(), ExportFolder.open(results.resolve("sweep/export"), false, () -> {}));
        CsvTable table = CsvTable.read(results.resolve("sweep/export/runs.csv"));
        for (int row = 0; row < table.size(); row++) {
            Path folder = results.resolve("sweep/export").resolve(table.text(row, "folder"));
            assertTrue(Files.isRegularFile(folder.resolve("metrics.csv")), folder.toString());
        }
        assertEquals("./../runs/feed00000000", table.text(0, "folder"));
    }

    @Test
    void configurations_ofSeveralExperimentsHaveNamesOfTheirOwn() throws IOException {
        SyntheticRuns more = new SyntheticRuns(results);
        more.run("another").optimizer("step-size", 0.1).epochs(3).write();
        more.run("another").optimizer("step-size", 0.3).epochs(3).write();
        PandasExport.write(runs(), folder());
        CsvTable table = CsvTable.read(out.resolve("runs.csv"));
        Map<String, Set<String>> experiments = new TreeMap<>();
        for (int row = 0; row < table.size(); row++) {
            experiments
                    .computeIfAbsent(table.text(row, "configuration"), label -> new TreeSet<>())
                    .add(table.text(row, "experiment"));
        }
        assertTrue(experiments.values().stream().allMatch(names -> names.size() == 1), experiments.toString());
    }

    @Test
    void notebook_isTheProgramInCells() throws IOException {
        PandasExport.write(runs(), folder());
        JsonNode notebook =
                new ObjectMapper().readTree(out.resolve("load.ipynb").toFile());
        assertEquals(4, notebook.path("nbformat").asInt());
        StringBuilder code = new StringBuilder();
        for (JsonNode cell : notebook.path("cells")) {
            String source = cell.path("source").asText();
            if (cell.path("cell_type").asText().equals("code")) {
                assertTrue(cell.has("execution_count")
                        && cell.path("execution_count").isNull());
                assertTrue(cell.path("outputs").isArray());
                code.append(source).append('\n');
            } else {
                assertTrue(source.lines().noneMatch(line -> line.startsWith("# %%")), source);
            }
        }
        String program = Files.readString(out.resolve("load.py"));
        assertEquals(
                program.lines()
                        .filter(line -> !line.startsWith("#") && !line.isBlank())
                        .toList(),
                code.toString().lines().filter(line -> !line.isBlank()).toList());
    }

    /** A torn last line, a run without metrics, and a sweep: the means are those of Java. */
    @Test
    void program_runsAsItIs() throws IOException, InterruptedException {
        Optional<String> python = Python.with("pandas");
        assumeTrue(python.isPresent(), "no python3 with pandas");
        Path metrics = first.resolve("metrics.csv");
        Files.writeString(metrics, Files.readString(metrics) + "4,40,160,0.1");
        Files.delete(new SyntheticRuns(results).run("empty").write().resolve("metrics.csv"));
        PandasExport.write(runs(), folder());
        Files.writeString(
                out.resolve("check.py"),
                "import load, json\n"
                        + "rows = {c: len(r) for c, r in load.METRICS.groupby('run_id')}\n"
                        + "final = load.FINAL['train_loss']['mean']\n"
                        + "matrices = load.matrices(load.RUNS[load.RUNS.experiment == 'sweep'].iloc[0])\n"
                        + "print(json.dumps({'rows': rows, 'final': sorted(final), 'matrices': len(matrices),\n"
                        + "                  'varied': load.VARIED}))\n");
        Python.Result result = Python.run(python.get(), out.resolve("check.py").toString());
        JsonNode said = new ObjectMapper().readTree(result.said());
        assertEquals(4, said.path("rows").path("feed00000000").asInt(), result.said());
        assertEquals(2, said.path("rows").path("feed00000003").asInt());
        assertEquals(16, said.path("matrices").asInt());
        assertTrue(said.path("varied").toString().contains("optimizer.step-size"));
        assertEquals(2 * Math.exp(-0.9) * 1.1, said.path("final").path(0).asDouble(), 1e-12);
        Python.Result printed = Python.run(python.get(), out.resolve("load.py").toString());
        assertEquals(0, printed.code(), printed.said());
        assertTrue(printed.said().contains("train_loss"), printed.said());
    }
}
