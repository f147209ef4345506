package soopt.npy;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The .npy format (numpy.lib.format): "\x93NUMPY", version, header length, a Python dict with descr, fortran_order and
 * shape, the elements. Versions 1 to 3 are read, 1.0 is written.
 */
final class NpyFormat {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int ALIGNMENT = 64;
    private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([<>|=]?)([a-zA-Z]\\d*)'");
    private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([\\d\\s,L]*)\\)");

    private NpyFormat() {}

    /**
     * The array in a whole file.
     *
     * @param where file and array, for messages
     */
    static NpyArray read(String where, byte[] content) {
        if (content.length < MAGIC.length + 4 || !Arrays.equals(MAGIC, Arrays.copyOf(content, MAGIC.length))) {
            throw new NpyException(where + " is not a NumPy array; write it with numpy.save or numpy.savez");
        }
        ByteBuffer in = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).position(MAGIC.length);
        int version = in.getShort() & 0xff;
        try {
            int length = version == 1 ? in.getShort() & 0xffff : in.getInt();
            byte[] text = new byte[Math.min(Math.max(length, 0), in.remaining() + 1)];
            in.get(text);
            return read(where, new String(text, StandardCharsets.UTF_8), content, in.position());
        } catch (BufferUnderflowException e) {
            throw new NpyException(where + " is truncated within its header; write it anew", e);
        }
    }

    private static NpyArray read(String where, String header, byte[] content, int start) {
        Matcher descr = find(DESCR, header, where);
        NpyArray.Type type = type(descr.group(2), where);
        int[] shape = shape(find(SHAPE, header, where).group(1), where);
        long bytes = bytes(type, shape, where);
        long present = content.length - start;
        if (bytes != present) {
            throw new NpyException(where + (present < bytes ? " is truncated: " : " is too long: ")
                    + Arrays.toString(shape) + " of " + type + " needs " + bytes + " bytes, but there are " + present
                    + "; write it anew");
        }
        byte[] elements = Arrays.copyOfRange(content, start, content.length);
        if (descr.group(1).equals(">")) {
            reverse(elements, type.bytes());
        }
        if (find(ORDER, header, where).group(1).equals("True") && shape.length > 1) {
            elements = rowMajor(elements, type.bytes(), shape);
        }
        return new NpyArray(type, shape, elements);
    }

    private static long bytes(NpyArray.Type type, int[] shape, String where) {
        long bytes;
        try {
            bytes = NpyArray.bytes(type, shape);
        } catch (ArithmeticException e) {
            bytes = Long.MAX_VALUE;
        }
        if (bytes > Integer.MAX_VALUE - ALIGNMENT) {
            throw new NpyException(where + " has more than 2 GiB; save it as float32 or uint8, or fewer examples");
        }
        return bytes;
    }

    private static Matcher find(Pattern pattern, String header, String where) {
        Matcher matcher = pattern.matcher(header);
        if (!matcher.find()) {
            throw new NpyException(where + " is not an array of plain numbers: " + header.strip()
                    + "; save it with .astype('float32') or another type of numbers");
        }
        return matcher;
    }

    private static NpyArray.Type type(String code, String where) {
        for (NpyArray.Type type : NpyArray.Type.values()) {
            if (type.code().equals(code)) {
                return type;
            }
        }
        String known = Arrays.stream(NpyArray.Type.values())
                .map(type -> type.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
        throw new NpyException(
                where + " has elements of type '" + code + "'; convert it with .astype to one of " + known);
    }

    private static int[] shape(String text, String where) {
        try {
            return Arrays.stream(text.replace("L", "").split(","))
                    .map(String::strip)
                    .filter(s -> !s.isEmpty())
                    .mapToInt(Integer::parseInt)
                    .toArray();
        } catch (NumberFormatException e) {
            throw new NpyException(where + " has the shape (" + text + "), beyond what is read here", e);
        }
    }

    private static void reverse(byte[] elements, int width) {
        for (int at = 0; at < elements.length; at += width) {
            for (int i = 0; i < width / 2; i++) {
                byte swap = elements[at + i];
                elements[at + i] = elements[at + width - 1 - i];
                elements[at + width - 1 - i] = swap;
            }
        }
    }

    /** From Fortran order, where the first index runs fastest, to C order. */
    private static byte[] rowMajor(byte[] source, int width, int[] shape) {
        byte[] target = new byte[source.length];
        int[] stride = new int[shape.length];
        int step = width;
        for (int axis = 0; axis < shape.length; axis++) {
            stride[axis] = step;
            step *= shape[axis];
        }
        int[] index = new int[shape.length];
        int from = 0;
        for (int to = 0; to < target.length; to += width) {
            System.arraycopy(source, from, target, to, width);
            int axis = shape.length - 1;
            while (axis >= 0 && ++index[axis] == shape[axis]) {
                from -= (shape[axis] - 1) * stride[axis];
                index[axis] = 0;
                axis--;
            }
            if (axis >= 0) {
                from += stride[axis];
            }
        }
        return target;
    }

    /** Magic, version 1.0 and the header of an array, padded so that the elements begin at a multiple of 64. */
    static byte[] header(NpyArray array) {
        String order = array.type().bytes() == 1 ? "|" : "<";
        String shape = Arrays.stream(array.shape()).mapToObj(Integer::toString).collect(Collectors.joining(", "));
        String text = "{'descr': '" + order + array.type().code() + "', 'fortran_order': False, 'shape': (" + shape
                + (array.rank() == 1 ? ",)" : ")") + ", }";
        int used = MAGIC.length + 4 + text.length() + 1;
        text += " ".repeat((ALIGNMENT - used % ALIGNMENT) % ALIGNMENT) + "\n";
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(MAGIC);
        out.write(1);
        out.write(0);
        out.write(text.length() & 0xff);
        out.write(text.length() >> 8);
        out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        return out.toByteArray();
    }
}
