package soopt.experiment.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.spec.JsonSchema;

class KeepTest {
    @ParameterizedTest
    @CsvSource({"all, 0, all", "last, 1, last", "1, 1, last", "' 12 ', 12, 12", "999999999, 999999999, 999999999"})
    void text_isReadAndWrittenBack(String text, int count, String written) {
        Keep keep = Keep.parse(text);
        assertEquals(count == 0 ? OptionalInt.empty() : OptionalInt.of(count), keep.moments());
        assertEquals(written, keep.toString());
        assertEquals(keep, Keep.parse(written));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1.5", "none", "", "1000000000"})
    void otherText_isRefusedWithWhatIsTaken(String text) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Keep.parse(text));
        assertTrue(e.getMessage().startsWith("must be all, last or a whole number from 1"), e.getMessage());
    }

    @Test
    void schema_takesANumberToo() throws IOException {
        JsonNode keep = new ObjectMapper()
                .readTree(JsonSchema.of(RecordSettings.Curvature.class))
                .findValue("keep");
        assertEquals("string", keep.path("anyOf").get(0).path("type").asText());
        assertEquals("integer", keep.path("anyOf").get(1).path("type").asText());
        assertEquals(1, keep.path("anyOf").get(1).path("minimum").asInt());
    }
}
