package soopt.experiment.folder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import soopt.file.WriteException;

/**
 * The right of one process to write one run folder: an operating-system lock on a file beside the folder, so that it
 * ends with the process however that ends. The file holds a note of its last holder.
 */
final class RunLock implements AutoCloseable {
    /**
     * Locks this process holds. POSIX drops a file's lock when the process closes any channel on that file, so a second
     * attempt within the process must not even open it.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    /** Says that the file has been deleted: whoever opened it before must look for the one that bears the name now. */
    private static final String GONE = "gone";

    private static final int LONGEST_NOTE = 200;
    private static final int TRIES = 100;
    private static final long PAUSE_MILLISECONDS = 5;

    private final Path file;
    private final FileChannel channel;
    private final List<Path> made;

    private RunLock(Path file, FileChannel channel, List<Path> made) {
        this.file = file;
        this.channel = channel;
        this.made = List.copyOf(made);
    }

    /** The lock, or empty if another process or thread has it. The folder of the file is made if it is missing. */
    static Optional<RunLock> acquire(Path file) throws IOException {
        Path key = file.toAbsolutePath().normalize();
        if (!HELD.add(key)) {
            return Optional.empty();
        }
        Optional<RunLock> lock = Optional.empty();
        try {
            lock = lock(key);
        } finally {
            if (lock.isEmpty()) {
                HELD.remove(key);
            }
        }
        return lock;
    }

    private static Optional<RunLock> lock(Path file) throws IOException {
        List<Path> made = new ArrayList<>();
        for (int tries = 1; ; tries++) {
            try {
                makeFolder(file.getParent(), made);
                FileChannel channel = FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS);
                if (channel.tryLock() == null) {
                    channel.close();
                    return Optional.empty();
                }
                RunLock lock = new RunLock(file, channel, made);
                // One that says so at each try is no race: its holder was killed between note and deletion.
                if (!lock.note().equals(GONE) || tries >= TRIES) {
                    return Optional.of(lock);
                }
                channel.close();
            } catch (NoSuchFileException removed) {
                // Another process that found nothing to run has taken its folders away again.
                if (tries >= TRIES) {
                    throw removed;
                }
            }
            pause();
        }
    }

    private static void makeFolder(Path folder, List<Path> made) throws IOException {
        for (Path missing = folder; missing != null && Files.notExists(missing); missing = missing.getParent()) {
            made.add(missing);
        }
        Files.createDirectories(folder);
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(PAUSE_MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** What the last holder noted; empty at first. */
    String note() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(LONGEST_NOTE);
        channel.read(bytes, 0);
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    }

    /** Leaves a note for the next holder. */
    void note(String text) throws IOException {
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
    }

    /** Frees the folder and takes away the file and the folders that were made for it, as far as they are empty. */
    void discard() {
        try {
            note(GONE);
            Files.deleteIfExists(file);
            for (Path folder : made) {
                Files.deleteIfExists(folder);
            }
        } catch (IOException inUse) {
            // Somebody else has put something there: it stays.
            return;
        } finally {
            close();
        }
    }

    /** Frees the folder. The file stays: whoever waits for it must find the same one. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new WriteException(file, e);
        } finally {
            HELD.remove(file);
        }
    }
}
