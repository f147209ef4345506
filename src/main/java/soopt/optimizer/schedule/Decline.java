package soopt.optimizer.schedule;

import java.util.Map;
import java.util.Optional;

/** How far a decay is that takes some steps from the first of full size on, or all that are left. */
final class Decline {
    private Decline() {}

    /** (k − k₀)/over, at least 0 and at most 1; over = T − k₀ if it is not given. */
    static double part(Optional<Span> over, Rise rise, long done, Horizon run) {
        long first = rise.steps(run);
        long length = over.map(span -> span.steps(run)).orElse(run.steps() - first);
        // a run that ends in its warm-up has nothing left for a decay
        long steps = Math.max(done - first, 0);
        return steps == 0 ? 0 : steps >= length ? 1 : (double) steps / length;
    }

    /** @param needs those of the schedule so far, changed and given back */
    static Map<String, Long> needs(Map<String, Long> needs, Optional<Span> over, Rise rise, Horizon run) {
        over.ifPresent(span -> needs.put("over", rise.steps(run) + span.steps(run)));
        return needs;
    }
}
