package soopt.experiment.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import soopt.spec.SpecSource;
import soopt.spec.yaml.SpecException;

/**
 * Reads config.yaml of many runs. Those of one experiment differ in a few lines: what stands under each key of the top
 * level is read as YAML once, however many files say the same.
 */
final class Settings {
    /** Where a key of the top level begins. */
    private static final Pattern TOP = Pattern.compile("\\n(?=[A-Za-z])");

    /** What may reach from one such part to another. */
    private static final Pattern ACROSS = Pattern.compile("[&*!]|^[^A-Za-z]|\\n---");

    private static final int LARGEST = 1 << 16;

    private final Map<String, Map<String, String>> known = new ConcurrentHashMap<>();

    /**
     * The leaves of the file by their dotted keys.
     *
     * @throws SpecException if it cannot be read
     */
    Map<String, String> read(Path file) {
        try {
            if (Files.isRegularFile(file) && Files.size(file) <= LARGEST) {
                String text = Files.readString(file);
                if (!ACROSS.matcher(text).find()) {
                    Map<String, String> settings = new LinkedHashMap<>();
                    for (String part : TOP.split(text)) {
                        settings.putAll(known.computeIfAbsent(part, Settings::part));
                    }
                    return settings;
                }
            }
        } catch (IOException | SpecException inParts) {
            // read as a whole it says where it is wrong
            return SpecSource.read(file).settings();
        }
        return SpecSource.read(file).settings();
    }

    private static Map<String, String> part(String text) {
        return SpecSource.parse("part", text).settings();
    }
}
