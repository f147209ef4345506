package soopt.cli.terminal;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import soopt.experiment.DeviceException;
import soopt.experiment.Devices;
import soopt.experiment.file.Device;

/**
 * The folder that the engine's native libraries are unpacked into. JavaCPP takes another one, without a word, where it
 * cannot write: so this is looked at before.
 */
public final class Natives {
    private static final Pattern LIBRARY = Pattern.compile(".*\\.(so(\\.[0-9]+)*|dylib|dll)");
    /** Unpacked twice, the second time under the name that ND4J's part without LAPACK asks for. */
    private static final Pattern TWICE = Pattern.compile(".*/libopenblas\\.(so\\.0|0\\.dylib|dll)");

    private Natives() {}

    /** How it stands with the folder, for the doctor. */
    public record State(String word, String text) {}

    /** As the launcher set it. */
    private static Optional<Path> cache() {
        return Optional.ofNullable(System.getProperty("org.bytedeco.javacpp.cachedir"))
                .map(Path::of);
    }

    /**
     * Says that the next seconds go into unpacking, if they will; and opens every jar, so that nobody can take one away
     * from a long run, as "mvn clean" would.
     *
     * @param devices what will be computed on; nothing is unpacked if none of them needs ND4J or can be used
     * @throws DeviceException if the libraries cannot be unpacked
     */
    public static void prepare(PrintWriter err, Collection<Device> devices) {
        ClassLoader.getSystemResource("soopt/no-such-thing");
        if (devices.stream().noneMatch(Devices::loadsNd4j)) {
            return;
        }
        cache().ifPresent(folder -> {
            long missing = missing(folder, jars());
            problem(folder, missing).ifPresent(text -> {
                throw new DeviceException("native libraries cannot be unpacked to " + folder + ": " + text
                        + "; set SOOPT_CACHE to a folder that has room and can be written");
            });
            if (missing > 0) {
                err.println("unpacking native libraries (" + mebibytes(missing) + ", once) to " + folder + "…");
                err.flush();
            }
        });
    }

    /** @param works whether the engine did, so that whatever it needs is there */
    public static Optional<State> state(boolean works) {
        return cache().map(folder -> {
            long missing = missing(folder, jars());
            Optional<String> problem = problem(folder, missing);
            String size = folder + ", " + mebibytes(bytes(folder)) + " on disk";
            if (problem.isPresent()) {
                return new State("WRONG", folder + ": " + problem.get());
            }
            boolean whole = works || missing == 0;
            return new State(
                    whole ? "ok" : "part", whole ? size : size + ", " + mebibytes(missing) + " are not unpacked");
        });
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%d MiB", (bytes + (1 << 20) - 1) >> 20);
    }

    /** Why JavaCPP would turn away from the folder, or fail in it. */
    static Optional<String> problem(Path folder, long missing) {
        try {
            Files.createDirectories(folder);
            if (!Files.isWritable(folder) || !Files.isReadable(folder) || !Files.isExecutable(folder)) {
                return Optional.of("it cannot be written");
            }
            long free = Files.getFileStore(folder).getUsableSpace();
            return missing > free
                    ? Optional.of(mebibytes(missing) + " are to be unpacked, but " + mebibytes(free) + " are free")
                    : Optional.empty();
        } catch (AccessDeniedException e) {
            return Optional.of("it cannot be written");
        } catch (FileAlreadyExistsException e) {
            return Optional.of(e.getFile() + " is not a folder");
        } catch (FileSystemException e) {
            return Optional.of(Optional.ofNullable(e.getReason()).orElse(e.toString()));
        } catch (IOException e) {
            return Optional.of(e.toString());
        }
    }

    /** The jars of the class path that hold libraries of this platform. */
    private static List<Path> jars() {
        return Stream.of(System.getProperty("java.class.path", "").split(File.pathSeparator))
                .filter(name -> name.matches(".*-(linux|macosx|windows)-.*\\.jar"))
                .map(Path::of)
                .filter(Files::isRegularFile)
                .toList();
    }

    /** Bytes of the libraries in the jars that the folder lacks or has in part. */
    static long missing(Path folder, List<Path> jars) {
        long missing = 0;
        for (Path jar : jars) {
            Path unpacked = folder.resolve(jar.getFileName());
            try (ZipFile zip = new ZipFile(jar.toFile())) {
                missing += zip.stream()
                        .filter(entry -> LIBRARY.matcher(entry.getName()).matches())
                        .filter(entry -> size(unpacked.resolve(entry.getName())) != entry.getSize())
                        .mapToLong(Natives::weight)
                        .sum();
            } catch (IOException e) {
                throw new DeviceException("cannot read " + jar + ": " + e.getMessage() + "; build soopt again");
            }
        }
        return missing;
    }

    private static long weight(ZipEntry entry) {
        return TWICE.matcher(entry.getName()).matches() ? 2 * entry.getSize() : entry.getSize();
    }

    /** What lies in the folder; links weigh nothing. */
    private static long bytes(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .mapToLong(file -> Math.max(0, size(file)))
                    .sum();
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }

    /** −1 if there is no such file. */
    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return -1;
        }
    }
}
