package soopt.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Files and folders that live while something is written: {@code .<name>.<64 random bits>.<machine>.tmp<pid>}. Nobody
 * can plant one beforehand, and whoever finds one knows whether its process lives: {@link #sweep} removes what the dead
 * left.
 */
public final class Temporary {
    /** What nobody has touched for so long is taken for dead where its process cannot be asked. */
    private static final Duration FOREIGN = Duration.ofHours(24);

    /** Of this and earlier forms: the machine is missing in the latter. */
    private static final Pattern NAME = Pattern.compile(".*?(?:\\.[0-9a-f]{16}\\.([0-9a-f]{8}))?\\.tmp(\\d{1,18})");

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String MACHINE = thisMachine();

    private Temporary() {}

    /** Where a pid means something: this start of this machine, in this container. */
    public static String machine() {
        return MACHINE;
    }

    /** A name in the folder of the target that nobody can guess. */
    public static Path beside(Path target) {
        String name = target.getFileName().toString();
        // Names have at most 255 bytes: the target's may be as long as that.
        String stem = name.length() > 40 ? name.substring(0, 40) : name;
        return target.resolveSibling(String.format(
                ".%s.%016x.%s.tmp%d",
                stem, RANDOM.nextLong(), MACHINE, ProcessHandle.current().pid()));
    }

    /** Makes the file, which must not be there, not even as a link. */
    public static FileChannel create(Path temporary) throws IOException {
        return FileChannel.open(
                temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    }

    /** Makes a folder under such a name beside the target. */
    public static Path createFolder(Path target) throws IOException {
        return Files.createDirectory(beside(target));
    }

    /** Deletes a temporary file or folder as far as possible: a rest is swept another time. */
    public static void discard(Path temporary) {
        if (!Files.exists(temporary, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(temporary)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException rest) {
            return;
        }
    }

    /**
     * Removes from a folder, not from those below it, the temporary files and folders of processes that are gone; those
     * of other machines when a day old. What cannot be removed stays.
     *
     * @return how many were removed
     */
    public static int sweep(Path folder) {
        int removed = 0;
        for (Path path : list(folder)) {
            if (isDead(path)) {
                discard(path);
                removed += Files.exists(path, LinkOption.NOFOLLOW_LINKS) ? 0 : 1;
            }
        }
        return removed;
    }

    /**
     * Removes from a folder the temporary files of one process, whether it lives or not: it cannot rename them then.
     */
    public static void sweep(Path folder, String machine, long pid) {
        for (Path path : list(folder)) {
            Matcher name = NAME.matcher(path.getFileName().toString());
            if (name.matches()
                    && machine.equals(name.group(1))
                    && Long.toString(pid).equals(name.group(2))) {
                discard(path);
            }
        }
    }

    /** Removes from a folder what has such a name and was not written for so long. */
    public static void sweep(Path folder, Pattern names, Duration age) {
        for (Path path : list(folder)) {
            if (names.matcher(path.getFileName().toString()).matches() && isOlder(path, age)) {
                discard(path);
            }
        }
    }

    private static List<Path> list(Path folder) {
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(folder)) {
            List<Path> list = new ArrayList<>();
            paths.forEach(list::add);
            return list;
        } catch (IOException | DirectoryIteratorException unreadable) {
            return List.of();
        }
    }

    private static boolean isDead(Path path) {
        Matcher name = NAME.matcher(path.getFileName().toString());
        if (!name.matches()) {
            return false;
        }
        boolean here = name.group(1) == null || name.group(1).equals(MACHINE);
        return here ? ProcessHandle.of(Long.parseLong(name.group(2))).isEmpty() : isOlder(path, FOREIGN);
    }

    private static boolean isOlder(Path path, Duration age) {
        try {
            Instant written =
                    Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toInstant();
            return written.isBefore(Instant.now().minus(age));
        } catch (IOException gone) {
            return false;
        }
    }

    /** Elsewhere the same number is another process. */
    private static String thisMachine() {
        return String.format(
                "%08x",
                (text(Path.of("/proc/sys/kernel/random/boot_id")) + link(Path.of("/proc/self/ns/pid"))).hashCode());
    }

    private static String text(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException otherSystem) {
            return "";
        }
    }

    private static String link(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException otherSystem) {
            return "";
        }
    }
}
