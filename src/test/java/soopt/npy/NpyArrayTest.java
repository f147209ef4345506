package soopt.npy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Arrays in memory, and what the reader does at the limits of sizes. */
class NpyArrayTest {
    private static NpyArray uint64(long... bits) {
        byte[] bytes = new byte[8 * bits.length];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().put(bits);
        return new NpyArray(NpyArray.Type.UINT64, new int[] {bits.length}, bytes);
    }

    @Test
    void text_isWhatPeopleWrite() {
        NpyArray numbers = NpyArray.of(new double[] {3, -0.5, 0x1p53 - 1, 0x1p53, 1e300, Double.NaN}, 6);
        String[] expected = {"3", "-0.5", "9007199254740991", "9.007199254740992E15", "1.0E300", "NaN"};
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], numbers.text(i));
        }
        assertEquals(
                "-9223372036854775808",
                NpyArray.of(new long[] {Long.MIN_VALUE}, 1).text(0));
        assertEquals("18446744073709551615", uint64(7, -1).text(1));
        assertEquals("7", uint64(7, -1).text(0));
    }

    @Test
    void wholeNumbers_areExactUpToTheLimitOfTheirType() {
        NpyArray floats = NpyArray.of(new double[] {0x1p53, -0x1p53, 0x1p53 + 2}, 3);
        assertEquals(1L << 53, floats.integerAt(0));
        assertEquals(-(1L << 53), floats.integerAt(1));
        assertThrows(ArithmeticException.class, () -> floats.integerAt(2));
        assertEquals(0, uint64(0).integerAt(0));
        assertEquals(Long.MAX_VALUE, uint64(Long.MAX_VALUE).integerAt(0));
    }

    @Test
    void equalArrays_haveOneHash_andOthersAnother() {
        NpyArray array = NpyArray.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3);
        assertEquals(
                array.hashCode(),
                NpyArray.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3).hashCode());
        assertNotEquals(
                array.hashCode(),
                NpyArray.of(new double[] {1, 2, 3, 4, 5, 6}, 3, 2).hashCode());
        assertNotEquals(
                array.hashCode(),
                NpyArray.of(new double[] {1, 2, 3, 4, 5, 7}, 2, 3).hashCode());
        assertEquals("FLOAT64[2, 3]", array.toString());
    }

    @Test
    void lengthsThatDoNotFit_areRefused() {
        assertThrows(IllegalArgumentException.class, () -> NpyArray.of(new double[5], 2, 3));
    }

    // ---- the reader ----

    private static byte[] file(String header, int elements) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(12 + text.length + elements).order(ByteOrder.LITTLE_ENDIAN);
        return out.put(NpyHeader.MAGIC)
                .put((byte) 2)
                .put((byte) 0)
                .putInt(text.length)
                .put(text)
                .array();
    }

    private static NpyReader reader(byte[] file, long size) {
        return new NpyReader("x.npy", new ByteArrayInputStream(file), size);
    }

    private static String refusal(byte[] file, long size) {
        return assertThrows(NpyException.class, () -> reader(file, size).array(Integer.MAX_VALUE))
                .getMessage();
    }

    /** A file is refused before its memory is taken: in Fortran order it needs twice its size. */
    @Test
    void arrayBeyondTheHeap_isRefusedWithWhatItNeedsAndWhatThereIs() {
        byte[] head = file("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 260000000), }", 0);
        Matcher numbers = Pattern.compile(
                        "x.npy float32 \\[2, 260000000] takes 3967 MiB, but the heap has (\\d+) MiB left of (\\d+): .*")
                .matcher(refusal(head, head.length + 2_080_000_000L));
        assertTrue(numbers.matches(), numbers.toString());
        long most = Runtime.getRuntime().maxMemory() >> 20;
        long left = Long.parseLong(numbers.group(1));
        assertEquals(most, Long.parseLong(numbers.group(2)));
        assertTrue(left > 0 && left < most, left + " of " + most);
    }

    @Test
    void header_mayHaveAMebibyte_andNoByteMore() throws IOException {
        String header = "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }";
        byte[] longest = file(header + " ".repeat((1 << 20) - header.length()), 8);
        assertEquals(1, reader(longest, longest.length).array(9).size());
        byte[] longer = file(header + " ".repeat((1 << 20) - header.length() + 1), 8);
        assertTrue(refusal(longer, longer.length).contains("has a header of 1048577 bytes, more than any array needs"));
    }

    @Test
    void streamThatGoesOn_isNoArray_evenIfItGoesOnWithZeros() {
        byte[] file = file("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", 8);
        InputStream longer =
                new SequenceInputStream(new ByteArrayInputStream(file), new ByteArrayInputStream(new byte[1]));
        IOException e = assertThrows(
                IOException.class, () -> new NpyReader("x.npy", longer, file.length).array(Integer.MAX_VALUE));
        assertEquals("it is longer than it says", e.getMessage());
        byte[] shorter = Arrays.copyOf(file, file.length - 1);
        assertEquals(
                "it ends early",
                assertThrows(
                                IOException.class,
                                () -> reader(shorter, file.length).array(9))
                        .getMessage());
    }

    @Test
    void oneAxis_hasNoOrder() throws IOException {
        byte[] file = file("{'descr': '<f8', 'fortran_order': True, 'shape': (3,), }", 24);
        assertFalse(reader(file, file.length).header().fortran());
        assertEquals(2, reader(file, file.length).array(2).size());
        byte[] two = file("{'descr': '<f8', 'fortran_order': True, 'shape': (3, 1), }", 24);
        assertTrue(reader(two, two.length).header().fortran());
    }

    @Test
    void headerOfManyAxes_isReadBack() throws IOException {
        int[] shape = new int[120];
        Arrays.fill(shape, 1);
        byte[] header = NpyHeader.bytes(NpyArray.of(new double[1], shape));
        assertTrue(header.length > 256 && header.length % 64 == 0, header.length + " bytes");
        assertArrayEquals(
                shape,
                reader(Arrays.copyOf(header, header.length + 8), header.length + 8)
                        .header()
                        .shape());
    }

    @Test
    void unknownType_isToldWhichThereAre() {
        byte[] file = file("{'descr': '<q8', 'fortran_order': False, 'shape': (1,), }", 8);
        assertTrue(refusal(file, file.length)
                .endsWith("convert it with .astype to one of bool, int8, int16, int32, int64, uint8, uint16, uint32,"
                        + " uint64, float16, float32, float64"));
    }
}
