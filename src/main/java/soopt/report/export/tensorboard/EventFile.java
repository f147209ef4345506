package soopt.report.export.tensorboard;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import soopt.spec.yaml.YamlNode;

/**
 * The events of one run as TensorBoard reads them: records with a message Event each (event.proto, summary.proto and
 * tensor.proto of TensorFlow; the numbers of their fields stand in this class). The first value of each tag says which
 * dashboard shows it.
 */
public final class EventFile {
    private static final String VERSION = "brain.Event:2";
    /** Of SummaryMetadata. */
    private static final int SCALAR = 1;

    private static final int TENSOR = 2;
    private static final int BLOBS = 3;
    /** Of DataType. */
    private static final int FLOAT = 1;

    private static final int STRING = 7;

    private final Records records;
    private final Set<String> described = new HashSet<>();

    /**
     * Begins a file.
     *
     * @param out stays open
     * @param wallTime seconds since 1970
     */
    public EventFile(OutputStream out, double wallTime) throws IOException {
        this.records = new Records(out);
        records.write(new Message().put(1, wallTime).put(3, VERSION).bytes());
    }

    /**
     * A number at a step.
     *
     * @param tag how it is listed: what stands before the first / is its section
     * @param description Markdown
     * @param value rounded to float32, which is all that TensorBoard keeps
     */
    public record Scalar(String tag, String description, double value) {}

    /** Numbers at one step, which are shown as curves. */
    public void scalars(double wallTime, long step, List<Scalar> scalars) throws IOException {
        if (scalars.isEmpty()) {
            return;
        }
        Message summary = new Message();
        for (Scalar scalar : scalars) {
            Message value = new Message().put(1, scalar.tag()).put(2, (float) scalar.value());
            describe(value, scalar.tag(), "scalars", scalar.description(), SCALAR);
            summary.put(1, value);
        }
        event(wallTime, step, summary);
    }

    /** A picture at a step: one of a row with a slider. */
    public void image(double wallTime, long step, String tag, String description, Png image) throws IOException {
        Message shape = new Message().put(2, new Message().put(1, 3L));
        Message tensor = new Message()
                .put(1, (long) STRING)
                .put(2, shape)
                .put(8, Integer.toString(image.width()))
                .put(8, Integer.toString(image.height()))
                .put(8, image.bytes());
        Message value = new Message().put(1, tag).put(8, tensor);
        describe(value, tag, "images", description, BLOBS);
        event(wallTime, step, new Message().put(1, value));
    }

    /** A text that keeps its lines and blanks; nothing in it is taken for Markdown or HTML. */
    public void text(double wallTime, long step, String tag, String description, String text) throws IOException {
        // an indented block of code, which has no end to be forged
        byte[] block = ("    " + text.replace("\n", "\n    ")).getBytes(StandardCharsets.UTF_8);
        Message tensor =
                new Message().put(1, (long) STRING).put(2, new Message()).put(8, block);
        Message value = new Message().put(1, tag).put(8, tensor);
        describe(value, tag, "text", description, TENSOR);
        event(wallTime, step, new Message().put(1, value));
    }

    /** How a run stands, for the table of hyper-parameters. */
    public enum Standing {
        UNKNOWN,
        SUCCESS,
        FAILURE,
        RUNNING
    }

    /**
     * A row of the table of hyper-parameters.
     *
     * @param settings by name; numbers and truth values become such
     * @param group runs of one group are one row: those that differ in their seeds
     * @param end seconds since 1970; 0 if it goes on
     */
    public void hyperParameters(double start, double end, Standing standing, String group, Map<String, String> settings)
            throws IOException {
        Message begun = new Message();
        settings.forEach(
                (name, value) -> begun.put(1, new Message().put(1, name).put(2, value(value))));
        begun.put(4, group).put(5, start);
        Message ended = new Message().put(1, (long) standing.ordinal()).put(2, end);
        hyperParameters(start, "_hparams_/session_start_info", new Message().put(3, begun));
        hyperParameters(start, "_hparams_/session_end_info", new Message().put(4, ended));
    }

    /** google.protobuf.Value. */
    private static Message value(String text) {
        if (text.equals("true") || text.equals("false")) {
            return new Message().put(4, text.equals("true") ? 1L : 0L);
        }
        return YamlNode.isNumber(text)
                ? new Message().put(2, Double.parseDouble(text.replace("_", "")))
                : new Message().put(3, text);
    }

    /** The contents are in the description of the tag; its value is a tensor with one 0. */
    private void hyperParameters(double wallTime, String tag, Message contents) throws IOException {
        Message plugin = new Message().put(1, "hparams").put(2, contents);
        Message nothing = new Message()
                .put(1, (long) FLOAT)
                .put(2, new Message().put(2, new Message().put(1, 1L)))
                .put(5, new byte[Float.BYTES]);
        Message value = new Message()
                .put(1, tag)
                .put(9, new Message().put(1, plugin).put(4, (long) TENSOR))
                .put(8, nothing);
        event(wallTime, 0, new Message().put(1, value));
    }

    private void describe(Message value, String tag, String dashboard, String description, int kind) {
        if (described.add(tag)) {
            value.put(
                    9,
                    new Message()
                            .put(1, new Message().put(1, dashboard))
                            .put(3, description)
                            .put(4, (long) kind));
        }
    }

    private void event(double wallTime, long step, Message summary) throws IOException {
        records.write(
                new Message().put(1, wallTime).put(2, step).put(5, summary).bytes());
    }
}
