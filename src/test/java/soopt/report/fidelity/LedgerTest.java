package soopt.report.fidelity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.cli.Cli;
import soopt.cli.options.ExitCode;
import soopt.experiment.InMemory;
import soopt.experiment.SmallRun;
import soopt.experiment.folder.FidelityRow;
import soopt.experiment.results.Results;
import soopt.file.Column;
import soopt.file.CsvTable;
import soopt.report.fidelity.Ledger.Batch;
import soopt.report.fidelity.Ledger.Line;
import soopt.report.fidelity.Ledger.Model;
import soopt.report.read.Configuration;
import soopt.report.table.Sheet;

class LedgerTest {
    @TempDir(factory = InMemory.class)
    Path results;

    /** Rows: group, predicted_change_2, predicted_change_3, actual_change, held_out_change. */
    private void write(String... rows) throws IOException {
        Path run = Files.createDirectories(results.resolve("e/runs/0123456789ab"));
        Files.writeString(run.resolve("config.yaml"), "experiment: e\nseeds: [1]\nprecision: float32\n");
        StringBuilder text = new StringBuilder(String.join(",", Column.names(FidelityRow.COLUMNS)) + "\n");
        for (String row : rows) {
            String[] cells = row.split(" ");
            boolean all = cells[0].equals("all");
            text.append("1,1," + (all ? -1 : 0) + "," + cells[0] + ",0.1," + cells[1] + "," + cells[2] + ",NaN,NaN,"
                    + cells[3] + "," + cells[4] + ",1.0,1.0\n");
        }
        Files.writeString(run.resolve("fidelity.csv"), text);
    }

    private List<Configuration> configurations() {
        return Configuration.of(Results.runs(results.resolve("e")).toList());
    }

    private Line line(String group, Model model, Batch batch) {
        return Ledger.of(configurations()).lines().stream()
                .filter(each -> each.group().equals(group) && each.model() == model && each.batch() == batch)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void ratios_areOfWhatCameOverWhatWasPredicted() throws IOException {
        write(
                "all -1 -2 -1 0.5", "w -0.5 -1 -0.4 1",
                "all -1 -1 -2 -3", "w -0.5 -1 -0.6 1",
                "all -1 -1 -4 -1", "w -0.5 -1 1.5 1",
                "all -1 -4 -1.5 -1", "w -0.5 -1 -0.5 1");
        Line second = line("all", Model.TAYLOR_2, Batch.SAME);
        assertEquals(4, second.count());
        assertEquals(1.75, second.median(), 1e-15);
        assertEquals(1.375, second.lower(), 1e-15);
        assertEquals(2.5, second.upper(), 1e-15);
        assertEquals(0.75, second.within(), 0);
        assertEquals(1, second.sign(), 0);
        Line held = line("all", Model.TAYLOR_2, Batch.HELD_OUT);
        assertEquals(0.75, held.sign(), 0);
        assertEquals(0.5, held.within(), 0);
        // 1/2, 2, 4 and 3/8
        assertEquals(1.25, line("all", Model.TAYLOR_3, Batch.SAME).median(), 1e-15);
        assertEquals(0.75, line("w", Model.TAYLOR_2, Batch.SAME).sign(), 0);
    }

    @Test
    void changesTooSmallToBeTold_areCountedApart_andRestingGroupsNotAtAll() throws IOException {
        write("all -1 -1 -1 -1", "w 0 0 0 0", "all -1e-6 -1e-6 1e-7 -1", "w -1 -1 -1 -1");
        Line all = line("all", Model.TAYLOR_2, Batch.SAME);
        assertEquals(1, all.count());
        assertEquals(1, all.below());
        Line group = line("w", Model.TAYLOR_2, Batch.SAME);
        assertEquals(1, group.count());
        assertEquals(0, group.below());
    }

    @Test
    void groupsThatMoveAlone_areSummed() throws IOException {
        write("all -1 -1 -2 -1", "w -1 -1 -1 -1", "b -1 -1 -2 -1");
        assertEquals(1.5, Ledger.of(configurations()).sums().get("e").median(), 1e-15);
    }

    @Test
    void aRun_isToldInEachForm() throws IOException {
        Path file = Files.writeString(results.resolve("a.yaml"), SmallRun.YAML);
        Cli.run(
                        "run",
                        file,
                        "--results",
                        results,
                        "--progress",
                        "none",
                        "optimizer={type: newton-summary, step-size: 0.5, period: 2}",
                        "record.fidelity={every: 2 steps}")
                .expect(ExitCode.OK);
        String text = Cli.run("fidelity", "small", "--results", results)
                .expect(ExitCode.OK)
                .out();
        assertTrue(text.contains("| initialization | H̄⁻¹"), text);
        assertTrue(text.contains("strongest between layers"), text);
        assertTrue(text.contains("| layers.1.bias   | held-out batch |"), text);
        assertTrue(text.contains("the changes of groups that move alone sum to"), text);
        Path out = results.resolve("out");
        Cli.run("fidelity", "small", "--results", results, "--format", "csv,json,latex", "--out", out)
                .expect(ExitCode.OK);
        CsvTable indices = CsvTable.read(results.resolve("out.indices.csv"));
        assertEquals(2 * 3, indices.size());
        assertEquals("hbar", indices.text(0, "matrix"));
        assertEquals(2, indices.number(0, "layers"));
        assertTrue(indices.number(0, "off_block_normalized") > 0);
        assertEquals(0, indices.number(0, "beyond_neighbours_normalized"));
        assertEquals(2 * 3, CsvTable.read(results.resolve("out.couplings.csv")).size());
        assertTrue(CsvTable.read(results.resolve("out.ledger.csv")).size() > 20);
        assertTrue(Files.readString(results.resolve("out.json")).contains("sum_of_groups_over_all_median"));
    }

    @Test
    void withoutFidelity_stepsAreToldAndTheKeyIsNamed() throws IOException {
        Path file = Files.writeString(results.resolve("a.yaml"), SmallRun.YAML);
        Cli.run("run", file, "--results", results, "--progress", "none", "training.epochs=1")
                .expect(ExitCode.OK);
        List<Configuration> runs =
                Configuration.of(Results.runs(results.resolve("small")).toList());
        List<Sheet> sheets = FidelitySheets.of(runs, Indices.of(runs), Ledger.of(runs));
        String notes = sheets.stream().flatMap(sheet -> sheet.notes().stream()).collect(Collectors.joining("\n"));
        assertTrue(notes.contains("record.fidelity: {every: 1 epoch}"), notes);
        assertFalse(Ledger.of(runs).lines().isEmpty());
    }

    @Test
    void aRunWithoutMatricesAndSteps_isRefused() throws IOException {
        Path run = Files.createDirectories(results.resolve("e/runs/0123456789ab"));
        Files.writeString(run.resolve("config.yaml"), "experiment: e\nseeds: [1]\n");
        Cli.Result result = Cli.run("fidelity", "e", "--results", results).expect(ExitCode.SPEC);
        assertTrue(result.err().contains("set record.curvature, record.steps or record.fidelity"), result.err());
    }
}
