package soopt.npy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.ZipException;
import soopt.file.WriteException;

/**
 * An .npz archive that grows: arrays are appended at a cost that does not depend on how many there are, and after each
 * {@link #append} the file is an archive that NumPy reads.
 *
 * <pre>
 * try (NpzAppender archive = NpzAppender.open(folder.resolve("matrices.npz"))) {
 *     archive.append(Map.of("e0001.hbar", first));
 *     archive.append(Map.of("e0002.hbar", second));    // two small writes, also after 10,000 arrays
 * }
 * </pre>
 *
 * While it is open, a gap lies between the entries and the directory, and both grow towards the right: an entry goes
 * into the gap, then its record goes behind the directory, over the old end. A gap that is full is made anew behind the
 * file, half as large as the entries, so that the directory moves O(log n) times; most file systems store no blocks for
 * it. {@link #close} closes the gap. Each of these writes leaves a valid archive behind it, so that a process killed
 * between two of them leaves every array whose {@code append} returned. One killed within a write may leave a torn end:
 * {@link #open} finds the whole arrays again. One writer at a time; not for several threads.
 */
public final class NpzAppender implements AutoCloseable {
    private static final String SUFFIX = ".npy";
    private static final int SMALLEST_GAP = 1 << 12;
    /** Written at once: the channel copies what it is given into memory of its own, which it keeps. */
    private static final int PIECE = 1 << 20;

    private final Path path;
    private final FileChannel channel;
    private final List<String> names = new ArrayList<>();
    private final Set<String> taken = new HashSet<>();
    /** Where the record of each array begins in the directory. */
    private final List<Integer> recordAt = new ArrayList<>();
    /** Where the header of each array begins in the file. */
    private final List<Long> entryAt = new ArrayList<>();
    /** The records; the first {@link #length} bytes count. */
    private byte[] directory;

    private int length;
    /** Where the entries end. */
    private long end;
    /** Where the directory begins in the file, ≥ end. */
    private long begin;

    private NpzAppender(Path path, FileChannel channel) throws IOException {
        this.path = path;
        this.channel = channel;
        ZipDirectory found = new ZipDirectory(List.of(), new byte[0], 0);
        if (channel.size() > 0) {
            try {
                found = ZipDirectory.read(channel);
                end = found.end(channel);
                begin = found.offset();
            } catch (ZipException torn) {
                requireArchive();
                found = ZipDirectory.recover(channel);
                end = found.offset();
                begin = channel.size();
            }
        }
        directory = found.bytes();
        length = directory.length;
        for (ZipDirectory.Entry entry : found.entries()) {
            remember(arrayName(entry.name()), entry.at(), entry.offset());
        }
        // Not so if the end is torn, or if a write behind it is.
        if (channel.size() != begin + length + ZipRecords.end(names.size(), length, begin).length) {
            writeDirectory();
        }
    }

    /**
     * A torn archive begins with an entry, or with the gap if its first array was never whole; another file is left
     * alone.
     */
    private void requireArchive() throws IOException {
        int start = channel.size() < 4 ? 0 : ZipDirectory.bytes(channel, 0, 4).getInt(0);
        if (start != ZipRecords.LOCAL && start != ZipRecords.END && start != 0) {
            throw new ZipException("it is no npz archive");
        }
    }

    /**
     * Opens an archive to append to: one of NumPy, of {@link NpzFile#write} or of an appender, or none yet. If its end
     * is torn, the arrays that are whole by their checksums are kept, and the rest is cut off; a file without any
     * becomes an empty archive.
     *
     * @throws WriteException if the file system refuses
     */
    public static NpzAppender open(Path path) {
        try {
            return on(
                    path,
                    FileChannel.open(
                            path,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            LinkOption.NOFOLLOW_LINKS));
        } catch (IOException e) {
            throw new WriteException(path, e);
        }
    }

    /** On a channel of that file, which is closed with the appender. */
    static NpzAppender on(Path path, FileChannel channel) {
        try {
            return new NpzAppender(path, channel);
        } catch (IOException e) {
            try (channel) {
                throw new WriteException(path, e);
            } catch (IOException close) {
                e.addSuppressed(close);
                throw new WriteException(path, e);
            }
        }
    }

    /** Fills an empty file, which stays open. */
    static void writeWhole(Path path, FileChannel channel, Map<String, NpyArray> arrays) throws IOException {
        NpzAppender archive = new NpzAppender(path, channel);
        archive.append(arrays);
        archive.closeGap();
    }

    /** Names of the arrays, in their order. */
    public List<String> names() {
        return List.copyOf(names);
    }

    /** Number of arrays. */
    public int size() {
        return names.size();
    }

