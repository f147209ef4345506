package soopt.experiment.stress;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardOpenOption;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A folder of the default file system with so many bytes to hold; a write that does not fit takes what does and then
 * fails.
 */
final class FullDisk {
    private final FileSystem real;
    private final Path root;
    private final long capacity;
    private final String reason;
    private final FileSystemProvider provider = new Provider();
    private final FileSystem system = new Disk();

    private FullDisk(Path root, long capacity, String reason) {
        this.real = root.getFileSystem();
        this.root = root;
        this.capacity = capacity;
        this.reason = reason;
    }

    /** The folder as seen through the limit. */
    static Path of(Path root, long capacity, String reason) {
        FullDisk disk = new FullDisk(root, capacity, reason);
        return disk.wrap(root);
    }

    private long free() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return capacity
                    - files.filter(Files::isRegularFile)
                            .mapToLong(file -> file.toFile().length())
                            .sum();
        }
    }

    // ---- paths ----

    private Path wrap(Path path) {
        return path == null
                ? null
                : (Path) Proxy.newProxyInstance(
                        FullDisk.class.getClassLoader(),
                        new Class<?>[] {Path.class},
                        (proxy, method, arguments) -> call(path, method, arguments));
    }

    private Object call(Path path, Method method, Object[] arguments) throws Throwable {
        if (method.getName().equals("getFileSystem")) {
            return system;
        }
        Object[] real = arguments == null
                ? null
                : Arrays.stream(arguments)
                        .map(argument -> argument instanceof Path given ? unwrap(given) : argument)
                        .toArray();
        try {
            Object result = method.invoke(path, real);
            return result instanceof Path made ? wrap(made) : result;
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private Path unwrap(Path path) {
        return Proxy.isProxyClass(path.getClass()) ? real.getPath(path.toString()) : path;
    }

    private final class Disk extends FileSystem {
        @Override
        public FileSystemProvider provider() {
            return provider;
        }

        @Override
        public void close() {}

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public boolean isReadOnly() {
            return false;
        }

        @Override
        public String getSeparator() {
            return real.getSeparator();
        }

        @Override
        public Iterable<Path> getRootDirectories() {
            return real.getRootDirectories();
        }

        @Override
        public Iterable<FileStore> getFileStores() {
            return real.getFileStores();
        }

        @Override
        public Set<String> supportedFileAttributeViews() {
            return real.supportedFileAttributeViews();
        }

        @Override
        public Path getPath(String first, String... more) {
            return wrap(real.getPath(first, more));
        }

        @Override
        public PathMatcher getPathMatcher(String pattern) {
            return real.getPathMatcher(pattern);
        }

        @Override
        public UserPrincipalLookupService getUserPrincipalLookupService() {
            return real.getUserPrincipalLookupService();
        }

        @Override
        public WatchService newWatchService() {
            throw new UnsupportedOperationException();
        }
    }

    private final class Provider extends FileSystemProvider {
        private FileSystemProvider under() {
            return real.provider();
        }

        @Override
        public String getScheme() {
            return "full";
        }

        @Override
        public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileSystem getFileSystem(URI uri) {
            return system;
        }

        @Override
        public Path getPath(URI uri) {
            return wrap(Path.of(uri));
        }

        @Override
        public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
                throws IOException {
            FileChannel channel = under().newFileChannel(unwrap(path), options, attributes);
            boolean writes = options.contains(StandardOpenOption.WRITE) || options.contains(StandardOpenOption.APPEND);
            return writes ? new Limited(channel, options.contains(StandardOpenOption.APPEND)) : channel;
        }

        @Override
        public SeekableByteChannel newByteChannel(
                Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
            return newFileChannel(path, options, attributes);
        }

        @Override
        public DirectoryStream<Path> newDirectoryStream(Path folder, DirectoryStream.Filter<? super Path> filter)
                throws IOException {
            DirectoryStream<Path> paths = under().newDirectoryStream(unwrap(folder), filter);
            return new DirectoryStream<>() {
                @Override
                public Iterator<Path> iterator() {
                    Iterator<Path> each = paths.iterator();
                    return new Iterator<>() {
                        @Override
                        public boolean hasNext() {
                            return each.hasNext();
                        }

                        @Override
                        public Path next() {
                            return wrap(each.next());
                        }
                    };
                }

                @Override
                public void close() throws IOException {
                    paths.close();
                }
            };
        }

        @Override
        public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
            if (free() <= 0) {
                throw new FileSystemException(folder.toString(), null, reason);
            }
            under().createDirectory(unwrap(folder), attributes);
        }

        @Override
        public void delete(Path path) throws IOException {
            under().delete(unwrap(path));
        }

        @Override
        public void copy(Path from, Path to, CopyOption... options) throws IOException {
            throw new UnsupportedOperationException();
        }

        @Override
        public void move(Path from, Path to, CopyOption... options) throws IOException {
            under().move(unwrap(from), unwrap(to), options);
        }

        @Override
        public boolean isSameFile(Path one, Path other) throws IOException {
            return under().isSameFile(unwrap(one), unwrap(other));
        }

        @Override
        public boolean isHidden(Path path) throws IOException {
            return under().isHidden(unwrap(path));
        }

        @Override
        public FileStore getFileStore(Path path) throws IOException {
            return under().getFileStore(unwrap(path));
        }

        @Override
        public void checkAccess(Path path, AccessMode... modes) throws IOException {
            under().checkAccess(unwrap(path), modes);
        }

        @Override
        public <V extends FileAttributeView> V getFileAttributeView(Path path, Class<V> type, LinkOption... options) {
            return under().getFileAttributeView(unwrap(path), type, options);
        }

        @Override
        public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
                throws IOException {
            return under().readAttributes(unwrap(path), type, options);
        }

        @Override
        public Map<String, Object> readAttributes(Path path, String names, LinkOption... options) throws IOException {
            return under().readAttributes(unwrap(path), names, options);
        }

        @Override
        public void setAttribute(Path path, String name, Object value, LinkOption... options) throws IOException {
            under().setAttribute(unwrap(path), name, value, options);
        }
    }

    // ---- channels ----

    private final class Limited extends FileChannel {
        private final FileChannel channel;
        private final boolean appends;

        private Limited(FileChannel channel, boolean appends) {
            this.channel = channel;
            this.appends = appends;
        }

        private int limited(ByteBuffer from, long at, Write write) throws IOException {
            long grows = Math.max(0, at + from.remaining() - channel.size());
            long lacks = Math.max(0, grows - Math.max(0, free()));
            if (from.hasRemaining() && lacks >= from.remaining()) {
                throw new IOException(reason);
            }
            int end = from.limit();
            from.limit((int) (end - lacks));
            try {
                return write.write();
            } finally {
                from.limit(end);
            }
        }

        @Override
        public int read(ByteBuffer to) throws IOException {
            return channel.read(to);
        }

        @Override
        public long read(ByteBuffer[] to, int offset, int length) throws IOException {
            return channel.read(to, offset, length);
        }

        @Override
        public int read(ByteBuffer to, long at) throws IOException {
            return channel.read(to, at);
        }

        @Override
        public int write(ByteBuffer from) throws IOException {
            return limited(from, appends ? channel.size() : channel.position(), () -> channel.write(from));
        }

        @Override
        public int write(ByteBuffer from, long at) throws IOException {
            return limited(from, at, () -> channel.write(from, at));
        }

        @Override
        public long write(ByteBuffer[] from, int offset, int length) throws IOException {
            long sum = 0;
            for (int i = offset; i < offset + length; i++) {
                while (from[i].hasRemaining()) {
                    sum += write(from[i]);
                }
            }
            return sum;
        }

        @Override
        public long position() throws IOException {
            return channel.position();
        }

        @Override
        public FileChannel position(long at) throws IOException {
            channel.position(at);
            return this;
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public FileChannel truncate(long size) throws IOException {
            channel.truncate(size);
            return this;
        }

        @Override
        public void force(boolean metadata) throws IOException {
            channel.force(metadata);
        }

        @Override
        public long transferTo(long at, long count, WritableByteChannel to) throws IOException {
            return channel.transferTo(at, count, to);
        }

        @Override
        public long transferFrom(ReadableByteChannel from, long at, long count) throws IOException {
            throw new UnsupportedOperationException();
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long at, long size) throws IOException {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileLock lock(long at, long size, boolean shared) throws IOException {
            return channel.lock(at, size, shared);
        }

        @Override
        public FileLock tryLock(long at, long size, boolean shared) throws IOException {
            return channel.tryLock(at, size, shared);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            channel.close();
        }
    }

    /** A write to the channel below. */
    private interface Write {
        int write() throws IOException;
    }
}
