package soopt.backend.cuda.library;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where a shared library of CUDA can lie, in the order in which it is looked for: one folder that was named, the
 * loader's path, CUDA_HOME, what ldconfig knows, the usual folders, Python's wheels. Nothing is loaded. Every start of
 * the program looks for a driver: that has no lambdas and no + of strings, whose first use takes some 30 ms.
 */
final class LibraryFolders {
    /** Names one folder that comes first. */
    static final String PROPERTY = "soopt.cuda.libraries";

    private static final Path LOADER_CACHE = Path.of("/etc/ld.so.cache");

    private final List<Path> first;
    private final List<Path> last;
    private final String loaderCache;

    private LibraryFolders(List<Path> first, List<Path> last, String loaderCache) {
        this.first = first;
        this.last = last;
        this.loaderCache = loaderCache;
    }

    /** Of the driver, which comes with the system and not with a toolkit. */
    static LibraryFolders ofDriver() {
        Set<Path> last = new LinkedHashSet<>();
        String system = "/usr/lib/".concat(processor()).concat("-linux-gnu");
        for (String folder : List.of(
                "/usr/lib/wsl/lib",
                system,
                "/usr/lib64",
                "/usr/lib",
                "/usr/local/nvidia/lib64",
                system.concat("/nvidia/current"),
                "/usr/lib/nvidia",
                "/run/opengl-driver/lib")) {
            last.add(Path.of(folder));
        }
        return new LibraryFolders(named(), List.copyOf(last), loaderCache());
    }

    /** Of a toolkit or of Python's wheels. */
    static LibraryFolders ofToolkit() {
        Set<Path> first = new LinkedHashSet<>(named());
        for (String variable : List.of("CUDA_HOME", "CUDA_PATH", "CUDA_ROOT")) {
            environment(variable).ifPresent(home -> first.addAll(ofHome(home)));
        }
        Set<Path> last = new LinkedHashSet<>();
        last.addAll(ofHome(Path.of("/usr/local/cuda")));
        matching(Path.of("/usr/local"), "cuda-*").forEach(home -> last.addAll(ofHome(home)));
        matching(Path.of("/opt"), "cuda*").forEach(home -> last.addAll(ofHome(home)));
        for (String folder : List.of("/usr/lib/" + processor() + "-linux-gnu", "/usr/lib64", "/usr/lib/cuda/lib64")) {
            last.add(Path.of(folder));
        }
        last.addAll(wheels());
        return new LibraryFolders(List.copyOf(first), List.copyOf(last), loaderCache());
    }

    /** The file of that name in the folder that was named, whatever lies elsewhere. */
    static Optional<Path> named(String name) {
        return path(System.getProperty(PROPERTY, ""))
                .map(folder -> folder.resolve(name))
                .filter(Files::isRegularFile);
    }

    private static List<Path> named() {
        Set<Path> folders = new LinkedHashSet<>();
        add(System.getProperty(PROPERTY, ""), folders);
        for (String folder :
                Optional.ofNullable(System.getenv("LD_LIBRARY_PATH")).orElse("").split(File.pathSeparator)) {
            add(folder, folders);
        }
        return List.copyOf(folders);
    }

    private static void add(String folder, Set<Path> folders) {
        Optional<Path> path = path(folder);
        if (path.isPresent()) {
            folders.add(path.get());
        }
    }

    private static Optional<Path> path(String text) {
        try {
            return text.isBlank() ? Optional.empty() : Optional.of(Path.of(text));
        } catch (InvalidPathException none) {
            return Optional.empty();
        }
    }

    private static Optional<Path> environment(String variable) {
        return path(Optional.ofNullable(System.getenv(variable)).orElse(""));
    }

    private static String processor() {
        return System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x86_64";
    }

    private static List<Path> ofHome(Path home) {
        return Stream.of("lib64", "lib", "targets/" + processor() + "-linux/lib", "targets/sbsa-linux/lib")
                .map(home::resolve)
                .toList();
    }

    /** nvidia/&lt;package&gt;/lib below the site-packages of the environment, of the user and of the system. */
    private static List<Path> wheels() {
        List<Path> roots = new ArrayList<>();
        environment("VIRTUAL_ENV").ifPresent(roots::add);
        environment("CONDA_PREFIX").ifPresent(roots::add);
        path(System.getProperty("user.home", "")).ifPresent(home -> {
            roots.add(home.resolve(".local"));
            roots.addAll(matching(home.resolve(".pyenv/versions"), "*"));
        });
        roots.add(Path.of("/usr/local"));
        roots.add(Path.of("/usr"));
        roots.add(Path.of("/opt/conda"));
        List<Path> folders = new ArrayList<>();
        for (Path root : roots) {
            if (root.equals(environment("CONDA_PREFIX").orElse(Path.of("/opt/conda")))) {
                folders.add(root.resolve("lib"));
            }
            for (Path python : matching(root.resolve("lib"), "python3*")) {
                for (String packages : List.of("site-packages", "dist-packages")) {
                    matching(python.resolve(packages).resolve("nvidia"), "*")
                            .forEach(wheel -> folders.add(wheel.resolve("lib")));
                }
            }
        }
        return folders;
    }

    /** Entries of a folder, the last in the alphabet first: the newest version. */
    private static List<Path> matching(Path folder, String pattern) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, pattern)) {
            List<Path> list = new ArrayList<>();
            entries.forEach(list::add);
            list.sort((a, b) -> b.compareTo(a));
            return list;
        } catch (IOException | DirectoryIteratorException unreadable) {
            return List.of();
        }
    }

    private static String loaderCache() {
        try {
            return Files.exists(LOADER_CACHE)
                    ? new String(Files.readAllBytes(LOADER_CACHE), StandardCharsets.ISO_8859_1)
                    : "";
        } catch (IOException unreadable) {
            return "";
        }
    }

    /** The files of that name, the first that the loader would take first. */
    List<Path> find(String name) {
        Set<Path> found = new LinkedHashSet<>();
        addFiles(first, name, found);
        Optional<Path> cached = cached(name, loaderCache);
        if (cached.isPresent() && Files.isRegularFile(cached.get())) {
            found.add(cached.get());
        }
        addFiles(last, name, found);
        return List.copyOf(found);
    }

    private static void addFiles(List<Path> folders, String name, Set<Path> found) {
        for (Path folder : folders) {
            Path file = folder.resolve(name);
            if (Files.isRegularFile(file)) {
                found.add(file);
            }
        }
    }

    /** The path that ends with the name in the text of ld.so.cache, where strings end with 0. */
    static Optional<Path> cached(String name, String cache) {
        int at = cache.indexOf("/".concat(name).concat("\0"));
        if (at < 0) {
            return Optional.empty();
        }
        return path(cache.substring(cache.lastIndexOf('\0', at) + 1, at + 1 + name.length()));
    }
}
