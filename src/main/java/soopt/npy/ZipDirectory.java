package soopt.npy;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipException;

/**
 * The central directory of a zip archive, from the end of the file or, where that is torn, from the entries themselves.
 * Nothing of it is trusted: every place lies within the file, and its cost is bounded by the size of the file.
 *
 * @param entries in the order of the directory
 * @param bytes the records as they stand in the file
 * @param offset where they begin there; where they would begin if they were lost
 */
record ZipDirectory(List<Entry> entries, byte[] bytes, long offset) {
    private static final int LONGEST_COMMENT = 0xffff;
    private static final int PIECE = 1 << 16;
    private static final int ENCRYPTED = 1;
    /** Of an entry whose length was not known before it was written: it stands behind the contents. */
    private static final int LENGTH_BEHIND = 1 << 3;

    /**
     * What the directory says of one entry.
     *
     * @param compressed its bytes in the file
     * @param size its bytes after decompression
     * @param offset where its local header begins
     * @param at where its record begins in the directory
     */
    record Entry(String name, int flags, int method, long crc, long compressed, long size, long offset, int at) {
        boolean encrypted() {
            return (flags & ENCRYPTED) != 0;
        }

        boolean lengthIsBehind() {
            return (flags & LENGTH_BEHIND) != 0;
        }
    }

    /** @throws ZipException if there is no directory that fits the file */
    static ZipDirectory read(FileChannel channel) throws IOException {
        long size = channel.size();
        int length = (int) Math.min(size, LONGEST_COMMENT + ZipRecords.END_BYTES);
        ByteBuffer tail = bytes(channel, size - length, length);
        for (int at = length - ZipRecords.END_BYTES; at >= 0; at--) {
            if (tail.getInt(at) == ZipRecords.END) {
                return read(
                        channel,
                        tail.slice(at, ZipRecords.END_BYTES).order(ByteOrder.LITTLE_ENDIAN),
                        size - length + at);
            }
        }
        throw new ZipException("it has no central directory: it is cut off, or no zip archive");
    }

