package soopt.backend.cuda.library;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The libraries of CUDA on this machine. Looking for them reads folders and loads nothing; each is loaded once for the
 * process when it is first used.
 */
public final class CudaLibraries {
    private static final String DRIVER = "libcuda.so.1";
    private static final List<String> NVRTC = List.of("libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2");
    private static final List<String> BLAS = List.of("libcublas.so.13", "libcublas.so.12", "libcublas.so.11");

    /** Of CUDA 13, and of CUDA 12 and 11. */
    private static final List<String> SOLVER = List.of("libcusolver.so.12", "libcusolver.so.11");

    /** Of whatever CUDA it is: that only the library itself says. */
    private static final List<String> DNN = List.of("libcudnn.so.9", "libcudnn.so.8");

    /** "off": it is as if there were none. */
    private static final String SOLVER_PROPERTY = "soopt.cuda.solver";

    /** The releases of CUDA whose libraries are looked for. */
    public static final String VERSIONS = "CUDA 11.2 to 13";

    /**
     * A library as it was looked for.
     *
     * @param library its name without version, "libnvrtc"
     * @param path where it was found
     * @param problem why it cannot be used and what to do, in the rest of a sentence; empty if it can as far as its
     *     name says
     */
    public record Found(String library, Optional<Path> path, Optional<String> problem) {
        static Found at(String library, Path path) {
            return new Found(library, Optional.of(path), Optional.empty());
        }

        static Found none(String library, String problem) {
            return new Found(library, Optional.empty(), Optional.of(problem));
        }
    }

    private CudaLibraries() {}

    /** The NVIDIA driver's library. */
    public static Found driver() {
        List<Path> files = LibraryFolders.ofDriver().find(DRIVER);
        return files.isEmpty()
                ? Found.none(
                        "libcuda",
                        "there is no NVIDIA driver (" + DRIVER + " is in no folder of the loader; in a container start"
                                + " it with --gpus or --nv)")
                : Found.at("libcuda", files.get(0));
    }

    /** The file that the dynamic loader takes for a name, which does not know CUDA_HOME and Python's wheels. */
    public static Optional<Path> ofLoader(String name) {
        return LibraryFolders.ofDriver().find(name).stream().findFirst();
    }

    /** The compiler of kernels, and the BLAS: the newest that the driver can load. */
    public static List<Found> toolkit(int driverVersion) {
        LibraryFolders folders = LibraryFolders.ofToolkit();
        return List.of(
                newest("libnvrtc", NVRTC, folders, driverVersion), newest("libcublas", BLAS, folders, driverVersion));
    }

    /** The compiler of kernels alone. */
    public static Found nvrtc(int driverVersion) {
        return newest("libnvrtc", NVRTC, LibraryFolders.ofToolkit(), driverVersion);
    }

    /** The BLAS alone. */
    public static Found blas(int driverVersion) {
        return newest("libcublas", BLAS, LibraryFolders.ofToolkit(), driverVersion);
    }

    /** What is used where it is there: the solver of the same CUDA as the BLAS. */
    public static Found solver(int driverVersion) {
        if (System.getProperty(SOLVER_PROPERTY, "on").equals("off")) {
            return Found.none(
                    "libcusolver", "-D" + SOLVER_PROPERTY + "=off says so: factors are decomposed on the host");
        }
        Optional<Path> blas = blas(driverVersion).path();
        String wanted = blas.map(path -> String.valueOf(path.getFileName())).orElse("libcublas");
        LibraryFolders folders = LibraryFolders.ofToolkit();
        for (String name : SOLVER) {
            Set<Path> files = new LinkedHashSet<>();
            LibraryFolders.named(name).ifPresent(files::add);
            files.addAll(folders.find(name));
            for (Path file : files) {
                if (Needs.of(file).contains(wanted)) {
                    return Found.at("libcusolver", file);
                }
            }
        }
        return Found.none(
                "libcusolver",
                "not found: factors are decomposed on the host (there is no libcusolver for " + wanted
                        + ": load a module, or pip install nvidia-cusolver-cu12, or nvidia-cusolver for CUDA 13)");
    }

    /** What is used for convolutions where somebody asks for it. */
    public static Found dnn() {
        LibraryFolders folders = LibraryFolders.ofToolkit();
        return DNN.stream()
                .flatMap(name -> LibraryFolders.named(name).stream())
                .findFirst()
                .or(() -> DNN.stream()
                        .flatMap(name -> folders.find(name).stream())
                        .findFirst())
                .map(file -> Found.at("libcudnn", file))
                .orElseGet(() -> Found.none(
                        "libcudnn", "not found (load a module, or pip install nvidia-cudnn-cu12, or -cu13)"));
    }

