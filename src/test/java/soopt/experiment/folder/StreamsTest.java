package soopt.experiment.folder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.file.CsvStream;
import soopt.file.JsonLines;
import soopt.file.JsonObject;
import soopt.file.Numbers;

class StreamsTest {
    @TempDir
    Path folder;

    private final List<String> header = List.of("step", "value", "name");

    @Test
    void csv_writesItsHeaderOnce_andGoesOn() throws IOException {
        Path file = folder.resolve("a.csv");
        try (CsvStream stream = CsvStream.open(file, header)) {
            stream.row(1, 0.1, "plain");
        }
        try (CsvStream stream = CsvStream.open(file, header)) {
            stream.row(2L, Double.NaN, "with, comma");
            stream.row(3L, Double.NEGATIVE_INFINITY, "");
        }

        assertEquals("step,value,name\n1,0.1,plain\n2,NaN,\"with, comma\"\n3,-Inf,\n", Files.readString(file));
    }

    @Test
    void csv_isCutBackToAStep_withItsTornLastLine() throws IOException {
        Path file = folder.resolve("a.csv");
        try (CsvStream stream = CsvStream.open(file, header)) {
            stream.row(1, 1.0, "a");
            stream.row(2, 2.0, "b");
            stream.row(3, 3.0, "c");
        }
        Files.writeString(file, "2,7.0,tor", StandardOpenOption.APPEND);
        try (CsvStream stream = CsvStream.open(file, header)) {
            stream.truncateAfter(2);
            stream.row(3, 4.0, "d");
        }

        assertEquals("step,value,name\n1,1.0,a\n2,2.0,b\n3,4.0,d\n", Files.readString(file));
    }

    @Test
    void csvRow_ofAnotherLength_isRefused() {
        try (CsvStream stream = CsvStream.open(folder.resolve("a.csv"), header)) {
            assertThrows(IllegalArgumentException.class, () -> stream.row(1, 2));
        }
    }

    @Test
    void jsonLines_areCutBackToAStep() throws IOException {
        Path file = folder.resolve("a.jsonl");
        try (JsonLines lines = JsonLines.open(file)) {
            lines.append(new JsonObject().put("step", 5));
            lines.append(new JsonObject().put("step", 6));
            lines.truncateAfter(5);
        }

        assertEquals("{\"step\":5}\n", Files.readString(file));
    }

    @Test
    void json_turnsNumbersThatAreNotFiniteIntoNullAndTheirState() {
        JsonObject object = new JsonObject()
                .put("a", Double.NaN)
                .put("b", new double[] {1, Double.POSITIVE_INFINITY})
                .put("c", new double[][] {{0.5, 2}, {Double.NEGATIVE_INFINITY, Double.NaN}});

        assertEquals(
                "{\"a\":null,\"a_state\":\"nan\",\"b\":[1.0,null],\"b_state\":{\"1\":\"inf\"},"
                        + "\"c\":[[0.5,2.0],[null,null]],\"c_state\":{\"1,0\":\"-inf\",\"1,1\":\"nan\"}}",
                object.line());
    }

    @ParameterizedTest
    @ValueSource(
            doubles = {
                0.1,
                1e-300,
                Double.MIN_VALUE,
                1 / 3.0,
                -0.0,
                Double.NaN,
                Double.POSITIVE_INFINITY,
                Double.NEGATIVE_INFINITY
            })
    void numbers_readBackToTheSameBits(double value) {
        assertEquals(Double.doubleToLongBits(value), Double.doubleToLongBits(Numbers.parse(Numbers.csv(value))));
    }
}
