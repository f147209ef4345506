package soopt.robustness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Sweeps as people mistype them: in the file, and on the command line. */
final class SweepCases {
    private static final String HEAD = """
            experiment: swept
            seeds: [1, 2]
            threads: 1
            dataset: {type: mnist-sample, limit: 60, validation: 20}
            model: {type: mlp, hidden: [4], activation: tanh}
            optimizer: {type: sgd, step-size: 0.1}
            training: {epochs: 2, batch-size: 20}
            """;

    private static final List<String> SWEEPS = List.of("""
            sweep:
              grid: {optimizer.step-size: [0.1, 0.3], training.epochs: [1, 2]}
              exclude: [{optimizer.step-size: 0.1, training.epochs: 2}]
            """, """
            sweep:
              seeds: {tune: [1], final: [1, 2, 3]}
              grid:
                optimizer.step-size: logspace(-3, 0, 4)
                model.hidden: [[3], [4, 2]]
              blocks:
                - list: [{optimizer: {type: adam, beta1: 0.8}}]
                - list: [{optimizer: {type: newton-summary, partition: blocks-2}, training.plateau: {patience: 1}}]
                  zip: {training.epochs: [1, 2], training.batch-size: [10, 20]}
            """, """
            sweep:
              zip: {model.activation: [tanh, relu], optimizer.step-size: "range(1, 3)"}
              list: [{training.epochs: 1, seeds: 5}, {training.epochs: 2, seeds: [6, 7]}]
              slurm: {partition: gpu, time: "2:00:00", cpus: 2, mem: 4G, setup: [module load java], sbatch-args: [--account=x]}
            """, "");

    private static final List<String> ARGUMENTS = List.of(
            "optimizer.step-size=0.1,0.3",
            "seed=range(1,6)",
            "seed=1,2",
            "optimizer.step-size=logspace(-4,-1,4)",
            "model.hidden=[3],[4, 5]",
            "optimizer={type: adam, beta1: 0.9},{type: sgd, step-size: 1}",
            "training.epochs=choice(1, 2)",
            "training.batch-size=10",
            "sweep.grid.training.epochs=[3]",
            "sweep.blocks.0.list.0.optimizer.beta1=0.7",
            "sweep.seeds.final=[9]",
            "~sweep",
            "experiment=a,b",
            "sweep.exclude=[{training.epochs: 1}]");

    private SweepCases() {}

    static Trial.Input make(Mutations mutations, Path folder) throws IOException {
        String text = HEAD + mutations.any(SWEEPS);
        String mutant = mutations.oneIn(3) ? text : mutations.text(text);
        byte[] bytes = mutant.getBytes(StandardCharsets.UTF_8);
        Path file = Files.write(folder.resolve("sweep.yaml"), mutations.oneIn(20) ? mutations.bytes(bytes) : bytes);
        List<Object> words = new ArrayList<>(
                List.of("sweep", file, "--dry-run", "--results", folder.resolve("results"), "--offline"));
        if (mutations.oneIn(3)) {
            words.add(mutations.any(List.of("--json", "--slurm", "--extend", "--seeds=final", "--combinations=0-2")));
        }
        for (int i = mutations.upTo(4) - 1; i > 0; i--) {
            String argument = mutations.any(ARGUMENTS);
            words.add(mutations.oneIn(3) ? mutations.text(argument) : argument);
        }
        if (mutations.oneIn(8)) {
            words.add(SpecCases.override(mutations));
        }
        words.removeIf(word -> word instanceof String argument
                && (argument.isBlank() || argument.startsWith("-") && !argument.matches("--[a-z]+(-[a-z]+)?(=.*)?")));
        return new Trial.Input(words + "\n" + mutant, false, () -> SpecCases.run(words));
    }
}
