package soopt.backend.cuda.driver;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The libraries of CUDA on this machine. Looking for them reads folders and loads nothing; each is loaded once for the
 * process when it is first used.
 */
public final class CudaLibraries {
    private static final String DRIVER = "libcuda.so.1";
    private static final List<String> NVRTC = List.of("libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2");
    private static final List<String> BLAS = List.of("libcublas.so.13", "libcublas.so.12", "libcublas.so.11");

    /** The releases of CUDA whose libraries are looked for. */
    static final String VERSIONS = "CUDA 11.2 to 13";

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

    static Found nvrtc(int driverVersion) {
        return newest("libnvrtc", NVRTC, LibraryFolders.ofToolkit(), driverVersion);
    }

    static Found blas(int driverVersion) {
        return newest("libcublas", BLAS, LibraryFolders.ofToolkit(), driverVersion);
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
                                + Gpu.version(driverVersion) + ": update the driver, or have CUDA "
                                + driverVersion / 1000 + " beside it");
    }

    private static int major(String name) {
        return Integer.parseInt(name.replaceAll(".*\\.so\\.(\\d+).*", "$1"));
    }

    /**
     * Binds the native methods of a class to the library's symbols.
     *
     * @throws CudaException if the library cannot be loaded or lacks one
     */
    static NativeLibrary bind(Path path, Class<?> methods) {
        chooseFolderOfJna();
        try {
            NativeLibrary library =
                    NativeLibrary.getInstance(path.toAbsolutePath().toString());
            Native.register(methods, library);
            return library;
        } catch (UnsatisfiedLinkError e) {
            throw new CudaException("cannot use " + path + ": " + firstLine(e.getMessage()), CudaException.NO_LIBRARY);
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
    static void loadBeside(Path library, String name) {
        Path beside = library.toAbsolutePath().resolveSibling(name);
        if (Files.isRegularFile(beside)) {
            NativeLibrary.getInstance(beside.toString());
        }
    }
}
