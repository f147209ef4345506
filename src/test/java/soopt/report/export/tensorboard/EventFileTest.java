package soopt.report.export.tensorboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.shade.protobuf.ByteString;
import org.nd4j.shade.protobuf.UnknownFieldSet;
import org.tensorflow.framework.DataType;
import org.tensorflow.framework.Summary;
import soopt.report.export.tensorboard.EventFile.Scalar;

/** Event files, their checksums and pictures against known answers, TensorFlow's classes and the JDK's decoder. */
class EventFileTest {
    @TempDir
    private Path folder;

    private interface Contents {
        void writeTo(EventFile events) throws IOException;
    }

    private Map<String, List<Events.Event>> written(Contents contents) throws IOException {
        return Events.read(Files.write(folder.resolve("events"), bytes(contents)));
    }

    private static byte[] bytes(Contents contents) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        contents.writeTo(new EventFile(out, 1.0));
        return out.toByteArray();
    }

    /** RFC 3720, B.4, and "123456789", the check value of catalogues of such codes. */
    @Test
    void checksums_areThoseOfRfc3720_masked() {
        byte[] rising = new byte[32];
        byte[] ones = new byte[32];
        for (int i = 0; i < 32; i++) {
            rising[i] = (byte) i;
            ones[i] = -1;
        }
        Map<Integer, byte[]> known = Map.of(
                0xe3069283,
                "123456789".getBytes(StandardCharsets.US_ASCII),
                0x8a9136aa,
                new byte[32],
                0x62a8ab43,
                ones,
                0x46dd794e,
                rising);
        known.forEach((checksum, bytes) -> {
            assertEquals((int) checksum, Events.crc32c(bytes));
            long c = checksum & 0xffffffffL;
            int masked = (int) ((c / 32768 + (c % 32768) * 131072) + 0xa282ead8L);
            assertEquals(masked, Records.masked(bytes, bytes.length));
        });
    }

    /**
     * Made with struct and a bitwise CRC in Python; its first 13 bytes are those with which all event files of
     * TensorFlow begin.
     */
    @Test
    void aSmallFile_isKnownToTheByte() throws IOException {
        byte[] file = bytes(events -> events.scalars(2.0, 300, List.of(new Scalar("a", "d", 1.5))));
        assertEquals(
                "1800000000000000a37f4b2209000000000000f03f1a0d627261696e2e457665"
                        + "6e743a3286bf577a2a00000000000000ae8d91f509000000000000004010ac02"
                        + "2a1c0a1a0a0161150000c03f4a100a090a077363616c6172731a01642001fbc0"
                        + "80bb",
                HexFormat.of().formatHex(file));
    }

    @Test
    void numbersOfProtocolBuffers_areReadBackByTheirLibrary() throws IOException {
        Random random = new Random(5);
        for (int i = 0; i < 1000; i++) {
            long whole = random.nextLong() >> random.nextInt(64);
            double real = Double.longBitsToDouble(random.nextLong());
            UnknownFieldSet read = UnknownFieldSet.parseFrom(
                    new Message().put(1, whole).put(2, real).put(2000, "é" + i).bytes());
            assertEquals(whole, read.getField(1).getVarintList().get(0));
            assertEquals(
                    Double.doubleToRawLongBits(real),
                    read.getField(2).getFixed64List().get(0));
            assertEquals(
                    "é" + i, read.getField(2000).getLengthDelimitedList().get(0).toStringUtf8());
        }
    }

    @Test
    void scalars_areFloats_andTheFirstOfATagSaysWhereItIsShown() throws IOException {
        var tags = written(events -> {
            events.scalars(2, 0, List.of(new Scalar("loss/a", "what it is", 1e-3), new Scalar("loss/b", "", -2)));
            events.scalars(3, 7, List.of(new Scalar("loss/a", "what it is", Double.POSITIVE_INFINITY)));
            events.scalars(3, 7, List.of());
        });
        List<Events.Event> a = tags.get("loss/a");
        assertEquals(List.of(0L, 7L), a.stream().map(Events.Event::step).toList());
        assertEquals(List.of(2.0, 3.0), a.stream().map(Events.Event::wallTime).toList());
        Summary.Value first = a.get(0).value();
        assertEquals((float) 1e-3, first.getSimpleValue());
        assertEquals("scalars", first.getMetadata().getPluginData().getPluginName());
        assertEquals("what it is", first.getMetadata().getSummaryDescription());
        assertEquals(1, dataClass(first));
        assertEquals(Float.POSITIVE_INFINITY, a.get(1).value().getSimpleValue());
        assertFalse(a.get(1).value().hasMetadata());
        assertEquals(1, tags.get("loss/b").size());
    }

    /** A field that the classes of 2018 do not know. */
    private static long dataClass(Summary.Value value) {
        return value.getMetadata()
                .getUnknownFields()
                .getField(4)
                .getVarintList()
                .get(0);
    }

    @Test
    void pictures_areTensorsOfWidthHeightAndPng() throws IOException {
        double[][] matrix = {{1, -1}, {0, Double.NaN}};
        Png png = new MatrixPicture(1).draw(matrix);
        var tags = written(events -> events.image(2, 5, "matrices/h", "scale", png));
        Summary.Value value = tags.get("matrices/h").get(0).value();
        assertEquals(5, tags.get("matrices/h").get(0).step());
        assertEquals("images", value.getMetadata().getPluginData().getPluginName());
        assertEquals(3, dataClass(value));
        assertEquals(DataType.DT_STRING, value.getTensor().getDtype());
        assertEquals(3, value.getTensor().getTensorShape().getDim(0).getSize());
        List<ByteString> strings = value.getTensor().getStringValList();
        assertEquals(
                List.of("360", "360"),
                strings.subList(0, 2).stream().map(ByteString::toStringUtf8).toList());
        BufferedImage image =
                ImageIO.read(new ByteArrayInputStream(strings.get(2).toByteArray()));
        assertEquals(360, image.getWidth());
        assertEquals(0x67001f, image.getRGB(0, 0) & 0xffffff);
        assertEquals(0x053061, image.getRGB(180, 179) & 0xffffff);
        assertEquals(0xf7f7f7, image.getRGB(179, 180) & 0xffffff);
        assertEquals(0x7f7f7f, image.getRGB(359, 359) & 0xffffff);
    }

    @Test
    void colours_growWithTheSizeOfAnEntry_overSixOrders() throws IOException {
        double[][] matrix = new double[1][15];
        for (int i = 0; i < 15; i++) {
            matrix[0][i] = Math.pow(10, i / 2.0 - 7);
        }
        BufferedImage image = image(new MatrixPicture(1).draw(matrix));
        int cell = image.getWidth() / 15;
        for (int i = 2; i < 15; i++) {
            assertTrue(brightness(image, i * cell) < brightness(image, (i - 1) * cell), "entry " + i);
        }
    }

    private static BufferedImage image(Png png) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(png.bytes()));
    }

    private static int brightness(BufferedImage image, int x) {
        int rgb = image.getRGB(x, 0);
        return (rgb >> 16 & 0xff) + (rgb >> 8 & 0xff) + (rgb & 0xff);
    }

    @Test
    void aLargeMatrix_keepsTheExtremesOfItsNeighbourhoods() throws IOException {
        double[][] matrix = new double[2500][2500];
        matrix[2499][1] = -1;
        matrix[3][2498] = 1;
        BufferedImage image = image(new MatrixPicture(1).draw(matrix));
        assertEquals(834, image.getWidth());
        assertEquals(0x053061, image.getRGB(0, 833) & 0xffffff);
        assertEquals(0x67001f, image.getRGB(832, 1) & 0xffffff);
        assertEquals(0xf7f7f7, image.getRGB(400, 400) & 0xffffff);
    }

    @Test
    void aMatrixOfZeros_isWhite() throws IOException {
        assertEquals(
                0xf7f7f7, image(new MatrixPicture(0).draw(new double[3][3])).getRGB(100, 100) & 0xffffff);
        assertEquals(0, MatrixPicture.largest(new double[][] {{Double.NaN, 0}, {Double.NEGATIVE_INFINITY, 0}}));
    }

    @Test
    void texts_areBlocksOfCode_whateverTheyHold() throws IOException {
        var tags = written(events -> events.text(2, 0, "run/config", "settings", "a: 1\n```\n<script>\n  b: 2"));
        Summary.Value value = tags.get("run/config").get(0).value();
        assertEquals("text", value.getMetadata().getPluginData().getPluginName());
        assertEquals(2, dataClass(value));
        String text = value.getTensor().getStringVal(0).toStringUtf8();
        assertEquals("    a: 1\n    ```\n    <script>\n      b: 2", text);
        assertTrue(text.lines().allMatch(line -> line.startsWith("    ")));
    }

    @Test
    void hyperParameters_areTypedValuesInTheDescription() throws IOException {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("optimizer.step-size", "0.3");
        settings.put("seeds", "1_000");
        settings.put("clip", "true");
        settings.put("partition", "1d");
        var tags =
                written(events -> events.hyperParameters(10, 12.5, EventFile.Standing.SUCCESS, "sweep: 0.3", settings));
        UnknownFieldSet start = plugin(tags, "_hparams_/session_start_info", 3);
        assertEquals(
                "sweep: 0.3", start.getField(4).getLengthDelimitedList().get(0).toStringUtf8());
        assertEquals(
                Double.doubleToLongBits(10), start.getField(5).getFixed64List().get(0));
        Map<String, UnknownFieldSet> values = new TreeMap<>();
        for (ByteString entry : start.getField(1).getLengthDelimitedList()) {
            UnknownFieldSet pair = UnknownFieldSet.parseFrom(entry);
            values.put(
                    pair.getField(1).getLengthDelimitedList().get(0).toStringUtf8(),
                    UnknownFieldSet.parseFrom(
                            pair.getField(2).getLengthDelimitedList().get(0)));
        }
        // google.protobuf.Value: number 2, string 3, bool 4
        assertEquals(
                Double.doubleToLongBits(0.3),
                values.get("optimizer.step-size").getField(2).getFixed64List().get(0));
        assertEquals(
                Double.doubleToLongBits(1000),
                values.get("seeds").getField(2).getFixed64List().get(0));
        assertEquals(1, values.get("clip").getField(4).getVarintList().get(0));
        assertEquals(
                "1d",
                values.get("partition")
                        .getField(3)
                        .getLengthDelimitedList()
                        .get(0)
                        .toStringUtf8());
        UnknownFieldSet end = plugin(tags, "_hparams_/session_end_info", 4);
        assertEquals(1, end.getField(1).getVarintList().get(0));
        assertEquals(
                Double.doubleToLongBits(12.5), end.getField(2).getFixed64List().get(0));
    }

    /** A field of HParamsPluginData, which stands in the description of the tag. */
    private static UnknownFieldSet plugin(Map<String, List<Events.Event>> tags, String tag, int field)
            throws IOException {
        Summary.Value value = tags.get(tag).get(0).value();
        assertEquals("hparams", value.getMetadata().getPluginData().getPluginName());
        assertEquals(1, value.getTensor().getFloatValCount());
        UnknownFieldSet data =
                UnknownFieldSet.parseFrom(value.getMetadata().getPluginData().getContent());
        return UnknownFieldSet.parseFrom(
                data.getField(field).getLengthDelimitedList().get(0));
    }
}
