package soopt.npy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
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
        byte[] header = NpyFormat.header(eight);
        assertArrayEquals(Arrays.copyOf(fixture, header.length), header);
    }

    @Test
    void elementsThatAreNotNumbers_areRefusedByName_butDoNotHinderOthers() {
        Path file = FIXTURES.resolve("unsupported.npz");
        assertEquals(3, NpzFile.read(file, List.of("good")).get("good").size());
        for (String name : List.of("half", "text", "fields")) {
            NpyException e = assertThrows(NpyException.class, () -> NpzFile.read(file, List.of(name)));
            assertTrue(e.getMessage().contains("unsupported.npz: array '" + name + "'"), e.getMessage());
            assertTrue(e.getMessage().contains(".astype"), e.getMessage());
            assertFalse(e.getMessage().contains("\n"));
        }
    }

    @Test
    void missingArray_namesThoseThereAre() {
        NpyException e =
                assertThrows(NpyException.class, () -> NpzFile.read(FIXTURES.resolve("unsupported.npz"), List.of("x")));
        assertTrue(e.getMessage().endsWith("has no array 'x'; it has: good, half, text, fields"), e.getMessage());
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
                .contains("is truncated: [2, 3, 4] of FLOAT64 needs 192 bytes, but there are 191"));
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
