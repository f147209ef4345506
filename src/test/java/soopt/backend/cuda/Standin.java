package soopt.backend.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import soopt.backend.Backend;
import soopt.backend.Precision;

/**
 * The stand-ins of CUDA's libraries (src/test/cuda), which this process finds instead of the real ones until it is
 * closed. They are built by g++ once for a state of their sources; a test that needs them is skipped where there is no
 * g++.
 */
public final class Standin implements AutoCloseable {
    private static final String PROPERTY = "soopt.cuda.libraries";

    /** Built at first use. */
    private static final class Built {
        private static final Optional<Path> FOLDER = build();
    }

    private final NativeLibrary library;
    private final Optional<String> before = Optional.ofNullable(System.getProperty(PROPERTY));

    private Standin(Path folder) {
        library = NativeLibrary.getInstance(folder.resolve("libstandin.so").toString());
        System.setProperty(PROPERTY, folder.toString());
        reset();
    }

    /** Skips the test where the stand-ins cannot be built. */
    public static Standin use() {
        return new Standin(folder());
    }

    /** The engine on this machine's GPU or, where there is none, on the stand-in. */
    public static Backend orGpu(Precision precision) {
        if (CudaBackend.problem(0).isEmpty()) {
            return CudaBackend.open(precision, 0);
        }
        try (Standin standin = use()) {
            standin.set("QUIET", 0);
            return CudaBackend.open(precision, 0);
        }
    }

    /** The libraries' folder, for -Dsoopt.cuda.libraries of another process. */
    public static Path folder() {
        assumeTrue(isAvailable(), "there is no g++ on this machine (or it is not a Linux with x86-64 or ARM)");
        return Built.FOLDER.orElseThrow();
    }

    public static boolean isAvailable() {
        return Built.FOLDER.isPresent();
    }

    /** The name under which another process finds a setting in its environment. */
    public static String variable(String setting) {
        return "SOOPT_STANDIN_" + setting;
    }

    private static Optional<Path> build() {
        try {
            if (!System.getProperty("os.name").equals("Linux")
                    || run("sh", "-c", "command -v ${CXX:-g++}").isEmpty()) {
                return Optional.empty();
            }
            String[] lines = run("bash", "src/test/cuda/build.sh", "target/standin")
                    .orElseThrow(() -> new IllegalStateException("the stand-ins of CUDA's libraries do not build"))
                    .split("\n");
            return Optional.of(Path.of(lines[lines.length - 1]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Standard output, if the command succeeds. */
    private static Optional<String> run(String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            return process.waitFor() == 0 ? Optional.of(out) : Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /**
     * Changes the machine from now on: CAPABILITY (90), DRIVER (12080), DEVICES (1), MEMORY (2³⁰ bytes), FREE (what is
     * said to be free of it), SEED of the order of blocks and threads (0: as they are numbered), UNCHECKED (1: kernels
     * compiled from now on run without checks), AT_ONCE (1: work is done when it is asked for), QUIET (1), NO_NODES (1:
     * a capture does not tell its nodes), and the call from now on that fails: OOM, LAUNCH_FAILURE (kernels of graphs
     * count), COMPILE_FAILURE, CAPTURE_FAILURE, INSTANTIATE_FAILURE, UPDATE_FAILURE, SOLVER_FAILURE (a
     * factorization does not end), SOLVER_MEMORY (cuSOLVER does not start), DNN_FAILURE (a
     * convolution fails), DNN_MEMORY (cuDNN does not start), LOST (from there on every one). Of cuDNN: DNN_FLOATS_ONLY
     * (1: float64 is not supported), DNN_ROOM (bytes of a workspace for an image), DNN_CUDA (12080) whose it is.
     */
    public Standin set(String setting, long value) {
        library.getFunction("standin_set").invokeVoid(new Object[] {setting, value});
        return this;
    }

    /**
     * Calls since it was made: launches, copies, synchronizations, allocations, products, factorizations, convolutions,
     * compilations; graphs launched, replayed kernels of them, captures, updates of kernels in graphs; waits of one
     * stream for another; and the bytes that were downloaded.
     */
    public long count(String calls) {
        return library.getFunction("standin_count").invokeLong(new Object[] {calls});
    }

    /** Bytes that are allocated on the device. */
    public long live() {
        return count("live");
    }

    /** What the checks found first, or the last call that was refused and why; empty if nothing. */
    public String fault() {
        Function function = library.getFunction("standin_fault");
        return function.invokeString(new Object[0], false);
    }

    /** A folder with the stand-ins but for some of them. */
    public static Path folderWithout(Path folder, String... missing) throws IOException {
        for (Path file : Files.newDirectoryStream(folder(), "lib*")) {
            if (!Set.of(missing).contains(file.getFileName().toString())) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        return folder;
    }

    /** A device as new: no fault, no settings. */
    public void reset() {
        library.getFunction("standin_reset").invokeVoid(new Object[0]);
    }

    @Override
    public void close() {
        reset();
        before.ifPresentOrElse(value -> System.setProperty(PROPERTY, value), () -> System.clearProperty(PROPERTY));
    }
}
