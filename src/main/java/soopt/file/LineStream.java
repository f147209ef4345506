package soopt.file;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** A text file that grows by whole lines; each is handed to the operating system when it is appended. */
public final class LineStream implements Growing, AutoCloseable {
    private static final int BLOCK = 1 << 13;
    private final Path file;
    private final FileChannel channel;

    private LineStream(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Opens a file to append to, and makes it if it is missing. A last line without its end, which a killed process
     * leaves, is cut off. A link of that name is refused.
     *
     * @throws WriteException if it cannot be written
     */
    public static LineStream open(Path file) {
        try {
            LineStream stream = new LineStream(file, channel(file));
            stream.cutTornLine();
            return stream;
        } catch (IOException e) {
            throw new WriteException(file, e);
        }
    }

    private static FileChannel channel(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS);
    }

    private void cutTornLine() throws IOException {
        if (channel.size() == 0) {
            return;
        }
        try (FileChannel reader = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer block = ByteBuffer.allocate(BLOCK);
            for (long end = reader.size(); end > 0; end -= Math.min(end, BLOCK)) {
                long from = Math.max(0, end - BLOCK);
                block.clear().limit((int) (end - from));
                while (block.hasRemaining() && reader.read(block, from + block.position()) >= 0) {}
                for (int i = block.position() - 1; i >= 0; i--) {
                    if (block.get(i) == '\n') {
                        channel.truncate(from + i + 1);
                        return;
                    }
                }
            }
            channel.truncate(0);
        }
    }

    /**
     * Appends one line; the line end is added.
     *
     * @throws WriteException if it cannot be written; then nothing of it is in the file
     */
    public void append(String line) {
        try {
            long before = channel.size();
            try {
                ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            } catch (IOException e) {
                // A full disk takes what still fits: half a line in the midst of a file that goes on later.
                channel.truncate(before);
                throw e;
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Its bytes; all lines are whole then. */
    @Override
    public long mark() {
        try {
            return channel.size();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    @Override
    public void force() {
        try {
            channel.force(true);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    @Override
    public void cutBack(long mark) {
        try {
            channel.truncate(mark);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Takes the last line away. */
    void dropLast() {
        try {
            channel.truncate(Math.max(0, channel.size() - 1));
            cutTornLine();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Whether a file has so many bytes, and a line ends with the last of them. */
    public static boolean hasLineEndAt(Path file, long mark) {
        if (mark == 0) {
            return true;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            return channel.read(last, mark - 1) == 1 && last.get(0) == '\n';
        } catch (IOException unreadable) {
            return false;
        }
    }

    /** Whether there is such a file with a line that has its end. */
    public static boolean hasLine(Path file) {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            int b = in.read();
            while (b >= 0 && b != '\n') {
                b = in.read();
            }
            return b == '\n';
        } catch (IOException e) {
            throw new WriteException(file, e);
        }
    }

    /** The lines of such a file that have their end; what is no UTF-8 is replaced. */
    static Stream<String> wholeLines(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] != '\n') {
            end--;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8).lines();
    }

    /** The same one after the other, without the file in memory; to be closed. */
    static Stream<String> eachWholeLine(Path file) {
        try {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8));
            Iterable<String> lines = () -> new WholeLines(file, in);
            return StreamSupport.stream(lines.spliterator(), false).onClose(() -> close(in));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + Problems.reason(e), e);
        }
    }

    private static void close(BufferedReader in) {
        try {
            in.close();
        } catch (IOException read) {
            return;
        }
    }

    /** Up to the last line that has its end. */
    private static final class WholeLines implements Iterator<String> {
        private final Path file;
        private final BufferedReader in;
        private Optional<String> next;

        WholeLines(Path file, BufferedReader in) {
            this.file = file;
            this.in = in;
            this.next = read();
        }

        private Optional<String> read() {
            try {
                StringBuilder line = new StringBuilder();
                for (int c = in.read(); c >= 0; c = in.read()) {
                    if (c == '\n') {
                        return Optional.of(line.toString());
                    }
                    line.append((char) c);
                }
                return Optional.empty();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + file + ": " + Problems.reason(e), e);
            }
        }

        @Override
        public boolean hasNext() {
            return next.isPresent();
        }

        @Override
        public String next() {
            String line = next.orElseThrow();
            next = read();
            return line;
        }
    }

    /** The first and the last whole line of such a file; one or none if it has no more. */
    static List<String> ends(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            for (int block = BLOCK; ; block *= 4) {
                int length = (int) Math.min(block, size);
                String tail = read(channel, size - length, length);
                boolean whole = length == size;
                List<String> lines =
                        tail.substring(0, tail.lastIndexOf('\n') + 1).lines().toList();
                if (whole) {
                    return lines.size() <= 1 ? lines : List.of(lines.get(0), lines.get(lines.size() - 1));
                }
                if (lines.size() > 1) {
                    String head = read(channel, 0, length);
                    if (head.contains("\n")) {
                        return List.of(head.substring(0, head.indexOf('\n')), lines.get(lines.size() - 1));
                    }
                }
            }
        }
    }

    private static String read(FileChannel channel, long from, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) >= 0) {}
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    }

    private WriteException failed(IOException e) {
        return new WriteException(file, e);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw failed(e);
        }
    }
}
