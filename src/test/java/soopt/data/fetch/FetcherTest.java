package soopt.data.fetch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.file.Temporary;

class FetcherTest {
    private static final byte[] FIRST =
            "the first file, long enough".repeat(1000).getBytes(StandardCharsets.UTF_8);
    private static final byte[] SECOND = "the second file".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path directory;

    private HttpServer server;
    private String base;
    private final Log log = new Log();

    /** What the fetcher reported. */
    private static final class Log implements FetchProgress {
        private final List<String> lines = new ArrayList<>();
        private long bytes;
        private int open;

        @Override
        public void start(String name, long totalBytes) {
            open++;
            lines.add(name + " " + totalBytes);
        }

        @Override
        public void advance(long more) {
            bytes += more;
        }

        @Override
        public void finish() {
            open--;
        }

        @Override
        public void note(String message) {
            lines.add(message);
        }
    }

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        base = "http://localhost:" + server.getAddress().getPort();
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(content);
        }
        return out.toByteArray();
    }

    private static DatasetFile file(String name, byte[] content) {
        return new DatasetFile(name, content.length, DatasetFile.sha256(content));
    }

    private static DatasetFiles files(Source... sources) {
        return new DatasetFiles(
                "tiny", "", "", "", List.of(file("first", FIRST), file("second", SECOND)), List.of(sources));
    }

    private void answer(String path, int status, byte[] body) {
        server.createContext(path, exchange -> send(exchange, status, body));
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        try (exchange) {
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private Source web(String folder) {
        return Source.web(base + folder);
    }

    private Store store(boolean offline) {
        return new Store(directory, offline, log);
    }

    private List<String> inFolder() throws IOException {
        try (var paths = Files.list(directory.resolve("tiny"))) {
            return paths.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void goodFiles_areUnpackedAndNothingElseIsLeft() throws IOException {
        answer("/a/first.gz", 200, gzip(FIRST));
        answer("/a/second.gz", 200, gzip(SECOND));
        Path folder = Fetcher.require(files(web("/a/")), store(false));
        assertArrayEquals(FIRST, Files.readAllBytes(folder.resolve("first")));
        assertArrayEquals(SECOND, Files.readAllBytes(folder.resolve("second")));
        assertEquals(List.of("first", "second"), inFolder());
        assertEquals(gzip(FIRST).length + gzip(SECOND).length, log.bytes);
        assertEquals(0, log.open);
        assertEquals("first.gz " + gzip(FIRST).length, log.lines.get(0));
    }

    /** Of a process of this version that lives, of one that is gone, and of an earlier version: a day old, and new. */
    @Test
    void whatDeadFetchesLeft_isSwept_ofLiveOnesNot() throws IOException {
        answer("/a/first.gz", 200, gzip(FIRST));
        answer("/a/second.gz", 200, gzip(SECOND));
        Path folder = Files.createDirectories(directory.resolve("tiny"));
        Path live = Temporary.createFolder(folder.resolve("fetch"));
        String own = live.getFileName().toString();
        Files.createDirectory(folder.resolve(own.substring(0, own.lastIndexOf("tmp")) + "tmp" + Integer.MAX_VALUE));
        Path former = Files.createDirectory(folder.resolve(".fetch-123"));
        Files.createDirectory(folder.resolve(".fetch-124"));
        Files.setLastModifiedTime(former, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
        Fetcher.require(files(web("/a/")), store(false));
        assertEquals(
                List.of(own, ".fetch-124", "first", "second").stream().sorted().toList(), inFolder());
    }

    @Test
    void statusNotFound_leadsToTheMirror() throws IOException {
        answer("/b/first.gz", 200, gzip(FIRST));
        answer("/b/second.gz", 200, gzip(SECOND));
        Fetcher.require(files(web("/a/"), web("/b/")), store(false));
        assertEquals(List.of("first", "second"), inFolder());
        assertTrue(log.lines.contains(base + "/a/: HTTP status 404 for " + base + "/a/first.gz"), log.lines.toString());
    }

    @Test
    void wrongChecksum_isNeverInstalled_andTheMirrorIsAskedForThatFileOnly() throws IOException {
        byte[] wrong = FIRST.clone();
        wrong[5] ^= 1;
        answer("/a/first.gz", 200, gzip(wrong));
        answer("/a/second.gz", 200, gzip(SECOND));
        answer("/b/first.gz", 200, gzip(FIRST));
        Path folder = Fetcher.require(files(web("/a/"), web("/b/")), store(false));
        assertArrayEquals(FIRST, Files.readAllBytes(folder.resolve("first")));
        assertTrue(
                log.lines.contains(base + "/a/: first has SHA-256 " + DatasetFile.sha256(wrong) + ", not "
                        + DatasetFile.sha256(FIRST)),
                log.lines.toString());
        assertFalse(log.lines.toString().contains("/b/second"));
    }

    @Test
    void bodyThatBreaksOff_leavesNothing() throws IOException {
        byte[] whole = gzip(FIRST);
        server.createContext("/a/first.gz", exchange -> {
            exchange.sendResponseHeaders(200, whole.length);
            exchange.getResponseBody().write(Arrays.copyOf(whole, whole.length / 2));
            exchange.getResponseBody().flush();
            exchange.close();
        });
        DatasetException e =
                assertThrows(DatasetException.class, () -> Fetcher.require(files(web("/a/")), store(false)));
        assertTrue(e.getMessage().startsWith("cannot fetch first, second of tiny: " + base + "/a/: "), e.getMessage());
        assertTrue(e.getMessage().endsWith("run 'soopt datasets import tiny <folder>'"), e.getMessage());
        assertFalse(e.getMessage().contains("\n"));
        assertEquals(List.of(), inFolder());
        assertEquals(0, log.open);
    }

    @Test
    void truncatedGzip_ofARightLength_isFound() throws IOException {
        answer("/a/first.gz", 200, Arrays.copyOf(gzip(FIRST), 60));
        DatasetException e =
                assertThrows(DatasetException.class, () -> Fetcher.require(files(web("/a/")), store(false)));
        assertTrue(e.getMessage().contains("first is truncated"), e.getMessage());
    }

    @Test
    void redirect_isFollowed() throws IOException {
        server.createContext("/a/", exchange -> {
            String name = exchange.getRequestURI().getPath().substring(3);
            exchange.getResponseHeaders().add("Location", "/elsewhere/" + name);
            send(exchange, 302, new byte[0]);
        });
        answer("/elsewhere/first.gz", 200, gzip(FIRST));
        answer("/elsewhere/second.gz", 200, gzip(SECOND));
        Fetcher.require(files(web("/a/")), store(false));
        assertEquals(List.of("first", "second"), inFolder());
    }

    @Test
    void closedPort_isSkippedAtOnce() throws IOException {
        answer("/b/first.gz", 200, gzip(FIRST));
        answer("/b/second.gz", 200, gzip(SECOND));
        int port;
        try (ServerSocket closed = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        String nobody = "http://localhost:" + port + "/";
        Fetcher.require(files(Source.web(nobody), web("/b/")), store(false));
        assertEquals(List.of("first", "second"), inFolder());
    }

    @Test
    void filesThatAreThere_areNotFetched_compressedOnesNeither() throws IOException {
        Path folder = Files.createDirectory(directory.resolve("tiny"));
        Files.write(folder.resolve("first"), FIRST);
        Files.write(folder.resolve("second.gz"), gzip(SECOND));
        DatasetFiles files = files();
        assertEquals(folder, Fetcher.require(files, store(true)));
        assertArrayEquals(SECOND, files.read(files.files().get(1), folder));
        assertEquals(List.of("first", "second.gz"), inFolder());
    }

    @Test
    void offline_namesWhatIsMissing_andTheCommand() throws IOException {
        Path folder = Files.createDirectory(directory.resolve("tiny"));
        Files.write(folder.resolve("first"), FIRST);
        DatasetException e =
                assertThrows(DatasetException.class, () -> Fetcher.require(files(web("/a/")), store(true)));
        assertTrue(e.getMessage().startsWith("tiny: second missing in " + folder), e.getMessage());
        assertTrue(e.getMessage().contains("'soopt datasets fetch tiny'"), e.getMessage());
    }

    @Test
    void damagedFiles_areNamedWithTheDefectAndTheRemedy() throws IOException {
        Path folder = Files.createDirectory(directory.resolve("tiny"));
        DatasetFiles files = files(web("/a/"));
        DatasetFile first = files.files().get(0);
        refuses(files, first, folder.resolve("first") + " is missing; run 'soopt datasets fetch tiny'");
        Files.write(folder.resolve("first.gz"), Arrays.copyOf(gzip(FIRST), 30));
        refuses(files, first, folder.resolve("first.gz") + " is truncated: its gzip stream ends early; run");
        Files.write(folder.resolve("first.gz"), SECOND);
        refuses(files, first, folder.resolve("first.gz") + " is not a sound gzip file (Not in GZIP format); run");
        Files.write(folder.resolve("first"), SECOND);
        refuses(files, first, folder.resolve("first") + " is truncated: 15 of 27000 bytes; run");
        Files.write(folder.resolve("first"), new byte[27001]);
        refuses(files, first, folder.resolve("first") + " is longer than its 27000 bytes; run");
        Files.write(folder.resolve("first"), new byte[27000]);
        refuses(files, first, "SHA-256 " + DatasetFile.sha256(new byte[27000]) + ", not " + first.sha256() + "; run");
    }

    private void refuses(DatasetFiles files, DatasetFile file, String what) {
        DatasetException e = assertThrows(DatasetException.class, () -> files.read(file, directory.resolve("tiny")));
        assertTrue(e.getMessage().contains(what), e.getMessage());
        assertFalse(e.getMessage().contains("\n"));
    }

    @Test
    void archive_givesTheWantedFiles_whereverTheyAre() throws IOException {
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        entry(tar, "package/data/other", "x".repeat(700).getBytes(StandardCharsets.UTF_8));
        entry(tar, "package/data/first", FIRST);
        entry(tar, "./usr/share/second.gz", gzip(SECOND));
        tar.writeBytes(new byte[1024]);
        List<DatasetFile> wanted = files().files();
        Path folder = Files.createDirectory(directory.resolve("tiny"));
        Tar.extract(new ByteArrayInputStream(tar.toByteArray()), wanted, folder);
        assertEquals(List.of("first", "second.gz"), inFolder());
        assertArrayEquals(FIRST, wanted.get(0).read(folder.resolve("first")));
        assertArrayEquals(SECOND, wanted.get(1).read(folder.resolve("second.gz")));
        byte[] cut = Arrays.copyOf(tar.toByteArray(), 3000);
        assertThrows(IOException.class, () -> Tar.extract(new ByteArrayInputStream(cut), wanted, folder));
    }

    private static byte[] archive() throws IOException {
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        entry(tar, "batches/readme", "x".repeat(700).getBytes(StandardCharsets.UTF_8));
        entry(tar, "batches/first", FIRST);
        entry(tar, "batches/second", SECOND);
        tar.writeBytes(new byte[1024]);
        return gzip(tar.toByteArray());
    }

    @Test
    void archiveOnTheWeb_isUnpackedAsItArrives() throws IOException {
        byte[] archive = archive();
        answer("/a.tar.gz", 200, archive);
        Fetcher.require(files(Source.archive(base + "/a.tar.gz")), store(false));
        assertEquals(List.of("first", "second"), inFolder());
        assertEquals(archive.length, log.bytes);
        assertEquals(List.of("a.tar.gz " + archive.length), log.lines);
        assertEquals(0, log.open);
    }

    @Test
    void archiveThatBreaksOff_orIsNone_leadsToTheMirror() throws IOException {
        byte[] archive = archive();
        answer("/a.tar.gz", 200, Arrays.copyOf(archive, archive.length / 2));
        answer("/b.tar.gz", 200, FIRST);
        answer("/c.tar.gz", 200, archive);
        Fetcher.require(
                files(
                        Source.archive(base + "/a.tar.gz"),
                        Source.archive(base + "/b.tar.gz"),
                        Source.archive(base + "/c.tar.gz")),
                store(false));
        assertEquals(List.of("first", "second"), inFolder());
        assertTrue(log.lines.contains(base + "/b.tar.gz: Not in GZIP format"), log.lines.toString());
        assertEquals(0, log.open);
    }

    @Test
    void archiveThatLiesAboutSizes_isRefused() throws IOException {
        Path folder = Files.createDirectory(directory.resolve("tiny"));
        for (String size : List.of("-1", "-0000000001", "77777777777", "9", "+1", "1e3", "", "00000100000")) {
            ByteArrayOutputStream tar = new ByteArrayOutputStream();
            entry(tar, "a/first", FIRST);
            byte[] lying = tar.toByteArray();
            Arrays.fill(lying, 124, 136, (byte) 0);
            byte[] text = size.getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(text, 0, lying, 124, text.length);
            IOException e = assertThrows(
                    IOException.class,
                    () -> Tar.extract(new ByteArrayInputStream(lying), files().files(), folder),
                    size);
            assertTrue(e.getMessage().matches("not a tar archive: .*|the archive .*"), e.getMessage());
        }
        assertEquals(List.of(), inFolder());
    }

    @Test
    void redirectWithoutSense_endsItsSource_notTheFetch() throws IOException {
        server.createContext("/a/", exchange -> {
            exchange.getResponseHeaders().add("Location", "::::");
            send(exchange, 302, new byte[0]);
        });
        answer("/b/first.gz", 200, gzip(FIRST));
        answer("/b/second.gz", 200, gzip(SECOND));
        Fetcher.require(files(web("/a/"), web("/b/")), store(false));
        assertEquals(List.of("first", "second"), inFolder());
        assertTrue(log.lines.toString().contains("redirects to what is no address"), log.lines.toString());
    }

    @Test
    void sourceThatFailsInItsOwnWay_leadsToTheNext_andLoginsAreNotRepeated() throws IOException {
        answer("/b/first.gz", 200, gzip(FIRST));
        answer("/b/second.gz", 200, gzip(SECOND));
        Fetcher.require(
                files(
                        failing(new IllegalStateException("odd")),
                        failing(new IOException("npm: http://me:secret@gate:8080\u001b[31m is closed")),
                        web("/b/")),
                store(false));
        assertEquals(List.of("first", "second"), inFolder());
        assertTrue(log.lines.toString().contains("cannot be understood (IllegalStateException)"), log.lines.toString());
        assertTrue(log.lines.toString().contains("npm: http://gate:8080\\u001b[31m is closed"), log.lines.toString());
    }

    private static Source failing(Exception failure) {
        return new Source() {
            @Override
            public String description() {
                return "it";
            }

            @Override
            public void fetch(List<DatasetFile> wanted, Path folder, FetchProgress progress) throws IOException {
                if (failure instanceof IOException e) {
                    throw e;
                }
                throw (RuntimeException) failure;
            }
        };
    }

    @Test
    void fileThatIsTooLong_isNeitherReadNorCopied() throws IOException {
        Path mine = Files.createDirectory(directory.resolve("mine"));
        try (var channel = java.nio.channels.FileChannel.open(
                mine.resolve("first"),
                java.nio.file.StandardOpenOption.CREATE_NEW,
                java.nio.file.StandardOpenOption.WRITE)) {
            channel.write(java.nio.ByteBuffer.wrap(new byte[1]), 1L << 40);
        }
        DatasetException e = assertThrows(DatasetException.class, () -> Fetcher.importFrom(files(), mine, store(true)));
        assertTrue(e.getMessage().contains("first is longer than its 27000 bytes"), e.getMessage());
    }

    private static void entry(ByteArrayOutputStream tar, String name, byte[] content) {
        byte[] header = new byte[512];
        byte[] path = name.getBytes(StandardCharsets.US_ASCII);
        byte[] size = String.format("%011o", content.length).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(path, 0, header, 0, path.length);
        System.arraycopy(size, 0, header, 124, size.length);
        header[156] = '0';
        tar.writeBytes(header);
        tar.writeBytes(content);
        tar.writeBytes(new byte[(512 - content.length % 512) % 512]);
    }
}