    /**
     * Loads what a library needs of CUDA from beside it, or from where else it is, as the loader may not look there.
     *
     * @throws CudaException if one does not load
     */
    public static void loadNeeds(Path library) {
        for (String name : Needs.of(library)) {
            // the BLAS is loaded: another copy of it would be another library
            boolean isOfToolkit = name.startsWith("libcusparse") || name.startsWith("libnvJitLink");
            Path beside = library.toAbsolutePath().resolveSibling(name);
            Optional<Path> file = Files.isRegularFile(beside)
                    ? Optional.of(beside)
                    : LibraryFolders.ofToolkit().find(name).stream().findFirst();
            if (isOfToolkit && file.isPresent()) {
                loadNeeds(file.get());
                load(file.get());
            }
        }
    }

    private static NativeLibrary load(Path library) {
        try {
            return NativeLibrary.getInstance(library.toAbsolutePath().toString());
        } catch (UnsatisfiedLinkError e) {
            throw notUsable(library, e);
        }
    }

    private static CudaException notUsable(Path library, UnsatisfiedLinkError e) {
        return new CudaException("cannot use " + library + ": " + firstLine(e.getMessage()), CudaException.NO_LIBRARY);
    }

    /** Code of a newer major release than the driver's is refused by the driver, so its libraries are not tried. */
    private static Found newest(String library, List<String> names, LibraryFolders folders, int driverVersion) {
        Optional<Path> named = names.stream()
                .filter(name -> major(name) <= driverVersion / 1000)
                .flatMap(name -> LibraryFolders.named(name).stream())
                .findFirst();
        if (named.isPresent()) {
            return Found.at(library, named.get());
        }
        List<Path> tooNew = new ArrayList<>();
        for (String name : names) {
            List<Path> files = folders.find(name);
            if (!files.isEmpty() && major(name) <= driverVersion / 1000) {
                return Found.at(library, files.get(0));
            }
            tooNew.addAll(files);
        }
        String place = "set CUDA_HOME, load a module, or pip install nvidia-cuda-nvrtc-cu12 nvidia-cublas-cu12";
        return Found.none(
                library,
                tooNew.isEmpty()
                        ? library + " of " + VERSIONS + " is not on this machine: " + place
                        : tooNew.get(0) + " is newer than the driver, which is for CUDA "
                                + version(driverVersion) + ": update the driver, or have CUDA "
                                + driverVersion / 1000 + " beside it");
    }

    /** CUDA's numbering of its releases, "12.8" for 12080. */
    public static String version(int code) {
        return code / 1000 + "." + code % 1000 / 10;
    }

    private static int major(String name) {
        return Integer.parseInt(name.replaceAll(".*\\.so\\.(\\d+).*", "$1"));
    }

    /**
     * Binds the native methods of a class to the library's symbols.
     *
     * @throws CudaException if the library cannot be loaded or lacks one
     */
    public static NativeLibrary bind(Path path, Class<?> methods) {
        chooseFolderOfJna();
        NativeLibrary library = load(path);
        try {
            Native.register(methods, library);
            return library;
        } catch (UnsatisfiedLinkError e) {
            throw notUsable(path, e);
        }
    }

    /** JNA unpacks its library into the home folder, which may be full or read-only on the nodes of a cluster. */
    private static void chooseFolderOfJna() {
        String cache = System.getProperty("soopt.cache", "");
        if (!cache.isEmpty() && System.getProperty("jna.tmpdir") == null) {
            File folder = new File(cache, "jna");
            if (folder.isDirectory() || folder.mkdirs()) {
                System.setProperty("jna.tmpdir", folder.getPath());
            }
        }
    }

    private static String firstLine(String text) {
        return Optional.ofNullable(text)
                .orElse("it does not load")
                .lines()
                .findFirst()
                .orElse("it does not load");
    }

    /** Loads a library that another one opens by name alone, if it lies beside that one. */
    public static void loadBeside(Path library, String name) {
        Path beside = library.toAbsolutePath().resolveSibling(name);
        if (Files.isRegularFile(beside)) {
            NativeLibrary.getInstance(beside.toString());
        }
    }
}
