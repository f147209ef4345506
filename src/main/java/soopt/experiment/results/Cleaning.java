package soopt.experiment.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import soopt.experiment.claim.Claim;
import soopt.experiment.claim.Holder;
import soopt.experiment.claim.Owner;
import soopt.experiment.folder.RunDirectory;
import soopt.file.Problems;
import soopt.file.Temporary;

/** What may go from the folder of an experiment, and taking it away. */
public final class Cleaning {
    private static final String ATTEMPT = "[0-9a-f]{12}\\.attempt-[0-9]+";

    private Cleaning() {}

    /** Something that may go. */
    public sealed interface Item {
        Path path();

        /** Why, in words. */
        String why();

        long bytes();
    }

    /** The folder of a run of an unwanted state. */
    public record Run(Path path, String why, long bytes) implements Item {}

    /** An earlier start of a run, kept aside. */
    public record Attempt(Path path, String why, long bytes) implements Item {}

    /** A claim of a process that is gone, or the half-made one of a process that was killed. */
    public record StaleClaim(Path path, String why, long bytes) implements Item {}

    /**
     * What may go.
     *
     * @param attempts whether earlier starts
     * @param claims whether claims that the dead left
     * @param states of runs; runs that are running never go
     */
    public static List<Item> items(Path experiment, boolean attempts, boolean claims, Set<Standing> states)
            throws IOException {
        List<Item> items = new ArrayList<>();
        Path runs = experiment.resolve("runs");
        if (attempts) {
            for (Path folder : Results.list(runs)) {
                if (folder.getFileName().toString().matches(ATTEMPT)) {
                    items.add(new Attempt(folder, "an earlier start, kept aside", bytes(folder)));
                }
            }
        }
        if (!states.isEmpty()) {
            for (ResultRun run : Results.runs(experiment).toList()) {
                if (states.contains(run.standing()) && run.standing() != Standing.RUNNING) {
                    String why = (run.standing() + " " + run.reason()).strip();
                    items.add(new Run(run.folder(), why, bytes(run.folder())));
                }
            }
        }
        if (claims) {
            addClaims(runs.resolve(".claims"), items);
        }
        return items;
    }

    private static void addClaims(Path folder, List<Item> items) throws IOException {
        Owner here = Owner.here();
        for (Path file : Results.list(folder)) {
            boolean claim = file.getFileName().toString().matches("[0-9a-f]{12}(\\.[0-9a-f]+\\.next)*");
            Optional<Holder> holder = claim ? Holder.read(file) : Optional.empty();
            holder.filter(each -> each.life(here, Instant.now()) != Holder.Life.LIVES)
                    .ifPresent(each -> items.add(new StaleClaim(
                            file, "the claim of " + each.owner().words() + ", last heard of " + each.heartbeat(), 0)));
        }
    }

    private static long bytes(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            long bytes = 0;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
            return bytes;
        }
    }

    /**
     * Takes it away: at once for whoever looks, then from the disk. A run is claimed meanwhile.
     *
     * @return why it stays, if it does
     */
    public static Optional<String> remove(Item item) {
        try {
            if (item instanceof Attempt) {
                vanish(item.path());
                return Optional.empty();
            }
            Path file = item instanceof Run ? RunDirectory.claimFile(item.path()) : item.path();
            Optional<Claim> claim = Claim.acquire(file, Owner.here(), false).claim();
            if (claim.isEmpty()) {
                return Optional.of(item.path() + " stays: its run goes on");
            }
            try (Claim held = claim.get()) {
                held.require();
                if (item instanceof Run) {
                    vanish(item.path());
                }
            }
            Temporary.sweep(file.getParent());
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(item.path() + " stays: " + Problems.reason(e));
        }
    }

    private static void vanish(Path folder) throws IOException {
        Path hidden = Temporary.beside(folder);
        Files.move(folder, hidden, StandardCopyOption.ATOMIC_MOVE);
        Temporary.discard(hidden);
    }
}