    /** @param at where the record of the end begins in the file */
    private static ZipDirectory read(FileChannel channel, ByteBuffer end, long at) throws IOException {
        long count = end.getShort(10) & ZipRecords.ALL_16_BITS;
        long bytes = end.getInt(12) & ZipRecords.ALL_32_BITS;
        long offset = end.getInt(16) & ZipRecords.ALL_32_BITS;
        long stop = at;
        long locator = at - ZipRecords.LOCATOR64_BYTES;
        if (locator >= 0 && bytes(channel, locator, 4).getInt(0) == ZipRecords.LOCATOR64) {
            stop = bytes(channel, locator, ZipRecords.LOCATOR64_BYTES).getLong(8);
            if (stop < 0 || stop > locator - ZipRecords.END64_BYTES) {
                throw new ZipException("the end of its central directory is damaged");
            }
            ByteBuffer large = bytes(channel, stop, ZipRecords.END64_BYTES);
            count = large.getLong(32);
            bytes = large.getLong(40);
            offset = large.getLong(48);
        }
        if (bytes < 0 || offset < 0 || bytes > stop || offset != stop - bytes) {
            throw new ZipException("its central directory is not where its end says");
        }
        if (count < 0 || count > bytes / ZipRecords.CENTRAL_BYTES || bytes > Integer.MAX_VALUE - 64) {
            throw new ZipException("its central directory has not the length that its end says");
        }
        ByteBuffer records = bytes(channel, offset, (int) bytes);
        List<Entry> entries = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            entries.add(entry(records, offset));
        }
        if (records.hasRemaining()) {
            throw new ZipException("its central directory has not the length that its end says");
        }
        return new ZipDirectory(List.copyOf(entries), records.array(), offset);
    }

    /** The record at the position of the buffer, which goes on to the next one. */
    private static Entry entry(ByteBuffer in, long limit) throws ZipException {
        int at = in.position();
        if (in.remaining() < ZipRecords.CENTRAL_BYTES || in.getInt(at) != ZipRecords.CENTRAL) {
            throw new ZipException("a record of its central directory is damaged");
        }
        int nameLength = in.getShort(at + 28) & ZipRecords.ALL_16_BITS;
        int extraLength = in.getShort(at + 30) & ZipRecords.ALL_16_BITS;
        int commentLength = in.getShort(at + 32) & ZipRecords.ALL_16_BITS;
        int nameAt = at + ZipRecords.CENTRAL_BYTES;
        if (in.limit() - nameAt < nameLength + extraLength + commentLength) {
            throw new ZipException("a record of its central directory is damaged");
        }
        in.position(nameAt + nameLength + extraLength + commentLength);
        String name = new String(in.array(), nameAt, nameLength, StandardCharsets.UTF_8);
        long size = in.getInt(at + 24) & ZipRecords.ALL_32_BITS;
        long compressed = in.getInt(at + 20) & ZipRecords.ALL_32_BITS;
        long offset = in.getInt(at + 42) & ZipRecords.ALL_32_BITS;
        ByteBuffer large = zip64(in.slice(nameAt + nameLength, extraLength).order(ByteOrder.LITTLE_ENDIAN));
        // The numbers that do not fit stand in the extra field, in this order, and only they.
        size = size == ZipRecords.ALL_32_BITS && large.remaining() >= 8 ? large.getLong() : size;
        compressed = compressed == ZipRecords.ALL_32_BITS && large.remaining() >= 8 ? large.getLong() : compressed;
        offset = offset == ZipRecords.ALL_32_BITS && large.remaining() >= 8 ? large.getLong() : offset;
        if (size < 0
                || compressed < 0
                || compressed > limit
                || offset < 0
                || offset > limit - compressed - ZipRecords.LOCAL_BYTES) {
            throw new ZipException("'" + name + "' lies beyond the end of the file");
        }
        return new Entry(
                name,
                in.getShort(at + 8),
                in.getShort(at + 10),
                in.getInt(at + 16) & ZipRecords.ALL_32_BITS,
                compressed,
                size,
                offset,
                at);
    }

    /** The zip64 field among the extra fields; empty if there is none. */
    private static ByteBuffer zip64(ByteBuffer extra) {
        while (extra.remaining() >= 4) {
            int kind = extra.getShort() & ZipRecords.ALL_16_BITS;
            int length = Math.min(extra.getShort() & ZipRecords.ALL_16_BITS, extra.remaining());
            ByteBuffer field = extra.slice(extra.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            if (kind == ZipRecords.EXTRA64) {
                return field;
            }
            extra.position(extra.position() + length);
        }
        return ByteBuffer.allocate(0);
    }

    /**
     * Where the contents of an entry begin.
     *
     * @throws ZipException if its local header is not that of the entry
     */
    static long contents(FileChannel channel, Entry entry) throws IOException {
        ByteBuffer local = bytes(channel, entry.offset(), ZipRecords.LOCAL_BYTES);
        int nameLength = local.getShort(26) & ZipRecords.ALL_16_BITS;
        int extraLength = local.getShort(28) & ZipRecords.ALL_16_BITS;
        long begin = entry.offset() + ZipRecords.LOCAL_BYTES + nameLength + extraLength;
        if (local.getInt(0) != ZipRecords.LOCAL || begin > channel.size() - entry.compressed()) {
            throw new ZipException("its local header is damaged");
        }
        ByteBuffer name = bytes(channel, entry.offset() + ZipRecords.LOCAL_BYTES, nameLength);
        if (!new String(name.array(), StandardCharsets.UTF_8).equals(entry.name())) {
            throw new ZipException("its local header has another name than the central directory");
        }
        return begin;
    }

    /** Where the last entry ends. */
    long end(FileChannel channel) throws IOException {
        long end = 0;
        for (Entry entry : entries) {
            if (entry.lengthIsBehind()) {
                return offset;
            }
            // Only the last one matters, and reading each header would cost a look-up per entry.
            if (entry.offset() >= end) {
                end = entry.offset();
            }
        }
        for (Entry entry : entries) {
            if (entry.offset() == end) {
                return contents(channel, entry) + entry.compressed();
            }
        }
        return end;
    }

    /**
     * The stored entries at the beginning of a file that are whole by their checksum, as a directory: what is left of
     * an archive that {@link NpzAppender} wrote and whose end is lost.
     */
    static ZipDirectory recover(FileChannel channel) throws IOException {
        List<Entry> entries = new ArrayList<>();
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        long at = 0;
        while (channel.size() - at >= ZipRecords.LOCAL_BYTES) {
            ByteBuffer local = bytes(channel, at, ZipRecords.LOCAL_BYTES);
            long size = local.getInt(22) & ZipRecords.ALL_32_BITS;
            long compressed = local.getInt(18) & ZipRecords.ALL_32_BITS;
            int nameLength = local.getShort(26) & ZipRecords.ALL_16_BITS;
            long begin = at + ZipRecords.LOCAL_BYTES + nameLength;
            boolean ours = local.getInt(0) == ZipRecords.LOCAL
                    && (local.getShort(6) & ~ZipRecords.NAME_IN_UTF8) == 0
                    && local.getShort(8) == 0
                    && local.getShort(28) == 0
                    && size == compressed;
            long crc = local.getInt(14) & ZipRecords.ALL_32_BITS;
            if (!ours || size > channel.size() - begin || checksum(channel, begin, size) != crc) {
                break;
            }
            byte[] name =
                    bytes(channel, at + ZipRecords.LOCAL_BYTES, nameLength).array();
            entries.add(new Entry(new String(name, StandardCharsets.UTF_8), 0, 0, crc, size, size, at, records.size()));
            records.writeBytes(ZipRecords.central(name, crc, size, at));
            at = begin + size;
        }
        return new ZipDirectory(List.copyOf(entries), records.toByteArray(), at);
    }

    private static long checksum(FileChannel channel, long from, long size) throws IOException {
        CRC32 checksum = new CRC32();
        for (long at = 0; at < size; at += PIECE) {
            checksum.update(bytes(channel, from + at, (int) Math.min(PIECE, size - at)));
        }
        return checksum.getValue();
    }

    /** So many bytes of the file. */
    static ByteBuffer bytes(FileChannel channel, long from, int count) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        while (out.hasRemaining()) {
            if (channel.read(out, from + out.position()) < 0) {
                throw new EOFException("it is cut off");
            }
        }
        return out.flip();
    }
}
