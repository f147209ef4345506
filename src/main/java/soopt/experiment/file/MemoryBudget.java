package soopt.experiment.file;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import soopt.file.Shown;
import soopt.spec.Form;

/**
 * Memory that a computation may take: "auto" or a size such as "512 MiB".
 *
 * @param bytes the limit; empty for auto
 */
@Form(
        pattern = "\\s*(auto|(?=[0-9]{1,9}[^0-9])0*[1-9][0-9]*\\s*[kKmMgG][iI]?[bB])\\s*",
        words = "auto, or a size like 2 GiB")
public record MemoryBudget(OptionalLong bytes) {
    private static final long MOST = 999_999_999;

    /** In the order in which a size is written. */
    private static final Map<String, Long> UNITS = units();

    private static final Pattern TEXT = Pattern.compile("(\\d{1,9})\\s*(kib|mib|gib|kb|mb|gb)");

    /** @throws IllegalArgumentException with the rest of a sentence: "must be auto or like …" */
    public static MemoryBudget parse(String text) {
        if (text.strip().equals("auto")) {
            return new MemoryBudget(OptionalLong.empty());
        }
        Matcher matcher = TEXT.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches() || Long.parseLong(matcher.group(1)) == 0) {
            throw new IllegalArgumentException(
                    "must be auto or a size like '512 MiB' or '2 GiB', but is " + Shown.quoted(text));
        }
        long base = matcher.group(2).contains("i") ? 1024 : 1000;
        long unit = switch (matcher.group(2).charAt(0)) {
            case 'k' -> base;
            case 'm' -> base * base;
            default -> base * base * base;
        };
        return new MemoryBudget(OptionalLong.of(Long.parseLong(matcher.group(1)) * unit));
    }

    private static Map<String, Long> units() {
        Map<String, Long> units = new LinkedHashMap<>();
        units.put("MiB", 1L << 20);
        units.put("KiB", 1L << 10);
        units.put("KB", 1000L);
        units.put("GiB", 1L << 30);
        units.put("MB", 1_000_000L);
        units.put("GB", 1_000_000_000L);
        return units;
    }

    /** A text that {@link #parse} reads to this, if it was read at all. */
    @Override
    public String toString() {
        if (bytes.isEmpty()) {
            return "auto";
        }
        long size = bytes.getAsLong();
        if (size % 1000 == 0 && size % 1024 != 0 && size / 1000 <= MOST) {
            return size / 1000 + " KB";
        }
        // the finest unit that divides it and whose count has no more digits than are read
        return UNITS.entrySet().stream()
                .filter(unit -> size % unit.getValue() == 0 && size / unit.getValue() <= MOST)
                .map(unit -> size / unit.getValue() + " " + unit.getKey())
                .findFirst()
                .orElse((size >> 10) + " KiB");
    }
}
