package soopt.spec;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import soopt.file.Problems;
import soopt.file.Shown;
import soopt.spec.yaml.Mark;
import soopt.spec.yaml.OverrideValue;
import soopt.spec.yaml.Problem;
import soopt.spec.yaml.SpecException;
import soopt.spec.yaml.YamlNode;
import soopt.spec.yaml.YamlReader;

/** An experiment file as written, and the overrides put on top of it; {@link Binder} gives it a meaning. */
public final class SpecSource {
    /** Bytes of a file. */
    private static final int LARGEST = 1 << 20;

    /** Characters of a file's name in messages; no folder of people's is deeper. */
    private static final int LONGEST_NAME = 500;

    private static final Path WORKING_FOLDER = Path.of("");

    private final String name;
    private final String text;
    private final List<Path> folders;
    private final List<String> overrides;
    private final YamlNode.Mapping root;

    private SpecSource(String name, String text, List<Path> folders, List<String> overrides, YamlNode.Mapping root) {
        this.name = name;
        this.folders = List.copyOf(folders);
        this.text = text;
        this.overrides = List.copyOf(overrides);
        this.root = root;
    }

    /** @throws SpecException if the file cannot be read or is not a YAML mapping, or if it gives a key twice */
    public static SpecSource read(Path file) {
        String name = Shown.cut(file.toString(), LONGEST_NAME);
        if (!Files.exists(file)) {
            throw new SpecException(name + ": there is no such file");
        }
        if (Files.isDirectory(file)) {
            throw new SpecException(name + ": is a folder, not a file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw new SpecException(name + ": is larger than 1 MiB, more than any experiment file is");
            }
            return parse(
                    name,
                    List.of(file.toAbsolutePath().getParent(), WORKING_FOLDER),
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (CharacterCodingException e) {
            throw new SpecException(name + ": is not text in UTF-8");
        } catch (IOException e) {
            throw new SpecException(name + ": cannot be read: " + Problems.reason(e));
        }
    }

    /**
     * @param name what messages call the file
     * @throws SpecException if the text is not a YAML mapping or gives a key twice
     */
    public static SpecSource parse(String name, String yaml) {
        return parse(name, List.of(WORKING_FOLDER), yaml);
    }

    /**
     * A text that was read before.
     *
     * @param folders where files with relative names are looked up
     */
    public static SpecSource parse(String name, List<Path> folders, String yaml) {
        YamlNode node = YamlReader.read(yaml, (line, column) -> Mark.inFile(name, line, column))
                .orElseThrow(() -> new SpecException(name + ": is empty"));
        if (!(node instanceof YamlNode.Mapping mapping)) {
            throw Problem.exception(List.of(new Problem(
                    node.mark(), "the top level must be a mapping of keys to values, but " + node.state())));
        }
        return new SpecSource(name, yaml, folders, List.of(), mapping);
    }

    /**
     * This source with values set, in order: {@code a.b.c=value} and {@code +a.b=value} set a key (the value is YAML,
     * as in {@code seeds=[1,2]}), {@code ~a.b} removes one. Elements of lists are named by index: {@code seeds.0=1}.
     *
     * @throws SpecException for all overrides that cannot be applied
     */
    public SpecSource with(List<String> more) {
        List<Problem> problems = new ArrayList<>();
        YamlNode.Mapping result = root;
        for (int i = 0; i < more.size(); i++) {
            Mark mark = Mark.ofOverride(more.get(i), overrides.size() + i);
            result = Overrides.apply(result, more.get(i), mark, problems);
        }
        if (!problems.isEmpty()) {
            throw Problem.exception(problems);
        }
        List<String> all = new ArrayList<>(overrides);
        all.addAll(more);
        return new SpecSource(name, text, folders, all, result);
    }

    /**
     * This source with values set that stand somewhere else, in order: mistakes in them are told where they stand. The
     * overrides say the same in words.
     *
     * @param more dotted keys and their values
     * @throws SpecException for all values that cannot be set
     */
    public SpecSource with(Map<String, OverrideValue> more) {
        List<Problem> problems = new ArrayList<>();
        List<String> all = new ArrayList<>(overrides);
        YamlNode.Mapping result = root;
        for (Map.Entry<String, OverrideValue> each : more.entrySet()) {
            result = Overrides.set(result, each.getKey(), each.getValue().node(), problems);
            all.add(each.getKey() + "=" + each.getValue().text());
        }
        if (!problems.isEmpty()) {
            throw Problem.exception(problems);
        }
        return new SpecSource(name, text, folders, all, result);
    }

    /**
     * Mistakes in what a key's value means, with the key's place before each; others as they are. The place is that of
     * the nearest mapping if the key is not there.
     */
    public SpecException place(SpecException mistakes) {
        return mistakes.placed(this::mark);
    }

    private Mark mark(String key) {
        YamlNode node = root;
        for (String part : key.split("\\.")) {
            if (node instanceof YamlNode.Mapping mapping && mapping.get(part).isPresent()) {
                node = mapping.get(part).get().value();
            }
        }
        return node.mark();
    }

    /** Its leaves by their dotted keys, in order; a list is one leaf, as it would be written on a line. */
    public Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        root.entries().forEach((key, entry) -> addSettings(key, entry.value(), settings));
        return settings;
    }

    private static void addSettings(String key, YamlNode node, Map<String, String> settings) {
        if (node instanceof YamlNode.Mapping mapping && !mapping.entries().isEmpty()) {
            mapping.entries().forEach((name, entry) -> addSettings(key + "." + name, entry.value(), settings));
        } else {
            settings.put(key, line(node));
        }
    }

    private static String line(YamlNode node) {
        if (node instanceof YamlNode.Scalar scalar) {
            return scalar.text();
        }
        if (node instanceof YamlNode.Sequence sequence) {
            return sequence.elements().stream().map(SpecSource::line).collect(Collectors.joining(", ", "[", "]"));
        }
        return ((YamlNode.Mapping) node)
                .entries().entrySet().stream()
                        .map(entry ->
                                entry.getKey() + ": " + line(entry.getValue().value()))
                        .collect(Collectors.joining(", ", "{", "}"));
    }

    /** What messages call the file. */
    public String name() {
        return name;
    }

    /** The file as it was read, without overrides. */
    public String text() {
        return text;
    }

    /** All overrides in the order they were applied. */
    public List<String> overrides() {
        return overrides;
    }

    /** Where the files that it names are looked up: its own folder, then the working folder. */
    public List<Path> folders() {
        return folders;
    }

    YamlNode.Mapping root() {
        return root;
    }
}
