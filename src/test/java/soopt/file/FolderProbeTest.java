package soopt.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderProbeTest {
    @TempDir
    Path folder;

    @Test
    void probe_findsNothingWrong_andLeavesNothing() throws IOException {
        FolderProbe probe = FolderProbe.of(folder.resolve("results/not/yet"));

        assertEquals(List.of(), probe.problems());
        assertEquals(folder.toAbsolutePath().normalize(), probe.folder());
        assertTrue(probe.freeBytes() > 0);
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void folderThatCannotBeWritten_isAProblem() {
        FolderProbe probe = FolderProbe.of(Path.of("/proc/soopt-is-not-here"));

        assertEquals(1, probe.problems().size(), probe.toString());
        assertTrue(probe.problems().get(0).startsWith("cannot be written: "), probe.toString());
    }
}
