package soopt.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What runs ask of the file system of a folder, tried on files that are gone afterwards: that a file is replaced at
 * once, that of two who make the same link one succeeds, that files grow and are cut back.
 *
 * @param folder the folder, or the nearest above it that is there
 * @param type of its file system, as the system calls it
 * @param freeBytes that this user may write
 * @param clock the time of its new files less that of this machine, to the second
 * @param forced how long it took to get a small file onto the disk
 * @param problems a sentence each; none if all is well
 */
public record FolderProbe(
        Path folder, String type, long freeBytes, Duration clock, Duration forced, List<String> problems) {
    private static final String OLD = "old";
    private static final String NEW = "new";

    /** Nothing stays. */
    public static FolderProbe of(Path wanted) {
        Path folder = nearest(wanted.toAbsolutePath().normalize());
        List<String> problems = new ArrayList<>();
        String type = "unknown";
        long free = 0;
        Duration clock = Duration.ZERO;
        Duration forced = Duration.ZERO;
        try {
            type = Files.getFileStore(folder).type();
            free = Files.getFileStore(folder).getUsableSpace();
            Path own = Temporary.createFolder(folder.resolve("probe"));
            try {
                forced = replace(own, problems);
                link(own, problems);
                cut(own, problems);
                clock = clock(own);
            } finally {
                remove(own);
            }
        } catch (IOException e) {
            problems.add("cannot be written: " + Problems.reason(e));
        }
        return new FolderProbe(folder, type, free, clock, forced, List.copyOf(problems));
    }

    private static Path nearest(Path folder) {
        Path there = folder;
        while (!Files.isDirectory(there) && there.getParent() != null) {
            there = there.getParent();
        }
        return there;
    }

    private static Duration replace(Path own, List<String> problems) throws IOException {
        Path target = own.resolve("whole");
        long begun = System.nanoTime();
        WholeFile.write(target, OLD);
        Duration forced = Duration.ofNanos(System.nanoTime() - begun);
        Path next = own.resolve("next");
        Files.writeString(next, NEW);
        try {
            Files.move(next, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            if (!Files.readString(target).equals(NEW)) {
                problems.add("a file that was replaced is read as it was before");
            }
        } catch (IOException e) {
            problems.add("files are not replaced at once: " + Problems.reason(e));
        }
        return forced;
    }

    /** Claims rest on it. */
    private static void link(Path own, List<String> problems) throws IOException {
        Path file = own.resolve("own");
        Path name = own.resolve("claim");
        Files.writeString(file, NEW);
        try {
            Files.createLink(name, file);
        } catch (IOException | UnsupportedOperationException e) {
            problems.add("it has no hard links: claims of runs are made by copies, which is right on one machine");
            return;
        }
        try {
            Files.createLink(name, file);
            problems.add("a link was made twice under the same name: two processes could write one run");
        } catch (FileAlreadyExistsException asItShould) {
            if (!Integer.valueOf(2).equals(Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS))) {
                problems.add("it does not count links: a claim over a network whose answer is lost may seem refused");
            }
        }
    }

    /** Streams are cut back to where a checkpoint found them. */
    private static void cut(Path own, List<String> problems) throws IOException {
        Path stream = own.resolve("stream");
        Files.writeString(stream, OLD);
        Files.writeString(stream, NEW, StandardOpenOption.APPEND);
        try (FileChannel channel = FileChannel.open(stream, StandardOpenOption.WRITE)) {
            channel.truncate(OLD.getBytes(StandardCharsets.UTF_8).length);
        }
        if (!Files.readString(stream).equals(OLD)) {
            problems.add("a file that was cut back is not read so");
        }
    }

    private static Duration clock(Path own) throws IOException {
        Path file = own.resolve("clock");
        Instant before = Instant.now();
        Files.writeString(file, NEW);
        Instant written = Files.getLastModifiedTime(file).toInstant();
        // a file's time may be that of the clock's last tick
        return Duration.ofSeconds(Math.round(Duration.between(before, written).toMillis() / 1000.0));
    }

    private static void remove(Path own) throws IOException {
        try (Stream<Path> files = Files.list(own)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(own);
    }
}
