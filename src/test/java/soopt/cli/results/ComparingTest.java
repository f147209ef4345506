package soopt.cli.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import soopt.cli.Cli;
import soopt.cli.options.ExitCode;
import soopt.experiment.InMemory;
import soopt.experiment.results.Summary;

/** soopt best and soopt collect. */
class ComparingTest {
    @TempDir(factory = InMemory.class)
    Path folder;

    private static double[] row(double loss, double accuracy) {
        return new double[] {loss, accuracy};
    }

    private WrittenRuns grid() {
        WrittenRuns runs = new WrittenRuns(folder.resolve("r"));
        runs.add(0.1, 2, "COMPLETED", row(2, 0.1), row(1, 0.5), row(0.5, 0.75));
        runs.add(0.1, 1, "COMPLETED", row(2, 0.1), row(1, 0.5), row(0.5, 0.25));
        runs.add(0.3, 1, "COMPLETED", row(2, 0.1), row(0.7, 0.9), row(0.2, 0.8));
        runs.add(0.3, 2, "COMPLETED", row(2, 0.1), row(0.001, 0.95), row(0.2, 0.99));
        runs.add(1.0, 1, "DIVERGED", row(2, 0.1), row(1e9, 0.1));
        runs.add(1.0, 2, "FAILED", row(2, 0.1), row(1, 0.99));
        return runs;
    }

    private Cli.Result command(Object... words) {
        List<Object> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--results", folder.resolve("r")));
        return Cli.run(all.toArray());
    }

    private JsonNode best(Object... options) throws JsonProcessingException {
        List<Object> all = new ArrayList<>(List.of("best", "written", "--json"));
        all.addAll(List.of(options));
        return new ObjectMapper()
                .readTree(command(all.toArray()).expect(ExitCode.OK).out())
                .path("experiments")
                .path(0);
    }

    /** Settings and values, best first. */
    private static String ranks(JsonNode experiment) {
        List<String> ranks = new ArrayList<>();
        experiment
                .path("configurations")
                .forEach(each -> ranks.add(
                        each.path("settings").path("optimizer.step-size").asText() + ": "
                                + each.path("value").asDouble()));
        return String.join(", ", ranks);
    }

    @Test
    void configurations_areRankedOverTheirSeeds_withoutWhatIsUnstable() throws IOException {
        grid();
        JsonNode experiment = best();

        assertEquals("val_acc", experiment.path("metric").asText());
        assertEquals("0.3: 0.9, 0.1: 0.625", ranks(experiment));
        assertEquals(
                1, experiment.path("configurations").path(0).path("excluded").asInt());
        List<String> excluded = new ArrayList<>();
        experiment
                .path("excluded")
                .forEach(each -> excluded.add(each.path("reason").asText() + " "
                        + each.path("message").asText()));
        assertEquals(
                List.of(
                        "JUMP its train_loss rose from 0.001 to 0.2 by epoch 2",
                        "DIVERGED it DIVERGED",
                        "UNFINISHED FAILED at epoch 1"),
                excluded);
        String text = command("best").expect(ExitCode.OK).out();
        assertTrue(text.contains("written: val_acc, mean over seeds, the larger the better"), text);
        assertTrue(text.contains("1 of 2"), text);
        assertTrue(
                text.contains("3 of 6 runs do not count: 1 diverged, 1 with a loss that rose 100 times or more at once,"
                        + " 1 not finished"),
                text);
        assertTrue(text.contains("/config.yaml 'seeds=[1]'"), text);
        assertTrue(text.contains("which is optimizer.step-size=0.3"), text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--statistic best | 0.3: 0.9, 0.1: 0.75",
                "--statistic worst | 0.3: 0.9, 0.1: 0.5",
                "--statistic median | 0.3: 0.9, 0.1: 0.625",
                "--at last | 0.3: 0.8, 0.1: 0.5",
                "--minimize --at last | 0.1: 0.5, 0.3: 0.8",
                "--metric train_loss | 0.3: 0.2, 0.1: 0.5",
                "--metric grad_evals --maximize | 0.1: 20.0, 0.3: 20.0",
                "--unfinished | 1.0: 0.99, 0.3: 0.9, 0.1: 0.625",
                "--top 1 | 0.3: 0.9",
            })
    void question_decides(String options, String expected) throws IOException {
        grid();
        assertEquals(expected, ranks(best((Object[]) options.split(" "))));
    }

