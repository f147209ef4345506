package soopt.experiment.claim;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The right of one process to write one run folder: a file that says who has it. No lock of the operating system is
 * needed, which network file systems may not keep; what is needed is that a hard link is made once and a file renamed
 * at once. {@link Taker} has the protocol.
 *
 * <p>The owner writes a beat into the file now and then, which sets its time by the clock of the file system; the same
 * clock sets that of the private file of whoever looks, so that the clocks of hosts do not matter.
 */
public final class Claim implements AutoCloseable {
    private static final Duration BEAT = Duration.ofSeconds(15);
    private static final int TRIES = 100;

    private final Path file;
    private final Taker.Won won;
    private final Optional<Holder> predecessor;
    private final List<Path> made;
    private final ScheduledExecutorService heart;
    private long beats;

    private Claim(Path file, Taker.Won won, List<Path> made) {
        this.file = file;
        this.won = won;
        this.made = List.copyOf(made);
        this.predecessor = won.before();
        this.heart = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "heartbeat");
            thread.setDaemon(true);
            return thread;
        });
        heart.scheduleAtFixedRate(this::beat, BEAT.toSeconds(), BEAT.toSeconds(), TimeUnit.SECONDS);
    }

    /**
     * What became of an attempt.
     *
     * @param claim empty if somebody else has it
     * @param holder who has it, or had it before and did not give it back
     */
    public record Attempt(Optional<Claim> claim, Optional<Holder> holder) {}

    /**
     * Takes the claim of that name if it is free, or its owner is gone or was silent for {@link Holder#LEASE}.
     *
     * @param file its folders are made if they are missing
     * @param force whether to take it also from an owner of another host that may live, or from one of this host that
     *     is silent
     */
    public static Attempt acquire(Path file, Owner here, boolean force) throws IOException {
        List<Path> made = new ArrayList<>();
        for (int tries = 1; ; tries++) {
            try {
                makeFolder(file.toAbsolutePath().getParent(), made);
                return new Taker(file, here, force)
                        .take()
                        .map(
                                taken -> new Attempt(Optional.of(new Claim(file, taken, made)), taken.before()),
                                holder -> new Attempt(Optional.empty(), Optional.of(holder)));
            } catch (NoSuchFileException removed) {
                // another process that found nothing to run has taken its folders away again
                if (tries >= TRIES) {
                    throw removed;
                }
            }
        }
    }

    private static void makeFolder(Path folder, List<Path> made) throws IOException {
        for (Path missing = folder; missing != null && Files.notExists(missing); missing = missing.getParent()) {
            made.add(missing);
        }
        Files.createDirectories(folder);
    }

    /** Who had it before and did not give it back; such a one may still live, unless it is certainly gone. */
    public Optional<Holder> predecessor() {
        return predecessor;
    }

    /** Into our own file alone: one that lost its name is nobody's. */
    void beat() {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            ByteBuffer head = ByteBuffer.allocate(won.headBytes());
            while (head.hasRemaining() && channel.read(head, head.position()) > 0) {}
            if (new String(head.array(), StandardCharsets.UTF_8).contains(won.token())) {
                beats++;
                channel.write(ByteBuffer.wrap(Taker.beat(beats)), won.headBytes());
            }
        } catch (IOException another) {
            // the next one may come through, and require() says what is lost
            return;
        }
    }

    /**
     * Makes sure that it is still ours. Where the whole folder of claims is gone or cannot be read, whoever writes next
     * learns why.
     *
     * @throws ClaimLostException if it is not
     */
    public void require() {
        Optional<Holder> holder;
        try {
            holder = Holder.read(file);
        } catch (IOException unreadable) {
            return;
        }
        boolean removed = holder.isEmpty() && Files.notExists(file.getParent());
        boolean ours = holder.filter(now -> now.token().equals(won.token())).isPresent();
        if (!ours && !removed) {
            throw new ClaimLostException(
                    holder.map(now -> "taken over by " + now.owner().words() + " while this process was silent")
                            .orElse("taken over while this process was silent, and given back, or its claim " + file
                                    + " was removed"));
        }
    }

    /** Gives it back, and takes away the folders that were made for it, as far as they are empty. */
    public void discard() {
        close();
        try {
            for (Path folder : made) {
                Files.deleteIfExists(folder);
            }
        } catch (IOException inUse) {
            // somebody else has put something there: it stays
            return;
        }
    }

    /** Gives it back, if it is still ours. Where that is not possible the end of this process does. */
    @Override
    public void close() {
        heart.shutdownNow();
        try {
            Taker.release(file, won.token());
        } catch (IOException gone) {
            return;
        }
    }
}
