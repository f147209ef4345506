package soopt.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Predicate;

/** A text file that grows by whole lines; each is handed to the operating system when it is appended. */
public final class LineStream implements AutoCloseable {
    private final Path file;
    private FileChannel channel;

    private LineStream(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Opens a file to append to, and makes it if it is missing. */
    public static LineStream open(Path file) {
        return new LineStream(file, channel(file));
    }

    private static FileChannel channel(Path file) {
        try {
            return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file + ": " + Problems.reason(e), e);
        }
    }

    boolean isEmpty() {
        try {
            return channel.size() == 0;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Appends one line; the line end is added. */
    public void append(String line) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Keeps the lines that pass; a last line without its end, which a killed process leaves, does not. */
    void keep(Predicate<String> passes) {
        try {
            String text = Files.readString(file);
            StringBuilder kept = new StringBuilder();
            text.substring(0, text.lastIndexOf('\n') + 1)
                    .lines()
                    .filter(passes)
                    .forEach(line -> kept.append(line).append('\n'));
            channel.close();
            WholeFile.write(file, kept.toString());
            channel = channel(file);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private UncheckedIOException failed(IOException e) {
        return new UncheckedIOException("cannot write " + file + ": " + Problems.reason(e), e);
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
