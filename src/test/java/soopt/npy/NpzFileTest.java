package soopt.npy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Fixtures written by NumPy 2.4 with scripts/make-npz-fixtures.py; all comparisons are exact. */
class NpzFileTest {
    private static final Path FIXTURES = Path.of("src/test/resources/npz");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"stored.npz", "deflated.npz"})
    void everyType_byteOrderAndMemoryOrder_isReadAsNumPyWroteIt(String file) {
        Map<String, NpyArray> arrays = NpzFile.read(FIXTURES.resolve(file));
        for (String code : List.of("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8")) {
            int shift = code.startsWith("u") ? 0 : 12;
            double[] expected =
                    IntStream.range(0, 24).mapToDouble(i -> i - shift).toArray();
            for (String order : List.of("little_", "big_", "fortran_")) {
                NpyArray array = arrays.get(order + code);
                assertArrayEquals(new int[] {2, 3, 4}, array.shape(), order + code);
                assertEquals(code, array.type().code());
                assertArrayEquals(expected, array.doubles(), order + code);
                assertArrayEquals(
                        Arrays.stream(expected).mapToLong(v -> (long) v).toArray(), array.longs(), order + code);
                float[] part = new float[6];
                array.copy(5, 4, part, 1);
                assertArrayEquals(new float[] {0, 5 - shift, 6 - shift, 7 - shift, 8 - shift, 0}, part, order + code);
            }
        }
    }

    @Test
    void specialValuesAndShapes_survive() {
        Map<String, NpyArray> arrays = NpzFile.read(FIXTURES.resolve("stored.npz"));
        assertArrayEquals(
                new long[] {1, 0, 0, 1}, Arrays.copyOf(arrays.get("bool").longs(), 4));
        assertArrayEquals(new int[0], arrays.get("scalar").shape());
        assertEquals(2.5, arrays.get("scalar").at(0));
        assertArrayEquals(new int[] {0, 3}, arrays.get("empty").shape());
        assertArrayEquals(
                new long[] {Long.MIN_VALUE, Long.MAX_VALUE, (1L << 53) + 1},
                arrays.get("extremes_i8").longs());
        assertEquals(0x1p64, arrays.get("extremes_u8").at(1));
        assertThrows(ArithmeticException.class, () -> arrays.get("extremes_u8").integerAt(1));
        assertThrows(ArithmeticException.class, () -> arrays.get("third").integerAt(0));
        assertArrayEquals(
                new double[] {1 / 3.0, -0.0, 1e-310, Double.POSITIVE_INFINITY, Double.NaN},
                arrays.get("third").doubles());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void everyVersionOfTheHeader_isRead(int version) {
        NpyArray array = NpzFile.readArray(FIXTURES.resolve("version" + version + ".npy"));
        assertArrayEquals(new int[] {2, 3, 4}, array.shape());
        assertEquals(23, array.at(23));
    }

    @Test
    void written_isReadBack_inOrder_andTheBytesAreAlwaysTheSame() throws IOException {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        arrays.put("weights", NpyArray.of(new double[] {1 / 3.0, -2, Double.NaN, 0, 5, 6}, 2, 3));
        arrays.put("a", NpyArray.of(new float[] {1, 2, 3}, 3));
        arrays.put("steps", NpyArray.of(new long[] {Long.MIN_VALUE}));
        Path file = folder.resolve("out.npz");
        NpzFile.write(file, arrays);
        assertEquals(List.of("weights", "a", "steps"), NpzFile.names(file));
        assertEquals(arrays, NpzFile.read(file));
        byte[] first = Files.readAllBytes(file);
        NpzFile.write(file, arrays);
        assertArrayEquals(first, Files.readAllBytes(file));
        try (var left = Files.list(folder)) {
            assertEquals(List.of(file), left.toList());
        }
    }

    /** What numpy.save writes for the same array, byte for byte up to the elements. */
    @Test
    void writtenHeader_isThatOfNumPy() {
        byte[] fixture = read(FIXTURES.resolve("version1.npy"));
        NpyArray eight = NpyArray.of(new double[24], 2, 3, 4);
        byte[] header = NpyHeader.bytes(eight);
        assertArrayEquals(Arrays.copyOf(fixture, header.length), header);
    }

    /** Half-precision numbers by their bits, among them both zeros, the subnormal ones, infinities and NaN. */
    @Test
    void float16_isReadExactly_inBothByteOrders() {
        Map<String, NpyArray> arrays = NpzFile.read(FIXTURES.resolve("half.npz"));
        double[] expected = arrays.get("double").doubles();
        assertArrayEquals(expected, arrays.get("half").doubles());
        assertArrayEquals(expected, arrays.get("big").doubles());
        assertEquals(-0.0, arrays.get("half").at(expected.length - 8));
        assertEquals(0x1p-24, arrays.get("half").at(expected.length - 7));
        assertEquals(65504, arrays.get("half").integerAt(expected.length - 4));
        assertFalse(arrays.get("half").type().integral());
    }

    @ParameterizedTest
    @CsvSource({
        "complex, complex numbers ('c8'): save a.real and a.imag",
        "long, floats of 16 bytes",
        "text, text ('U2'): classes are whole numbers",
        "bytes, text ('S2'): classes are whole numbers",
        "date, dates or spans of time ('M8[D]'): save it with .astype('int64')",
        "span, dates or spans of time ('m8[s]'): save it with .astype('int64')",
        "raw, raw bytes ('V2')",
        "objects, Python objects (a pickle)",
        "fields, fields of several types (a structured array)"
    })
    void elementsThatAreNotNumbers_areRefusedWithTheTrueReason_butDoNotHinderOthers(String name, String reason) {
        Path file = FIXTURES.resolve("unsupported.npz");
        assertEquals(3, NpzFile.read(file, List.of("good")).get("good").size());
        NpyException e = assertThrows(NpyException.class, () -> NpzFile.read(file, List.of(name)));
        assertTrue(e.getMessage().startsWith(file + ": array '" + name + "' has " + reason), e.getMessage());
        assertFalse(e.getMessage().contains("\n"));
    }

    @Test
    void missingArray_namesThoseThereAre() {
        NpyException e =
                assertThrows(NpyException.class, () -> NpzFile.read(FIXTURES.resolve("unsupported.npz"), List.of("x")));
        assertTrue(
                e.getMessage()
                        .endsWith("has no array 'x'; it has: good, complex, long, bytes, date, span, raw, objects,"
                                + " text, fields"),
                e.getMessage());
    }

    @Test
    void firstRows_areThoseOfTheWhole_inEveryOrder_andTheWholeIsTested() throws IOException {
        for (String file : List.of("stored.npz", "deflated.npz")) {
            for (String name : List.of("little_f4", "big_i8", "fortran_f8")) {
                NpyArray whole =
                        NpzFile.read(FIXTURES.resolve(file), List.of(name)).get(name);
                NpyArray part =
                        NpzFile.read(FIXTURES.resolve(file), List.of(name), 1).get(name);
                assertEquals(name.startsWith("fortran") ? 2 : 1, part.length(0));
                assertArrayEquals(Arrays.copyOf(whole.doubles(), 12), Arrays.copyOf(part.doubles(), 12));
            }
        }
        assertEquals("int64 [2, 3, 4]", header("stored.npz", "big_i8").words());
        byte[] bytes = read(FIXTURES.resolve("stored.npz"));
        Path damaged = folder.resolve("damaged.npz");
        try (FileChannel channel = FileChannel.open(FIXTURES.resolve("stored.npz"))) {
            bytes[
                    (int) ZipDirectory.contents(
                                    channel,
                                    ZipDirectory.read(channel).entries().get(0))
                            + 128
                            + 20] ^= 1;
        }
        Files.write(damaged, bytes);
        NpyException e = assertThrows(NpyException.class, () -> NpzFile.read(damaged, List.of("little_i1"), 1));
        assertTrue(e.getMessage().contains("array 'little_i1' is damaged: its CRC-32 is wrong"), e.getMessage());
    }

    private static NpyHeader header(String file, String name) {
        return NpzFile.headers(FIXTURES.resolve(file), List.of(name)).get(name);
    }

    /** 64 MiB of zeros in 64 kB: its header tells what it is, and only who wants it pays for it. */
    @Test
    void headers_costNothing_howeverLargeTheArray() throws IOException {
        Path bomb = folder.resolve("bomb.npz");
        int count = 1 << 24;
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(bomb))) {
            zip.putNextEntry(new ZipEntry("x.npy"));
            zip.write(text("{'descr': '<f4', 'fortran_order': False, 'shape': (" + count + ",), }"));
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 64; i++) {
                zip.write(zeros);
            }
        }
        assertTrue(Files.size(bomb) < 70_000);
        long before = allocated();
        assertArrayEquals(
                new int[] {count}, NpzFile.headers(bomb, List.of("x")).get("x").shape());
        assertTrue(allocated() - before < 2_000_000);
        before = allocated();
        assertEquals(1000, NpzFile.read(bomb, List.of("x"), 1000).get("x").size());
        assertTrue(allocated() - before < 2_000_000, "only the rows asked for are kept");
        assertEquals(count, NpzFile.read(bomb).get("x").size());

        byte[] lying = read(bomb);
        int directory = indexOf(lying, ZipRecords.CENTRAL);
        ByteBuffer.wrap(lying).order(ByteOrder.LITTLE_ENDIAN).putInt(directory + 24, 200);
        Files.write(bomb, lying);
        before = allocated();
        refuses(bomb, "is truncated: float32 [16777216] needs 67108864 bytes, but there are ");
        ByteBuffer.wrap(lying).order(ByteOrder.LITTLE_ENDIAN).putInt(directory + 24, Integer.MAX_VALUE);
        Files.write(bomb, lying);
        refuses(bomb, "cannot be the 2147483647 bytes that the archive says");
        assertTrue(allocated() - before < 2_000_000);
    }

    private static long allocated() {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    private static int indexOf(byte[] bytes, int signature) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        return IntStream.range(0, bytes.length - 3)
                .filter(at -> in.getInt(at) == signature)
                .findFirst()
                .orElseThrow();
    }

    /** Version 1.0 of the format. */
    private static byte[] text(String header) {
        byte[] bytes = ("\u0093NUMPY\u0001\u0000\u0000\u0000" + header + "\n").getBytes(StandardCharsets.ISO_8859_1);
        bytes[8] = (byte) (header.length() + 1);
        bytes[9] = (byte) (header.length() + 1 >> 8);
        return bytes;
    }

    @Test
    void whatADirectoryMayLieAbout_isCompared() throws IOException {
        Path file = folder.resolve("lies.npz");
        NpzFile.write(file, Map.of("x", NpyArray.of(new double[] {1, 2}, 2)));
        byte[] good = read(file);
        int directory = indexOf(good, ZipRecords.CENTRAL);
        lie(file, good, directory + 8, 1, "array 'x' is encrypted");
        lie(file, good, directory + 10, 99, "array 'x' is compressed by method 99 of zip");
        lie(file, good, directory + 20, 10_000, "'x.npy' lies beyond the end of the file");
        lie(file, good, directory + 24, 77, "is damaged: 144 bytes of the file cannot be the 77 bytes");
        lie(file, good, directory + 42, 1, "its local header is damaged");
        lie(file, good, directory + 42, 60_000, "'x.npy' lies beyond the end of the file");
        lie(file, good, directory + 46, 'y' | '.' << 8, "its local header has another name than the central directory");
        lie(file, good, directory + 28, 9, "a record of its central directory is damaged");
        lie(file, good, good.length - 6, 3, "its central directory is not where its end says");
        lie(file, good, good.length - 12, 2, "its central directory has not the length that its end says");
        lie(file, good, good.length - 12, 0, "its central directory has not the length that its end says");
    }

    /** Two bytes of the archive are others. */
    private static void lie(Path file, byte[] good, int at, int value, String reason) throws IOException {
        byte[] bytes = good.clone();
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putShort(at, (short) value);
        Files.write(file, bytes);
        refuses(file, reason);
    }

    /** Lengths and offset in the zip64 field, behind a field of another kind, as archives beyond 4 GiB have them. */
    @Test
    void numbersOfSixtyFourBits_areReadWhereTheyStand() throws IOException {
        Path file = folder.resolve("large.npz");
        NpyArray array = NpyArray.of(new double[] {3, 4}, 2);
        NpzFile.write(file, Map.of("x", array));
        byte[] good = read(file);
        int begin = indexOf(good, ZipRecords.CENTRAL);
        long size = ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN).getInt(begin + 24);
        byte[] name = ZipRecords.name("x.npy");
        int extra = 6 + 4 + 24;
        ByteBuffer out =
                ByteBuffer.allocate(begin + 46 + name.length + extra + 22).order(ByteOrder.LITTLE_ENDIAN);
        out.put(good, 0, begin + 46 + name.length);
        out.putInt(begin + 20, -1)
                .putInt(begin + 24, -1)
                .putShort(begin + 30, (short) extra)
                .putInt(begin + 42, -1);
        out.putShort((short) 0x5455).putShort((short) 2).putShort((short) 7);
        out.putShort((short) ZipRecords.EXTRA64).putShort((short) 24);
        out.putLong(size).putLong(size).putLong(0);
        out.put(ZipRecords.end(1, 46L + name.length + extra, begin));
        Files.write(file, out.array());
        assertEquals(array, NpzFile.read(file).get("x"));
        assertFalse(array.equals(NpyArray.of(new double[] {3, 5}, 2)));
        assertFalse(array.equals(NpyArray.of(new double[] {3, 4}, 1, 2)));
        assertEquals(2, NpyArray.of(new double[] {3, 4}, 1, 2).rank());
        for (int place = 0; place < 3; place++) {
            byte[] wrong = out.array().clone();
            int at = begin + 46 + name.length + 10 + 8 * place;
            ByteBuffer.wrap(wrong).order(ByteOrder.LITTLE_ENDIAN).putLong(at, place == 0 ? -1 : size + 1_000);
            Files.write(file, wrong);
            refuses(file, "'x.npy' lies beyond the end of the file");
        }
    }

    @Test
    void twoArraysOfOneName_areRefused_andStrangeNamesAreOnlyNames() throws IOException {
        Path file = folder.resolve("names.npz");
        NpzFile.write(file, Map.of("aa", NpyArray.of(new double[] {1}, 1), "bb", NpyArray.of(new double[] {2}, 1)));
        String bytes = new String(read(file), StandardCharsets.ISO_8859_1).replace("bb.npy", "aa.npy");
        Files.write(file, bytes.getBytes(StandardCharsets.ISO_8859_1));
        refuses(file, "it has two arrays 'aa'");
        NpzFile.write(file, Map.of("../../up\u001b[2J", NpyArray.of(new double[] {1}, 1)));
        assertEquals(1, NpzFile.read(file).get("../../up\u001b[2J").at(0));
        String message = assertThrows(NpyException.class, () -> NpzFile.read(file, List.of("x")))
                .getMessage();
        assertTrue(message.endsWith("it has: ../../up\\u001b[2J"), message);
        NpzFile.write(file, Map.of());
        assertEquals(List.of(), NpzFile.names(file));
        message = assertThrows(NpyException.class, () -> NpzFile.read(file, List.of("x")))
                .getMessage();
        assertTrue(message.endsWith("it has: no arrays"), message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {'descr': '<f4', 'fortran_order': False, 'shape': (2147483647, 2147483647), } | has more than 2 GiB
            {'descr': '<f4', 'fortran_order': False, 'shape': (600000000,), } | has more than 2 GiB
            {'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), } | has the shape (99999999999,)
            {'descr': '<f4', 'fortran_order': False, 'shape': (-1,), } | has a header that NumPy does not write
            {'descr': '<f4', 'fortran_order': Maybe, 'shape': (1,), } | has a header that NumPy does not write
            {'fortran_order': False, 'shape': (1,), } | has a header that NumPy does not write
            {'descr': '<q9', 'fortran_order': False, 'shape': (1,), } | elements of type 'q9': convert it with .astype
            {'descr': '<f4', 'fortran_order': False, 'shape': (2,), } | is truncated: float32 [2] needs 8 bytes, but there are 4
            {'descr': '<f4', 'fortran_order': False, 'shape': (), } | x
            {'shape': (1L,), "descr": "<f4", 'fortran_order': True} | x
            """)
    void headers_areReadAsPythonWritesThem_orRefused(String header, String reason) throws IOException {
        Path file = folder.resolve("x.npy");
        byte[] start = text(header);
        Files.write(file, Arrays.copyOf(start, start.length + 4));
        if (reason.equals("x")) {
            assertEquals(0, NpzFile.readArray(file).at(0));
            return;
        }
        String message =
                assertThrows(NpyException.class, () -> NpzFile.readArray(file)).getMessage();
        assertTrue(message.contains(reason), message);
    }

    @Test
    void whatIsNoArchive_isCalledWhatItIs() throws IOException {
        Path file = folder.resolve("f");
        Files.write(file, new byte[0]);
        refuses(file, "is empty");
        Files.copy(FIXTURES.resolve("version1.npy"), folder.resolve("one.npy"));
        refuses(folder.resolve("one.npy"), "is a single NumPy array, not an npz archive");
        Files.writeString(file, "version https://git-lfs.github.com/spec/v1");
        refuses(file, "is a pointer of Git LFS");
        refuses(folder, "is a folder, not a file");
        refuses(Path.of("/dev/null"), "is a device or a pipe, not a file");
        Files.writeString(file, "\u0093NUMPY", StandardCharsets.ISO_8859_1);
        String message =
                assertThrows(NpyException.class, () -> NpzFile.readArray(file)).getMessage();
        assertTrue(message.contains("is truncated within its header"), message);
    }

    @Test
    void damagedFiles_sayHow() throws IOException {
        Path file = folder.resolve("bad.npz");
        refuses(file, "does not exist");
        Files.writeString(file, "no archive");
        refuses(file, "is not a readable NumPy file");
        byte[] good = read(FIXTURES.resolve("unsupported.npz"));
        Files.write(file, Arrays.copyOf(good, good.length - 100));
        refuses(file, "is not a readable NumPy file");
        good[140] ^= 1; // within the elements of "good"
        Files.write(file, good);
        refuses(file, "its CRC-32 is wrong");

        Path array = folder.resolve("bad.npy");
        byte[] content = read(FIXTURES.resolve("version1.npy"));
        Files.write(array, Arrays.copyOf(content, content.length - 1));
        assertTrue(assertThrows(NpyException.class, () -> NpzFile.readArray(array))
                .getMessage()
                .contains("is truncated: float64 [2, 3, 4] needs 192 bytes, but there are 191"));
        Files.write(array, Arrays.copyOf(content, 40));
        assertTrue(assertThrows(NpyException.class, () -> NpzFile.readArray(array))
                .getMessage()
                .contains("truncated within its header"));
    }

    private static void refuses(Path file, String why) {
        NpyException e = assertThrows(NpyException.class, () -> NpzFile.read(file));
        assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
        assertTrue(e.getMessage().contains(why), e.getMessage());
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
