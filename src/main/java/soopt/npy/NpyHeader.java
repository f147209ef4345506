package soopt.npy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import soopt.file.Shown;

/**
 * What stands before the elements of an array: a Python dict with descr, fortran_order and shape.
 *
 * @param bigEndian whether the bytes of an element come in the order opposite to ours
 * @param fortran whether the first index runs fastest; of arrays with one axis or none it does not matter
 */
public record NpyHeader(NpyArray.Type type, boolean bigEndian, boolean fortran, int[] shape) {
    static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int ALIGNMENT = 64;
    /** Of the elements: a Java array has no more bytes. */
    private static final int MOST_BYTES = Integer.MAX_VALUE - ALIGNMENT;

    private static final Pattern DESCR = Pattern.compile("['\"]descr['\"]\\s*:\\s*['\"]([<>|=]?)(\\w+)([^'\"]*)['\"]");
    private static final Pattern FIELDS = Pattern.compile("['\"]descr['\"]\\s*:\\s*[\\[(]");
    private static final Pattern ORDER = Pattern.compile("['\"]fortran_order['\"]\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("['\"]shape['\"]\\s*:\\s*\\(([\\d\\s,L]*)\\)");

    /** @throws NpyException if it is none, or of an array that is not read here: with the reason and a remedy */
    static NpyHeader parse(String header, String where) {
        if (FIELDS.matcher(header).find()) {
            throw new NpyException(where + " has fields of several types (a structured array): save each column as an"
                    + " array of its own, a['name']");
        }
        Matcher descr = find(DESCR, header, where);
        NpyArray.Type type = type(descr.group(2) + descr.group(3), where);
        int[] shape = shape(find(SHAPE, header, where).group(1), where);
        NpyHeader found = new NpyHeader(
                type,
                descr.group(1).equals(">"),
                find(ORDER, header, where).group(1).equals("True") && shape.length > 1,
                shape);
        found.requireSize(where);
        return found;
    }

    private static Matcher find(Pattern pattern, String header, String where) {
        Matcher matcher = pattern.matcher(header);
        if (!matcher.find()) {
            throw new NpyException(where + " has a header that NumPy does not write; write it anew");
        }
        return matcher;
    }

    private static NpyArray.Type type(String code, String where) {
        for (NpyArray.Type type : NpyArray.Type.values()) {
            if (type.code().equals(code)) {
                return type;
            }
        }
        throw new NpyException(where + " has " + elements(code));
    }

    /** Elements of a type that is not read, with the way out. */
    private static String elements(String code) {
        String known = Arrays.stream(NpyArray.Type.values())
                .map(type -> type.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
        return switch (code.charAt(0)) {
            case 'c' -> "complex numbers ('" + code + "'): save a.real and a.imag as arrays of their own";
            case 'f' ->
                "floats of " + code.substring(1) + " bytes, whose form depends on the machine that wrote"
                        + " them: save it with .astype('float64')";
            case 'U', 'S', 'a' ->
                "text ('" + code + "'): classes are whole numbers from 0, as numpy.unique(a,"
                        + " return_inverse=True)[1] gives them";
            case 'M', 'm' -> "dates or spans of time ('" + code + "'): save it with .astype('int64')";
            case 'O' ->
                "Python objects (a pickle), which may run a program when they are read: save it with"
                        + " .astype('float32') or another type of numbers";
            case 'V' ->
                "raw bytes ('" + code + "'), as bfloat16 and other types unknown to NumPy are written: save it"
                        + " with .astype('float32')";
            default -> "elements of type '" + code + "': convert it with .astype to one of " + known;
        };
    }

    private static int[] shape(String text, String where) {
        try {
            return Arrays.stream(text.replace("L", "").split(","))
                    .map(String::strip)
                    .filter(s -> !s.isEmpty())
                    .mapToInt(Integer::parseInt)
                    .toArray();
        } catch (NumberFormatException e) {
            throw new NpyException(where + " has the shape (" + Shown.value(text) + "), beyond what is read here", e);
        }
    }

    private void requireSize(String where) {
        long bytes;
        try {
            bytes = NpyArray.bytes(type, shape);
        } catch (ArithmeticException e) {
            bytes = Long.MAX_VALUE;
        }
        if (bytes > MOST_BYTES) {
            throw new NpyException(where + " " + words() + " has more than 2 GiB; save it as float32 or uint8, or fewer"
                    + " examples");
        }
    }

    /** Number of elements. */
    public int size() {
        return bytes() / type.bytes();
    }

    /** Number of bytes of the elements. */
    int bytes() {
        return (int) NpyArray.bytes(type, shape);
    }

    /** Type and shape: "float32 [16, 6]". */
    public String words() {
        return type.name().toLowerCase(Locale.ROOT) + " " + Arrays.toString(shape);
    }

    /** Magic, version 1.0 and the header of an array, padded so that the elements begin at a multiple of 64. */
    static byte[] bytes(NpyArray array) {
        String order = array.type().bytes() == 1 ? "|" : "<";
        return bytes(order + array.type().code(), array.shape());
    }

    /** @param descr the type of the elements as NumPy writes it: {@code <f8}, or {@code <U12} of texts */
    static byte[] bytes(String descr, int... lengths) {
        String shape = Arrays.stream(lengths).mapToObj(Integer::toString).collect(Collectors.joining(", "));
        String text = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + shape
                + (lengths.length == 1 ? ",)" : ")") + ", }";
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
