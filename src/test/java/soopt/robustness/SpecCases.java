package soopt.robustness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import soopt.cli.Cli;

/** Experiment files as people mistype them, alone and under overrides. */
final class SpecCases {
    private static final String GROUPS = """
            experiment: groups
            seeds: [1, 2]
            dataset: {type: npz, train: a.npz, test: b.npz, classes: 3, limit: 10, validation: 2}
            model: {type: mlp, hidden: [4], activation: tanh, init: {weights: 1.0, biases: 0.0, from: w.npz}}
            optimizer:
              type: newton-summary
              direction: {type: adam}
              partition: {groups: [{name: first, match: ["layers.0.*"]}, {name: rest, match: ["*"]}]}
              average: {type: uniform, window: 3, warm-up: 3}
            training:
              epochs: 1
              batch-size: 4
              plateau: {patience: 2, factor: 0.5}
              schedule: {type: linear, to: 0.1, over: 2 epochs, warm-up: 3 steps, warm-up-from: 0.2}
            record:
              curvature: {every: 2 epochs, full-batch: true}
              steps: {every: 10 steps}
              checkpoint: {every: 5 min}
            curvature: {memory: 512 MiB}
            sweep:
              grid: {optimizer.step-size: [0.1, 0.3], training.epochs: [1, 2]}
              zip: {model.activation: [tanh, relu], optimizer: [adam, {type: sgd, step-size: 1}]}
              list: [{seeds: [3], dataset.limit: 5}]
              exclude: [{training.epochs: 2}]
            """;

    static final List<String> KEYS = List.of(
            "experiment",
            "seeds",
            "seeds.0",
            "seeds.2",
            "precision",
            "device",
            "threads",
            "dataset",
            "dataset.type",
            "dataset.limit",
            "dataset.validation",
            "dataset.train",
            "dataset.classes",
            "model",
            "model.type",
            "model.hidden",
            "model.hidden.0",
            "model.init.weights",
            "model.init.from",
            "model.activation",
            "optimizer",
            "optimizer.type",
            "optimizer.step-size",
            "optimizer.direction",
            "optimizer.direction.momentum",
            "optimizer.partition",
            "optimizer.partition.groups.0.match",
            "optimizer.partition.groups.0.name",
            "optimizer.cubic.damping",
            "optimizer.period",
            "optimizer.average.window",
            "training",
            "training.epochs",
            "training.batch-size",
            "training.plateau",
            "training.plateau.factor",
            "training.schedule",
            "training.schedule.type",
            "training.schedule.over",
            "training.schedule.warm-up",
            "record.curvature.every",
            "record.steps.every",
            "record.checkpoint.every",
            "evaluate",
            "curvature.memory",
            "sweep",
            "sweep.grid",
            "sweep.grid.optimizer.step-size",
            "sweep.list.0",
            "lr",
            "a.b.c",
            "x");

    /** Its mutants train, on a few examples: whatever the optimizer and the records are told. */
    private static final String RUN = """
            experiment: tiny
            precision: float64
            dataset: {type: npz, train: data.npz, test: data.npz}
            model: {type: mlp, hidden: [3]}
            optimizer:
              type: newton-summary
              step-size: 0.01
              direction: {type: sgd, momentum: 0.9, dampening: 0.0, weight-decay: 0.0}
              partition: blocks-2
              cubic: {damping: 1.0}
              period: 2
              average: {type: uniform, window: 2, warm-up: 1}
              clip-negative: true
            training: {epochs: 2, batch-size: 2, plateau: {patience: 1, factor: 0.5}, schedule: {type: cosine, warm-up: 1 epoch}}
            record:
              curvature: {every: 2 steps, full-batch: true, damping: 0.5}
              steps: {every: 1 epoch}
              checkpoint: {every: 30 s}
            curvature: {memory: 1 MiB}
            """;

    private static final List<String> SMALL = List.of(
            "experiment=tiny",
            "seeds=[1]",
            "threads=1",
            "device=cpu",
            "dataset={type: npz, train: data.npz, test: data.npz}",
            "model={type: mlp, hidden: [3]}",
            "training.epochs=2",
            "training.batch-size=2",
            "training.evaluation-batch-size=3",
            "training.curvature-batch-size=3");

    private final List<String> originals = new ArrayList<>(List.of(GROUPS, GROUPS));

    SpecCases() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("configs"))) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                originals.add(Files.readString(file));
            }
        }
    }

    Trial.Input make(Mutations mutations, Path folder) throws IOException {
        return mutations.oneIn(12) ? training(mutations, folder) : reading(mutations, folder);
    }

    private static Trial.Input training(Mutations mutations, Path folder) throws IOException {
        String text = mutations.text(RUN);
        Path file = Files.writeString(folder.resolve("spec.yaml"), text);
        CommandCases.writeData(folder);
        List<Object> words =
                new ArrayList<>(List.of("run", file, "--progress", "none", "--results", folder.resolve("results")));
        if (mutations.oneIn(2)) {
            words.add("optimizer."
                    + mutations.any(
                            List.of("step-size", "cubic.damping", "direction", "partition", "average", "period"))
                    + "=" + mutations.any(mutations.oneIn(2) ? Mutations.NUMBERS : Mutations.TEXTS));
        }
        words.addAll(SMALL);
        return new Trial.Input(words + "\n" + text, true, () -> run(words));
    }

    private Trial.Input reading(Mutations mutations, Path folder) throws IOException {
        String text = mutations.oneIn(8) ? mutations.any(originals) : mutations.text(mutations.any(originals));
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Path file = Files.write(folder.resolve("spec.yaml"), mutations.oneIn(12) ? mutations.bytes(bytes) : bytes);
        List<Object> words = new ArrayList<>(List.of("config", mutations.oneIn(3) ? "show" : "validate"));
        if (words.get(1).equals("show") && mutations.oneIn(2)) {
            words.add("--json");
        }
        words.add(file);
        for (int i = mutations.upTo(4); i > 1; i--) {
            words.add(override(mutations));
        }
        return new Trial.Input(words + "\n" + text, false, () -> run(words));
    }

    /** A key of the file and a value that may be right, or neither. */
    static String override(Mutations mutations) {
        String key = mutations.any(KEYS);
        if (mutations.oneIn(10)) {
            return "~" + key;
        }
        String value = mutations.oneIn(2) ? mutations.any(Mutations.NUMBERS) : mutations.any(Mutations.TEXTS);
        String override = key + "=" + value;
        return mutations.oneIn(6) ? mutations.text(override) : override;
    }

    static Trial.Outcome run(List<Object> words) {
        Cli.Result result = Cli.run(words.toArray());
        return new Trial.Outcome(result.code(), result.out(), result.err());
    }
}
