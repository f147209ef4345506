package soopt.data.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TarTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"-1", "-0000000100", "1x", "00000000009"})
    void aSizeThatIsNone_isRefused(String size) {
        byte[] archive = new byte[1024];
        archive[0] = 'a';
        archive[156] = '0';
        byte[] text = size.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(text, 0, archive, 124, text.length);
        IOException refused = assertThrows(IOException.class, () -> TarBytes.extract(archive, folder));
        assertEquals("not a tar archive: a file has the size '" + size + "'", refused.getMessage());
    }
}
