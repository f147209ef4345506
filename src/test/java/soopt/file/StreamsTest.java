package soopt.file;

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
    void csvText_isNeitherAFormulaNorALineBreak() throws IOException {
        Path file = folder.resolve("a.csv");
        try (CsvStream stream = CsvStream.open(file, header)) {
            stream.row(1, -0.5, "=HYPERLINK(\"http://x\",\"y\")");
            stream.row(2, -1.0, "a\nb,\u001b[31m\r ");
            stream.row(3, Double.NEGATIVE_INFINITY, "+1+1");
            stream.row(4, 1.0, "@SUM(A1)");
            stream.row(5, 1.0, "-2+3");
            stream.truncateAfter(4);
        }

        assertEquals(
                "step,value,name\n"
                        + "1,-0.5,\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"\n"
                        + "2,-1.0,\"a\\u000ab,\\u001b[31m\\u000d \"\n"
                        + "3,-Inf,'+1+1\n"
                        + "4,1.0,'@SUM(A1)\n",
                Files.readString(file));
    }

    @Test
    void header_isHarmlessToo() {
        assertEquals("'=1,'-a,-1.5,'-", CsvStream.line(List.of("=1", "-a", "-1.5", "-")));
        assertEquals("a,", CsvStream.line(List.of("a", "")));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8191, 8192, 8193, 20000})
    void tornLastLine_isCutOffWhenTheStreamIsOpenedAgain(int torn) throws IOException {
        Path file = folder.resolve("a.jsonl");
        Files.writeString(file, "{\"a\":1}\n" + "ḡ".repeat(torn / 3) + "x".repeat(torn % 3));
        try (JsonLines lines = JsonLines.open(file)) {
            lines.append(new JsonObject().put("a", 2));
        }

        assertEquals("{\"a\":1}\n{\"a\":2}\n", Files.readString(file));
    }

    @Test
    void fileOfOneTornLine_isStartedAfresh() throws IOException {
        Path file = Files.writeString(folder.resolve("a.csv"), "step,val");
        CsvStream.open(file, header).close();

        assertEquals("step,value,name\n", Files.readString(file));
    }

    @Test
    void stream_doesNotFollowALink() throws IOException {
        Path victim = Files.writeString(folder.resolve("victim"), "mine\n");
        Path link = Files.createSymbolicLink(folder.resolve("a.csv"), victim);

        WriteException e = assertThrows(WriteException.class, () -> CsvStream.open(link, header));
        assertEquals("cannot write " + link + ": a link is in the way", e.getMessage());
        assertEquals("mine\n", Files.readString(victim));
    }

    @Test
    void closedStream_saysWhatCannotBeWritten() {
        Path file = folder.resolve("a.csv");
        CsvStream stream = CsvStream.open(file, header);
        stream.close();

        WriteException e = assertThrows(WriteException.class, () -> stream.row(1, 2, 3));
        assertEquals("cannot write " + file + ": ClosedChannelException", e.getMessage());
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
