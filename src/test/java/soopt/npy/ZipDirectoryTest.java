package soopt.npy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archives as others write them, and those that lie by one byte. */
class ZipDirectoryTest {
    private static final NpyArray ARRAY = NpyArray.of(new double[] {1, 2, 3}, 3);

    @TempDir
    private Path folder;

    private static byte[] npy(NpyArray array) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(NpyHeader.bytes(array));
        out.writeBytes(array.raw());
        return out.toByteArray();
    }

    /** An archive of Java's, whose lengths stand behind the entries unless they are stored. */
    private Path javas(String name, String... entries) throws IOException {
        Path file = folder.resolve(name);
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (String entry : entries) {
                ZipEntry record = new ZipEntry(entry + ".npy");
                record.setComment("a comment on " + entry);
                record.setExtra(new byte[] {0x55, 0x54, 3, 0, 1, 2, 3});
                zip.putNextEntry(record);
                zip.write(npy(ARRAY));
            }
        }
        return file;
    }

    @Test
    void commentsAndExtraFields_arePassedOver() throws IOException {
        assertEquals(Map.of("a", ARRAY, "b", ARRAY, "c", ARRAY), NpzFile.read(javas("commented.npz", "a", "b", "c")));
    }

    @Test
    void lengthsBehindTheEntries_areKept_whenArraysAreAppended() throws IOException {
        Path file = javas("behind.npz", "a", "b");
        try (NpzAppender archive = NpzAppender.open(file)) {
            archive.append(Map.of("later", ARRAY));
        }
        assertEquals(List.of("a", "b", "later"), NpzFile.names(file));
        int read = 0;
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(file))) {
            while (read < 2 && zip.getNextEntry() != null) {
                assertEquals(npy(ARRAY).length, zip.readAllBytes().length);
                read++;
            }
        }
        assertEquals(2, read, "a reader that takes the file in order meets every length");
    }

    // ---- archives by hand: one stored entry, its record, and an end ----

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private ZipDirectory read(byte[] bytes) throws IOException {
        Path file = Files.write(folder.resolve("made.npz"), bytes);
        try (FileChannel channel = FileChannel.open(file)) {
            return ZipDirectory.read(channel);
        }
    }

    private String refusal(byte[] bytes) {
        return assertThrows(ZipException.class, () -> read(bytes)).getMessage();
    }

    /** In the form of large archives, whose end says where the end of 64 bits lies. */
    private static byte[] large(byte[] entries, byte[] records, int count, long shift) {
        byte[] end64 = new byte[ZipRecords.END64_BYTES];
        little(end64).putInt(ZipRecords.END64).putLong(ZipRecords.END64_BYTES - 12L);
        little(end64)
                .putLong(24, count)
                .putLong(32, count)
                .putLong(40, records.length)
                .putLong(48, entries.length);
        byte[] locator = new byte[ZipRecords.LOCATOR64_BYTES];
        little(locator).putInt(ZipRecords.LOCATOR64).putLong(8, entries.length + records.length + shift);
        byte[] end = new byte[ZipRecords.END_BYTES];
        little(end)
                .putInt(ZipRecords.END)
                .putShort(10, (short) -1)
                .putInt(12, -1)
                .putInt(16, -1);
        return join(entries, records, end64, locator, end);
    }

    @Test
    void endOfSixtyFourBits_isReadWhereTheLocatorSays_andNowhereElse() throws IOException {
        byte[] name = ZipRecords.name("x.npy");
        byte[] entry = join(ZipRecords.local(name, 5, 3), new byte[3]);
        byte[] record = ZipRecords.central(name, 5, 3, 0);
        assertEquals("x.npy", read(large(entry, record, 1, 0)).entries().get(0).name());
        assertEquals(List.of(), read(large(new byte[0], new byte[0], 0, 0)).entries());
        String damaged = "the end of its central directory is damaged";
        assertEquals(damaged, refusal(large(entry, record, 1, 1)));
        assertEquals(damaged, refusal(large(entry, record, 1, -entry.length - record.length - 1L)));
        assertEquals(damaged, refusal(large(entry, record, 1, 1L << 40)));
        assertEquals("its central directory is not where its end says", refusal(large(entry, record, 1, -1)));
    }

    /** The shortest entry that there can be fills its place and its record to the last byte. */
    @Test
    void entryWithoutNameAndContents_isAnEntry() throws IOException {
        byte[] entry = ZipRecords.local(new byte[0], 0, 0);
        byte[] record = ZipRecords.central(new byte[0], 0, 0, 0);
        byte[] end = ZipRecords.end(1, record.length, entry.length);
        ZipDirectory directory = read(join(entry, record, end));
        assertEquals("", directory.entries().get(0).name());
        assertEquals(List.of(), NpzFile.names(folder.resolve("made.npz")));
        byte[] beyond = record.clone();
        little(beyond).putInt(42, 1);
        assertEquals("'' lies beyond the end of the file", refusal(join(entry, beyond, end)));
    }

    @Test
    void recordThatClaimsMoreThanTheDirectoryHas_isDamaged() throws IOException {
        byte[] name = ZipRecords.name("x.npy");
        byte[] entry = join(ZipRecords.local(name, 5, 300), new byte[300]);
        byte[] record = ZipRecords.central(name, 5, 300, 0);
        byte[] end = ZipRecords.end(1, record.length, entry.length);
        assertEquals(1, read(join(entry, record, end)).entries().size());
        for (int place : new int[] {28, 30, 32}) {
            byte[] lying = record.clone();
            little(lying).putShort(place, (short) 6);
            assertEquals("a record of its central directory is damaged", refusal(join(entry, lying, end)));
        }
        byte[] late = record.clone();
        little(late).putInt(42, entry.length - 300 - ZipRecords.LOCAL_BYTES + 1);
        assertEquals("'x.npy' lies beyond the end of the file", refusal(join(entry, late, end)));
        byte[] unknown = record.clone();
        little(unknown).putInt(24, -1);
        assertEquals(
                0xffffffffL, read(join(entry, unknown, end)).entries().get(0).size(), "no field of 64 bits");
    }

    /** One number of 64 bits in a field of its own: the other stands in its place. */
    @Test
    void numberOfSixtyFourBits_isTheOneThatDoesNotFit() throws IOException {
        byte[] name = ZipRecords.name("x.npy");
        byte[] entry = join(ZipRecords.local(name, 5, 300), new byte[300]);
        for (int place : new int[] {24, 20}) {
            byte[] field = new byte[12];
            little(field)
                    .putShort((short) ZipRecords.EXTRA64)
                    .putShort((short) 8)
                    .putLong(299);
            byte[] record = join(ZipRecords.central(name, 5, 300, 0), field);
            little(record).putShort(30, (short) 12).putInt(place, -1);
            ZipDirectory.Entry found = read(join(entry, record, ZipRecords.end(1, record.length, entry.length)))
                    .entries()
                    .get(0);
            assertEquals(place == 24 ? 299 : 300, found.size());
            assertEquals(place == 24 ? 300 : 299, found.compressed());
        }
    }

    /** A local header that puts the contents one byte too far for the file. */
    @Test
    void contentsBeyondTheFile_areSeenInTheLocalHeader() throws IOException {
        byte[] name = ZipRecords.name("x.npy");
        byte[] entry = join(ZipRecords.local(name, 5, 300), new byte[300]);
        byte[] record = ZipRecords.central(name, 5, 300, 0);
        byte[] end = ZipRecords.end(1, record.length, entry.length);
        int behind = record.length + end.length;
        for (int more = 0; more <= 1; more++) {
            byte[] bytes = join(entry, record, end);
            little(bytes).putShort(28, (short) (behind + more));
            Path file = Files.write(folder.resolve("made.npz"), bytes);
            try (FileChannel channel = FileChannel.open(file)) {
                ZipDirectory.Entry found = ZipDirectory.read(channel).entries().get(0);
                if (more == 0) {
                    assertEquals(bytes.length - 300, ZipDirectory.contents(channel, found));
                } else {
                    ZipException e = assertThrows(ZipException.class, () -> ZipDirectory.contents(channel, found));
                    assertEquals("its local header is damaged", e.getMessage());
                }
            }
        }
    }

    /** Deflate makes at most 1032 bytes of one. */
    @Test
    void deflatedLength_isBelievedUpToWhatDeflateCanDo() throws IOException {
        Path file = javas("deflated.npz", "x");
        byte[] bytes = Files.readAllBytes(file);
        int record = IntStream.range(0, bytes.length)
                .filter(at -> little(bytes).getInt(at) == ZipRecords.CENTRAL)
                .findFirst()
                .orElseThrow();
        int most = 1032 * little(bytes).getInt(record + 20) + 1032;
        for (int more = 0; more <= 1; more++) {
            little(bytes).putInt(record + 24, most + more);
            Files.write(file, bytes);
            String message =
                    assertThrows(NpyException.class, () -> NpzFile.read(file)).getMessage();
            assertTrue(message.contains(more == 0 ? "is too long: float64 [3]" : "cannot be the"), message);
        }
    }

    @Test
    void listedNames_areTwenty_andTheirNumber() {
        List<String> twenty = Collections.nCopies(20, "a");
        assertEquals(String.join(", ", twenty), NpzFile.listed(twenty));
        assertEquals(String.join(", ", twenty) + ", … (21 arrays)", NpzFile.listed(Collections.nCopies(21, "a")));
    }

    @Test
    void oneArrayOfAFileThatIsNone_isRefusedAsAnArchiveIs() {
        String message = assertThrows(NpyException.class, () -> NpzFile.readArray(folder.resolve("none.npy")))
                .getMessage();
        assertEquals(folder.resolve("none.npy") + " does not exist", message.split(";")[0]);
        assertTrue(assertThrows(NpyException.class, () -> NpzFile.readArray(folder))
                .getMessage()
                .contains("is a folder, not a file"));
    }

    @Test
    void refusedFiles_doNotStayOpen() throws IOException {
        Path file = Files.write(folder.resolve("array.npz"), npy(ARRAY));
        UnixOperatingSystemMXBean system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long before = system.getOpenFileDescriptorCount();
        for (int i = 0; i < 100; i++) {
            assertThrows(NpyException.class, () -> NpzFile.read(file));
        }
        assertTrue(system.getOpenFileDescriptorCount() < before + 50);
    }

    // ---- growing ----

    @Test
    void wholeArchive_isOpenedWithoutAWrite() throws IOException {
        Path file = folder.resolve("whole.npz");
        NpzFile.write(file, Map.of("a", ARRAY));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            LimitedChannel counted = new LimitedChannel(channel, 1L << 40, true);
            NpzAppender.on(file, counted).close();
            assertEquals(0, counted.writes());
        }
    }

    @Test
    void largeArrays_areFoundAgain_whereTheEndIsTorn() throws IOException {
        Path file = folder.resolve("torn.npz");
        NpyArray large = NpyArray.of(new double[20_000], 20_000);
        NpzFile.write(file, Map.of("large", large));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() - 1);
        }
        NpzAppender.open(file).close();
        assertEquals(Map.of("large", large), NpzFile.read(file));
    }

    @Test
    void gap_isHalfOfTheEntries() throws IOException {
        Path file = folder.resolve("gap.npz");
        NpzAppender archive = NpzAppender.open(file);
        archive.append(Map.of("a", NpyArray.of(new double[125_000], 125_000)));
        assertEquals(1_500_000, Files.size(file), 1_000);
        archive.close();
        assertEquals(1_000_000, Files.size(file), 1_000);
    }

    @Test
    void arraysCutBack_areNotFoundInATornFile() throws IOException {
        Path file = folder.resolve("back.npz");
        NpzAppender archive = NpzAppender.open(file);
        archive.append(Map.of("a", ARRAY));
        archive.append(Map.of("b", ARRAY));
        archive.cutBack(1);
        archive.abandon();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() - 1);
        }
        try (NpzAppender again = NpzAppender.open(file)) {
            assertEquals(List.of("a"), again.names());
        }
    }

    @Test
    void shortFileOfAnotherKind_isLeftAlone() throws IOException {
        Path file = Files.writeString(folder.resolve("note"), "note");
        assertThrows(UncheckedIOException.class, () -> NpzAppender.open(file));
        assertEquals("note", Files.readString(file));
    }

    /** Four bytes of gap are less than a directory: it goes behind the file first, so that one of the two is whole. */
    @Test
    void closingANarrowGap_isReadableAfterEveryByte() throws IOException {
        Path file = folder.resolve("narrow.npz");
        long appended = 0;
        boolean finished = false;
        for (long bytes = -1; !finished; bytes = Math.max(bytes, appended) + 1) {
            Files.deleteIfExists(file);
            try (FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                long limit = bytes < 0 ? 1L << 40 : bytes;
                LimitedChannel limited = new LimitedChannel(channel, limit, true);
                NpzAppender archive = NpzAppender.on(file, limited);
                archive.append(Map.of("a", ARRAY));
                archive.append(Map.of("bb", NpyArray.of(new double[491], 491)));
                appended = limit - limited.left();
                finished = bytes >= 0 && closes(archive);
            }
            assertEquals(List.of("a", "bb"), NpzFile.names(file), "killed after byte " + bytes);
        }
    }

    private static boolean closes(NpzAppender archive) {
        try {
            archive.close();
            return true;
        } catch (UncheckedIOException killed) {
            return false;
        }
    }
}
