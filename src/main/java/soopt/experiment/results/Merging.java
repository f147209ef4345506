package soopt.experiment.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import soopt.experiment.claim.Claim;
import soopt.experiment.claim.Owner;
import soopt.experiment.file.Experiment;
import soopt.experiment.folder.RunDirectory;
import soopt.experiment.folder.RunDirectoryException;
import soopt.experiment.folder.Status;
import soopt.file.Problems;
import soopt.file.Temporary;
import soopt.file.WholeFile;
import soopt.file.WriteException;
import soopt.spec.Binder;
import soopt.spec.SpecSource;
import soopt.spec.yaml.SpecException;

/**
 * Runs of another results folder, as of another machine, brought into this one. Each is copied whole under another name
 * and then renamed. Of two with the same id the finished one stays, else the one that is further; finished work is
 * never replaced.
 */
public final class Merging {
    private static final List<String> OF_THE_EXPERIMENT = List.of("plan.json", "sweep.yaml");

    private Merging() {}

    /** What becomes of a run. */
    public enum Action {
        /** It is not there yet. */
        COPY,
        /** It is further than the one that is there, which is kept as an attempt. */
        REPLACE,
        /** The one that is there is finished, or as far. */
        KEEP,
        /** It is running, or is not what its name says. */
        REFUSE
    }

    /** @param why in words */
    public record Step(Path from, Path into, Action action, String why) {}

    /**
     * What is to be done with each run of an experiment.
     *
     * @param from the folder of the experiment in the other results folder
     * @param into its folder in this one, which need not be there
     */
    public static List<Step> plan(Path from, Path into) {
        return Results.runs(from).map(run -> step(run, into)).toList();
    }

    private static Step step(ResultRun run, Path into) {
        Path target = into.resolve("runs").resolve(run.id());
        if (run.standing() == Standing.RUNNING || run.standing() == Standing.UNKNOWN) {
            return new Step(run.folder(), target, Action.REFUSE, "it is " + run.standing());
        }
        Optional<String> other = otherThanItsName(run, into);
        if (other.isPresent()) {
            return new Step(run.folder(), target, Action.REFUSE, other.get());
        }
        if (Files.notExists(target)) {
            return new Step(run.folder(), target, Action.COPY, words(run));
        }
        ResultRun there = ResultRun.read(into.getFileName().toString(), target, new Settings());
        if (there.standing() == Standing.RUNNING) {
            return new Step(run.folder(), target, Action.REFUSE, "the one that is there is running");
        }
        boolean further = !there.standing().isFinal() && (run.standing().isFinal() || steps(run) > steps(there));
        return new Step(
                run.folder(),
                target,
                further ? Action.REPLACE : Action.KEEP,
                words(run) + (further ? " instead of " : " is no further than ") + words(there));
    }

    private static long steps(ResultRun run) {
        return run.status().map(Status::step).orElse(0L);
    }

    private static String words(ResultRun run) {
        return run.standing() + " at step " + steps(run);
    }

    /** An id is the hash of what config.yaml says; files that it names may lie on the other machine alone. */
    private static Optional<String> otherThanItsName(ResultRun run, Path into) {
        String named = run.status().map(Status::runId).orElse(run.id());
        if (!named.equals(run.id())) {
            return Optional.of("its status.json is that of run " + named);
        }
        if (!run.experiment().equals(into.getFileName().toString())) {
            return Optional.of("it is of another experiment");
        }
        try {
            Experiment experiment = Binder.bind(SpecSource.read(run.folder().resolve("config.yaml")), Experiment.class);
            if (!experiment.files().isEmpty()) {
                return Optional.empty();
            }
            String id = experiment.runId(experiment.seeds().get(0));
            return id.equals(run.id())
                    ? Optional.empty()
                    : Optional.of("its config.yaml means run " + id + ": it was changed, or is of another version");
        } catch (SpecException unreadable) {
            return Optional.of(unreadable.problems().get(0));
        }
    }

    /**
     * Does it.
     *
     * @return why it was not done, if it was not
     * @throws WriteException if the results folder cannot be written
     */
    public static Optional<String> perform(Step step) {
        if (step.action != Action.COPY && step.action != Action.REPLACE) {
            return Optional.empty();
        }
        Path copy = Temporary.beside(step.into);
        try {
            Files.createDirectories(step.into.getParent());
            Optional<Claim> claim = Claim.acquire(RunDirectory.claimFile(step.into), Owner.here(), false)
                    .claim();
            if (claim.isEmpty()) {
                return Optional.of(step.into + " is left alone: it runs by now");
            }
            try (Claim held = claim.get()) {
                copy(step.from, copy);
                held.require();
                if (Files.exists(step.into)) {
                    Files.move(step.into, attempt(step.into), StandardCopyOption.ATOMIC_MOVE);
                }
                Files.move(copy, step.into, StandardCopyOption.ATOMIC_MOVE);
                WholeFile.forceFolder(step.into);
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new WriteException(step.into, e);
        } finally {
            Temporary.discard(copy);
        }
    }

    private static Path attempt(Path run) {
        int k = 1;
        while (Files.exists(run.resolveSibling(run.getFileName() + ".attempt-" + k))) {
            k++;
        }
        return run.resolveSibling(run.getFileName() + ".attempt-" + k);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                boolean temporary = path.getFileName().toString().matches("\\..*\\.tmp\\d+");
                if (!temporary) {
                    Path target = to.resolve(from.relativize(path).toString());
                    Files.copy(path, target, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }

    /** The plan of a sweep goes with its runs where there is none; gives the names of the files that were copied. */
    public static List<String> copyPlan(Path from, Path into) {
        List<String> copied = new ArrayList<>();
        for (String name : OF_THE_EXPERIMENT) {
            Path source = from.resolve(name);
            if (Files.isRegularFile(source) && Files.notExists(into.resolve(name))) {
                try {
                    WholeFile.write(into.resolve(name), Files.readAllBytes(source));
                } catch (IOException e) {
                    throw new RunDirectoryException("cannot read " + source + ": " + Problems.reason(e), e);
                }
                copied.add(name);
            }
        }
        return copied;
    }
}
