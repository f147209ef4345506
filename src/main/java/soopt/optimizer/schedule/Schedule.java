package soopt.optimizer.schedule;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Inline;
import soopt.spec.Range;

/**
 * What the step size is multiplied with in the course of a run: a function of the number k of steps done and of the
 * length T of the run alone, so that a run that goes on from a checkpoint needs no memory of it. Warm-up times decay;
 * the decay begins with 1 at k₀, the first step of full size ({@link Rise}). A {@link Plateau} comes on top.
 */
public sealed interface Schedule {
    /** Its warm-up. */
    Rise rise();

    /** The factor without warm-up. */
    double decay(long done, Horizon run);

    /**
     * The factor of the step size.
     *
     * @param done k ≥ 0, the steps before this one
     */
    default double factor(long done, Horizon run) {
        return rise().factor(done, run) * decay(done, run);
    }

    /** By key, how many steps a run needs to see all of it. */
    default Map<String, Long> needs(Horizon run) {
        Map<String, Long> needs = new LinkedHashMap<>();
        needs.put("warm-up", rise().warmUp().steps(run));
        return needs;
    }

    /** What may not be meant: keys that a run is too short for, or a step size of 0; a line each. */
    default List<String> doubts(Horizon run) {
        if (run.steps() == 0) {
            return List.of();
        }
        List<String> doubts = new ArrayList<>();
        double last = factor(run.steps() - 1, run);
        needs(run).forEach((key, steps) -> {
            if (steps > run.steps()) {
                doubts.add(String.format(
                        Locale.ROOT,
                        "training.schedule.%s needs %,d steps, but the run has %,d, the last of them with %.3g of the"
                                + " step size: shorten it or raise training.epochs",
                        key,
                        steps,
                        run.steps(),
                        last));
            }
        });
        if (last == 0) {
            doubts.add("training.schedule makes the step size 0 before the run ends: leave out training.schedule.over"
                    + " or set training.schedule.to above 0");
        }
        return doubts;
    }

    /** 1. */
    @Doc("the step size as it is, after a warm-up")
    record Constant(@Inline Rise rise) implements Schedule {
        public Constant {
            Constraints.check(Constant.class, rise);
        }

        @Override
        public double decay(long done, Horizon run) {
            return 1;
        }
    }

    /** factor^⌊k/every⌋, counted from the beginning of training (torch.optim.lr_scheduler.StepLR 1.13). */
    @Doc("multiplies the step size every so many steps or epochs")
    record Step(
            @Doc("steps or epochs from one reduction to the next, counted from the beginning of training")
            Span every,

            @Default("0.1") @Range(above = 0, max = 1) @Doc("multiplies the step size")
            double factor,

            @Inline Rise rise)
            implements Schedule {
        public Step {
            Constraints.check(Step.class, every, factor, rise);
            every.requirePositive("every");
        }

        @Override
        public double decay(long done, Horizon run) {
            return StrictMath.pow(factor, done / every.steps(run));
        }

        @Override
        public Map<String, Long> needs(Horizon run) {
            Map<String, Long> needs = Schedule.super.needs(run);
            needs.put("every", every.steps(run) + 1);
            return needs;
        }
    }

    /** 1 − (1 − to) p with p of {@link Way} (torch.optim.lr_scheduler.LinearLR 1.13). */
    @Doc("changes the step size along a line")
    record Linear(@Inline Way way, @Inline Rise rise) implements Schedule {
        public Linear {
            Constraints.check(Linear.class, way, rise);
        }

        @Override
        public double decay(long done, Horizon run) {
            double part = way.part(done - rise.steps(run), run.steps() - rise.steps(run), run);
            return part == 1 ? way.to() : 1 - (1 - way.to()) * part;
        }

        @Override
        public Map<String, Long> needs(Horizon run) {
            return way.needs(Schedule.super.needs(run), rise.steps(run), run);
        }
    }

    /**
     * to + (1 − to) (1 + cos πp)/2 with p of {@link Way} (Loshchilov and Hutter 2017, eq. 5, without restarts;
     * torch.optim.lr_scheduler.CosineAnnealingLR 1.13 up to its end).
     */
    @Doc("changes the step size along half a cosine (Loshchilov and Hutter 2017)")
    record Cosine(@Inline Way way, @Inline Rise rise) implements Schedule {
        public Cosine {
            Constraints.check(Cosine.class, way, rise);
        }

        @Override
        public double decay(long done, Horizon run) {
            double part = way.part(done - rise.steps(run), run.steps() - rise.steps(run), run);
            // the same bits on every machine, which Math.cos does not promise
            return part == 1 ? way.to() : way.to() + (1 - way.to()) * ((1 + StrictMath.cos(Math.PI * part)) / 2);
        }

        @Override
        public Map<String, Long> needs(Horizon run) {
            return way.needs(Schedule.super.needs(run), rise.steps(run), run);
        }
    }

    /** √(W/t) for the t-th step, W ≥ 1 the first of full size: 1/√t without warm-up (Vaswani et al. 2017, eq. 3). */
    @Doc("lowers the step size as 1/√t after the warm-up (Vaswani et al. 2017)")
    record InverseSqrt(@Inline Rise rise) implements Schedule {
        public InverseSqrt {
            Constraints.check(InverseSqrt.class, rise);
        }

        @Override
        public double decay(long done, Horizon run) {
            long first = rise.steps(run);
            return done <= first ? 1 : Math.sqrt((double) (first + 1) / (done + 1));
        }
    }
}
