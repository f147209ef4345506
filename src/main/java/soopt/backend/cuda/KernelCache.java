package soopt.backend.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import soopt.file.WholeFile;
import soopt.file.WriteException;

/**
 * Compiled kernels in the user's cache, a file for each source, options, architecture and compiler: the hash of them
 * all is its name. A file is its contents' SHA-256 and the contents, written at once, so that processes that start
 * together and disks that are full do no harm. Without a cache folder nothing is kept.
 */
final class KernelCache {
    private static final int HASH_BYTES = 32;

    private final Optional<Path> folder;

    KernelCache(Optional<Path> folder) {
        this.folder = folder;
    }

    /** Below the folder that the launcher names. */
    static KernelCache ofUser() {
        String cache = System.getProperty("soopt.cache", "");
        return new KernelCache(cache.isEmpty() ? Optional.empty() : Optional.of(Path.of(cache, "cuda")));
    }

    private static byte[] hash(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The name under which code made of these is kept. */
    static String name(String source, List<String> options, String target, String compiler) {
        String all = String.join("\0", compiler, target, String.join("\0", options), source);
        return HexFormat.of().formatHex(hash(all.getBytes(StandardCharsets.UTF_8)));
    }

    /** The code kept under a name, if it is there and whole. */
    Optional<byte[]> find(String name) {
        return folder.map(path -> path.resolve(name)).flatMap(KernelCache::read);
    }

    private static Optional<byte[]> read(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                return Optional.empty();
            }
            byte[] all = Files.readAllBytes(file);
            if (all.length < HASH_BYTES) {
                return Optional.empty();
            }
            byte[] code = Arrays.copyOfRange(all, HASH_BYTES, all.length);
            return Arrays.equals(hash(code), Arrays.copyOf(all, HASH_BYTES)) ? Optional.of(code) : Optional.empty();
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    /** Keeps code as far as the disk lets it: without, it is compiled again. */
    void keep(String name, byte[] code) {
        folder.ifPresent(path -> {
            byte[] all = Arrays.copyOf(hash(code), HASH_BYTES + code.length);
            System.arraycopy(code, 0, all, HASH_BYTES, code.length);
            try {
                Files.createDirectories(path);
                WholeFile.write(path.resolve(name), all);
            } catch (IOException | WriteException notKept) {
                return;
            }
        });
    }
}