    @Test
    void commandOfTheBest_makesItsRuns() throws IOException {
        TinyRuns runs = new TinyRuns(folder);
        runs.train();
        Files.writeString(runs.spec(), Files.readString(runs.spec()).replace("step-size: 0.1", "step-size: 0.3"));
        List<Path> before = runs.train();
        JsonNode best = runs.json("best")
                .path("experiments")
                .path(0)
                .path("configurations")
                .path(0);

        List<Object> words = new ArrayList<>();
        for (String word : best.path("command").asText().replace("'", "").split(" ")) {
            words.add(word);
        }
        words.remove(0);
        words.addAll(List.of("--progress", "none", "--results", runs.results()));
        String said = Cli.run(words.toArray()).expect(ExitCode.OK).out();

        assertEquals(before, runs.folders("tiny"), "the same runs: " + said);
    }

    @Test
    void experimentWithoutARunThatCounts_saysSo() {
        new WrittenRuns(folder.resolve("r")).add(1.0, 1, "DIVERGED", row(2, 0.1), row(3, 0.1));
        String text = command("best").expect(ExitCode.OK).out();
        assertTrue(text.contains("no run counts"), text);
        assertTrue(text.contains("1 of 1 runs do not count: 1 diverged"), text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "best --metric val_ac | did you mean 'val_acc'?",
                "best --maximize --minimize | exclude each other",
                "best --role both | --role must be tune, final or all",
                "best --role tune | has no plan that tells tuning from final seeds",
                "best --top 0 | --top must be ≥ 1",
            })
    void mistakes_areOneLine(String line, String words) {
        grid();
        Cli.Result result = command((Object[]) line.split(" ")).expect(ExitCode.USAGE);
        assertTrue(result.err().contains(words), result.err());
    }

    // ---- sweeps ----

    /** As soopt sweep writes it, with seeds that choose and seeds that report. */
    private void plan(WrittenRuns runs, String... roles) throws IOException {
        List<String> entries = new ArrayList<>();
        for (int i = 0; i < roles.length; i++) {
            String id = String.format("%012x", 0xabc000L + i);
            entries.add("{\"index\":" + i + ",\"run_id\":\"" + id + "\",\"combination\":0,\"seed\":1,\"roles\":"
                    + roles[i] + ",\"overrides\":[],\"varied\":{}}");
        }
        Files.writeString(
                runs.experiment().resolve("plan.json"),
                "{\"format\":1,\"experiment\":\"written\",\"file\":\"f\",\"folders\":[],\"overrides\":[],"
                        + "\"source\":\"\",\"runs\":[" + String.join(",", entries) + "]}");
    }

    @Test
    void tuningSeeds_choose() throws IOException {
        WrittenRuns runs = grid();
        plan(runs, "[\"tune\"]", "[\"final\"]", "[\"final\"]", "[\"final\"]", "[\"final\"]", "[\"tune\",\"final\"]");

        assertEquals("0.1: 0.75", ranks(best()));
        assertEquals("0.3: 0.9, 0.1: 0.5", ranks(best("--role", "final")));
        assertEquals("0.3: 0.9, 0.1: 0.625", ranks(best("--role", "all")));
    }

    @Test
    void ls_countsWhatIsNotBegun_andADamagedPlanIsALine() throws IOException {
        WrittenRuns runs = grid();
        plan(runs, "[]", "[]", "[]", "[]", "[]", "[]", "[]", "[]");
        String text = command("ls").expect(ExitCode.OK).out();
        assertTrue(text.contains("1 FAILED; 2 of their sweeps are not begun\n"), text);

        Files.writeString(runs.experiment().resolve("plan.json"), "{");
        Cli.Result result = command("ls").expect(ExitCode.OK);
        assertTrue(result.err().contains("plan.json is damaged"), result.err());
        assertTrue(result.out().contains("6 runs: "), result.out());
    }

