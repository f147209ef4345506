package soopt.backend.cuda.library;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The libraries that a shared library says it needs (DT_NEEDED of its ELF file): libcusolver.so.11 is the name in CUDA
 * 11 and in CUDA 12, and only this tells whose it is.
 */
final class Needs {
    private static final int HEADER = 64;
    private static final int SEGMENT = 56;
    private static final int ENTRY = 16;
    private static final int LONGEST_NAME = 80;
    private static final int LOADED = 1;
    private static final int DYNAMIC = 2;
    private static final int NEEDED = 1;
    private static final int STRINGS = 5;
    /** Bytes of segments and entries that are read at most: of a file that is no library. */
    private static final int MOST = 1 << 16;

    private final FileChannel file;

    private Needs(FileChannel file) {
        this.file = file;
    }

    /** Their names, as "libcublas.so.12"; none if the file is no ELF file of 64 bits. */
    static List<String> of(Path library) {
        try (FileChannel file = FileChannel.open(library, StandardOpenOption.READ)) {
            return new Needs(file).names();
        } catch (IOException | IllegalArgumentException unreadable) {
            return List.of();
        }
    }

    private ByteBuffer read(long at, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining() && file.read(buffer, at + buffer.position()) > 0) {
            // goes on
        }
        return buffer.flip();
    }

    private List<String> names() throws IOException {
        ByteBuffer header = read(0, HEADER);
        boolean isElf = header.limit() == HEADER && header.getInt(0) == 0x464c457f && header.get(4) == 2;
        int count = isElf ? header.getShort(56) & 0xffff : 0;
        ByteBuffer segments = isElf ? read(header.getLong(32), Math.min(MOST, count * SEGMENT)) : header;
        List<String> names = new ArrayList<>();
        for (int at = 0; isElf && at + SEGMENT <= segments.limit(); at += SEGMENT) {
            if (segments.getInt(at) == DYNAMIC) {
                ByteBuffer entries = read(segments.getLong(at + 8), (int) Math.min(MOST, segments.getLong(at + 32)));
                add(entries, segments, names);
            }
        }
        return names;
    }

    private void add(ByteBuffer entries, ByteBuffer segments, List<String> names) throws IOException {
        long strings = 0;
        for (int at = 0; at + ENTRY <= entries.limit(); at += ENTRY) {
            if (entries.getLong(at) == STRINGS) {
                strings = place(entries.getLong(at + 8), segments);
            }
        }
        for (int at = 0; at + ENTRY <= entries.limit(); at += ENTRY) {
            if (entries.getLong(at) == NEEDED) {
                ByteBuffer text = read(strings + entries.getLong(at + 8), LONGEST_NAME);
                String name = new String(text.array(), 0, text.limit(), StandardCharsets.ISO_8859_1);
                names.add(name.substring(0, Math.max(0, name.indexOf(0))));
            }
        }
    }

    /** Where in the file an address lies. */
    private static long place(long address, ByteBuffer segments) {
        for (int at = 0; at + SEGMENT <= segments.limit(); at += SEGMENT) {
            long from = segments.getLong(at + 16);
            if (segments.getInt(at) == LOADED && address >= from && address < from + segments.getLong(at + 32)) {
                return address - from + segments.getLong(at + 8);
            }
        }
        return address;
    }
}
