package soopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import soopt.cli.options.ExitCode;
import soopt.experiment.folder.RunFolder;
import soopt.file.CsvTable;
import soopt.optimizer.Optimizer;
import soopt.spec.Choices;

/** Every optimizer has a preset on the MNIST sample, which does what its comment says. */
class PresetsTest {
    private static final Path PRESETS = Path.of("configs/optimizers");
    private static final Pattern PROMISE = Pattern.compile("training loss falls by a factor of (\\d+(?:\\.\\d+)?)");

    @TempDir
    static Path results;

    private static Stream<Path> presets() throws IOException {
        return Files.list(PRESETS).sorted();
    }

    private static String name(Path preset) {
        return preset.getFileName().toString().replace(".yaml", "");
    }

    @Test
    void everyOptimizer_hasOne() throws IOException {
        Set<String> optimizers = Choices.of(Optimizer.class).stream()
                .map(Choices.Choice::name)
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(optimizers, presets().map(PresetsTest::name).collect(Collectors.toCollection(TreeSet::new)));
    }

    @TestFactory
    Stream<DynamicTest> preset_lowersTheLossAsItSays() throws IOException {
        return presets()
                .map(preset -> dynamicTest(name(preset), () -> {
                    String text = Files.readString(preset).replace("\n# ", " ");
                    assertTrue(text.contains("type: " + name(preset)), "trains with another optimizer");
                    Matcher promise = PROMISE.matcher(text);
                    assertTrue(promise.find(), "no promise");
                    Cli.run("run", preset, "--results", results).expect(ExitCode.OK);
                    CsvTable metrics = RunFolder.open(run(name(preset))).metrics();
                    double before = metrics.number(0, "train_loss");
                    double after = metrics.number(metrics.size() - 1, "train_loss");
                    assertTrue(
                            before / after >= Double.parseDouble(promise.group(1)),
                            before + " to " + after + ", a factor of " + before / after);
                }));
    }

    private static Path run(String experiment) throws IOException {
        try (Stream<Path> runs = Files.list(results.resolve(experiment).resolve("runs"))) {
            return runs.filter(Files::isDirectory)
                    .filter(path -> !path.getFileName().toString().startsWith("."))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
