package soopt.cli.terminal;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** The folder that the engine's native libraries are unpacked into. */
public final class Natives {
    private Natives() {}

    /** As the launcher set it. */
    public static Optional<Path> cache() {
        return Optional.ofNullable(System.getProperty("org.bytedeco.javacpp.cachedir"))
                .map(Path::of);
    }

    /** Says that the next seconds go into unpacking, if they will. */
    public static void announce(PrintWriter err) {
        cache().filter(folder -> !isFilled(folder))
                .ifPresent(folder -> err.println("unpacking native libraries (540 MB, once) to " + folder + "…"));
    }

    public static boolean isFilled(Path folder) {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.anyMatch(entry -> entry.getFileName().toString().endsWith(".jar"));
        } catch (IOException e) {
            return false;
        }
    }
}
