package soopt.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Files that are written at once: to a temporary name beside the target, forced to the disk, renamed. A reader sees
 * the old contents or the new, never a part.
 */
public final class WholeFile {
    private WholeFile() {}

    /** What fills the temporary file. */
    public interface Contents {
        void writeTo(Path temporary) throws IOException;
    }

    /** Replaces the file by this text in UTF-8. */
    public static void write(Path target, String text) {
        write(target, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Replaces the file by these bytes. */
    public static void write(Path target, byte[] bytes) {
        write(target, temporary -> Files.write(temporary, bytes));
    }

    /** Replaces the file by what {@code contents} puts into the path it is given. */
    public static void write(Path target, Contents contents) {
        Path temporary = target.resolveSibling("." + target.getFileName() + ".tmp");
        try {
            contents.writeTo(temporary);
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + target + ": " + Problems.reason(e), e);
        }
    }
}
