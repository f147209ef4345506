package soopt.cli.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.cli.Cli;
import soopt.cli.options.ExitCode;
import soopt.data.fetch.Store;
import soopt.spec.Choices;
import soopt.spec.SpecSource;
import soopt.sweep.Expansion;
import soopt.sweep.SweepArguments;
import soopt.sweep.cost.Estimator;

/** The grid searches of the paper. */
class GridFilesTest {
    private static final Path FOLDER = Path.of("configs/sweeps");
    private static final List<Long> FINAL = List.of(571677914L, 421146319L, 505702709L, 70478166L, 358472055L);

    @TempDir
    Path results;

    private static Expansion expand(String name) {
        return Expansion.of(SweepArguments.of(SpecSource.read(FOLDER.resolve(name + ".yaml")), List.of()));
    }

    @Test
    void everyModel_hasAFile() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            assertEquals(
                    List.of(
                            "bigmlp_grid.yaml",
                            "lenet_grid.yaml",
                            "mlp_grid.yaml",
                            "verybigmlp_grid.yaml",
                            "vgg_grid.yaml"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
    }

    /** Combinations of the table of hyper-parameters: λ₁ × λ_int, step sizes. */
    @ParameterizedTest
    @CsvSource({"mlp, 6, 3, 3", "lenet, 16, 3, 3", "vgg, 6, 3, 3", "bigmlp, 10, 3, 3", "verybigmlp, 10, 3, 3"})
    void grid_isThatOfThePaper(String model, long newton, long adam, long kfac) {
        Expansion expansion = expand(model + "_grid");
        Map<String, Long> combinations = expansion.members().stream()
                .collect(Collectors.groupingBy(member -> member.entry().combination()))
                .values()
                .stream()
                .collect(Collectors.groupingBy(
                        runs -> Choices.name(
                                runs.get(0).experiment().optimizer().getClass()),
                        TreeMap::new,
                        Collectors.counting()));

        assertEquals(Map.of("newton-summary", newton, "adam", adam, "k-fac", kfac), combinations);
        expansion
                .members()
                .forEach(member -> assertEquals(
                        member.entry().seed() == FINAL.get(0) ? List.of("tune", "final") : List.of("final"),
                        member.entry().roles()));
        assertEquals(
                FINAL,
                expansion.members().stream()
                        .filter(member -> member.entry().combination() == 0)
                        .map(member -> member.entry().seed())
                        .toList());
        try (Estimator estimator = new Estimator(1, new Store(results, true))) {
            expansion.members().forEach(member -> assertTrue(estimator.multiplyAdds(member.run()) > 1e12));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mlp", "lenet"})
    void dryRun_listsTheRunsToTuneWith(String model) {
        Cli.Result result = Cli.run("sweep", FOLDER.resolve(model + "_grid.yaml"), "--dry-run", "--results", results)
                .expect(ExitCode.OK);

        List<String> lines = result.out().lines().toList();
        int runs = model.equals("mlp") ? 12 : 22;
        assertEquals(runs + 2, lines.size(), result.out());
        assertTrue(
                lines.get(0).matches("run +combination +optimizer +step-size +damping +seed .* S +time +disk"),
                lines.get(0));
        assertTrue(lines.get(runs + 1).matches(runs + " runs; " + runs + " to do, (about|at least) .*"), result.out());
    }
}
