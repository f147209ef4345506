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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import soopt.cli.Cli;
import soopt.cli.options.ExitCode;
import soopt.report.SyntheticRuns;
import soopt.report.export.ExportFolder;

/** The command lines of soopt export. */
class ExportCommandTest {
    @TempDir
    private Path results;

    private Path run;

    @BeforeEach
    void write() {
        run = new SyntheticRuns(results).run("sweep").epochs(1).writeAll();
    }

    @Test
    void json_namesEveryFileThatWasWritten() throws IOException {
        Cli.Result result =
                Cli.run("export", "tensorboard", "--json", "--results", results).expect(ExitCode.OK);
        JsonNode json = new ObjectMapper().readTree(result.out());
        assertEquals("tensorboard", json.path("kind").asText());
        assertEquals(run.getFileName().toString(), json.path("runs").path(0).asText());
        Path file = Path.of(json.path("written").path(0).asText());
        assertTrue(file.startsWith(results.resolve("sweep/export/tensorboard")), file.toString());
        assertEquals(Files.size(file), json.path("bytes").asLong());
        assertEquals("", result.err());
    }

    @ParameterizedTest
    @CsvSource({
        "csv, metrics_long.csv, ''",
        "npz, sweep.npz, ''",
        "pandas, load.py, 'python3 DIR/load.py'",
        "mlflow, mlruns, '--backend-store-uri DIR'",
        "tensorboard, tensorboard, 'tensorboard --logdir DIR'"
    })
    void everyKind_isWrittenBesideTheRuns_andTwiceTheSame(String kind, String name, String hint) throws IOException {
        Path folder = results.resolve("sweep/export");
        String first = Cli.run("export", kind, "sweep", "--results", results)
                .expect(ExitCode.OK)
                .out();
        assertTrue(first.startsWith("1 run in " + folder), first);
        boolean isFolder = Files.isDirectory(folder.resolve(name));
        String shown = isFolder ? folder.resolve(name).toString() : folder.toString();
        assertTrue(first.contains(hint.replace("DIR", shown)), first);
        assertTrue(Files.exists(folder.resolve(name)));
        assertEquals(
                first,
                Cli.run("export", kind, run, "--results", results)
                        .expect(ExitCode.OK)
                        .out());
        if (!isFolder) {
            Path out = Files.createDirectory(results.resolve("out"));
            Path mine = Files.writeString(out.resolve(name), "mine");
            Cli.Result refused =
                    Cli.run("export", kind, run, "--out", out, "--json").expect(ExitCode.SPEC);
            assertTrue(refused.err().contains("--force replaces it"), refused.err());
            assertEquals("mine", Files.readString(mine));
            Cli.run("export", kind, run, "--out", out, "--force").expect(ExitCode.OK);
        }
    }

    @Test
    void metrics_thatNobodyKnows_areMetWithWhatWasMeant() {
        for (String kind : List.of("csv", "npz")) {
            String err = Cli.run("export", kind, run, "--metrics", "train_loss,tset_acc")
                    .expect(ExitCode.USAGE)
                    .err();
            assertTrue(err.contains("'tset_acc' is none; did you mean 'test_acc'?"), err);
        }
    }

    @Test
    void exports_ofSeveralExperimentsLieInTheResultsFolder_elseWhereTheUserSays() throws IOException {
        new SyntheticRuns(results).run("other").write();
        Cli.run("export", "tensorboard", "--results", results).expect(ExitCode.OK);
        assertTrue(Files.isDirectory(results.resolve("export/tensorboard/other")));
        Path out = results.resolve("elsewhere");
        String said = Cli.run("export", "tensorboard", run, "--out", out)
                .expect(ExitCode.OK)
                .out();
        assertTrue(said.contains("tensorboard --logdir " + out), said);
        assertFalse(Files.exists(results.resolve("sweep/export")));
        assertTrue(Files.isRegularFile(out.resolve(ExportFolder.LIST)));
        // folders of exports are no experiments
        String listed = Cli.run("ls", "--json", "--results", results).out();
        assertEquals(2, new ObjectMapper().readTree(listed).path("experiments").size());
    }

    @Test
    void whatIsInTheWay_isNamedWithTheRemedy() throws IOException {
        Path file = Files.writeString(results.resolve("file"), "");
        String err = Cli.run("export", "tensorboard", run, "--out", file)
                .expect(ExitCode.SPEC)
                .err();
        assertTrue(err.contains(file + " is a file"), err);
        err = Cli.run("export", "tensorboard", "swep", "--results", results)
                .expect(ExitCode.SPEC)
                .err();
        assertTrue(err.contains("did you mean 'sweep'?"), err);
    }
}
