package soopt.cli.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativesTest {
    @TempDir
    Path folder;

    private Path jar;

    @BeforeEach
    void pack() throws IOException {
        jar = folder.resolve("engine-linux-x86_64.jar");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            for (String name : List.of("org/libengine.so", "org/libopenblas.so.0", "META-INF/notes.txt")) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(new byte[1000]);
                zip.closeEntry();
            }
        }
    }

    private void unpack(String name, int bytes) throws IOException {
        Path file = folder.resolve("cache/engine-linux-x86_64.jar").resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, new byte[bytes]);
    }

    private long missing() {
        return Natives.missing(folder.resolve("cache"), List.of(jar));
    }

    @Test
    void halfALibrary_isMissing() throws IOException {
        assertEquals(3000, missing());
        unpack("org/libopenblas.so.0", 1000);
        assertEquals(1000, missing());
        unpack("org/libengine.so", 400);
        assertEquals(1000, missing());
        unpack("org/libengine.so", 1000);
        assertEquals(0, missing());
    }

    @Test
    void folderThatTakesTheLibraries_isNoProblem() {
        assertEquals(Optional.empty(), Natives.problem(folder.resolve("cache"), 3000));
    }

    @Test
    void fullDisk_isSaidWithBothSizes() {
        String problem = Natives.problem(folder.resolve("cache"), 1L << 60).orElseThrow();
        assertTrue(problem.matches("1099511627776 MiB are to be unpacked, but [0-9]+ MiB are free"), problem);
    }

    @Test
    void fileInTheFoldersPlace_isSaid() throws IOException {
        Path file = Files.writeString(folder.resolve("cache"), "");
        assertEquals(Optional.of(file + " is not a folder"), Natives.problem(file, 0));
        assertTrue(Natives.problem(file.resolve("javacpp"), 0).isPresent());
    }
}
