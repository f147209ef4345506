package soopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import soopt.cli.options.ExitCode;
import soopt.experiment.file.Experiment;
import soopt.spec.Binder;
import soopt.spec.SpecSource;
import soopt.sweep.Expansion;
import soopt.sweep.SweepArguments;

/** What README.md says of files, commands and experiments is so. */
class ReadmeTest {
    @TempDir
    Path results;

    private static String readme() throws IOException {
        return Files.readString(Path.of("README.md"));
    }

    private static List<MatchResult> find(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text).results().toList();
    }

    @Test
    void commandsOfNewcomers_areTwo() throws IOException {
        List<String> blocks = find("(?s)```sh\\n(.*?)```", readme()).stream()
                .map(match -> match.group(1).strip())
                .toList();
        assertEquals(List.of("scripts/soopt run configs/quickstart.yaml", "mvn -B verify"), blocks);
        assertTrue(Files.readString(Path.of(".ci/run")).contains("mvn -B verify"));
    }

    @Test
    void everyFileNamed_exists() throws IOException {
        List<MatchResult> names = find("`((?:scripts|configs|datasets)/[^` ]*)", readme());
        assertTrue(names.size() >= 5, String.valueOf(names.size()));
        for (MatchResult name : names) {
            assertTrue(Files.exists(Path.of(name.group(1))), name.group(1));
        }
    }

    @Test
    void everyCommand_isInItsTable() throws IOException {
        CommandLine root = Main.commandLine(new PrintWriter(System.out), new PrintWriter(System.err));
        List<String> named = find("\\| `soopt ([a-z]+)", readme()).stream()
                .map(match -> match.group(1))
                .toList();
        assertEquals(
                root.getSubcommands().keySet().stream()
                        .filter(name -> !name.equals("help"))
                        .sorted()
                        .toList(),
                named.stream().filter(name -> !name.equals("help")).sorted().toList());
    }

    @Test
    void commandLines_areParsed() throws IOException {
        List<MatchResult> lines = find("(?:scripts/soopt|`soopt) ((?:run|check|completion|bench)[^`\\n)]*)", readme());
        lines = lines.stream().filter(line -> !line.group(1).contains("SPEC")).toList();
        assertTrue(lines.size() >= 6);
        for (MatchResult line : lines) {
            Main.commandLine(new PrintWriter(System.out), new PrintWriter(System.err))
                    .parseArgs(line.group(1).strip().split(" "));
        }
    }

    @Test
    void experiment_binds() throws IOException {
        List<MatchResult> specs = find("(?s)```yaml\\n(.*?)```", readme());
        assertEquals(2, specs.size());
        String experiment = specs.get(0).group(1);
        Binder.bind(SpecSource.parse("README.md", experiment), Experiment.class);
        SpecSource sweep =
                SpecSource.parse("README.md", experiment + specs.get(1).group(1));
        // 3 × 3 of newton-summary but one, and 2 of adam, each with three seeds
        assertEquals(
                3 * (3 * 3 - 1 + 2),
                Expansion.of(SweepArguments.of(sweep, List.of())).members().size());
    }

    @Test
    void runFolder_holdsTheFilesNamed() throws IOException {
        String table = readme().substring(readme().indexOf("| file | contents |"));
        List<String> files = find(
                        "`([a-z_]+\\.(?:csv|json|jsonl|yaml|txt|log)|[a-z]+/)`",
                        table.substring(0, table.indexOf("\n\n")))
                .stream()
                .map(match -> match.group(1))
                .toList();
        assertTrue(files.size() >= 12, files.toString());
        Path folder = results;
        Cli.run(
                        "run",
                        "configs/quickstart.yaml",
                        "--results",
                        folder,
                        "training.epochs=1",
                        "dataset.limit=600",
                        "optimizer.average.warm-up=0")
                .expect(ExitCode.OK);
        try (var runs = Files.walk(folder, 3)) {
            Path run = runs.filter(path -> path.getParent().endsWith("runs") && !path.endsWith(".claims"))
                    .findFirst()
                    .orElseThrow();
            for (String file : files) {
                assertTrue(Files.exists(run.resolve(file)), file);
            }
        }
    }

    /** Where there is a Python with NumPy, as on most machines of those who read runs with it. */
    @Test
    void loader_readsARun() throws Exception {
        assumeTrue(python("import numpy").isEmpty(), "no python3 with numpy");
        Path folder = results;
        Cli.run(
                        "run",
                        "configs/quickstart.yaml",
                        "--results",
                        folder,
                        "training.epochs=1",
                        "dataset.limit=600",
                        "optimizer.average.warm-up=0")
                .expect(ExitCode.OK);
        Path run;
        try (var runs = Files.walk(folder, 4)) {
            run = runs.filter(path -> path.endsWith("status.json"))
                    .findFirst()
                    .orElseThrow()
                    .getParent();
        }
        List<MatchResult> loader = find("(?s)```python\\n(.*?)```", readme());
        assertEquals(1, loader.size());
        assertTrue(loader.get(0).group(1).lines().count() <= 30);
        assertEquals(
                "",
                python(loader.get(0).group(1)
                        + "run = load('" + run + "')\n"
                        + "assert run['status']['state'] == 'COMPLETED'\n"
                        + "assert run['metrics']['epoch'].tolist() == [0, 1]\n"
                        + "assert run['learning_rates']['eta_used'].dtype == float\n"
                        + "assert 'layers.0.weight' in run['learning_rates']['group']\n"
                        + "assert run['curvature'][0]['step'] == 1\n"
                        + "assert all(matrix.shape == (6, 6) for matrix in run['matrices'].values())\n"
                        + "assert len(run['matrices']) % 4 == 0\n"));
    }

    /** What Python says against a program; empty if it runs. */
    private static String python(String program) throws IOException, InterruptedException {
        try {
            Process process =
                    new ProcessBuilder("python3", "-").redirectErrorStream(true).start();
            process.getOutputStream().write(program.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? "" : said + " failed";
        } catch (IOException missing) {
            return "no python3";
        }
    }
}
