package soopt.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiled kernels are kept, and found only when they are whole and made of the same. */
class KernelCacheTest {
    private static final byte[] CODE = {1, 2, 3};

    @TempDir
    private Path folder;

    @Test
    void code_isFoundAgain() {
        KernelCache cache = new KernelCache(Optional.of(folder.resolve("cuda")));
        assertEquals(Optional.empty(), cache.find("a"));
        cache.keep("a", CODE);
        assertArrayEquals(CODE, cache.find("a").orElseThrow());
    }

    @Test
    void damagedCode_isNotFound() throws IOException {
        KernelCache cache = new KernelCache(Optional.of(folder));
        cache.keep("a", CODE);
        byte[] file = Files.readAllBytes(folder.resolve("a"));
        for (int length : new int[] {0, 3, file.length - 1}) {
            Files.write(folder.resolve("a"), Arrays.copyOf(file, length));
            assertTrue(cache.find("a").isEmpty(), length + " bytes");
        }
        file[file.length - 1]++;
        Files.write(folder.resolve("a"), file);
        assertTrue(cache.find("a").isEmpty());
    }

    @Test
    void folderThatCannotBeWritten_doesNoHarm() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        KernelCache cache = new KernelCache(Optional.of(file));
        cache.keep("a", CODE);
        assertEquals(Optional.empty(), cache.find("a"));
    }

    @Test
    void name_tellsEverythingApart() {
        String name = KernelCache.name("source", List.of("-a", "-b"), "sm_90", "12.8");
        assertEquals(name, KernelCache.name("source", List.of("-a", "-b"), "sm_90", "12.8"));
        assertNotEquals(name, KernelCache.name("source ", List.of("-a", "-b"), "sm_90", "12.8"));
        assertNotEquals(name, KernelCache.name("source", List.of("-a-b"), "sm_90", "12.8"));
        assertNotEquals(name, KernelCache.name("source", List.of("-a", "-b"), "sm_80", "12.8"));
        assertNotEquals(name, KernelCache.name("source", List.of("-a", "-b"), "sm_90", "12.9"));
    }
}
