package soopt.experiment.claim;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import soopt.file.Temporary;

/**
 * One attempt to get a claim. A private file, whole with its owner and a token drawn for it, is linked to the name of
 * the claim: one such link succeeds. Whoever holds the name holds the claim.
 *
 * <p>The name is taken from a dead owner, and given back by a living one, by whoever holds the claim
 * {@code name.token.next}, of which there is one for each token: so nobody renames or deletes the claim of a third. Who
 * takes that over from a process that was held up in between deletes the file that it was about to rename.
 *
 * @param file the name
 * @param replacement the private file that the holder of a right to replace will put in the place of a claim; empty for
 *     claims
 * @param patient whether to wait for a living holder: rights to replace are held for a moment
 * @param depth 0 for a claim, 1 for the right to replace it, 2 for the right to replace that
 * @param until by System.nanoTime
 */
record Taker(Path file, Owner here, boolean force, String replacement, boolean patient, int depth, long until) {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final long PAUSE_MILLISECONDS = 2;
    private static final int MOST_DEPTH = 4;

    Taker(Path file, Owner here, boolean force) {
        this(file, here, force, "", false, 0, System.nanoTime() + PATIENCE.toNanos());
    }

    /**
     * A claim that was got.
     *
     * @param headBytes of the file, before its beats
     * @param before who did not give it back
     */
    record Won(String token, int headBytes, Optional<Holder> before) {}

    /** A claim, or who keeps it from us. */
    record Outcome(Optional<Won> won, Optional<Holder> refusedBy) {
        static Outcome of(Won won) {
            return new Outcome(Optional.of(won), Optional.empty());
        }

        static Outcome refused(Holder holder) {
            return new Outcome(Optional.empty(), Optional.of(holder));
        }

        <T> T map(Function<Won, T> whenWon, Function<Holder, T> whenRefused) {
            return won.map(whenWon).orElseGet(() -> whenRefused.apply(refusedBy.orElseThrow()));
        }
    }

    /** The last line of a claim. */
    static byte[] beat(long count) {
        return String.format("%020d\n", count).getBytes(StandardCharsets.UTF_8);
    }

    Outcome take() throws IOException {
        Path own = Temporary.beside(file);
        String token = String.format("%016x", RANDOM.nextLong());
        String head = here.json()
                        .put("token", token)
                        .put("replacement", replacement)
                        .put("claimed_at", Instant.now().toString())
                        .line()
                + "\n";
        try {
            Files.writeString(own, head + new String(beat(0), StandardCharsets.UTF_8), StandardOpenOption.CREATE_NEW);
            return take(own, new Won(token, head.getBytes(StandardCharsets.UTF_8).length, Optional.empty()));
        } finally {
            Temporary.discard(own);
        }
    }

    private Outcome take(Path own, Won mine) throws IOException {
        while (true) {
            if (link(own, file)) {
                return Outcome.of(mine);
            }
            Optional<Holder> holder = Holder.read(file);
            boolean late = System.nanoTime() >= until;
            if (holder.isPresent()) {
                boolean free =
                        isFree(holder.get(), Files.getLastModifiedTime(own).toInstant());
                if (free && replace(own, holder.get())) {
                    return Outcome.of(new Won(mine.token, mine.headBytes, holder));
                }
                if (late || !free && !patient) {
                    return Outcome.refused(holder.get());
                }
            } else if (late) {
                throw new IOException("its claim comes and goes");
            }
            pause();
        }
    }

    private boolean isFree(Holder holder, Instant now) {
        boolean forced = force && (!holder.owner().isOf(here) || holder.isSilent(now));
        return forced || holder.life(here, now) != Holder.Life.LIVES;
    }

    /** Puts the file in the place of a dead claim, unless somebody else is at it or has done it. */
    private boolean replace(Path own, Holder dead) throws IOException {
        if (depth >= MOST_DEPTH) {
            return false;
        }
        Path right = next(file, dead.token());
        String name = own.getFileName().toString();
        Outcome outcome = new Taker(right, here, force, name, true, depth + 1, until).take();
        if (outcome.won().isEmpty()) {
            return false;
        }
        Won won = outcome.won().get();
        try {
            // who had this right and did not use it yet cannot do so later
            won.before()
                    .filter(before -> !before.replacement().isEmpty())
                    .ifPresent(before -> Temporary.discard(file.resolveSibling(before.replacement())));
            if (!holds(file, dead.token())) {
                return false;
            }
            Files.move(own, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return true;
        } finally {
            drop(right, won.token());
        }
    }

    /** Takes the name from a claim that has this token, if it is still so. */
    static void release(Path file, String token) throws IOException {
        Path right = next(file, token);
        long until = System.nanoTime() + PATIENCE.toNanos();
        Outcome outcome = new Taker(right, Owner.here(), false, "", true, 1, until).take();
        if (outcome.won().isPresent()) {
            drop(file, token);
            drop(right, outcome.won().get().token());
        }
    }

    private static void drop(Path file, String token) throws IOException {
        if (holds(file, token)) {
            Files.deleteIfExists(file);
        }
    }

    private static Path next(Path file, String token) {
        return file.resolveSibling(file.getFileName() + "." + token + ".next");
    }

    private static boolean holds(Path file, String token) throws IOException {
        return Holder.read(file).filter(now -> now.token().equals(token)).isPresent();
    }

    /** Whether this call gave the file the name. */
    private static boolean link(Path own, Path name) throws IOException {
        try {
            Files.createLink(name, own);
            return true;
        } catch (FileAlreadyExistsException taken) {
            // the answer to a request over the network may be lost: the request that follows finds its own link
            return links(own) == 2;
        } catch (UnsupportedOperationException noLinks) {
            return copy(own, name);
        } catch (NoSuchFileException gone) {
            throw gone;
        } catch (FileSystemException e) {
            if (!String.valueOf(e.getReason())
                    .matches("Operation not (permitted|supported)|Function not implemented")) {
                throw e;
            }
            return copy(own, name);
        }
    }

    private static int links(Path file) throws IOException {
        return Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS) instanceof Integer links ? links : 1;
    }

    /** Where there are no hard links: who makes the file has it, though for a moment it does not say so. */
    static boolean copy(Path own, Path name) throws IOException {
        try {
            Files.write(name, Files.readAllBytes(own), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            return true;
        } catch (FileAlreadyExistsException taken) {
            return false;
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(PAUSE_MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
