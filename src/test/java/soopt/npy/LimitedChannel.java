package soopt.npy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * A file that takes so many bytes and then refuses: a full disk, or, if it does nothing more at all, a killed process.
 */
final class LimitedChannel extends FileChannel {
    private final FileChannel file;
    private final boolean killed;
    private long left;
    private long writes;
    private boolean refused;

    LimitedChannel(FileChannel file, long left, boolean killed) {
        this.file = file;
        this.left = left;
        this.killed = killed;
    }

    /** Bytes that the file still takes. */
    long left() {
        return left;
    }

    /** Number of writes so far. */
    long writes() {
        return writes;
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
        writes++;
        if (refused && killed) {
            throw new IOException("killed");
        }
        // What a file has already may be written over on a full disk.
        long free = killed ? 0 : Math.max(0, Math.min(source.remaining(), file.size() - position));
        int count = (int) Math.min(source.remaining(), free + left);
        if (count == 0) {
            refused = true;
            throw new IOException("No space left on device");
        }
        left -= Math.max(0, count - free);
        ByteBuffer part = source.slice(source.position(), count);
        source.position(source.position() + count);
        return file.write(part, position);
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        if (refused && killed) {
            throw new IOException("killed");
        }
        file.truncate(size);
        return this;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        return file.read(target, position);
    }

    @Override
    public long size() throws IOException {
        return file.size();
    }

    @Override
    public void force(boolean metaData) throws IOException {
        file.force(metaData);
    }

    @Override
    protected void implCloseChannel() throws IOException {
        file.close();
    }

    @Override
    public int read(ByteBuffer target) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int write(ByteBuffer source) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long position() {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileChannel position(long newPosition) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) {
        throw new UnsupportedOperationException();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) {
        throw new UnsupportedOperationException();
    }
}
