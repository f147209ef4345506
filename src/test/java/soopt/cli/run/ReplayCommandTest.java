package soopt.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.cli.Cli;
import soopt.cli.options.ExitCode;
import soopt.experiment.InMemory;
import soopt.experiment.RunFiles;

/** soopt replay. */
class ReplayCommandTest {
    @TempDir(factory = InMemory.class)
    Path folder;

    private Cli.Result replay(Object... more) {
        Object[] words = new Object[more.length + 2];
        words[0] = "replay";
        System.arraycopy(more, 0, words, 1, more.length);
        words[words.length - 1] = "--results=" + folder;
        return Cli.run(words);
    }

    @Test
    void replay_showsTheStep_andSaysWhetherItIsTheSame() throws IOException {
        Cli.run(
                        "run",
                        "configs/quickstart.yaml",
                        "optimizer.step-size=1.0e+30",
                        "evaluate.every=never",
                        "dataset.limit=600",
                        "optimizer.average.warm-up=0",
                        "--progress",
                        "none",
                        "--results",
                        folder)
                .expect(ExitCode.DIVERGED);
        String text = replay("").code() == ExitCode.SPEC ? "" : "found";
        assertEquals("", text, "an empty name is no run");
        Path run;
        try (var runs = Files.list(folder.resolve("quickstart/runs"))) {
            run = runs.filter(each -> !each.endsWith(".claims")).findFirst().orElseThrow();
        }
        String id = run.getFileName().toString();

        text = replay(id.substring(0, 8)).expect(ExitCode.OK).out();
        assertTrue(text.startsWith("diverged at step "), text);
        for (String part : new String[] {"loss of the batch", "η applied", "eigenvalues of H̄: ", "to the last bit"}) {
            assertTrue(text.contains(part), part + " in " + text);
        }
        JsonNode json = new ObjectMapper()
                .readTree(replay(run, "--json").expect(ExitCode.OK).out());
        assertTrue(json.path("same").asBoolean());
        assertEquals(json.path("recorded"), json.path("replayed"));

        Path incident = run.resolve("incident/incident.json");
        Files.writeString(
                incident,
                ((ObjectNode) RunFiles.json(incident)).put("batch_loss", 3).toString());
        text = replay(id).expect(ExitCode.INTERNAL).out();
        assertTrue(text.contains("but these differ: batch_loss"), text);
    }
}
