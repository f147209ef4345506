package soopt.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What a file holds.
 *
 * @param sha256 in 64 hex digits
 * @param modified when it was written last, before it was read
 */
public record Checksum(Path path, String sha256, long bytes, FileTime modified) {
    private static final int PIECE = 1 << 20;

    /** Reads it all, a piece at a time. */
    static Checksum of(Path path) throws IOException {
        BasicFileAttributes before = Files.readAttributes(path, BasicFileAttributes.class);
        MessageDigest digest = newDigest();
        byte[] piece = new byte[PIECE];
        long bytes = 0;
        try (InputStream in = Files.newInputStream(path)) {
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                digest.update(piece, 0, count);
                bytes += count;
            }
        }
        return new Checksum(path, HexFormat.of().formatHex(digest.digest()), bytes, before.lastModifiedTime());
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Whether nobody has written to the file since, by its length and time. */
    boolean isCurrent() {
        try {
            BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
            return now.size() == bytes && now.lastModifiedTime().equals(modified);
        } catch (IOException gone) {
            return false;
        }
    }
}
