package soopt.cli.curvature;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import soopt.backend.Tensor;
import soopt.cli.options.Arguments;
import soopt.cli.options.DataOptions;
import soopt.cli.options.ExitCode;
import soopt.cli.options.SpecArguments;
import soopt.cli.terminal.Natives;
import soopt.cli.terminal.StatusLine;
import soopt.cli.terminal.Terminal;
import soopt.data.examples.Data;
import soopt.data.examples.Examples;
import soopt.experiment.Devices;
import soopt.experiment.Workbench;
import soopt.experiment.file.Experiment;
import soopt.experiment.folder.RunDirectoryException;
import soopt.file.JsonObject;
import soopt.file.Problems;
import soopt.spec.SpecSource;

/** Where derivatives are taken: at which weights, over which examples. */
final class LookOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--weights",
            paramLabel = "F",
            description = "npz file with the parameters under PyTorch's names, a checkpoint, or a run folder"
                    + " (default: the starting parameters)")
    private Path weights;

    @Option(
            names = "--split",
            defaultValue = "train",
            paramLabel = "PART",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private Split split;

    @Option(names = "--limit", paramLabel = "N", defaultValue = "0", description = "the first N examples; 0 for all")
    private int limit;

    /** A part of the data. */
    enum Split {
        train,
        test
    }

    /**
     * Opens the experiment, takes what the work computes there, and closes it.
     *
     * @param file is read once the options are known to be right
     * @param out folder for the results, which is made first: no work is lost for want of it
     */
    <R> R look(Supplier<SpecSource> file, DataOptions data, Optional<Path> out, Function<Look, R> work) {
        Arguments.requireNotNegative(spec, "--limit", limit);
        SpecSource source = file.get();
        return SpecArguments.placed(source, () -> {
            Experiment experiment = SpecArguments.bind(source);
            out.ifPresent(LookOptions::makeFolder);
            PrintWriter err = spec.commandLine().getErr();
            Data loaded = experiment.dataset().load(data.store(err));
            Natives.prepare(err, List.of(experiment.device()));
            Devices.choose(experiment.device()).note().ifPresent(err::println);
            try (Workbench bench = new Workbench(experiment, loaded, experiment.precision());
                    StatusLine status = new StatusLine(err, Terminal.interactive())) {
                Tensor theta = weights == null ? bench.initial() : bench.weights(file());
                Examples part = split == Split.train ? bench.train() : bench.test();
                return work.apply(new Look(experiment, bench, theta, part, limit, status));
            }
        });
    }

    private static void makeFolder(Path out) {
        try {
            Files.createDirectories(out);
        } catch (IOException e) {
            throw new RunDirectoryException(
                    "cannot write to " + out + ": " + Problems.reason(e) + "; choose another with --out", e);
        }
    }

    private Path file() {
        return Files.isDirectory(weights) ? weights.resolve("checkpoints").resolve("last.npz") : weights;
    }

    /** Writes the results to their folder, if there is one, and prints them. */
    int print(
            boolean json,
            Optional<Path> out,
            Supplier<JsonObject> asJson,
            Supplier<String> asText,
            Consumer<Path> write) {
        out.ifPresent(write);
        PrintWriter stdout = spec.commandLine().getOut();
        stdout.print(
                json
                        ? asJson.get().pretty()
                        : asText.get()
                                + out.map(folder -> "written to " + folder + System.lineSeparator())
                                        .orElse(""));
        stdout.flush();
        return ExitCode.OK;
    }
}
