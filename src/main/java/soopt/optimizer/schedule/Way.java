package soopt.optimizer.schedule;

import java.util.Map;
import java.util.Optional;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/**
 * Where a decay goes and how long it takes: p = (k − k₀)/over from 0 at k₀, the first step of full size ({@link Rise}),
 * to 1, where it stays; over = T − k₀ where the file leaves it out.
 *
 * @param to the factor at p = 1
 */
public record Way(
        @Default("0.0") @Range(min = 0) @Doc("part of the step size that is reached at the end")
        double to,

        @Doc("steps or epochs from the warm-up to the end; without it all that are left")
        Optional<Span> over) {
    public Way {
        Constraints.check(Way.class, to, over);
        over.ifPresent(span -> span.requirePositive("over"));
    }

    /**
     * p.
     *
     * @param since k − k₀, negative in the warm-up
     * @param left T − k₀, negative where a run ends in its warm-up
     */
    double part(long since, long left, Horizon run) {
        long length = over.map(span -> span.steps(run)).orElse(left);
        return since <= 0 ? 0 : since >= length ? 1 : (double) since / length;
    }

    /**
     * @param needs those of the schedule so far, changed and given back
     * @param first k₀
     */
    Map<String, Long> needs(Map<String, Long> needs, long first, Horizon run) {
        over.ifPresent(span -> needs.put("over", first + span.steps(run)));
        return needs;
    }
}
