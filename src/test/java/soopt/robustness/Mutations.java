package soopt.robustness;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Small damage to good input, such as slips of the hand, disks and networks make, and such as malice would. */
final class Mutations {
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.+-]+");
    private static final Pattern NUMBER = Pattern.compile("(?<![A-Za-z0-9_.-])[0-9][0-9.e+-]*");
    private static final Pattern VALUE = Pattern.compile("(?<=: )[^,\\n{}\\[\\]#]+");
    private static final Pattern KEY = Pattern.compile("[a-z-]+(?=:)");

    static final List<String> NUMBERS = List.of(
            "0",
            "-1",
            "1",
            "2",
            "-0",
            "1.5",
            "0x1F",
            "1_000",
            ".5",
            "5.",
            "'1'",
            "+3",
            "1e3",
            "1e-400",
            "1e400",
            "1e999999999",
            "-1e999999999",
            "1e99999999999",
            ".nan",
            ".inf",
            "NaN",
            "2147483647",
            "2147483648",
            "-2147483649",
            "4294967296",
            "9223372036854775807",
            "9223372036854775808",
            "1".repeat(400),
            "9".repeat(30_000),
            "0." + "0".repeat(300) + "1",
            "4.9e-324",
            "1e308",
            "1:30",
            "1,5",
            "0o17",
            "1e",
            "--1",
            "١",
            "1 2");

    static final List<String> TEXTS = List.of(
            "",
            "~",
            "null",
            "yes",
            "no",
            "true",
            "[]",
            "{}",
            "[[]]",
            "[1, 1]",
            "{a: b}",
            "''",
            "\"\"",
            "\"\\0\"",
            "\"\\e[31m\"",
            "\"\\u202e\"",
            "\"\\ud800\"",
            "\"a\\nb\"",
            "*",
            "\"*\"",
            "*a",
            "&a 1",
            "!x y",
            "!!int 3",
            "|",
            ">",
            "%",
            "@",
            "`",
            "blocks-0",
            "blocks-2",
            "blocks-99999999999",
            "alternate-3",
            "blocks--1",
            "canonical",
            "adam",
            "sgd",
            "lenet",
            "mlp",
            "newton-summary",
            "discrete",
            "2024-01-01",
            "1 epoch",
            "0 epochs",
            "3 fortnights",
            "never",
            "5 min",
            "512 MiB",
            "999999999 GiB",
            "../../etc/passwd",
            "/dev/zero",
            "/dev/null",
            "/",
            "~/x",
            "x.npz",
            "a b",
            "=1+1",
            "-",
            "- 1",
            "ünï",
            "😀",
            "x".repeat(300),
            "x".repeat(5000),
            "#",
            "? a",
            "<<",
            "<<: {a: 1}",
            ": ",
            "a: b: c",
            "'",
            "\"",
            "[",
            "{",
            "]",
            "}",
            "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
            "cuda",
            "float64",
            "relu");

    private static final List<String> CHARACTERS = List.of(
            " ", "\t", "\n", "\r", ":", ": ", ",", "#", "'", "\"", "[", "]", "{", "}", "&", "*", "!", "|", ">", "%",
            "@", "`", "-", "?", "<", "=", "~", "\\", "0", "9", "a", "Z", "\u0000", "\u0007", "\u001b", "\u007f",
            "\u0085", "\u009b", "\u200b", "\u202e", "\u2028", "\ufeff", "\ufffe", "é", "😀");

    private final Random random;

    Mutations(Random random) {
        this.random = random;
    }

    <T> T any(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    int upTo(int bound) {
        return random.nextInt(bound);
    }

    boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    /** A text with one to four mistakes. */
    String text(String text) {
        String mutant = text;
        for (int i = random.nextInt(4); i >= 0; i--) {
            mutant = once(mutant);
        }
        return mutant;
    }

    private String once(String text) {
        return switch (random.nextInt(16)) {
            case 0, 1, 2 -> replace(text, NUMBER, any(NUMBERS));
            case 3, 4, 5 -> replace(text, VALUE, any(TEXTS));
            case 6 -> replace(text, WORD, any(TEXTS));
            case 7 ->
                replace(
                        text,
                        KEY,
                        any(List.of("type", "lr", "x", "step-size", "<<", "count", "groups", "a.b", "'", "? ", "😀")));
            case 8 -> slip(text);
            case 9 -> insert(text, any(CHARACTERS));
            case 10 -> text.isEmpty() ? text : text.substring(0, random.nextInt(text.length()));
            case 11 -> lines(text);
            case 12 -> insert(text, any(TEXTS));
            case 13 -> "a: &a " + any(TEXTS) + "\n" + replace(text, VALUE, "*a");
            case 14 ->
                oneIn(20) ? insert(text, any(CHARACTERS).repeat(1 << (4 + random.nextInt(16)))) : insert(text, "\n");
            default -> swap(text);
        };
    }

    /** One match of the pattern, by chance, is another text. */
    private String replace(String text, Pattern pattern, String with) {
        List<int[]> places = new ArrayList<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find() && places.size() < 2000) {
            places.add(new int[] {matcher.start(), matcher.end()});
        }
        if (places.isEmpty()) {
            return insert(text, with);
        }
        int[] place = any(places);
        return text.substring(0, place[0]) + with + text.substring(place[1]);
    }

    private String insert(String text, String piece) {
        int at = random.nextInt(text.length() + 1);
        return text.substring(0, at) + piece + text.substring(at);
    }

    /** A character gone, doubled or exchanged with its neighbour. */
    private String slip(String text) {
        if (text.length() < 2) {
            return text;
        }
        int at = random.nextInt(text.length() - 1);
        String before = text.substring(0, at);
        return switch (random.nextInt(3)) {
            case 0 -> before + text.substring(at + 1);
            case 1 -> before + text.charAt(at) + text.substring(at);
            default -> before + text.charAt(at + 1) + text.charAt(at) + text.substring(at + 2);
        };
    }

    /** A line gone, doubled, moved or indented. */
    private String lines(String text) {
        List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
        String line = lines.remove(random.nextInt(lines.size()));
        if (!oneIn(4)) {
            lines.add(random.nextInt(lines.size() + 1), oneIn(3) ? " ".repeat(random.nextInt(5)) + line : line);
        }
        if (oneIn(3)) {
            lines.add(random.nextInt(lines.size() + 1), line);
        }
        return String.join("\n", lines);
    }

    /** Two words change places. */
    private String swap(String text) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(text);
        while (matcher.find() && words.size() < 2000) {
            words.add(matcher.group());
        }
        return words.isEmpty() ? text : replace(text, WORD, any(words));
    }

    /** Bytes with one to four defects. */
    byte[] bytes(byte[] content) {
        byte[] mutant = content.clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
            mutant = once(mutant);
        }
        return mutant;
    }

    private byte[] once(byte[] content) {
        if (content.length == 0) {
            return new byte[random.nextInt(100)];
        }
        int at = oneIn(2) ? random.nextInt(content.length) : random.nextInt(Math.min(content.length, 160));
        byte[] mutant = content.clone();
        switch (random.nextInt(9)) {
            case 0 -> mutant[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> mutant[at] = (byte) random.nextInt(256);
            case 2 -> {
                return Arrays.copyOf(content, at);
            }
            case 3 -> {
                return Arrays.copyOf(content, content.length + 1 + random.nextInt(100));
            }
            case 4 ->
                Arrays.fill(
                        mutant, at, Math.min(content.length, at + 1 + random.nextInt(16)), (byte) (oneIn(2) ? 0 : -1));
            case 5 -> {
                return joined(
                        Arrays.copyOf(content, at),
                        Arrays.copyOfRange(
                                content, Math.min(content.length, at + 1 + random.nextInt(8)), content.length));
            }
            case 6 -> {
                return joined(
                        Arrays.copyOf(content, at),
                        Arrays.copyOfRange(content, random.nextInt(content.length), content.length));
            }
            case 7 -> digits(mutant);
            default -> {
                for (int k = 0; k < 4 && at + k < mutant.length; k++) {
                    mutant[at + k] = (byte) (random.nextInt(4) == 0 ? random.nextInt(256) : k == 3 ? 0x7f : 0xff);
                }
            }
        }
        return mutant;
    }

    /** A digit of a header in text becomes another character of headers. */
    private void digits(byte[] content) {
        int from = random.nextInt(content.length);
        for (int k = 0; k < content.length; k++) {
            int i = (from + k) % content.length;
            if (content[i] >= '0' && content[i] <= '9' || content[i] == '(' || content[i] == '<' || content[i] == 'f') {
                content[i] = (byte) "0123456789-,()<>|fiubcOSUV' x".charAt(random.nextInt(29));
                return;
            }
        }
    }

    private static byte[] joined(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
