package soopt.experiment.folder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Random;
import soopt.file.Temporary;
import soopt.file.WriteException;

/** Blocks of the disk kept for the last words of a run: freed, they hold run_finished, meta.json and status.json. */
final class Room {
    /** Three files and their temporary ones in blocks of 4 KiB, and a stack trace. */
    private static final int BYTES = 1 << 15;

    private final Path file;

    private Room(Path file) {
        this.file = file;
    }

    /**
     * Takes it; the file is swept like any temporary one if the process is killed.
     *
     * @throws WriteException if there is no such room
     */
    static Room in(Path folder) {
        // Random: a file system that compresses would keep no room for zeros.
        byte[] bytes = new byte[BYTES];
        new Random(1).nextBytes(bytes);
        Room room = new Room(Temporary.beside(folder.resolve("room")));
        try (FileChannel channel = Temporary.create(room.file)) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (IOException e) {
            room.free();
            throw new WriteException(folder, e);
        }
        return room;
    }

    void free() {
        Temporary.discard(file);
    }
}
