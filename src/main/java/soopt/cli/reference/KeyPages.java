package soopt.cli.reference;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import soopt.experiment.file.Experiment;
import soopt.spec.Choices;

/**
 * Every key of the experiment file, from the records that it is bound to: a section for each mapping, each choice and
 * each list of words with meanings, in the order in which a reader of the file meets them.
 */
final class KeyPages {
    /** What stands at a place of the file, by the name of the section that tells of it. */
    private final Map<Class<?>, String> titles = new LinkedHashMap<>();

    private final Map<String, String> sections = new LinkedHashMap<>();

    private KeyPages() {}

    /** The text of each section by its title: "training.budget", "optimizer: sgd". */
    static Map<String, String> sections() {
        KeyPages pages = new KeyPages();
        pages.titles.put(Experiment.class, "The file");
        pages.record(2, "The file", "", Experiment.class);
        return pages.sections;
    }

    private void record(int level, String title, String path, Class<? extends Record> type) {
        List<Choices.Key> keys = Choices.keys(type);
        sections.put(title, "");
        List<Runnable> below = new ArrayList<>();
        for (Choices.Key key : keys) {
            key.below()
                    .filter(next -> !next.isEnum() || !Choices.meanings(next).isEmpty())
                    .filter(next -> !titles.containsKey(next))
                    .ifPresent(next -> {
                        String place = path.isEmpty() ? key.name() : path + "." + key.name();
                        titles.put(next, place);
                        below.add(() -> describe(path.isEmpty() ? 2 : Math.min(level + 1, 4), place, next));
                    });
        }
        String doc = Choices.doc(type);
        sections.put(title, Markdown.heading(level, title) + (doc.isEmpty() ? "" : sentence(doc)) + table(keys));
        below.forEach(Runnable::run);
    }

    private void describe(int level, String place, Class<?> type) {
        if (type.isEnum()) {
            List<List<String>> rows = new ArrayList<>();
            Choices.meanings(type).forEach((word, doc) -> rows.add(List.of(Markdown.code(word), Markdown.plain(doc))));
            sections.put(place, Markdown.heading(level, place) + Markdown.table(List.of("word", "meaning"), rows));
        } else if (type.isSealed()) {
            choices(level, place, type);
        } else {
            record(level, place, place, type.asSubclass(Record.class));
        }
    }

    private void choices(int level, String place, Class<?> type) {
        List<Choices.Choice> choices = Choices.of(type);
        List<List<String>> rows = new ArrayList<>();
        for (Choices.Choice choice : choices) {
            String title = place + ": " + choice.name();
            String name = Markdown.code(choice.name());
            rows.add(
                    List.of(choice.keys().isEmpty() ? name : Markdown.link(name, title), Markdown.plain(choice.doc())));
        }
        String doc = Choices.doc(type);
        String how = "`" + place + ": NAME`, or `" + place + ": {type: NAME, …}` with keys of its own.";
        sections.put(
                place,
                Markdown.heading(level, place)
                        + (doc.isEmpty() ? "" : sentence(doc))
                        + how
                        + "\n\n"
                        + Markdown.table(List.of("name", "what it is"), rows));
        for (Choices.Choice choice : choices) {
            if (!choice.keys().isEmpty()) {
                record(Math.min(level + 1, 4), place + ": " + choice.name(), place, choice.type());
            }
        }
    }

    private static String sentence(String doc) {
        String words = Markdown.plain(doc);
        return Character.toUpperCase(words.charAt(0)) + words.substring(1) + ".\n\n";
    }

    private String table(List<Choices.Key> keys) {
        List<List<String>> rows = new ArrayList<>();
        for (Choices.Key key : keys) {
            rows.add(List.of(Markdown.code(key.name()), type(key), initial(key), Markdown.plain(key.doc())));
        }
        return Markdown.table(List.of("key", "value", "default", "meaning"), rows);
    }

    private String type(Choices.Key key) {
        String words = Markdown.plain((key.type() + " " + key.range()).strip());
        if (key.below().isPresent() && titles.containsKey(key.below().get())) {
            String title = titles.get(key.below().get());
            String list =
                    key.type().startsWith("list of ") ? "list of " : key.type().startsWith("map ") ? "map to " : "";
            return list + Markdown.link(key.below().get().isEnum() ? "a word" : "see " + title, title);
        }
        return words;
    }

    private static String initial(Choices.Key key) {
        return switch (key.defaultValue()) {
            case "" -> "required";
            case "{}" -> "its defaults";
            case "none" -> "none";
            default -> Markdown.code(key.defaultValue());
        };
    }

    /** All sections, or those whose title is, or ends with, one of these names. */
    static String page(List<String> names) {
        return sections().entrySet().stream()
                .filter(section -> names.isEmpty() || names.stream().anyMatch(name -> names(section.getKey(), name)))
                .map(Map.Entry::getValue)
                .collect(Collectors.joining());
    }

    private static boolean names(String title, String name) {
        return title.equals(name)
                || title.startsWith(name + ".")
                || title.startsWith(name + ":")
                || title.endsWith(": " + name);
    }
}
