package soopt.cli.sweep;

import java.util.Locale;
import java.util.Optional;
import soopt.experiment.results.Standing;
import soopt.sweep.Entry;
import soopt.sweep.Expansion;

/**
 * A run of a sweep as the command sees it.
 *
 * @param entry its place in the plan
 * @param member how it was made of the file
 * @param standing how it stands in the results folder; empty if it is not there
 * @param step steps done
 */
record SweepRun(Entry entry, Expansion.Member member, Optional<Standing> standing, long step) {
    boolean isFinished() {
        return standing.filter(Standing::isFinal).isPresent();
    }

    /** In small letters; "new" if it is not there. */
    String state() {
        return standing.map(it -> it.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                .orElse("new");
    }
}
