package soopt.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.cli.Cli;
import soopt.cli.options.ExitCode;
import soopt.file.JsonObject;
import soopt.report.SyntheticRuns;
import soopt.report.reproduce.Reproductions;

class ReproduceCommandTest {
    @TempDir
    Path results;

    @Test
    void list_namesEveryFigure_andWhatThePaperSays() {
        String out = Cli.run("reproduce", "--list").expect(ExitCode.OK).out();

        Reproductions.all().forEach(each -> {
            assertTrue(out.contains(each.name()), each.name());
            each.claims().forEach(claim -> assertTrue(out.contains(claim.paper()), claim.paper()));
        });
    }

    @Test
    void fullScale_runsNothing_butPrintsTheSweeps_andAsksWhatIsFinished() {
        Cli.Result result = Cli.run("reproduce", "invariance", "--scale", "full", "--results", results, "--json")
                .expect(ExitCode.OK);

        assertTrue(result.err().contains("soopt sweep "), result.err());
        assertTrue(result.err().contains("mlp_invariance.yaml"), result.err());
        JsonNode claims = JsonObject.parse(result.out()).path("claims");
        assertEquals(List.of("undecided"), claims.findValuesAsText("verdict"));
        assertFalse(Files.exists(results.resolve("mlp_invariance")));
    }

    @Test
    void runsThatAreThere_areDrawnAndAsked() throws Exception {
        SyntheticRuns runs = new SyntheticRuns(results);
        for (String optimizer : List.of("newton-summary", "adam", "k-fac")) {
            runs.run("lenet_training").optimizer("type", optimizer).write();
        }

        String out = Cli.run("reproduce", "fig2a-lenet", "table5-lenet", "--scale", "full", "--results", results)
                .expect(ExitCode.OK)
                .out();

        assertTrue(out.contains("HOLDS     fig2a-lenet"), out);
        Path folder = results.resolve("reproduce/full");
        for (String name :
                List.of("fig2a-lenet.svg", "fig2a-lenet.png", "fig2a-lenet.csv", "claims.txt", "claims.csv")) {
            assertTrue(Files.size(folder.resolve(name)) > 0, name);
        }
    }

    @Test
    void unknownName_isRefusedWithASuggestion() {
        String err = Cli.run("reproduce", "fig2a-lenett").expect(ExitCode.USAGE).err();

        assertTrue(err.contains("did you mean 'fig2a-lenet'?"), err);
    }
}
