package soopt.spec.yaml;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import soopt.file.Shown;

/** What the user wrote, with positions and without types: YAML before any record gives it a meaning. */
public sealed interface YamlNode {
    /** Numbers of YAML 1.2, with digits grouped by _ as in YAML 1.1. */
    Pattern NUMBER = Pattern.compile("[-+]?(\\d[\\d_]*(\\.[\\d_]*)?|\\.\\d[\\d_]*)([eE][-+]?\\d+)?");

    /** Whether a text is that of a number. */
    static boolean isNumber(String text) {
        return NUMBER.matcher(text).matches();
    }

    /** Whether a text is a boolean of YAML 1.1. */
    static boolean isBoolean(String text) {
        return List.of("true", "false", "yes", "no", "on", "off").contains(text.toLowerCase(Locale.ROOT));
    }

    Mark mark();

    /** What it is, to end a sentence that began with "must be …, but". */
    String state();

    /** Whether this stands for no value: {@code ~}, {@code null} or nothing after the colon. */
    default boolean isNull() {
        return false;
    }

    /** @param plain written without quotes, so that it may be a number, a boolean or null */
    record Scalar(Mark mark, String text, boolean plain) implements YamlNode {
        /** Whether the text is that of a number, quoted or not. */
        public boolean isNumber() {
            return YamlNode.isNumber(text);
        }

        @Override
        public boolean isNull() {
            return plain
                    && (text.isEmpty()
                            || text.equals("~")
                            || text.toLowerCase(Locale.ROOT).equals("null"));
        }

        @Override
        public String state() {
            if (isNull()) {
                return "has no value";
            }
            if (plain && isNumber()) {
                return "is " + Shown.value(text);
            }
            return "is " + Shown.quoted(text.strip());
        }
    }

    record Sequence(Mark mark, List<YamlNode> elements) implements YamlNode {
        public Sequence {
            elements = List.copyOf(elements);
        }

        @Override
        public String state() {
            return "is a list";
        }
    }

    record Mapping(Mark mark, Map<String, Entry> entries) implements YamlNode {
        public Mapping {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }

        public Optional<Entry> get(String key) {
            return Optional.ofNullable(entries.get(key));
        }

        @Override
        public String state() {
            return "is a mapping";
        }
    }

    /** One key of a mapping; the key itself is in the map. */
    record Entry(Mark keyMark, YamlNode value) {}
}
