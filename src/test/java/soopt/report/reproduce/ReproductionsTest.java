package soopt.report.reproduce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import soopt.spec.SpecSource;
import soopt.sweep.Expansion;
import soopt.sweep.SweepArguments;

class ReproductionsTest {
    private static final Path CONFIGS = Path.of("configs");

    static List<Reproduction> all() {
        return Reproductions.all();
    }

    @ParameterizedTest
    @MethodSource("all")
    void everyScale_isASweepThatIsBoundAndFits(Reproduction reproduction) {
        SpecSource file = SpecSource.read(CONFIGS.resolve(reproduction.spec()));
        int full = Expansion.of(SweepArguments.of(file, List.of())).members().size();
        for (Scale scale : Scale.values()) {
            int runs = Expansion.of(SweepArguments.of(file, reproduction.words(scale)))
                    .members()
                    .size();

            assertTrue(runs > 0 && runs <= full, reproduction.name() + " at " + scale + " has " + runs);
        }
    }

    @Test
    void names_differ_andFiguresOfTheSameFile_haveTheSameRuns() {
        Set<String> names = new HashSet<>();
        for (Reproduction each : all()) {
            assertTrue(names.add(each.name()), each.name());
            for (Reproduction other : all()) {
                for (Scale scale : Scale.values()) {
                    if (each.experiment(scale).equals(other.experiment(scale))) {
                        assertEquals(each.spec(), other.spec());
                        assertEquals(each.words(scale), other.words(scale), each.name() + ", " + other.name());
                    }
                }
            }
        }
    }

    @Test
    void everyFileOfTheFolder_isUsed() throws IOException {
        List<String> used = all().stream().map(Reproduction::spec).toList();
        try (Stream<Path> files = Files.list(CONFIGS.resolve("reproduce"))) {
            List<String> unused = files.map(file -> "reproduce/" + file.getFileName())
                    .filter(name -> !used.contains(name))
                    .toList();

            assertEquals(List.of(), unused);
        }
    }

    @Test
    void everyOne_isDrawn() {
        all().forEach(each -> assertFalse(each.pictures().isEmpty(), each.name()));
    }
}
