package soopt.report.reproduce;

import java.io.UncheckedIOException;
import java.util.NoSuchElementException;

/**
 * A statement of the paper that runs can be asked.
 *
 * @param name in a few words
 * @param paper what the paper says, with its number where we know one
 * @param needs the least scale at which an answer means something
 * @param test what the runs say
 */
public record Claim(String name, String paper, Scale needs, Test test) {
    /** Asks the runs. */
    @FunctionalInterface
    public interface Test {
        /** @throws NoSuchElementException if the runs do not have what it looks at, with what that is */
        Verdict of(Evidence evidence);
    }

    /** What the runs say; undecided where they are too small or lack what is looked at. */
    public Verdict of(Evidence evidence) {
        try {
            Verdict verdict = test.of(evidence);
            return evidence.scale().compareTo(needs) < 0 && verdict.outcome() != Verdict.Outcome.UNDECIDED
                    ? verdict.tooSmall(evidence.scale())
                    : verdict;
        } catch (NoSuchElementException | UncheckedIOException missing) {
            return Verdict.undecided("-", String.valueOf(missing.getMessage()));
        }
    }
}
