package soopt.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import soopt.cli.options.SpecArguments;
import soopt.data.Dataset;
import soopt.experiment.file.Experiment;
import soopt.experiment.file.Training;
import soopt.file.Shown;
import soopt.model.Model;
import soopt.optimizer.Optimizer;
import soopt.spec.Choices;
import soopt.spec.Suggestions;

/** What somebody may have meant by a word of the command line that no command knows. */
final class Hints {
    private Hints() {}

    /** "no command 'rnu'; did you mean 'run'? known: …". */
    static String unknownCommand(CommandLine command, String word) {
        Collection<String> known = command.getSubcommands().keySet();
        String meant = Suggestions.nearest(word, known)
                .map(name -> "; did you mean '" + name + "'?")
                .orElse(";");
        return known.isEmpty()
                ? "unknown argument " + Shown.quoted(word)
                : "no command " + Shown.quoted(word) + meant + " known: " + String.join(", ", known);
    }

    /**
     * "unknown option '--epochs'; keys of the experiment have no dashes: training.epochs=2".
     *
     * @param words the whole command line, for the value that follows
     */
    static String unknownOption(CommandLine command, String given, List<String> words) {
        String option = given.replaceFirst("=.*", "");
        String head = "unknown option " + Shown.quoted(option);
        List<String> names = command.getCommandSpec().options().stream()
                .flatMap(known -> Arrays.stream(known.names()))
                .filter(name -> name.startsWith("--"))
                .toList();
        Map<String, String> keys = takesKeys(command.getCommandSpec()) ? keys() : Map.of();
        String word = option.replaceFirst("^-+", "").replace('_', '-');
        Optional<String> nearOption = Suggestions.nearest("--" + word, names);
        boolean isKey = keys.containsKey(word) || keys.containsValue(word);
        Optional<String> key = isKey
                ? Optional.of(keys.getOrDefault(word, word))
                : Suggestions.nearest(word, keys.keySet()).map(keys::get);
        if (key.isPresent() && (isKey || nearOption.isEmpty())) {
            String value = Shown.value(value(given, words).orElse("…"));
            return head + "; keys of the experiment are set without dashes: " + key.get() + "=" + value;
        }
        return head
                + nearOption
                        .map(near -> "; did you mean '" + near + "'?")
                        .orElse("; known: " + String.join(", ", names));
    }

    private static boolean takesKeys(CommandSpec spec) {
        return spec.mixins().values().stream().anyMatch(mixin -> mixin.userObject() instanceof SpecArguments);
    }

    /** From the last name of a key to all of it; where several end alike, the first. */
    private static Map<String, String> keys() {
        Map<String, String> keys = new LinkedHashMap<>();
        add(keys, "", Choices.keys(Experiment.class));
        add(keys, "training.", Choices.keys(Training.class));
        for (Map.Entry<String, Class<?>> menu : List.<Map.Entry<String, Class<?>>>of(
                Map.entry("optimizer.", Optimizer.class),
                Map.entry("model.", Model.class),
                Map.entry("dataset.", Dataset.class))) {
            Choices.of(menu.getValue()).forEach(choice -> add(keys, menu.getKey(), choice.keys()));
        }
        return keys;
    }

    private static void add(Map<String, String> keys, String place, List<Choices.Key> more) {
        more.forEach(key -> keys.putIfAbsent(key.name(), place + key.name()));
    }

    private static Optional<String> value(String given, List<String> words) {
        if (given.contains("=")) {
            return Optional.of(given.substring(given.indexOf('=') + 1));
        }
        List<String> after = new ArrayList<>(words.subList(words.indexOf(given) + 1, words.size()));
        return after.stream().findFirst().filter(word -> !word.startsWith("-") && !word.contains("="));
    }
}
