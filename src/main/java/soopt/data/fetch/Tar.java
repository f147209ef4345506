package soopt.data.fetch;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.OptionalLong;
import soopt.file.Shown;

/**
 * Reads tar archives (POSIX ustar): header blocks of 512 bytes, each followed by the file padded to a multiple of 512.
 */
final class Tar {
    private static final int BLOCK = 512;
    private static final int NAME_LENGTH = 100;
    private static final int SIZE_AT = 124;
    private static final int SIZE_LENGTH = 12;
    private static final int TYPE_AT = 156;

    /** Bytes that all files of an archive may have together: a small .gz can hold any number of zeros. */
    private static final long MOST = 1L << 30;

    private Tar() {}

    /** Saves the wanted files, plain or as .gz, wherever in the archive they are, into one folder. */
    static void extract(InputStream in, List<DatasetFile> wanted, Path folder) throws IOException {
        extract(
                in,
                name -> wanted.stream()
                        .filter(file -> file.isCalled(name))
                        .mapToLong(DatasetFile::mostCompressed)
                        .max(),
                folder);
    }

    /** Which files are wanted, by name, and how many bytes each may have. */
    interface Wanted {
        OptionalLong most(String name);
    }

    /** Saves the files of wanted names, wherever in the archive they are, into one folder. */
    static void extract(InputStream in, Wanted wanted, Path folder) throws IOException {
        long room = MOST;
        byte[] header = in.readNBytes(BLOCK);
        while (header.length == BLOCK && header[0] != 0) {
            String path = text(header, 0, NAME_LENGTH);
            String name = path.substring(path.lastIndexOf('/') + 1);
            long size = size(header);
            room -= size + 2 * BLOCK;
            if (room < 0) {
                throw new IOException("the archive holds more than " + MOST + " bytes");
            }
            boolean regular = header[TYPE_AT] == '0' || header[TYPE_AT] == 0;
            OptionalLong most = regular && !name.isEmpty() ? wanted.most(name) : OptionalLong.empty();
            if (most.isPresent()) {
                save(in, name, size, most.getAsLong(), folder);
            } else {
                skip(in, size, path);
            }
            skip(in, (BLOCK - size % BLOCK) % BLOCK, path);
            header = in.readNBytes(BLOCK);
        }
    }

    private static void save(InputStream in, String name, long size, long most, Path folder) throws IOException {
        if (size > most) {
            throw new IOException(
                    "the archive says that " + Shown.value(name) + " has " + size + " bytes; it has at most " + most);
        }
        LimitedInput content = new LimitedInput(in, size);
        Files.copy(content, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        content.requireEnd(name);
    }

    private static void skip(InputStream in, long bytes, String path) throws IOException {
        try {
            in.skipNBytes(bytes);
        } catch (EOFException e) {
            throw new EOFException("the archive breaks off within " + Shown.value(path));
        }
    }

    private static long size(byte[] header) throws IOException {
        String octal = text(header, SIZE_AT, SIZE_LENGTH).strip();
        if (!octal.matches("[0-7]{1,12}")) {
            throw new IOException("not a tar archive: a file has the size " + Shown.quoted(octal));
        }
        return Long.parseLong(octal, 8);
    }

    private static String text(byte[] header, int from, int length) {
        int end = from;
        while (end < from + length && header[end] != 0) {
            end++;
        }
        return new String(header, from, end - from, StandardCharsets.ISO_8859_1);
    }

    /** The next so many bytes of a stream; never closes it. */
    private static final class LimitedInput extends InputStream {
        private final InputStream in;
        private long left;

        LimitedInput(InputStream in, long left) {
            this.in = in;
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int from, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int n = in.read(buffer, from, (int) Math.min(length, left));
            left -= Math.max(n, 0);
            return n;
        }

        void requireEnd(String path) throws EOFException {
            if (left > 0) {
                throw new EOFException("the archive breaks off within " + Shown.value(path));
            }
        }
    }
}
