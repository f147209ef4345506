package soopt.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

    private final List<Column<List<Object>>> columns = List.of(
            new Column<>("step", row -> row.get(0), "the step"),
            new Column<>("value", row -> row.get(1), "a number"),
            new Column<>("name", row -> row.get(2), "a text"));

    @Test
    void csv_writesItsHeaderOnce_andGoesOn() throws IOException {
        Path file = folder.resolve("a.csv");
        try (CsvStream<List<Object>> stream = CsvStream.open(file, columns)) {
            stream.add(List.of(1, 0.1, "plain"));
        }
        try (CsvStream<List<Object>> stream = CsvStream.open(file, columns)) {
            stream.add(List.of(2L, Double.NaN, "with, comma"));
            stream.add(List.of(3L, Double.NEGATIVE_INFINITY, ""));
        }

        assertEquals("step,value,name\n1,0.1,plain\n2,NaN,\"with, comma\"\n3,-Inf,\n", Files.readString(file));
    }

    @Test
    void csv_isCutBackToAMark_withItsTornLastLine() throws IOException {
        Path file = folder.resolve("a.csv");
        long mark;
        try (CsvStream<List<Object>> stream = CsvStream.open(file, columns)) {
            stream.add(List.of(1, 1.0, "a"));
            stream.add(List.of(2, 2.0, "b"));
            mark = stream.mark();
            stream.force();
            stream.add(List.of(3, 3.0, "c"));
        }
        assertTrue(LineStream.hasLineEndAt(file, mark));
        assertFalse(LineStream.hasLineEndAt(file, mark - 1));
        assertFalse(LineStream.hasLineEndAt(file, 2 * mark), "beyond its end");
        assertTrue(LineStream.hasLineEndAt(folder.resolve("missing"), 0));
        assertFalse(LineStream.hasLineEndAt(folder.resolve("missing"), 1));
        Files.writeString(file, "2,7.0,tor", StandardOpenOption.APPEND);
        try (CsvStream<List<Object>> stream = CsvStream.open(file, columns)) {
            stream.cutBack(mark);
            stream.add(List.of(3, 4.0, "d"));
        }

        assertEquals("step,value,name\n1,1.0,a\n2,2.0,b\n3,4.0,d\n", Files.readString(file));
    }

    @Test
    void csvText_isNeitherAFormulaNorALineBreak() throws IOException {
        Path file = folder.resolve("a.csv");
        try (CsvStream<List<Object>> stream = CsvStream.open(file, columns)) {
            stream.add(List.of(1, -0.5, "=HYPERLINK(\"http://x\",\"y\")"));
            stream.add(List.of(2, -1.0, "a\nb,\u001b[31m\r "));
            stream.add(List.of(3, Double.NEGATIVE_INFINITY, "+1+1"));
            stream.add(List.of(4, 1.0, "@SUM(A1)"));
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
        CsvStream.open(file, columns).close();

        assertEquals("step,value,name\n", Files.readString(file));
    }

    @Test
    void stream_doesNotFollowALink() throws IOException {
        Path victim = Files.writeString(folder.resolve("victim"), "mine\n");
        Path link = Files.createSymbolicLink(folder.resolve("a.csv"), victim);

        WriteException e = assertThrows(WriteException.class, () -> CsvStream.open(link, columns));
        assertEquals("cannot write " + link + ": a link is in the way", e.getMessage());
        assertEquals("mine\n", Files.readString(victim));
    }

    @Test
    void closedStream_saysWhatCannotBeWritten() {
        Path file = folder.resolve("a.csv");
        CsvStream<List<Object>> stream = CsvStream.open(file, columns);
        stream.close();

        WriteException e = assertThrows(WriteException.class, () -> stream.add(List.of(1, 2, 3)));
        assertEquals("cannot write " + file + ": ClosedChannelException", e.getMessage());
    }

    @Test
    void jsonLines_areCutBackToAMark() throws IOException {
        Path file = folder.resolve("a.jsonl");
        try (JsonLines lines = JsonLines.open(file)) {
            lines.append(new JsonObject().put("step", 5));
            long mark = lines.mark();
            lines.append(new JsonObject().put("step", 6));
            lines.cutBack(mark);
            lines.append(new JsonObject().put("step", 7));
        }

        assertEquals("{\"step\":5}\n{\"step\":7}\n", Files.readString(file));
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

    // ---- readers ----

    private CsvTable table(String text) throws IOException {
        return CsvTable.read(Files.writeString(folder.resolve("t.csv"), text));
    }

    @Test
    void table_readsBackWhatAStreamWrote() throws IOException {
        Path file = folder.resolve("a.csv");
        try (CsvStream<List<Object>> stream = CsvStream.open(file, columns)) {
            stream.add(List.of(1, Double.NaN, "a, b"));
            stream.add(List.of(2, Double.NEGATIVE_INFINITY, "q\"uote"));
        }
        CsvTable table = CsvTable.read(file);

        assertEquals(List.of("step", "value", "name"), table.columns());
        assertArrayEquals(new double[] {1, 2}, table.numbers("step"));
        assertArrayEquals(new double[] {Double.NaN, Double.NEGATIVE_INFINITY}, table.numbers("value"));
        assertEquals("a, b", table.text(0, "name"));
        assertEquals("q\"uote", table.text(1, "name"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "step", "step,val", "step,value\n", "step,value\n1,2", "step,value\n1\n1,2,3\n"})
    void table_ofTornOrShortRows_hasNone(String text) throws IOException {
        assertEquals(0, table(text).size());
    }

    @Test
    void table_givesNothingForWhatIsNotThere() throws IOException {
        CsvTable table = table("step,name\n7,x\n8,torn\"");

        assertEquals(1, table.size());
        assertEquals("", table.text(0, "missing"));
        assertEquals(Double.NaN, table.number(0, "missing"));
        assertEquals(Double.NaN, table.number(0, "name"));
        assertEquals(0, CsvTable.read(folder.resolve("no-such.csv")).size());
        assertEquals(0, CsvTable.read(folder).size());
    }

    @Test
    void jsonLines_areReadAsFarAsTheyAreWhole() throws IOException {
        Path file = Files.writeString(folder.resolve("a.jsonl"), "{\"a\":1}\n[2]\nno json\n\n{\"a\":3}\n{\"a\":4}");

        assertEquals("[{\"a\":1}, {\"a\":3}]", JsonLines.read(file).toString());
        assertEquals(List.of(), JsonLines.read(folder.resolve("missing.jsonl")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[1]", "null", "\u0000"})
    void damagedObject_isEmpty(String text) throws IOException {
        assertEquals(
                "{}",
                JsonObject.read(Files.writeString(folder.resolve("a.json"), text))
                        .toString());
        assertEquals("{}", JsonObject.read(folder.resolve("missing.json")).toString());
    }

    @Test
    void object_isCopiedFromOneThatWasRead() throws IOException {
        Path file = Files.writeString(
                folder.resolve("a.json"),
                new JsonObject().put("x", 1).put("y", "z").pretty());

        assertEquals(
                "{\"x\":1,\"y\":\"z\",\"w\":true}",
                JsonObject.of(JsonObject.read(file)).put("w", true).line());
    }

    @Test
    void columnTable_hasAHeaderAndARowEach() {
        assertEquals(
                "step,value,name\n1,-Inf,'=x\n",
                Column.table(columns, List.of(List.of(1, Double.NEGATIVE_INFINITY, "=x"))));
    }

    @Test
    void object_keepsTheOrderOfItsKeys_whateverTheirValues() {
        JsonObject inner = new JsonObject().put("x", 1);
        JsonObject object = new JsonObject()
                .put("texts", List.of("a", "b"))
                .put("counts", new int[] {1, 2})
                .put("object", inner)
                .putObjects("objects", List.of(inner, inner))
                .putAll(new JsonObject().put("flag", true).put("number", 0.5));

        assertEquals(
                "{\"texts\":[\"a\",\"b\"],\"counts\":[1,2],\"object\":{\"x\":1},\"objects\":[{\"x\":1},{\"x\":1}],"
                        + "\"flag\":true,\"number\":0.5}",
                object.line());
    }

    @Test
    void signedText_thatIsNoNumber_isNoFormula() {
        assertEquals("'-NaN,-Inf,+1.5,'+a", CsvStream.line(List.of("-NaN", "-Inf", "+1.5", "+a")));
        assertEquals("-1.5E-7,-2,-1.0E9", CsvStream.line(List.of("-1.5E-7", "-2", "-1.0E9")));
        assertEquals("'-1+2,'-1.2.3,'-1-1,'-2E", CsvStream.line(List.of("-1+2", "-1.2.3", "-1-1", "-2E")));
    }

    @Test
    void longTornLine_isCutOffUpToTheLastWholeOne() throws IOException {
        Path file = folder.resolve("a.jsonl");
        String whole = "{\"a\":\"" + "y".repeat(9000) + "\"}\n{\"b\":\"" + "z".repeat(100) + "\"}\n";
        for (int torn : new int[] {8190, 8191, 8192, 16384, 16385}) {
            Files.writeString(file, whole + "x".repeat(torn));
            JsonLines.open(file).close();
            assertEquals(whole, Files.readString(file), "torn by " + torn);
        }
    }
}
