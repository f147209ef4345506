package soopt.data.fetch;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads CIFAR-10 as Python pickles (data_batch_1 … data_batch_5, test_batch): a dictionary with labels, a list of whole
 * numbers, and data, a NumPy array of bytes [N, 3072]. A pickle is a program; this runs the part of its instructions
 * that these files are made of, and calls nothing: a class or function that it names stays a name with its arguments.
 */
final class CifarPickle {
    /** Bytes that such a file may have: those known have 31 million. */
    static final int MOST = 64 << 20;

    private static final int PIXELS = 3072;

    /** Something that Python would make by calling: which, with what, and the state it is then given. */
    private static final class Made {
        private final String name;
        private List<?> arguments = List.of();
        private Object state = List.of();

        Made(String name) {
            this.name = name;
        }
    }

    private final DataInputStream in;
    private final List<Object> stack = new ArrayList<>();
    private final List<Integer> marks = new ArrayList<>();
    private final Map<Integer, Object> memo = new HashMap<>();

    private CifarPickle(InputStream in) {
        this.in = new DataInputStream(in);
    }

    /**
     * The records of the binary version: a label byte and 3072 bytes of pixels each.
     *
     * @throws IOException if it is no such pickle
     */
    static byte[] records(InputStream in) throws IOException {
        try {
            return records(new CifarPickle(in).run());
        } catch (EOFException e) {
            throw new IOException("the pickle breaks off", e);
        } catch (ClassCastException | IndexOutOfBoundsException | NegativeArraySizeException e) {
            throw new IOException("the pickle is damaged", e);
        }
    }

    private static byte[] records(Object root) throws IOException {
        if (!(root instanceof Map<?, ?> batch) || !(batch.get("labels") instanceof List<?> labels)) {
            throw new IOException("the pickle is not a dictionary with labels and data");
        }
        byte[] data = bytes(batch.get("data"));
        if (data.length != (long) PIXELS * labels.size()) {
            throw new IOException(
                    "the pickle has " + labels.size() + " labels for " + data.length + " bytes of pixels");
        }
        byte[] records = new byte[data.length + labels.size()];
        for (int i = 0; i < labels.size(); i++) {
            records[i * (PIXELS + 1)] = ((Integer) labels.get(i)).byteValue();
            System.arraycopy(data, i * PIXELS, records, i * (PIXELS + 1) + 1, PIXELS);
        }
        return records;
    }

    /**
     * What an array holds: the last of its state (version, shape, type, order, bytes), also where Python 3 wrote it.
     */
    private static byte[] bytes(Object value) throws IOException {
        if (value instanceof byte[] raw) {
            return raw;
        }
        if (value instanceof String text) {
            return text.getBytes(StandardCharsets.ISO_8859_1);
        }
        if (value instanceof Made made && made.name.equals("_codecs.encode") && !made.arguments.isEmpty()) {
            return bytes(made.arguments.get(0));
        }
        if (value instanceof Made made && made.state instanceof List<?> state && state.size() == 5) {
            return bytes(state.get(4));
        }
        throw new IOException("the pickle's data is not an array of bytes");
    }

    private Object run() throws IOException {
        for (int instruction = in.readUnsignedByte(); instruction != '.'; instruction = in.readUnsignedByte()) {
            step(instruction);
        }
        return pop();
    }

    private void step(int instruction) throws IOException {
        switch (instruction) {
            case 0x80 -> in.readUnsignedByte();
            case 0x95 -> in.readLong();
            case '(' -> marks.add(stack.size());
            case '}' -> push(new HashMap<Object, Object>());
            case ']' -> push(new ArrayList<Object>());
            case ')' -> push(List.of());
            case 'N' -> push("None");
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'J' -> push(Integer.reverseBytes(in.readInt()));
            case 'K' -> push(in.readUnsignedByte());
            case 'M' -> push((int) Character.reverseBytes(in.readChar()));
            case 'U' -> push(text(in.readUnsignedByte()));
            case 'T', 'X' -> push(instruction == 'X' ? unicode(length()) : raw(length()));
            case 0x8c -> push(unicode(in.readUnsignedByte()));
            case 'C' -> push(raw(in.readUnsignedByte()));
            case 'B' -> push(raw(length()));
            case 'c' -> push(new Made(line() + "." + line()));
            case 0x93 -> push(global());
            case 'q' -> memo.put(in.readUnsignedByte(), top());
            case 'r' -> memo.put(length(), top());
            case 0x94 -> memo.put(memo.size(), top());
            case 'h' -> push(known(in.readUnsignedByte()));
            case 'j' -> push(known(length()));
            case 't' -> push(marked());
            case 0x85, 0x86, 0x87 -> push(taken(instruction - 0x84));
            case 'a' -> append(taken(1));
            case 'e' -> append(marked());
            case 's' -> put(taken(2));
            case 'u' -> put(marked());
            case 'R' -> call();
            case 'b' -> build();
            default ->
                throw new IOException(
                        String.format("the pickle has the instruction 0x%02x, which CIFAR-10's have not", instruction));
        }
    }

    /** A new thing of that name; nothing is called. */
    private void call() {
        List<?> arguments = (List<?>) pop();
        Made made = new Made(((Made) pop()).name);
        made.arguments = arguments;
        push(made);
    }

    private void build() {
        Object state = pop();
        ((Made) top()).state = state;
    }

    private Made global() {
        List<Object> names = taken(2);
        return new Made(names.get(0) + "." + names.get(1));
    }

    @SuppressWarnings("unchecked")
    private void append(List<Object> values) {
        ((List<Object>) top()).addAll(values);
    }

    @SuppressWarnings("unchecked")
    private void put(List<Object> pairs) {
        Map<Object, Object> map = (Map<Object, Object>) top();
        for (int i = 0; i + 1 < pairs.size(); i += 2) {
            Object key =
                    pairs.get(i) instanceof byte[] raw ? new String(raw, StandardCharsets.ISO_8859_1) : pairs.get(i);
            map.put(key, pairs.get(i + 1));
        }
    }

    private void push(Object value) {
        stack.add(value);
    }

    private Object pop() {
        return stack.remove(stack.size() - 1);
    }

    private Object top() {
        return stack.get(stack.size() - 1);
    }

    private Object known(int number) throws IOException {
        Object value = memo.get(number);
        if (value == null) {
            throw new IOException("the pickle is damaged: it remembers nothing under " + number);
        }
        return value;
    }

    private List<Object> marked() {
        return taken(stack.size() - marks.remove(marks.size() - 1));
    }

    private List<Object> taken(int count) {
        List<Object> tail = stack.subList(stack.size() - count, stack.size());
        List<Object> values = new ArrayList<>(tail);
        tail.clear();
        return values;
    }

    private int length() throws IOException {
        int length = Integer.reverseBytes(in.readInt());
        if (length < 0) {
            throw new IOException("the pickle is damaged: a length is " + length);
        }
        return length;
    }

    /** Never more than there is, whatever the length says. */
    private byte[] raw(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        return bytes;
    }

    private String text(int length) throws IOException {
        return new String(raw(length), StandardCharsets.ISO_8859_1);
    }

    private String unicode(int length) throws IOException {
        return new String(raw(length), StandardCharsets.UTF_8);
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.readUnsignedByte(); c != '\n'; c = in.readUnsignedByte()) {
            line.write(c);
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }
}
