package soopt.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Files that are written at once: to a new {@link Temporary} file beside the target, forced to the disk, renamed, and
 * the folder forced too. A reader sees the old contents or the new, never a part, also after a power cut. Whatever
 * soopt writes that is no stream is written through here.
 */
public final class WholeFile {
    private WholeFile() {}

    /** What fills the file. */
    public interface Contents {
        /** Writes everything; the channel stands at the beginning of an empty file and is closed by the caller. */
        void writeTo(FileChannel channel) throws IOException;
    }

    /**
     * Replaces the file by this text in UTF-8.
     *
     * @throws WriteException if the file system refuses; the file is as it was
     */
    public static void write(Path target, String text) {
        write(target, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Replaces the file by these bytes.
     *
     * @throws WriteException if the file system refuses; the file is as it was
     */
    public static void write(Path target, byte[] bytes) {
        write(target, all(bytes), true, () -> {});
    }

    /**
     * Replaces the file by this text in UTF-8, if that is still wanted.
     *
     * @param permission called when only the rename is left to do; throws to leave the file as it is
     * @throws WriteException if the file system refuses; the file is as it was
     */
    public static void write(Path target, String text, Runnable permission) {
        write(target, all(text.getBytes(StandardCharsets.UTF_8)), true, permission);
    }

    /**
     * Replaces the file by this text, whole for every reader and after a kill; a power cut may take it. For files that
     * are many: waiting for the disk takes longer than anything else in writing them.
     *
     * @throws WriteException if the file system refuses; the file is as it was
     */
    public static void writeUnforced(Path target, String text) {
        write(target, all(text.getBytes(StandardCharsets.UTF_8)), false, () -> {});
    }

    private static Contents all(byte[] bytes) {
        return channel -> {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        };
    }

    /**
     * Replaces the file by what {@code contents} writes. A link of that name is replaced, not followed.
     *
     * @throws WriteException if the file system refuses; the file is as it was, and the temporary one is gone
     */
    public static void write(Path target, Contents contents) {
        write(target, contents, true, () -> {});
    }

    private static void write(Path target, Contents contents, boolean forced, Runnable permission) {
        Path temporary = Temporary.beside(target);
        try {
            try (FileChannel channel = Temporary.create(temporary)) {
                contents.writeTo(channel);
                if (forced) {
                    channel.force(true);
                }
            }
            permission.run();
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            if (forced) {
                forceFolder(target);
            }
        } catch (IOException e) {
            throw new WriteException(target, e);
        } finally {
            // Also where the contents threw something else; after the rename there is nothing of that name.
            Temporary.discard(temporary);
        }
    }

    /**
     * Makes the rename last through a power cut; systems that cannot open a folder do so by themselves or not at all.
     */
    public static void forceFolder(Path file) {
        try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        } catch (IOException unsupported) {
            return;
        }
    }
}