    /**
     * Appends arrays in the order of the map: all of them, or none if the file system refuses. They are with the
     * operating system then, not yet on the disk.
     *
     * @throws IllegalArgumentException if there is an array of such a name; nothing was written
     * @throws WriteException if the file system refuses; what was there before can still be read
     */
    public void append(Map<String, NpyArray> arrays) {
        List<ByteBuffer> parts = new ArrayList<>();
        List<byte[]> records = new ArrayList<>();
        long[] offsets = new long[arrays.size()];
        long to = end;
        for (Map.Entry<String, NpyArray> array : arrays.entrySet()) {
            if (taken.contains(array.getKey())) {
                throw new IllegalArgumentException(path + " has an array '" + array.getKey() + "' already");
            }
            byte[] name = ZipRecords.name(array.getKey() + SUFFIX);
            byte[] header = NpyHeader.bytes(array.getValue());
            byte[] elements = array.getValue().raw();
            CRC32 checksum = new CRC32();
            checksum.update(header);
            checksum.update(elements);
            long size = (long) header.length + elements.length;
            byte[] local = ZipRecords.local(name, checksum.getValue(), size);
            parts.addAll(List.of(ByteBuffer.wrap(local), ByteBuffer.wrap(header), ByteBuffer.wrap(elements)));
            offsets[records.size()] = to;
            records.add(ZipRecords.central(name, checksum.getValue(), size, to));
            to += local.length + size;
        }
        try {
            if (to > begin) {
                moveDirectory(Math.max(channel.size(), to + Math.max(SMALLEST_GAP, to / 2)));
            }
            write(parts, end);
            extendDirectory(records);
        } catch (IOException e) {
            restore(e);
            throw new WriteException(path, e);
        }
        int at = length;
        int k = 0;
        for (String name : arrays.keySet()) {
            remember(name, at, offsets[k]);
            at += records.get(k++).length;
        }
        length = at;
        end = to;
    }

    private void remember(String name, int at, long offset) {
        names.add(name);
        taken.add(name);
        recordAt.add(at);
        entryAt.add(offset);
    }

    /** Writes the new records and the new end over the old end, in one write. */
    private void extendDirectory(List<byte[]> records) throws IOException {
        int longer = length;
        for (byte[] record : records) {
            longer = Math.addExact(longer, record.length);
        }
        if (longer > directory.length) {
            directory = Arrays.copyOf(directory, (int) Math.min(2L * longer, Integer.MAX_VALUE - 64));
        }
        int at = length;
        for (byte[] record : records) {
            System.arraycopy(record, 0, directory, at, record.length);
            at += record.length;
        }
        byte[] last = ZipRecords.end(names.size() + (long) records.size(), longer, begin);
        write(List.of(ByteBuffer.wrap(directory, length, longer - length), ByteBuffer.wrap(last)), begin + length);
    }

    /** To a place behind the file or in the gap: the old one is valid until the new one is. */
    private void moveDirectory(long to) throws IOException {
        long old = begin;
        try {
            begin = to;
            writeDirectory();
        } catch (IOException e) {
            begin = old;
            throw e;
        }
    }

    private void writeDirectory() throws IOException {
        byte[] last = ZipRecords.end(names.size(), length, begin);
        write(List.of(ByteBuffer.wrap(directory, 0, length), ByteBuffer.wrap(last)), begin);
        channel.truncate(begin + length + last.length);
    }

    /** After a failed write: the old end again, in blocks that the file has. */
    private void restore(IOException failure) {
        try {
            byte[] last = ZipRecords.end(names.size(), length, begin);
            write(List.of(ByteBuffer.wrap(last)), begin + length);
            channel.truncate(begin + length + last.length);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    /** Has the disk keep the arrays, also through a power cut. */
    public void force() {
        try {
            channel.force(true);
        } catch (IOException e) {
            throw new WriteException(path, e);
        }
    }

    /**
     * Takes the last arrays away, so that a run that goes on from a checkpoint may append them again.
     *
     * @param count how many of the first arrays stay, 0 ≤ count ≤ size
     * @throws WriteException if the file system refuses
     */
    public void cutBack(int count) {
        if (count < 0 || count > size()) {
            throw new IllegalArgumentException("cut back to " + count + " arrays, but there are " + size());
        }
        if (count == size()) {
            return;
        }
        end = entryAt.subList(count, size()).stream().mapToLong(at -> at).min().orElseThrow();
        length = recordAt.get(count);
        taken.removeAll(names.subList(count, names.size()));
        for (List<?> list : List.of(names, recordAt, entryAt)) {
            list.subList(count, list.size()).clear();
        }
        try {
            writeDirectory();
            // Else a search for whole entries would find them.
            write(List.of(ByteBuffer.allocate((int) Math.min(ZipRecords.LOCAL_BYTES, begin - end))), end);
        } catch (IOException e) {
            throw new WriteException(path, e);
        }
    }

    /** Closes the gap and the file. */
    @Override
    public void close() {
        try (channel) {
            if (channel.isOpen()) {
                closeGap();
            }
        } catch (IOException e) {
            throw new WriteException(path, e);
        }
    }

    private void closeGap() throws IOException {
        if (begin > end) {
            if (end + length + 2 * ZipRecords.END64_BYTES > begin) {
                moveDirectory(channel.size());
            }
            moveDirectory(end);
        }
    }

    /** Closes the file as a killed process would. */
    void abandon() throws IOException {
        channel.close();
    }

    /** Small parts together, large ones in pieces. */
    private void write(List<ByteBuffer> parts, long to) throws IOException {
        long at = to;
        ByteBuffer piece = ByteBuffer.allocate((int)
                Math.min(PIECE, parts.stream().mapToLong(ByteBuffer::remaining).sum()));
        for (ByteBuffer part : parts) {
            while (part.hasRemaining()) {
                int count = Math.min(piece.remaining(), part.remaining());
                piece.put(part.slice(part.position(), count));
                part.position(part.position() + count);
                if (!piece.hasRemaining()) {
                    at += drain(piece, at);
                }
            }
        }
        drain(piece, at);
    }

    private int drain(ByteBuffer piece, long at) throws IOException {
        piece.flip();
        while (piece.hasRemaining()) {
            channel.write(piece, at + piece.position());
        }
        int count = piece.limit();
        piece.clear();
        return count;
    }

    private static String arrayName(String entry) {
        return entry.endsWith(SUFFIX) ? entry.substring(0, entry.length() - SUFFIX.length()) : entry;
    }
}
