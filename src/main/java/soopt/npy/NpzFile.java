package soopt.npy;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;
import soopt.file.NamedFile;
import soopt.file.Problems;
import soopt.file.Shown;
import soopt.file.WholeFile;

/**
 * NumPy's .npz: a zip archive with one .npy file per array. Nothing that the archive says is believed before it is
 * compared: what is read costs no more than the headers of the arrays asked for promise, and they can promise no more
 * than the file can hold.
 */
public final class NpzFile {
    private static final String SUFFIX = ".npy";
    private static final int STORED = 0;
    private static final int DEFLATED = 8;
    /** Of deflate: more bytes cannot come out of one. */
    private static final long LARGEST_RATIO = 1032;

    private static final int PIECE = 1 << 16;
    /** The channel copies through memory of its own, which it keeps. */
    private static final int MOST_AT_ONCE = 1 << 20;
    /** Of the names that a message lists. */
    private static final int LISTED = 20;

    private NpzFile() {}

    /** Names of the arrays in an archive, in its order. */
    public static List<String> names(Path path) {
        try (FileChannel channel = open(path)) {
            return names(ZipDirectory.read(channel));
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    /** What some arrays of an archive are, read from their headers alone. */
    public static Map<String, NpyHeader> headers(Path path, Collection<String> names) {
        return each(path, names, NpyReader::header, false);
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
        return read(path, names, Integer.MAX_VALUE);
    }

    /**
     * The first rows of some arrays, in the order of their names; the checksums of the whole arrays are tested.
     *
     * @param rows how many of the first axis; more than there are mean all
     */
    public static Map<String, NpyArray> read(Path path, Collection<String> names, int rows) {
        return each(path, names, reader -> reader.array(rows), true);
    }

    /** What is done with an array. */
    private interface Reading<T> {
        T of(NpyReader reader) throws IOException;
    }

    /** @param whole whether it reads to the end */
    private static <T> Map<String, T> each(Path path, Collection<String> names, Reading<T> reading, boolean whole) {
        Map<String, T> results = new LinkedHashMap<>();
        try (FileChannel channel = open(path)) {
            ZipDirectory directory = ZipDirectory.read(channel);
            Map<String, ZipDirectory.Entry> entries = new LinkedHashMap<>();
            directory.entries().forEach(entry -> entries.put(entry.name(), entry));
            List<String> present = names(directory);
            for (String name : names) {
                if (!entries.containsKey(name + SUFFIX)) {
                    throw new NpyException(path + " has no array '" + name + "'; it has: " + listed(present));
                }
                String where = path + ": array " + Shown.quoted(name);
                results.put(name, one(channel, entries.get(name + SUFFIX), where, reading, whole));
            }
        } catch (IOException e) {
            throw unreadable(path, e);
        }
        return results;
    }

    private static <T> T one(
            FileChannel channel, ZipDirectory.Entry entry, String where, Reading<T> reading, boolean whole) {
        requireReadable(entry, where);
        Inflater inflater = new Inflater(true);
        try {
            long begin = ZipDirectory.contents(channel, entry);
            InputStream raw = new Range(channel, begin, entry.compressed());
            InputStream plain = entry.method() == STORED ? raw : new InflaterInputStream(raw, inflater, PIECE);
            CheckedInputStream checked = new CheckedInputStream(plain, new CRC32());
            T result = reading.of(new NpyReader(where, checked, entry.size()));
            if (whole && checked.getChecksum().getValue() != entry.crc()) {
                throw new NpyException(where + " is damaged: its CRC-32 is wrong; write it anew");
            }
            return result;
        } catch (IOException e) {
            throw new NpyException(where + " is damaged (" + Problems.reason(e) + "); write it anew", e);
        } finally {
            inflater.end();
        }
    }

    private static void requireReadable(ZipDirectory.Entry entry, String where) {
        if (entry.encrypted()) {
            throw new NpyException(where + " is encrypted; write it anew without a password");
        }
        if (entry.method() != STORED && entry.method() != DEFLATED) {
            throw new NpyException(where + " is compressed by method " + entry.method()
                    + " of zip, which NumPy does not write; write it with numpy.savez_compressed");
        }
        boolean fits = entry.method() == STORED
                ? entry.size() == entry.compressed()
                : entry.size() <= LARGEST_RATIO * entry.compressed() + LARGEST_RATIO;
        if (!fits) {
            throw new NpyException(where + " is damaged: " + entry.compressed() + " bytes of the file cannot be the "
                    + entry.size() + " bytes that the archive says; write it anew");
        }
    }

    /** A part of a file; closing it does not close the file. */
    private static final class Range extends InputStream {
        private final FileChannel channel;
        private final long end;
        private long at;

        Range(FileChannel channel, long begin, long length) {
            this.channel = channel;
            this.at = begin;
            this.end = begin + length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] out, int offset, int length) throws IOException {
            if (at >= end || length == 0) {
                return length == 0 ? 0 : -1;
            }
            int most = (int) Math.min(Math.min(length, MOST_AT_ONCE), end - at);
            int count = channel.read(ByteBuffer.wrap(out, offset, most), at);
            at += Math.max(0, count);
            return count;
        }
    }

    /** The array of one .npy file. */
    public static NpyArray readArray(Path path) {
        requireFile(path);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path))) {
            return new NpyReader(path.toString(), in, Files.size(path)).array(Integer.MAX_VALUE);
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

    private static void requireFile(Path path) {
        NamedFile.problem(path).ifPresent(problem -> {
            throw new NpyException(path + " " + problem);
        });
    }

    private static FileChannel open(Path path) throws IOException {
        requireFile(path);
        FileChannel channel = FileChannel.open(path);
        try {
            byte[] start = ZipDirectory.bytes(channel, 0, (int) Math.min(channel.size(), 16))
                    .array();
            foreign(start).ifPresent(what -> {
                throw new NpyException(path + " " + what);
            });
            return channel;
        } catch (IOException | NpyException e) {
            channel.close();
            throw e;
        }
    }

    /** What a file is that is often taken for an archive. */
    private static Optional<String> foreign(byte[] start) {
        if (start.length == 0) {
            return Optional.of("is empty; write it with numpy.savez");
        }
        if (Arrays.equals(Arrays.copyOf(start, NpyHeader.MAGIC.length), NpyHeader.MAGIC)) {
            return Optional.of(
                    "is a single NumPy array, not an npz archive: write one with numpy.savez, with a name for"
                            + " each array");
        }
        if (new String(start, StandardCharsets.US_ASCII).startsWith("version https:")) {
            return Optional.of("is a pointer of Git LFS: fetch the file itself with git lfs pull");
        }
        return Optional.empty();
    }

    private static List<String> names(ZipDirectory directory) throws ZipException {
        Set<String> seen = new LinkedHashSet<>();
        for (ZipDirectory.Entry entry : directory.entries()) {
            if (entry.name().endsWith(SUFFIX)) {
                String name = entry.name().substring(0, entry.name().length() - SUFFIX.length());
                if (!seen.add(name)) {
                    throw new ZipException("it has two arrays " + Shown.quoted(name));
                }
            }
        }
        return List.copyOf(seen);
    }

    /** Names as a message shows them. */
    public static String listed(List<String> names) {
        String text = names.stream().limit(LISTED).map(Shown::value).collect(Collectors.joining(", "));
        String more = names.size() > LISTED ? ", … (" + names.size() + " arrays)" : "";
        return names.isEmpty() ? "no arrays" : text + more;
    }

    private static NpyException unreadable(Path path, IOException e) {
        return new NpyException(
                path + " is not a readable NumPy file (" + Problems.reason(e) + "); write it with numpy.savez", e);
    }
}
