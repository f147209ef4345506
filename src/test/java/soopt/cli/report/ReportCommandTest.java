package soopt.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.cli.Cli;
import soopt.cli.options.ExitCode;
import soopt.experiment.RunFiles;
import soopt.experiment.folder.RunFolder;
import soopt.npy.NpyArray;
import soopt.npy.NpzFile;

/** soopt report over runs that were trained. */
class ReportCommandTest {
    @TempDir
    private static Path folder;

    private static Path results;
    private static List<Path> runs;

    @BeforeAll
    static void train() throws IOException {
        results = folder.resolve("results");
        double[] x = {1, 1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 2, 2, 1, 1};
        long[] y = {0, 1, 0, 1, 0, 1, 1, 0};
        NpzFile.write(folder.resolve("data.npz"), Map.of("x", NpyArray.of(x, 8, 2), "y", NpyArray.of(y, 8)));
        Path spec = Files.writeString(folder.resolve("tiny.yaml"), """
                experiment: tiny
                seeds: [1, 2]
                threads: 1
                precision: float64
                dataset: {type: npz, train: data.npz, test: data.npz}
                model: {type: mlp, hidden: [2], activation: tanh}
                optimizer: {type: newton-summary, step-size: 0.1, period: 1}
                training: {epochs: 3, batch-size: 4}
                """);
        Cli.run("run", spec, "--progress", "none", "--results", results).expect(ExitCode.OK);
        Cli.run(
                        "run",
                        spec,
                        "--progress",
                        "none",
                        "--results",
                        results,
                        "experiment=other",
                        "optimizer={type: sgd, step-size: 0.1}",
                        "seeds=[1]")
                .expect(ExitCode.OK);
        try (var found = Files.list(results.resolve("tiny/runs"))) {
            runs = found.filter(run -> !run.endsWith(".claims")).sorted().toList();
        }
    }

    private static Cli.Result report(Object... words) {
        Object[] all = new Object[words.length + 3];
        all[0] = "report";
        System.arraycopy(words, 0, all, 1, words.length);
        all[words.length + 1] = "--results";
        all[words.length + 2] = results;
        return Cli.run(all);
    }

    private static JsonNode data(Path page) throws IOException {
        String text = RunFiles.text(page);
        String begin = "<script type=\"application/json\" id=\"data\">";
        int from = text.indexOf(begin) + begin.length();
        return new ObjectMapper().readTree(text.substring(from, text.indexOf("</script>", from)));
    }

    @Test
    void anExperiment_hasItsPageInItsFolder() throws IOException {
        String said = report("tiny").expect(ExitCode.OK).out();
        Path page = results.resolve("tiny/report.html");
        assertTrue(said.startsWith("2 runs in " + page), said);
        JsonNode data = data(page);
        assertEquals(2, data.path("runs").size());
        assertEquals(1, data.path("configurations").size(), "seeds are one configuration");
        JsonNode first = data.path("runs").get(0);
        double[] losses = RunFolder.open(runs.get(0)).metrics().numbers("train_loss");
        JsonNode column =
                data.path("columns").get(first.at("/metrics/train_loss").asInt());
        Path ofFirst = results.resolve("tiny/runs").resolve(first.path("id").asText());
        double[] expected = ofFirst.equals(runs.get(0))
                ? losses
                : RunFolder.open(ofFirst).metrics().numbers("train_loss");
        assertEquals(expected.length, column.size());
        assertEquals(expected[3], column.get(3).asDouble(), 1e-5 * expected[3]);
        assertEquals(4, data.at("/runs/0/rates/applied").size(), "weights and biases of two layers");
        assertEquals(4, data.at("/runs/0/matrices/moments").size(), "epoch 0 to 3");
        assertTrue(data.at("/runs/0/matrices/moments/3").has("inverse"));
    }

    @Test
    void aRun_isNamedByTheBeginningOfItsId_andHasAPageOfItsOwn() throws IOException {
        String id = runs.get(0).getFileName().toString();
        report(id.substring(0, 8)).expect(ExitCode.OK);
        report(results.resolve("other")).expect(ExitCode.OK);
        assertTrue(Files.exists(results.resolve("other/report.html")), "an experiment of one run is an experiment");
        Path page = results.resolve("tiny/report-" + id + ".html");
        assertEquals(id, data(page).at("/runs/0/id").asText());
        assertTrue(RunFiles.text(page).contains("<title>tiny, run " + id + "</title>"));
    }

    @Test
    void severalExperiments_areOnePage() throws IOException {
        report().expect(ExitCode.OK);
        JsonNode data = data(results.resolve("report.html"));
        assertEquals(3, data.path("runs").size());
        Path out = folder.resolve("both.html");
        JsonNode said = new ObjectMapper()
                .readTree(report("other", "tiny", "--out", out, "--json")
                        .expect(ExitCode.OK)
                        .out());
        assertEquals(out.toString(), said.path("file").asText());
        assertEquals(Files.size(out), said.path("bytes").asLong());
        assertEquals(-1, Files.mismatch(results.resolve("report.html"), out), "the same runs, the same page");
    }

    @Test
    void whatIsNotThere_isSaid() {
        String error = report("tinny").expect(ExitCode.SPEC).err();
        assertTrue(error.contains("did you mean 'tiny'?"), error);
        Cli.run("report", "--results", folder.resolve("none")).expect(ExitCode.SPEC);
        Cli.Result refused = report("tiny", "--out", folder.resolve("no/such/folder.html"));
        refused.expect(ExitCode.SPEC);
        assertFalse(Files.exists(folder.resolve("no")));
    }
}