    // ---- collect ----

    @Test
    void summary_hasARowPerRun_byWhatVariesAndSeed() throws IOException {
        WrittenRuns runs = grid();
        String said = command("collect").expect(ExitCode.OK).out();
        assertTrue(said.startsWith("6 runs: 4 COMPLETED, 1 DIVERGED, 1 FAILED in "), said);

        List<String> lines = Files.readAllLines(runs.experiment().resolve("summary.csv"));
        assertEquals(7, lines.size());
        assertTrue(
                lines.get(0).startsWith("run_id,seed,optimizer.step-size,training.epochs,state,epochs,epoch,step,"),
                lines.get(0));
        assertEquals(
                "0.1 1, 0.1 2, 0.3 1, 0.3 2, 1.0 1, 1.0 2",
                lines.stream()
                        .skip(1)
                        .map(line -> line.split(",")[2] + " " + line.split(",")[1])
                        .collect(Collectors.joining(", ")));
        assertTrue(
                lines.get(1)
                        .startsWith("000000abc001,1,0.1,2,COMPLETED,2,2,20,val_acc,0.5,1,0.6,0.25,0.5,NaN,0.5,0.25,"),
                lines.get(1));
        JsonNode json = new ObjectMapper()
                .readTree(runs.experiment().resolve("summary.json").toFile());
        assertEquals(6, json.path("runs").size());
        assertEquals(0.5, json.path("runs").path(0).path("best_value").asDouble());
        assertEquals(20, json.path("runs").path(0).path("grad_evals").asInt());
        assertEquals(
                "0.1",
                json.path("runs")
                        .path(0)
                        .path("settings")
                        .path("optimizer.step-size")
                        .asText());
    }

    @Test
    void equalRuns_giveEqualBytes_butForTheMachine() throws IOException {
        WrittenRuns one = new WrittenRuns(folder.resolve("r"));
        WrittenRuns other = new WrittenRuns(folder.resolve("o"));
        other.add(0.5, 9, "COMPLETED", row(2, 0.1), row(1, 0.2));
        for (WrittenRuns runs : List.of(one, other)) {
            runs.add(0.1, 1, "COMPLETED", row(2, 0.1), row(1, 0.6));
            runs.add(0.3, 2, "COMPLETED", row(2, 0.1), row(1, 0.5));
        }
        try (var files = Files.walk(other.experiment().resolve("runs/000000abc000"))) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
        command("collect").expect(ExitCode.OK);
        Cli.run("collect", "--results", folder.resolve("o")).expect(ExitCode.OK);

        String first = withoutMachine(one);
        assertEquals(first, withoutMachine(other));
        assertFalse(first.contains("0.75"), first);
        byte[] before = Files.readAllBytes(one.experiment().resolve("summary.csv"));
        command("collect").expect(ExitCode.OK);
        assertEquals(new String(before), Files.readString(one.experiment().resolve("summary.csv")));
    }

    /** Without ids, which the hash of the settings decides of real runs, and what the machine decides. */
    private static String withoutMachine(WrittenRuns runs) throws IOException {
        List<String> lines = Files.readAllLines(runs.experiment().resolve("summary.csv"));
        int machine = List.of(lines.get(0).split(",")).indexOf(Summary.MACHINE);
        return lines.stream()
                .map(line -> List.of(line.split(",")).subList(1, machine).toString())
                .collect(Collectors.joining("\n"));
    }

    @Test
    void resultsThatCannotBeWritten_areOneLine() throws IOException {
        WrittenRuns runs = grid();
        Files.createDirectories(runs.experiment().resolve("summary.csv/in-the-way"));
        Cli.Result result = command("collect").expect(ExitCode.SPEC);
        assertTrue(
                result.err().startsWith("cannot write " + runs.experiment().resolve("summary.csv") + ": "),
                result.err());
        assertEquals(1, result.errorLines().size());
    }
}
