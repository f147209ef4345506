package soopt.experiment.folder;

import java.nio.file.Path;
import java.util.Random;
import soopt.file.Temporary;
import soopt.file.WholeFile;

/** Blocks of the disk kept for the last words of a run: freed, they hold run_finished, meta.json and status.json. */
final class Room {
    /** Three files and their temporary ones in blocks of 4 KiB, and a stack trace. */
    private static final int BYTES = 1 << 15;

    private final Path file;

    private Room(Path file) {
        this.file = file;
    }

    /** Takes it; the file is swept like any temporary one if the process is killed. */
    static Room in(Path folder) {
        // Random: a file system that compresses would keep no room for zeros.
        byte[] bytes = new byte[BYTES];
        new Random(1).nextBytes(bytes);
        Path file = Temporary.beside(folder.resolve("room"));
        WholeFile.write(file, bytes);
        return new Room(file);
    }

    void free() {
        Temporary.discard(file);
    }
}
