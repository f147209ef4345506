package soopt.data.fetch;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * One file of a data set, as it is when uncompressed.
 *
 * @param name its name in the folder of the data set; with ".gz" appended it may also lie there compressed
 * @param bytes its length
 * @param sha256 64 hex digits
 */
public record DatasetFile(String name, int bytes, String sha256) {

    /** Where it lies in this folder, plain or compressed, under one of the names it is known by. */
    public Optional<Path> in(Path folder) {
        return names().stream()
                .map(folder::resolve)
                .filter(Files::isRegularFile)
                .findFirst();
    }

    /** Whether a file of this name, without folder, may be this one. */
    boolean isCalled(String fileName) {
        return names().contains(fileName);
    }

    /** "train-images-idx3-ubyte" is also met as "train-images.idx3-ubyte". */
    private List<String> names() {
        String dotted = name.replace("-idx", ".idx");
        return List.of(name, name + ".gz", dotted, dotted + ".gz");
    }

    /**
     * The contents of this path, uncompressed, with its length and checksum tested.
     *
     * @throws DamagedFileException whose message says what is wrong with the file, to be put after its name
     */
    public byte[] read(Path path) throws DamagedFileException {
        byte[] content;
        int length;
        try (InputStream in = open(path)) {
            content = in.readNBytes(bytes);
            length = content.length + (in.read() < 0 ? 0 : 1);
        } catch (EOFException e) {
            throw new DamagedFileException("is truncated: its gzip stream ends early", e);
        } catch (ZipException e) {
            throw new DamagedFileException("is not a sound gzip file (" + e.getMessage() + ")", e);
        } catch (IOException e) {
            throw new DamagedFileException("cannot be read (" + e + ")", e);
        }
        if (length < bytes) {
            throw new DamagedFileException("is truncated: " + length + " of " + bytes + " bytes");
        }
        if (length > bytes) {
            throw new DamagedFileException("is longer than its " + bytes + " bytes");
        }
        String actual = sha256(content);
        if (!actual.equals(sha256)) {
            throw new DamagedFileException("has SHA-256 " + actual + ", not " + sha256);
        }
        return content;
    }

    /** Bytes that it may have as .gz: what cannot be compressed grows a little. */
    long mostCompressed() {
        return bytes + bytes / 100L + 4096;
    }

    /** Refuses what is too long to be this file before it is read or copied. */
    void requireLength(Path path) throws IOException {
        boolean compressed = path.getFileName().toString().endsWith(".gz");
        if (Files.size(path) > (compressed ? mostCompressed() : bytes)) {
            throw new DamagedFileException(path.getFileName() + " is longer than its " + bytes + " bytes"
                    + (compressed ? " as .gz can be" : ""));
        }
    }

    private static InputStream open(Path path) throws IOException {
        InputStream in = Files.newInputStream(path);
        if (!path.getFileName().toString().endsWith(".gz")) {
            return in;
        }
        try {
            return new GZIPInputStream(in, 1 << 16);
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    public static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
