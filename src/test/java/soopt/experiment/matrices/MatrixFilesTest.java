package soopt.experiment.matrices;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.experiment.file.CurvatureLog;
import soopt.experiment.file.Keep;
import soopt.npy.NpzFile;

/** What of recorded matrices is text. */
class MatrixFilesTest {
    @TempDir
    private Path folder;

    @Test
    void matricesOfAThousandGroups_areText_ofOneMoreAnArrayAlone() throws IOException {
        assertTrue(MatrixText.isText(MatrixText.MOST_TEXT));
        assertFalse(MatrixText.isText(MatrixText.MOST_TEXT + 1));
        assertEquals(Set.of("matrices.csv", "matrices.jsonl", "matrices.npz"), written(2));
        int many = MatrixText.MOST_TEXT + 1;
        assertEquals(Set.of("matrices.jsonl", "matrices.npz"), written(many));
        assertEquals(
                "{\"step\":30,\"epoch\":3,\"moment\":\"e0003\",\"source\":\"batch\"}\n",
                Files.readString(folder.resolve(many + "/matrices.jsonl")));
        assertArrayEquals(
                new int[] {many, many},
                NpzFile.read(folder.resolve(many + "/matrices.npz"))
                        .get("e0003.hbar")
                        .shape());
    }

    @Test
    void curvatureLog_leavesMatricesOutWhereALineWouldBeManyMegabytes() {
        assertTrue(CurvatureLog.FULL.tellsMatrices(500));
        assertFalse(CurvatureLog.FULL.tellsMatrices(501));
        assertFalse(CurvatureLog.VECTORS.tellsMatrices(2));
    }

    private Set<String> written(int groups) throws IOException {
        Path own = Files.createDirectory(folder.resolve("" + groups));
        double[][] identity = new double[groups][groups];
        for (int i = 0; i < groups; i++) {
            identity[i][i] = 1;
        }
        List<String> names = IntStream.range(0, groups).mapToObj(i -> "g" + i).toList();
        try (MatrixFiles files = new MatrixFiles(own, Keep.parse("all"))) {
            files.write(new RecordedMatrices(
                    3,
                    30,
                    OptionalLong.empty(),
                    names,
                    RecordedMatrices.Source.BATCH,
                    identity,
                    identity,
                    Optional.empty(),
                    false));
        }
        try (Stream<Path> list = Files.list(own)) {
            return list.map(file -> file.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
