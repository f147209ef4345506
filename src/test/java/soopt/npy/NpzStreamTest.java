package soopt.npy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archives for other programs, written array after array. */
class NpzStreamTest {
    @TempDir
    private Path folder;

    private interface Contents {
        void writeTo(NpzStream stream) throws IOException;
    }

    private Path written(Contents contents) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        NpzStream stream = new NpzStream(out);
        contents.writeTo(stream);
        stream.finish();
        return Files.write(folder.resolve("a.npz"), out.toByteArray());
    }

    @Test
    void numbers_areReadBack_alsoThoseThatCameInPieces() throws IOException {
        double[][] rows = {{1, Double.NaN, -0.0}, {1e300, 5e-324, Double.NEGATIVE_INFINITY}};
        Path file = written(stream -> {
            stream.put("whole", NpyArray.of(new long[] {1, Long.MIN_VALUE}, 2));
            stream.put("pieces", new int[] {2, 3}, i -> rows[i]);
            stream.put("none", new int[] {0, 3}, i -> rows[i]);
        });
        Map<String, NpyArray> read = NpzFile.read(file);
        assertArrayEquals(new long[] {1, Long.MIN_VALUE}, read.get("whole").longs());
        assertArrayEquals(new int[] {2, 3}, read.get("pieces").shape());
        for (int i = 0; i < 6; i++) {
            assertEquals(rows[i / 3][i % 3], read.get("pieces").at(i));
        }
        assertArrayEquals(new int[] {0, 3}, read.get("none").shape());
    }

    /** Type U of NumPy: UTF-32, filled up with zeros. */
    @Test
    void texts_areRowsOfCodePoints() throws IOException {
        List<String> texts = List.of("abc", "", "H̄ 𝜂");
        Path file = written(stream -> {
            stream.put("texts", texts);
            stream.put("none", List.of());
        });
        try (ZipFile zip = new ZipFile(file.toFile())) {
            byte[] bytes = zip.getInputStream(zip.getEntry("texts.npy")).readAllBytes();
            int begin = 10 + (bytes[8] & 0xff) + 256 * (bytes[9] & 0xff);
            String header = new String(bytes, 10, begin - 10, StandardCharsets.US_ASCII);
            assertTrue(header.contains("'descr': '<U4'") && header.contains("'shape': (3,)"), header);
            assertEquals(0, begin % 64);
            assertEquals(begin + 3 * 4 * 4, bytes.length);
            for (int i = 0; i < 3; i++) {
                String text = new String(bytes, begin + 16 * i, 16, Charset.forName("UTF-32LE"));
                assertEquals(texts.get(i), text.replace("\0", ""));
            }
            byte[] none = zip.getInputStream(zip.getEntry("none.npy")).readAllBytes();
            assertTrue(new String(none, StandardCharsets.US_ASCII).contains("'<U1'"));
        }
    }

    @Test
    void theSameArrays_giveTheSameBytes() throws IOException {
        Contents contents = stream -> stream.put("a", List.of("b"));
        byte[] first = Files.readAllBytes(written(contents));
        assertArrayEquals(first, Files.readAllBytes(written(contents)));
    }

    @Test
    void piecesThatDoNotFit_areAMistake() {
        assertThrows(
                IllegalArgumentException.class,
                () -> written(stream -> stream.put("a", new int[] {3}, i -> new double[2])));
    }
}
