package soopt.report.export.tensorboard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.shade.protobuf.UnknownFieldSet;
import org.tensorflow.framework.Summary;

/** Reads event files with TensorFlow's own classes, which ND4J brings along, and a checksum in plain loops. */
public final class Events {
    private Events() {}

    /** A value at a step. */
    public record Event(double wallTime, long step, Summary.Value value) {}

    /** The values of a file by tag, after the tests of its records. */
    public static Map<String, List<Event>> read(Path file) throws IOException {
        Map<String, List<Event>> tags = new LinkedHashMap<>();
        boolean isFirst = true;
        for (byte[] record : records(Files.readAllBytes(file))) {
            // Event itself is not among the classes: wall_time 1, step 2, file_version 3, summary 5
            UnknownFieldSet event = UnknownFieldSet.parseFrom(record);
            if (isFirst) {
                assertEquals(
                        "brain.Event:2",
                        event.getField(3).getLengthDelimitedList().get(0).toStringUtf8());
                isFirst = false;
                continue;
            }
            double wallTime =
                    Double.longBitsToDouble(event.getField(1).getFixed64List().get(0));
            long step = event.getField(2).getVarintList().get(0);
            Summary summary =
                    Summary.parseFrom(event.getField(5).getLengthDelimitedList().get(0));
            for (Summary.Value value : summary.getValueList()) {
                tags.computeIfAbsent(value.getTag(), tag -> new ArrayList<>()).add(new Event(wallTime, step, value));
            }
        }
        return tags;
    }

    static List<byte[]> records(byte[] file) {
        List<byte[]> records = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            byte[] length = new byte[8];
            in.get(length);
            assertEquals(masked(length), in.getInt(), "checksum of a length");
            byte[] contents = new byte
                    [(int) ByteBuffer.wrap(length)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getLong()];
            in.get(contents);
            assertEquals(masked(contents), in.getInt(), "checksum of contents");
            records.add(contents);
        }
        return records;
    }

    private static int masked(byte[] bytes) {
        long c = crc32c(bytes) & 0xffffffffL;
        return (int) (((c >> 15 | c << 17) & 0xffffffffL) + 0xa282ead8L);
    }

    /** Bit by bit, from the definition in RFC 3720, B.4. */
    static int crc32c(byte[] bytes) {
        int remainder = -1;
        for (byte each : bytes) {
            remainder ^= each & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                remainder = remainder >>> 1 ^ ((remainder & 1) == 1 ? 0x82f63b78 : 0);
            }
        }
        return ~remainder;
    }
}
