package soopt.npy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpzAppenderTest {
    private static final Path FIXTURES = Path.of("src/test/resources/npz");

    @TempDir
    private Path folder;

    @Test
    void afterEachAppend_theFileIsAnArchiveOfAllArrays_thatAnyReaderOfZipReads() throws IOException {
        Path file = folder.resolve("grows.npz");
        Map<String, NpyArray> all = new LinkedHashMap<>();
        try (NpzAppender archive = NpzAppender.open(file)) {
            for (int moment = 0; moment < 60; moment++) {
                archive.append(moment(moment, 30));
                all.putAll(moment(moment, 30));
                assertEquals(all, NpzFile.read(file));
                assertEquals(List.copyOf(all.keySet()), archive.names());
                try (ZipFile zip = new ZipFile(file.toFile())) {
                    assertEquals(all.size(), zip.size());
                }
            }
        }
        assertEquals(all, NpzFile.read(file));
        Path whole = folder.resolve("whole.npz");
        NpzFile.write(whole, all);
        assertArrayEquals(Files.readAllBytes(whole), Files.readAllBytes(file), "no gap is left");
    }

    @Test
    void reopened_goesOn_afterACloseAndAfterAKill() throws IOException {
        Path file = folder.resolve("grows.npz");
        Map<String, NpyArray> all = new LinkedHashMap<>();
        for (int moment = 0; moment < 20; moment++) {
            NpzAppender archive = NpzAppender.open(file);
            assertEquals(List.copyOf(all.keySet()), archive.names());
            archive.append(moment(moment, 40));
            all.putAll(moment(moment, 40));
            if (moment % 3 == 0) {
                archive.close();
            } else {
                archive.abandon();
            }
            assertEquals(all, NpzFile.read(file));
        }
    }

    @Test
    void archivesOfNumPy_areAppendedTo() throws IOException {
        for (String name : List.of("stored.npz", "deflated.npz")) {
            Path file = Files.copy(FIXTURES.resolve(name), folder.resolve(name));
            Map<String, NpyArray> all = new LinkedHashMap<>(NpzFile.read(file));
            try (NpzAppender archive = NpzAppender.open(file)) {
                archive.append(moment(1, 3));
            }
            all.putAll(moment(1, 3));
            assertEquals(all, NpzFile.read(file));
        }
    }

    @Test
    void cutAtEveryByte_keepsEveryArrayBeforeTheCut() throws IOException {
        for (boolean closed : List.of(true, false)) {
            Path file = folder.resolve("whole-" + closed + ".npz");
            List<Long> ends = new ArrayList<>();
            NpzAppender archive = NpzAppender.open(file);
            for (int moment = 0; moment < 3; moment++) {
                archive.append(moment(moment, 2));
            }
            if (closed) {
                archive.close();
            } else {
                archive.abandon();
            }
            Map<String, NpyArray> all = NpzFile.read(file);
            try (FileChannel channel = FileChannel.open(file)) {
                for (ZipDirectory.Entry entry : ZipDirectory.read(channel).entries()) {
                    ends.add(ZipDirectory.contents(channel, entry) + entry.compressed());
                }
            }
            byte[] bytes = Files.readAllBytes(file);
            for (int cut = 0; cut < bytes.length; cut = cut == ends.get(5) + 50 && !closed ? 5000 : cut + 1) {
                Path torn = folder.resolve("torn.npz");
                Files.deleteIfExists(torn);
                Files.write(torn, Arrays.copyOf(bytes, cut));
                int before = cut;
                int whole = (int) ends.stream().filter(end -> end <= before).count();
                try (NpzAppender again = NpzAppender.open(torn)) {
                    assertEquals(List.copyOf(all.keySet()).subList(0, whole), again.names(), "cut at " + cut);
                    again.append(Map.of("later", NpyArray.of(new double[] {cut}, 1)));
                }
                Map<String, NpyArray> expected = new LinkedHashMap<>();
                all.entrySet().stream().limit(whole).forEach(e -> expected.put(e.getKey(), e.getValue()));
                expected.put("later", NpyArray.of(new double[] {cut}, 1));
                assertEquals(expected, NpzFile.read(torn), "cut at " + cut);
            }
        }
    }

    /** The process dies after each possible number of bytes: no array whose append returned is lost. */
    @Test
    void killedAfterEveryByte_losesNothingThatWasAppended() throws IOException {
        Path file = folder.resolve("killed.npz");
        int readable = 0;
        int states = 0;
        boolean finished = false;
        for (long bytes = 0; !finished; bytes++) {
            Files.deleteIfExists(file);
            Map<String, NpyArray> returned = new LinkedHashMap<>();
            finished = appendUntilRefused(file, bytes, true, returned);
            if (!finished) {
                states++;
                readable += isArchive(file) ? 1 : 0;
            }
            try (NpzAppender again = NpzAppender.open(file)) {
                assertTrue(again.names().containsAll(returned.keySet()), "killed after byte " + bytes);
            }
            Map<String, NpyArray> found = NpzFile.read(file);
            returned.forEach((name, array) -> assertEquals(array, found.get(name), name));
        }
        assertTrue(states > 1000 && readable > 0.7 * states, readable + " of " + states + " can be read as they are");
    }

    /**
     * The disk is full after each possible number of bytes: what was appended can be read at once, and appending goes
     * on.
     */
    @Test
    void fullDisk_losesNothing_andSaysSo() throws IOException {
        Path file = folder.resolve("full.npz");
        boolean finished = false;
        for (long bytes = 0; !finished; bytes++) {
            Files.deleteIfExists(file);
            Map<String, NpyArray> returned = new LinkedHashMap<>();
            finished = appendUntilRefused(file, bytes, false, returned);
            if (!returned.isEmpty()) {
                assertEquals(returned, NpzFile.read(file), "full after byte " + bytes);
            }
        }
    }

    private static boolean appendUntilRefused(Path file, long bytes, boolean killed, Map<String, NpyArray> returned)
            throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            NpzAppender archive = NpzAppender.on(file, new LimitedChannel(channel, bytes, killed));
            for (int moment = 0; moment < 2; moment++) {
                archive.append(moment(moment, 2));
                returned.putAll(moment(moment, 2));
            }
            archive.close();
            return true;
        } catch (UncheckedIOException refused) {
            assertEquals("cannot write " + file + ": No space left on device", refused.getMessage());
            return false;
        } finally {
            channel.close();
        }
    }

    private static boolean isArchive(Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            ZipDirectory.read(channel);
            return true;
        } catch (IOException torn) {
            return false;
        }
    }

    /** The number of writes and of bytes, not the time: they do not depend on the machine. */
    @Test
    void anAppend_costsTheSame_afterTenThousandArrays() throws IOException {
        Path file = folder.resolve("long.npz");
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        long enough = 1L << 40;
        LimitedChannel counted = new LimitedChannel(channel, enough, true);
        List<Long> most = new ArrayList<>();
        try (NpzAppender archive = NpzAppender.on(file, counted)) {
            for (int moment = 0; moment < 2000; moment++) {
                long before = counted.writes();
                archive.append(moment(moment, 5));
                most.add(counted.writes() - before);
            }
            assertEquals(2, most.get(50));
            assertTrue(most.stream().filter(writes -> writes > 2).count() < 15, "the directory seldom moves");
        }
        assertEquals(2000 * 2, NpzFile.names(file).size());
    }

    @Test
    void cutBack_forgetsTheLastArrays_andTheyAreAppendedAgain() throws IOException {
        Path file = folder.resolve("back.npz");
        try (NpzAppender archive = NpzAppender.open(file)) {
            for (int moment = 0; moment < 6; moment++) {
                archive.append(moment(moment, 4));
            }
            archive.cutBack(12);
            assertThrows(IllegalArgumentException.class, () -> archive.cutBack(13));
            assertThrows(IllegalArgumentException.class, () -> archive.cutBack(-1));
        }
        NpzAppender archive = NpzAppender.open(file);
        archive.cutBack(4);
        assertEquals(List.of("e0000.hbar", "e0000.rates", "e0001.hbar", "e0001.rates"), NpzFile.names(file));
        archive.append(moment(2, 7));
        assertEquals(6, archive.size());
        archive.abandon();
        assertEquals(moment(2, 7).get("e0002.hbar"), NpzFile.read(file).get("e0002.hbar"));
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), (int) Files.size(file) - 1));
        try (NpzAppender again = NpzAppender.open(file)) {
            assertEquals(6, again.size(), "what was cut back does not come again from a torn file");
            again.cutBack(0);
        }
        assertEquals(List.of(), NpzFile.names(file));
    }

    @Test
    void aNameTwice_isRefused_andNothingIsWritten() throws IOException {
        Path file = folder.resolve("twice.npz");
        try (NpzAppender archive = NpzAppender.open(file)) {
            archive.append(moment(0, 3));
            byte[] before = Files.readAllBytes(file);
            assertThrows(IllegalArgumentException.class, () -> archive.append(moment(0, 3)));
            assertArrayEquals(before, Files.readAllBytes(file));
        }
    }

    @Test
    void aFileOfAnotherKind_isLeftAlone() throws IOException {
        Path file = Files.writeString(folder.resolve("notes.txt"), "not an archive");
        UncheckedIOException e = assertThrows(UncheckedIOException.class, () -> NpzAppender.open(file));
        assertEquals("cannot write " + file + ": it is no npz archive", e.getMessage());
        assertEquals("not an archive", Files.readString(file));
    }

    /** Offsets beyond 4 GiB, by a file with a hole. */
    @Test
    void archivesBeyondFourGibibytes_andBeyond65535Arrays_areReadByOthers() throws IOException {
        Path file = folder.resolve("far.npz");
        long far = 5L << 30;
        byte[] name = ZipRecords.name("far.npy");
        byte[] record = ZipRecords.central(name, 0, 0, far);
        byte[] end = ZipRecords.end(1, record.length, far + ZipRecords.LOCAL_BYTES + name.length);
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long at = far;
            for (byte[] part : List.of(ZipRecords.local(name, 0, 0), record, end)) {
                channel.write(ByteBuffer.wrap(part), at);
                at += part.length;
            }
            assertEquals(far, ZipDirectory.read(channel).entries().get(0).offset());
        }
        try (ZipFile zip = new ZipFile(file.toFile())) {
            assertEquals(0, zip.getInputStream(zip.getEntry("far.npy")).readAllBytes().length);
        }
        try (NpzAppender archive = NpzAppender.open(file)) {
            archive.append(moment(3, 2));
        }
        try (ZipFile zip = new ZipFile(file.toFile())) {
            assertEquals(3, zip.size());
        }
        assertEquals(moment(3, 2), NpzFile.read(file, List.of("e0003.hbar", "e0003.rates")));

        Path many = folder.resolve("many.npz");
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        for (int i = 0; i < 70_000; i++) {
            arrays.put("a" + i, NpyArray.of(new long[] {i}, 1));
        }
        NpzFile.write(many, arrays);
        try (ZipFile zip = new ZipFile(many.toFile())) {
            assertEquals(70_000, zip.size());
        }
        assertEquals(69_999, NpzFile.read(many, List.of("a69999")).get("a69999").integerAt(0));
    }

    /** Two arrays of one moment: [n, n] and [n]. */
    private static Map<String, NpyArray> moment(int moment, int n) {
        double[] matrix = new double[n * n];
        Arrays.setAll(matrix, i -> moment + i / 7.0);
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        arrays.put(String.format("e%04d.hbar", moment), NpyArray.of(matrix, n, n));
        arrays.put(String.format("e%04d.rates", moment), NpyArray.of(new float[n], n));
        return arrays;
    }
}
