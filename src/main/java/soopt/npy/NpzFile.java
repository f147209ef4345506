package soopt.npy;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import soopt.file.WholeFile;

/** NumPy's .npz: a zip archive with one .npy file per array. */
public final class NpzFile {
    private static final String SUFFIX = ".npy";

    private NpzFile() {}

    /** Names of the arrays in an archive, in its order. */
    public static List<String> names(Path path) {
        try (ZipFile zip = open(path)) {
            return names(zip);
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    /** All arrays of an archive, in its order. */
    public static Map<String, NpyArray> read(Path path) {
        return read(path, names(path));
    }

    /**
     * Some arrays of an archive, in the order of their names.
     *
     * @throws NpyException if the file or an array is missing, damaged, or not of numbers
     */
    public static Map<String, NpyArray> read(Path path, Collection<String> names) {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        try (ZipFile zip = open(path)) {
            for (String name : names) {
                ZipEntry entry = zip.getEntry(name + SUFFIX);
                if (entry == null) {
                    throw new NpyException(
                            path + " has no array '" + name + "'; it has: " + String.join(", ", names(zip)));
                }
                String where = path + ": array '" + name + "'";
                arrays.put(name, NpyFormat.read(where, content(zip, entry, where)));
            }
        } catch (IOException e) {
            throw unreadable(path, e);
        }
        return arrays;
    }

    /** The array of one .npy file. */
    public static NpyArray readArray(Path path) {
        try {
            return NpyFormat.read(path.toString(), Files.readAllBytes(path));
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    /**
     * Writes arrays under their names, uncompressed, in the order of the map. The same arrays give the same bytes. The
     * file appears whole or not at all.
     *
     * @throws soopt.file.WriteException if the file system refuses
     */
    public static void write(Path path, Map<String, NpyArray> arrays) {
        WholeFile.write(path, channel -> NpzAppender.writeWhole(path, channel, arrays));
    }

    private static ZipFile open(Path path) throws IOException {
        if (!Files.isRegularFile(path)) {
            throw new NoSuchFileException(path.toString());
        }
        return new ZipFile(path.toFile());
    }

    private static List<String> names(ZipFile zip) {
        return zip.stream()
                .map(ZipEntry::getName)
                .filter(name -> name.endsWith(SUFFIX))
                .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                .toList();
    }

    /** ZipFile does not test the checksum of an entry: done here. */
    private static byte[] content(ZipFile zip, ZipEntry entry, String where) throws IOException {
        if (entry.getSize() > Integer.MAX_VALUE - 64) {
            throw new NpyException(where + " has more than 2 GiB; save it as float32 or uint8, or fewer examples");
        }
        byte[] content;
        try (InputStream in = zip.getInputStream(entry)) {
            content = in.readAllBytes();
        } catch (EOFException | ZipException e) {
            throw new NpyException(where + " is damaged (" + e.getMessage() + "); write it anew", e);
        }
        CRC32 checksum = new CRC32();
        checksum.update(content);
        if (content.length != entry.getSize() || checksum.getValue() != entry.getCrc()) {
            throw new NpyException(where + " is damaged: its CRC-32 is wrong; write it anew");
        }
        return content;
    }

    private static NpyException unreadable(Path path, IOException e) {
        if (e instanceof NoSuchFileException) {
            return new NpyException(path + " does not exist", e);
        }
        return new NpyException(
                path + " is not a readable NumPy file (" + e.getMessage() + "); write it with numpy.savez", e);
    }
}
