package soopt.data.fetch;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.Predicate;
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

    private Tar() {}

    /** Saves the wanted files, plain or as .gz, wherever in the archive they are, into one folder. */
    static void extract(InputStream in, List<DatasetFile> wanted, Path folder) throws IOException {
        extract(in, name -> wanted.stream().anyMatch(file -> file.isCalled(name)), folder);
    }

    /** Saves the files of wanted names, wherever in the archive they are, into one folder. */
    static void extract(InputStream in, Predicate<String> wanted, Path folder) throws IOException {
        byte[] header = in.readNBytes(BLOCK);
        while (header.length == BLOCK && header[0] != 0) {
            String path = text(header, 0, NAME_LENGTH);
            String name = path.substring(path.lastIndexOf('/') + 1);
            long size = size(header);
            boolean regular = header[TYPE_AT] == '0' || header[TYPE_AT] == 0;
            if (regular && wanted.test(name)) {
                LimitedInput content = new LimitedInput(in, size);
                Files.copy(content, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
                content.requireEnd(path);
            } else {
                in.skipNBytes(size);
            }
            in.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
            header = in.readNBytes(BLOCK);
        }
    }

    private static long size(byte[] header) throws IOException {
        String octal = text(header, SIZE_AT, SIZE_LENGTH).strip();
        try {
            return Long.parseUnsignedLong(octal, 8);
        } catch (NumberFormatException e) {
            throw new IOException("not a tar archive: a file has the size " + Shown.quoted(octal), e);
        }
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
                throw new EOFException("the archive breaks off within " + path);
            }
        }
    }
}
