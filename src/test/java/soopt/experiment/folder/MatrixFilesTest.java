package soopt.experiment.folder;

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
import soopt.npy.NpzFile;

/** What of recorded matrices is text. */
class MatrixFilesTest {
    @TempDir
    private Path folder;

    @Test
    void matricesOfAThousandGroups_areText_ofOneMoreAnArrayAlone() throws IOException {
        assertTrue(MatrixFiles.isText(MatrixFiles.MOST_TEXT));
        assertFalse(MatrixFiles.isText(MatrixFiles.MOST_TEXT + 1));
        Set<String> few = written(2);
        assertTrue(few.containsAll(Set.of("e0003.hbar.csv", "e0003.hbar.json", "e0003.hbar_inverse.csv")), "" + few);
        int many = MatrixFiles.MOST_TEXT + 1;
        assertEquals(Set.of("matrices.npz"), written(many));
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
        try (MatrixFiles files = new MatrixFiles(own)) {
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
