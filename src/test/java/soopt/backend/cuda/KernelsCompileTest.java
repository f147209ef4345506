package soopt.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import soopt.backend.Precision;
import soopt.backend.cuda.driver.KernelCompiler;
import soopt.backend.cuda.library.CudaLibraries;

/**
 * NVIDIA's own compiler takes every kernel, where there is one (its wheel suffices; a GPU is not needed): in a process
 * of its own, as this one may have the stand-in's.
 */
class KernelsCompileTest {
    private static final int NEWEST_DRIVER = 13_000;
    private static final List<String> TARGETS =
            List.of("sm_75", "sm_80", "sm_90", "sm_100", "sm_120", "compute_75", "compute_90");

    @Test
    void everyKernel_compilesForEveryGeneration() throws IOException, InterruptedException {
        Optional<Path> nvrtc = CudaLibraries.toolkit(NEWEST_DRIVER).get(0).path();
        assumeTrue(nvrtc.isPresent(), "there is no NVRTC on this machine (pip install nvidia-cuda-nvrtc)");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dsoopt.cuda.libraries=" + nvrtc.get().getParent(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        KernelsCompileTest.class.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        long images = (long) Kernels.Theme.values().length * Precision.EVERYWHERE.size() * TARGETS.size();
        assertEquals(
                images, said.lines().filter(line -> line.endsWith(" bytes")).count(), said);
    }

    /** Compiles all and prints the bytes of each. */
    public static void main(String[] arguments) {
        KernelCompiler compiler = KernelCompiler.load(NEWEST_DRIVER);
        for (Kernels.Theme theme : Kernels.Theme.values()) {
            for (Precision precision : Precision.EVERYWHERE) {
                for (String target : TARGETS) {
                    byte[] image = compiler.compile(theme.fileName(), theme.source(), target, theme.options(precision));
                    System.out.println("NVRTC " + compiler.version() + " " + theme + " " + precision + " " + target
                            + ": " + image.length + " bytes");
                }
            }
        }
    }
}
