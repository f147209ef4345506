package soopt.experiment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import soopt.backend.Backend;
import soopt.experiment.checkpoint.Checkpoint;
import soopt.experiment.checkpoint.Generations;
import soopt.experiment.file.Experiment;
import soopt.experiment.file.Training;
import soopt.experiment.folder.Recorder;
import soopt.experiment.folder.RunDirectory;
import soopt.experiment.folder.RunDirectoryException;
import soopt.experiment.folder.RunFolder;
import soopt.experiment.folder.RunState;
import soopt.experiment.loop.Trainer;
import soopt.file.WriteException;
import soopt.optimizer.Optimizer;
import soopt.spec.yaml.SpecException;

/**
 * A run that goes on where one of fewer epochs ended. The longer one has a folder and an id of its own, as every
 * experiment has; it begins with a copy of the numbers of the shorter one, which stays as it is.
 *
 * @param folder of the shorter run
 * @param epochs of it
 */
record Extension(Path folder, int epochs) {
    /** The longest run that differs from this one in fewer epochs alone and did not diverge. */
    static Optional<Extension> find(Path results, Experiment experiment, long seed) {
        Path runs = RunDirectory.runs(results, experiment.experiment());
        if (!Files.isDirectory(runs)) {
            return Optional.empty();
        }
        try (Stream<Path> folders = Files.list(runs)) {
            return folders.flatMap(folder -> shorter(folder, experiment, seed).stream())
                    .max(Comparator.comparingInt(Extension::epochs));
        } catch (IOException e) {
            throw new RunDirectoryException("cannot read " + runs, e);
        }
    }

    private static Optional<Extension> shorter(Path folder, Experiment experiment, long seed) {
        if (!Files.isRegularFile(folder.resolve("config.yaml"))) {
            return Optional.empty();
        }
        try {
            RunFolder run = RunFolder.open(folder);
            int epochs = run.config().training().epochs();
            boolean same = epochs < experiment.training().epochs()
                    && folder.getFileName()
                            .toString()
                            .equals(experiment.run(seed, epochs).runId(seed));
            boolean diverged = run.status()
                    .filter(status -> status.state() == RunState.DIVERGED)
                    .isPresent();
            return same && !diverged ? Optional.of(new Extension(folder, epochs)) : Optional.empty();
        } catch (SpecException ofAnotherVersion) {
            return Optional.empty();
        }
    }

    String id() {
        return folder.getFileName().toString();
    }

    /**
     * Makes the folder of the longer run with a copy of what the shorter one wrote up to its newest checkpoint. Nobody
     * writes the shorter one meanwhile.
     *
     * @throws SpecException at training.schedule or optimizer.rates.calibrate if steps that are done would have been
     *     others
     * @throws RunDirectoryException if the shorter run is still running
     */
    Beginning into(RunDirectory directory, Experiment longer, Backend backend, int stepsPerEpoch) {
        try (RunDirectory shorter =
                RunDirectory.claim(RunDirectory.resultsOf(folder.toAbsolutePath()), longer.experiment(), id(), false)) {
            Generations.Choice choice = new Generations(shorter.file("checkpoints"))
                    .newest(backend, found -> Trainer.misfit(shorter.path(), found));
            if (choice.checkpoint().isEmpty()) {
                return Beginning.anew(List.of("run " + directory.id() + " begins anew: run " + id() + " of " + epochs
                        + " epochs has no checkpoint that can be used"));
            }
            Checkpoint checkpoint = choice.checkpoint().get();
            long done = Trainer.stepsDone(checkpoint);
            requireSameSteps(longer.training(), done, stepsPerEpoch);
            requireSameCalibration(longer, done, stepsPerEpoch);
            directory.create();
            Recorder.copy(shorter.path(), directory.path());
            copyBest(shorter.path(), directory.path());
            String how = "with the numbers of run " + id() + " of " + epochs + " epochs";
            return new Beginning(Beginning.Kind.EXTENDED, choice.checkpoint(), how, choice.problems());
        }
    }

    /** The weights that early stopping keeps. */
    private static void copyBest(Path from, Path to) {
        Path best = Path.of("checkpoints", "best-weights.npz");
        if (Files.exists(from.resolve(best))) {
            try {
                Files.copy(from.resolve(best), to.resolve(best));
            } catch (IOException e) {
                throw new WriteException(to.resolve(best), e);
            }
        }
    }

    /** When a method does something in the first part of a run depends on how long that is. */
    private void requireSameCalibration(Experiment longer, long done, int stepsPerEpoch) {
        Optimizer optimizer = longer.optimizer();
        long before = optimizer.calibrationSteps((long) epochs * stepsPerEpoch);
        long now = optimizer.calibrationSteps((long) longer.training().epochs() * stepsPerEpoch);
        if (done > 0 && before != now) {
            throw SpecException.of(
                    "optimizer.rates.calibrate",
                    List.of("depends on training.epochs: rates were found in the first " + before + " steps of "
                            + epochs + " epochs, and are found in the first " + now + " of "
                            + longer.training().epochs() + ", so that run " + id()
                            + " cannot be extended; leave out --extend"));
        }
    }

    /** A schedule may count from the end of a run: then the longer one is another run from its first steps on. */
    private void requireSameSteps(Training longer, long done, int stepsPerEpoch) {
        Training shorter = longer.lasting(epochs);
        for (long k = 0; k < done; k++) {
            double before = shorter.scheduled(k, stepsPerEpoch);
            double now = longer.scheduled(k, stepsPerEpoch);
            if (before != now) {
                throw SpecException.of(
                        "training.schedule",
                        List.of("depends on training.epochs: step " + (k + 1) + " had " + before
                                + " of the step size in " + epochs + " epochs and has " + now + " in "
                                + longer.epochs() + ", so that run " + id()
                                + " cannot be extended; leave out --extend, or set training.schedule.over"));
            }
        }
    }
}
