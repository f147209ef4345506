package soopt.robustness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import soopt.cli.Cli;
import soopt.npy.NpyArray;
import soopt.npy.NpzFile;

/**
 * Command lines of every command with every option, some with a slip; what would take long is never asked for rightly.
 */
final class CommandCases {
    private static final String SPEC = """
            experiment: lines
            seeds: [3]
            dataset: {type: npz, train: data.npz, test: data.npz}
            model: {type: mlp, hidden: [3]}
            optimizer: {type: newton-summary, step-size: 0.01, period: 1, average: {type: uniform, window: 1, warm-up: 0}}
            training: {epochs: 1, batch-size: 8, evaluation-batch-size: 8, curvature-batch-size: 8}
            """;

    /** What a right command line begins with; bench and fetch only under an option that does not exist. */
    private static final List<List<String>> COMMANDS = List.of(
            List.of("run", "SPEC"),
            List.of("run", "SPEC"),
            List.of("run", "SPEC"),
            List.of("check", "SPEC"),
            List.of("curvature", "SPEC"),
            List.of("curvature", "SPEC"),
            List.of("partition", "SPEC"),
            List.of("datasets", "list"),
            List.of("datasets", "verify", "mnist-sample"),
            List.of("datasets", "import", "mnist", "FOLDER"),
            List.of("datasets", "fetch", "mnist", "--nothing"),
            List.of("config", "show", "SPEC"),
            List.of("config", "validate", "SPEC"),
            List.of("config", "schema"),
            List.of("list"),
            List.of("ls"),
            List.of("show", "FOLDER"),
            List.of("clean"),
            List.of("merge", "FOLDER", "FOLDER"),
            List.of("watch"),
            List.of("replay", "FOLDER"),
            List.of("best"),
            List.of("compare", "FOLDER"),
            List.of("fidelity", "FOLDER"),
            List.of("collect"),
            List.of("report"),
            List.of("plot", "FOLDER"),
            List.of("reproduce", "--list"),
            List.of("bench", "curvature", "--nothing"),
            List.of("bench", "depth", "--nothing"),
            List.of("bench", "partitions", "--nothing"),
            List.of("completion"));

    private static final List<String> WORDS = List.of(
            "",
            "-",
            "--",
            "--help",
            "-h",
            "--version",
            "-V",
            "--json",
            "--no",
            "-x",
            "@file",
            "@",
            "=",
            "run",
            "list",
            "help",
            "rnu",
            "models",
            "SPEC",
            "FOLDER",
            "a b",
            "a=b",
            "~",
            "+",
            "~x",
            "+x=1",
            "\u001b[2J",
            "\n",
            "-1",
            "0",
            "😀",
            "x".repeat(3000),
            "*",
            "/",
            "/dev/null",
            "/dev/zero",
            "..",
            "none.yaml",
            "data.npz",
            "--seed=",
            "--seed",
            "--threads=0",
            "--limit=-3");

    private static final List<String> VALUES = List.of(
            "1",
            "2",
            "0",
            "-1",
            "1.5",
            "1e-3",
            "1e3",
            "x",
            "",
            "NaN",
            "inf",
            "2147483648",
            "9223372036854775808",
            "100000",
            "auto",
            "none",
            "plain",
            "train",
            "test",
            "validation",
            "lenet",
            "canonical",
            "FOLDER",
            "FOLDER/new/er",
            "/",
            "/dev/null",
            "SPEC",
            "a\u001b[2J",
            "a\nb",
            "1,2",
            "-",
            "x".repeat(400));

    Trial.Input make(Mutations mutations, Path folder) throws IOException {
        Path spec = Files.writeString(folder.resolve("spec.yaml"), SPEC);
        writeData(folder);
        List<String> words = new ArrayList<>(mutations.any(COMMANDS));
        boolean runs = words.get(0).equals("run");
        CommandLine command = command(words);
        for (int i = mutations.upTo(4); i > 0; i--) {
            addOption(mutations, command, words);
        }
        if (words.contains("SPEC") && mutations.oneIn(2)) {
            words.add(SpecCases.override(mutations));
        }
        if (mutations.oneIn(3)) {
            words.add(mutations.upTo(words.size() + 1), mutations.any(WORDS));
        }
        if (mutations.oneIn(8)) {
            words.remove(mutations.upTo(words.size()));
        }
        if (mutations.oneIn(6) && !words.isEmpty()) {
            int at = mutations.upTo(words.size());
            words.set(at, mutations.text(words.get(at)));
        }
        keepSmall(words, folder);
        words.replaceAll(word -> word.equals("SPEC")
                ? spec.toString()
                : word.replace("FOLDER", folder.resolve("in").toString()));
        List<Object> line = List.copyOf(words);
        return new Trial.Input(line.toString(), true, () -> SpecCases.run(line));
    }

    /** Six examples of three classes. */
    static void writeData(Path folder) {
        NpzFile.write(
                folder.resolve("data.npz"),
                Map.of(
                        "x",
                        NpyArray.of(new double[] {1, 2, 3, 4, 5, 6, 7, 8, 1, 3, 2, 4}, 6, 2),
                        "y",
                        NpyArray.of(new long[] {0, 1, 2, 0, 1, 2}, 6)));
    }

    /** Ends a line so that it cannot train for long, fetch, or write beside the folder of the case. */
    private static void keepSmall(List<String> words, Path folder) {
        boolean isLong = words.stream().anyMatch(word -> word.startsWith("bench") || word.startsWith("fetch"));
        if (isLong && !words.contains("--nothing")) {
            words.add("--nothing");
        }
        if (words.contains("run")) {
            words.removeIf(word -> word.startsWith("--results"));
            words.addAll(List.of("--results", folder.resolve("results").toString(), "training.epochs=1", "model=mlp"));
            words.addAll(List.of("model.hidden=[3]", "dataset={type: npz, train: data.npz, test: data.npz}"));
        } else if (words.contains("SPEC")) {
            words.addAll(
                    List.of("model={type: mlp, hidden: [3]}", "dataset={type: npz, train: data.npz, test: data.npz}"));
        }
        if (words.contains("datasets")) {
            words.addAll(List.of("--offline", "--datasets", folder.resolve("in").toString()));
        }
    }

    private static CommandLine command(List<String> words) {
        CommandLine command = Cli.commandLine();
        for (String word : words) {
            CommandLine below = command.getSubcommands().get(word);
            command = below == null ? command : below;
        }
        return command;
    }

    private static void addOption(Mutations mutations, CommandLine command, List<String> words) {
        List<OptionSpec> options = command.getCommandSpec().options();
        if (options.isEmpty()) {
            return;
        }
        OptionSpec option = mutations.any(options);
        String name = mutations.any(List.of(option.names()));
        if (option.arity().max() == 0) {
            words.add(name);
        } else if (mutations.oneIn(4)) {
            words.add(name + "=" + value(mutations, name));
        } else {
            words.add(name);
            words.add(value(mutations, name));
        }
    }

    /** Folders that are written lie within that of the case. */
    private static String value(Mutations mutations, String option) {
        boolean isWritten = List.of("--out", "--results").contains(option);
        return (isWritten ? "FOLDER/" : "") + mutations.any(VALUES);
    }
}
