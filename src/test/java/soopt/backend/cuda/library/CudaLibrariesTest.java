package soopt.backend.cuda.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.backend.cuda.Standin;
import soopt.backend.cuda.driver.Gpus;

/** Where the libraries of CUDA are looked for, and which release of them is taken. */
class CudaLibrariesTest {
    @TempDir
    private Path folder;

    private List<CudaLibraries.Found> found(int driverVersion, String... names) throws IOException {
        for (String name : names) {
            Files.createFile(folder.resolve(name));
        }
        String before = System.getProperty(LibraryFolders.PROPERTY, "");
        System.setProperty(LibraryFolders.PROPERTY, folder.toString());
        try {
            return CudaLibraries.toolkit(driverVersion);
        } finally {
            System.setProperty(LibraryFolders.PROPERTY, before);
        }
    }

    @Test
    void newestLibrary_ofTheDriversMajorOrBelow_isTaken() throws IOException {
        List<CudaLibraries.Found> found = found(
                12080, "libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2", "libcublas.so.13", "libcublas.so.11");
        assertEquals(Optional.of(folder.resolve("libnvrtc.so.12")), found.get(0).path());
        assertEquals(
                Optional.of(folder.resolve("libcublas.so.11")), found.get(1).path());
        assertEquals(
                Optional.of(folder.resolve("libnvrtc.so.13")),
                found(13000).get(0).path());
    }

    @Test
    void libraryNewerThanTheDriver_isNamedWithTheRemedy() throws IOException {
        CudaLibraries.Found found = found(9020, "libnvrtc.so.11.2").get(0);
        assertEquals(Optional.empty(), found.path());
        String problem = found.problem().orElseThrow();
        assertTrue(problem.contains("is for CUDA 9.2: update the driver"), problem);
    }

    /** libcusolver.so.11 is that of CUDA 11 and of CUDA 12: the one that needs the BLAS that is used is taken. */
    @Test
    void solver_isThatOfTheSameCudaAsTheBlas() throws IOException {
        Path folder = Standin.folderWithout(this.folder);
        String before = System.getProperty(LibraryFolders.PROPERTY, "");
        System.setProperty(LibraryFolders.PROPERTY, folder.toString());
        try {
            Path solver = folder.resolve("libcusolver.so.11");
            assertEquals(Optional.of(solver), CudaLibraries.solver(12080).path());
            assertTrue(Needs.of(solver).contains("libcublas.so.12"), Needs.of(solver) + "");
            Files.createFile(folder.resolve("libcublas.so.11"));
            String other = CudaLibraries.solver(11080).problem().orElseThrow();
            assertTrue(other.startsWith("not found: factors are decomposed on the host"), other);
            assertTrue(other.contains("for libcublas.so.11"), other);
            Files.delete(solver);
            assertTrue(CudaLibraries.solver(12080).path().isEmpty());
        } finally {
            System.setProperty(LibraryFolders.PROPERTY, before);
        }
    }

    @Test
    void fileThatIsNoLibrary_needsNothing() throws IOException {
        Path file = Files.writeString(folder.resolve("text"), "\u007fELF\2 and so on".repeat(20));
        assertEquals(List.of(), Needs.of(file));
        assertEquals(List.of(), Needs.of(folder.resolve("none")));
        byte[] library = Files.readAllBytes(Standin.folder().resolve("libcusolver.so.11"));
        for (int length : new int[] {0, 63, 64, 100, 1000, library.length / 2}) {
            Files.write(file, Arrays.copyOf(library, length));
            assertTrue(Needs.of(file).size() < 20);
        }
    }

    @Test
    void loaderCache_namesTheFile() {
        String cache = "ld.so-1.7.0\0libcudart.so.12\0/opt/cuda/libcudart.so.12\0libcuda.so.1\0/usr/x/libcuda.so.1\0";
        assertEquals(Optional.of(Path.of("/usr/x/libcuda.so.1")), LibraryFolders.cached("libcuda.so.1", cache));
        assertEquals(Optional.empty(), LibraryFolders.cached("libcuda.so", cache));
        assertEquals(Optional.empty(), LibraryFolders.cached("libnvrtc.so.12", cache));
    }

    @Test
    void withoutADriver_nothingIsLoaded() {
        assumeTrue(CudaLibraries.driver().path().isEmpty(), "this machine has an NVIDIA driver");
        Gpus gpus = Gpus.find();
        assertEquals(List.of(), gpus.list());
        assertTrue(gpus.problem().orElseThrow().startsWith("there is no NVIDIA driver"), gpus.toString());
    }
}
