package soopt.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
