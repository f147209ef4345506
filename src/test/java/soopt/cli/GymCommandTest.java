package soopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.cli.options.ExitCode;
import soopt.file.Column;
import soopt.file.CsvTable;
import soopt.gym.Result;

final class GymCommandTest {
    @TempDir
    Path folder;

    @Test
    void table_hasARowForEachMethod_andAReasonForEachFailure() {
        Cli.Result result = Cli.run(
                        "gym",
                        "--optimizer",
                        "newton,cauchy",
                        "--optimizer",
                        "k-fac",
                        "--problem",
                        "rosenbrock-2",
                        "--limit",
                        "200")
                .expect(ExitCode.OK);
        assertTrue(result.out().matches("(?s) +rosenbrock-2\\R.*newton +109\\R.*"), result.out());
        assertTrue(result.out().matches("(?s).*cauchy +limit\\R.*"), result.out());
        assertTrue(result.out().contains("of the loss is left"), result.out());
        assertTrue(result.out().contains("no layers with Kronecker factors"), result.out());
    }

    @Test
    void csvAndJson_sayTheSame() throws IOException {
        Path file = folder.resolve("gym.csv");
        Cli.Result result = Cli.run(
                        "gym",
                        "--json",
                        "--out",
                        file,
                        "--optimizer",
                        "sgd",
                        "--problem",
                        "cliff,saddle",
                        "--limit",
                        "150")
                .expect(ExitCode.OK);
        JsonNode rows = new ObjectMapper().readTree(result.out()).path("results");
        CsvTable table = CsvTable.read(file);
        assertEquals(Column.names(Result.COLUMNS), table.columns());
        assertEquals(2, table.size());
        for (int row = 0; row < 2; row++) {
            JsonNode json = rows.path(row);
            assertEquals(json.path("problem").asText(), table.text(row, "problem"));
            assertEquals(json.path("outcome").asText(), table.text(row, "outcome"));
            assertEquals(json.path("gap").asDouble(), table.number(row, "gap"));
            assertEquals(json.path("gradient_equivalents").asDouble(), table.number(row, "gradient_equivalents"));
            assertEquals("sgd", json.path("settings").path("type").asText(), result.out());
            assertTrue(json.path("settings").path("step-size").asDouble() > 0, result.out());
        }
        assertEquals("true", table.text(1, "tuned"));
    }

    @Test
    void ownSettings_standBesideThoseOfTheGym() throws IOException {
        Cli.Result result = Cli.run(
                        "gym",
                        "--json",
                        "--optimizer",
                        "adam",
                        "--optimizer",
                        "{type: adam, step-size: 0.5}",
                        "--optimizer",
                        "configs/optimizers/adam.yaml",
                        "--problem",
                        "saddle",
                        "--limit",
                        "500")
                .expect(ExitCode.OK);
        JsonNode rows = new ObjectMapper().readTree(result.out()).path("results");
        assertEquals("adam", rows.path(0).path("optimizer").asText());
        assertEquals("adam-1", rows.path(1).path("optimizer").asText());
        assertEquals(0.5, rows.path(1).path("settings").path("step-size").asDouble());
        assertEquals("adam-2", rows.path(2).path("optimizer").asText());
        assertEquals(0.003, rows.path(2).path("settings").path("step-size").asDouble());
    }

    @Test
    void mistakes_nameTheChoices() {
        String problem =
                Cli.run("gym", "--problem", "rosenbrok").expect(ExitCode.USAGE).err();
        assertTrue(problem.contains("no problem 'rosenbrok'; known: quadratic, block-quadratic"), problem);
        String optimizer =
                Cli.run("gym", "--optimizer", "nwton").expect(ExitCode.USAGE).err();
        assertTrue(optimizer.contains("no optimizer 'nwton'; known: sgd, adam"), optimizer);
        String key = Cli.run("gym", "--optimizer", "{type: adam, stepsize: 1}")
                .expect(ExitCode.SPEC)
                .err();
        assertTrue(key.contains("optimizer.stepsize is unknown"), key);
    }
}
