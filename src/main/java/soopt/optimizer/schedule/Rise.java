package soopt.optimizer.schedule;

import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/**
 * The way up to the full step size: f + (1 − f) t/W at the t-th step, t = 1 … W (Goyal et al. 2017, §2.2, with f = 0 as
 * Vaswani et al. 2017, eq. 3). No step is lost to a factor of 0, and the W-th is the first of full size.
 *
 * @param warmUp W
 * @param warmUpFrom f
 */
public record Rise(
        @Default("0 steps") @Doc("first steps or epochs, in which the step size rises along a line")
        Span warmUp,

        @Default("0.0") @Range(min = 0, max = 1) @Doc("part of the step size that the line comes from")
        double warmUpFrom) {
    public Rise {
        Constraints.check(Rise.class, warmUp, warmUpFrom);
    }

    /** Steps before the first of full size: max(W, 1) − 1. */
    long steps(Horizon run) {
        return Math.max(warmUp.steps(run), 1) - 1;
    }

    /** Of the step after so many. */
    double factor(long done, Horizon run) {
        if (done >= steps(run)) {
            return 1;
        }
        return warmUpFrom + (1 - warmUpFrom) * ((double) (done + 1) / warmUp.steps(run));
    }
}
