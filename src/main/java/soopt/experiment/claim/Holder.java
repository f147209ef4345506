package soopt.experiment.claim;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import soopt.host.RunningProcess;

/**
 * Who holds a claim, as its file says.
 *
 * @param token drawn anew for each claim
 * @param replacement the file that the holder of the right to replace a claim will put in its place; empty otherwise
 * @param heartbeat when its owner last said that it lives, by the clock of the file system
 */
public record Holder(Owner owner, String token, String replacement, Instant heartbeat) {
    /** An owner that was not heard of for so long may be dead. */
    public static final Duration LEASE = Duration.ofMinutes(10);

    private static final ObjectMapper MAPPER = new ObjectMapper();
    /** Of a file that a power cut emptied. */
    private static final String UNREADABLE = "0";

    /** What is known of an owner. */
    public enum Life {
        LIVES,
        /** Nothing was heard of it for {@link #LEASE}: it may come back. */
        SILENT,
        /** It cannot come back. */
        GONE
    }

    /** Of a claim; empty if nobody holds it. */
    public static Optional<Holder> read(Path file) throws IOException {
        try {
            JsonNode node = json(text(file).lines().findFirst().orElse(""));
            String token = node.path("token").asText();
            return Optional.of(new Holder(
                    Owner.read(node),
                    token.isEmpty() ? UNREADABLE : token,
                    node.path("replacement").asText(),
                    Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant()));
        } catch (NoSuchFileException free) {
            return Optional.empty();
        }
    }

    private static String text(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static JsonNode json(String line) {
        try {
            return MAPPER.readTree(line);
        } catch (JsonProcessingException emptied) {
            return MAPPER.missingNode();
        }
    }

    /** @param now by the clock of the file system */
    public Life life(Owner here, Instant now) {
        if (owner.isGone(here)) {
            return Life.GONE;
        }
        // A pid that runs is alive, however silent: it may have been stopped, or the machine have slept.
        boolean silent = !owner.isOf(here) && isSilent(now);
        return silent ? Life.SILENT : Life.LIVES;
    }

    /** Whether its owner is a process of this host that is stopped, as by Ctrl-Z. */
    public boolean isStopped(Owner here) {
        return owner.isOf(here) && RunningProcess.isStopped(owner.pid());
    }

    boolean isSilent(Instant now) {
        return heartbeat.plus(LEASE).isBefore(now);
    }

    /** Why it is not given away and what can be done, as the end of a sentence. */
    public String refusal(Owner here) {
        String heard = " on " + owner.words() + ", last heard of " + heartbeat;
        if (!owner.isOf(here)) {
            return heard + "; if it is dead, use --force or wait " + LEASE.toMinutes() + " minutes";
        }
        return isStopped(here)
                ? heard + "; it is stopped: wake it with kill -CONT " + owner.pid() + " or end it with kill -KILL "
                        + owner.pid()
                : heard;
    }
}
