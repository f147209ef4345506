package soopt.file;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text file that grows by blocks of lines, each of one step, later than those before. A line says its step first:
 * {@code 7,…} in CSV, {@code {"step":7,…}} in JSON lines. Blocks can be taken away from both ends.
 */
public final class StepLines implements AutoCloseable {
    private static final Pattern STEP = Pattern.compile("(?:\\{\"step\":)?(\\d{1,18}),.*", Pattern.DOTALL);
    /** Of a line so many bytes are looked at. */
    private static final int HEAD = 200;

    private final Path file;
    private final String header;
    private LineStream lines;

    private StepLines(Path file, String header) {
        this.file = file;
        this.header = header;
        this.lines = reopened();
    }

    /**
     * Opens a file to append to, and makes it with its header if it is missing.
     *
     * @param header first line, which is of no step; empty for none
     */
    public static StepLines open(Path file, String header) {
        return new StepLines(file, header);
    }

    private LineStream reopened() {
        LineStream opened = LineStream.open(file);
        if (opened.mark() == 0 && !header.isEmpty()) {
            opened.append(header);
        }
        return opened;
    }

    /**
     * The first line of each step.
     *
     * @param at where it begins
     * @param head its beginning
     */
    public record Block(long step, long at, String head) {}

    /** The blocks of such a file, in order; half a last line does not count, a missing file has none. */
    public static List<Block> blocks(Path file) {
        List<Block> blocks = new ArrayList<>();
        if (!Files.isRegularFile(file)) {
            return blocks;
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            byte[] head = new byte[HEAD];
            long begin = 0;
            long at = 0;
            for (int b = in.read(); b >= 0; b = in.read()) {
                if (b != '\n' && at - begin < HEAD) {
                    head[(int) (at - begin)] = (byte) b;
                }
                at++;
                if (b == '\n') {
                    add(
                            blocks,
                            begin,
                            new String(head, 0, (int) Math.min(HEAD, at - 1 - begin), StandardCharsets.UTF_8));
                    begin = at;
                }
            }
            return blocks;
        } catch (IOException e) {
            throw new WriteException(file, e);
        }
    }

    private static void add(List<Block> blocks, long at, String head) {
        Matcher matcher = STEP.matcher(head);
        if (matcher.matches()) {
            long step = Long.parseLong(matcher.group(1));
            if (blocks.isEmpty() || blocks.get(blocks.size() - 1).step() != step) {
                blocks.add(new Block(step, at, head));
            }
        }
    }

    /** Appends a block; each of its lines but the last ends with a line feed. All of it is written, or nothing. */
    public void append(String block) {
        lines.append(block);
    }

    /** Has the disk keep what is in it. */
    public void force() {
        lines.force();
    }

    /** Takes away the blocks of this step and of later ones. */
    public void dropFrom(long step) {
        blocks(file).stream()
                .filter(block -> block.step() >= step)
                .findFirst()
                .ifPresent(block -> lines.cutBack(block.at()));
    }

    /** Takes away the blocks of earlier steps; a reader sees the file with them or without. */
    public void dropBefore(long step) {
        List<Block> blocks = blocks(file);
        if (blocks.isEmpty() || blocks.get(0).step() >= step) {
            return;
        }
        long from = blocks.stream()
                .filter(block -> block.step() >= step)
                .findFirst()
                .map(Block::at)
                .orElseGet(lines::mark);
        lines.close();
        try {
            WholeFile.write(file, channel -> copy(blocks.get(0).at(), from, channel));
        } finally {
            lines = reopened();
        }
    }

    /** The header, and everything behind {@code from}. */
    private void copy(long headerEnd, long from, FileChannel to) throws IOException {
        try (FileChannel old = FileChannel.open(file, StandardOpenOption.READ)) {
            transfer(old, 0, headerEnd, to);
            transfer(old, from, old.size(), to);
        }
    }

    private static void transfer(FileChannel from, long begin, long end, FileChannel to) throws IOException {
        ByteBuffer piece = ByteBuffer.allocate(1 << 16);
        for (long at = begin; at < end; ) {
            piece.clear().limit((int) Math.min(piece.capacity(), end - at));
            if (from.read(piece, at) < 0) {
                throw new IOException("the file became shorter");
            }
            piece.flip();
            at += piece.remaining();
            while (piece.hasRemaining()) {
                to.write(piece);
            }
        }
    }

    @Override
    public void close() {
        lines.close();
    }
}
