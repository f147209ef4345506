package soopt.solver;

import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/** The λ of a matrix H + λ I, and how it follows the run: the block {@code damping:}. */
public sealed interface Damping permits Damping.Fixed, Damping.Schedule, Damping.Plateau, Damping.LmRatio {
    /** λ of the first step. */
    double lambda();

    Running start();

    /** λ during a run. */
    interface Running {
        double lambda();

        /** Whether the next judgement asks for ρ, so that the method must know the loss where the step leads. */
        default boolean needsRatio() {
            return false;
        }

        /**
         * Takes in how a step went; λ of the next follows.
         *
         * @param ratio ρ = actual / predicted change of the loss; NaN where it is not known or not a number
         * @param loss of the batch, before the step
         */
        void judge(double ratio, double loss);

        /** Everything that {@link #restore} needs, always as many numbers. */
        double[] save();

        void restore(double[] numbers);
    }

    /** λ. */
    @Doc("the same for all steps")
    record Fixed(
            @Default("1.0e-3") @Range(min = 0) @Doc("λ") double lambda) implements Damping {
        public Fixed {
            Constraints.check(Fixed.class, lambda);
        }

        @Override
        public Running start() {
            return new DampingRules.Constant(lambda);
        }
    }

    /** λ_t = max(least, λ factor^⌊t / period⌋) at step t, from 0. */
    @Doc("times a factor every so many steps")
    record Schedule(
            @Default("1.0") @Range(above = 0) @Doc("λ at the start")
            double lambda,

            @Default("0.5") @Range(above = 0, max = 1) @Doc("multiplies λ")
            double factor,

            @Default("100") @Range(min = 1) @Doc("steps between two multiplications")
            int period,

            @Default("1.0e-8") @Range(min = 0) @Doc("λ stays at or above")
            double least)
            implements Damping {
        public Schedule {
            Constraints.check(Schedule.class, lambda, factor, period, least);
            requireWithin(lambda, least, Double.MAX_VALUE);
        }

        @Override
        public Running start() {
            return new DampingRules.Scheduled(this);
        }
    }

    /**
     * Multiplies λ when the mean loss of {@code period} steps has not improved for more than {@code patience} such
     * means (the rule of torch.optim.lr_scheduler.ReduceLROnPlateau 1.13, relative threshold). A larger λ is a smaller
     * step.
     */
    @Doc("times a factor when the training loss stops improving")
    record Plateau(
            @Default("1.0e-3") @Range(above = 0) @Doc("λ at the start")
            double lambda,

            @Default("2.0") @Range(above = 0) @Doc("multiplies λ")
            double factor,

            @Default("50") @Range(min = 1) @Doc("steps whose mean loss is looked at")
            int period,

            @Default("2") @Range(min = 0) @Doc("means without improvement that are let pass")
            int patience,

            @Default("1.0e-4") @Range(min = 0, below = 1) @Doc("an improvement is a loss < best·(1 − threshold)")
            double threshold,

            @Default("1.0e-8") @Range(min = 0) @Doc("λ stays at or above")
            double least,

            @Default("1.0e+8") @Range(above = 0) @Doc("λ stays at or below")
            double most)
            implements Damping {
        public Plateau {
            Constraints.check(Plateau.class, lambda, factor, period, patience, threshold, least, most);
            requireWithin(lambda, least, most);
        }

        @Override
        public Running start() {
            return new DampingRules.Watching(this);
        }
    }

    /** How λ follows ρ. */
    enum Rule {
        /** ρ &gt; 3/4: λ ← factor λ; ρ &lt; 1/4: λ ← λ / factor (Marquardt 1963, as in Martens 2010, §4.1). */
        @Doc("less above 3/4, more below 1/4 (Martens 2010)")
        MARQUARDT,
        /**
         * ρ &gt; 0: λ ← λ max(1/3, 1 − (2ρ − 1)³), ν ← 2; else λ ← ν λ, ν ← 2ν (Nielsen 1999; Madsen, Nielsen and
         * Tingleff 2004, eq. 2.21 and alg. 3.16).
         */
        @Doc("smoothly by the ratio, ever faster while steps fail (Nielsen 1999); has no use for factor")
        NIELSEN
    }

    /** λ by the ratio ρ of the actual to the predicted change of the loss: how far the model can be trusted. */
    @Doc("by the ratio of the actual to the predicted decrease (Levenberg and Marquardt)")
    record LmRatio(
            @Default("1.0") @Range(above = 0) @Doc("λ at the start")
            double lambda,

            @Default("marquardt") @Doc("how λ follows the ratio")
            Rule rule,

            @Default("0.6666666666666666") @Range(above = 0, below = 1) @Doc("multiplies λ, or divides it")
            double factor,

            @Default("1") @Range(min = 1) @Doc("λ follows every so many steps")
            int period,

            @Default("1.0e-12") @Range(min = 0) @Doc("λ stays at or above")
            double least,

            @Default("1.0e+12") @Range(above = 0) @Doc("λ stays at or below")
            double most)
            implements Damping {
        public LmRatio {
            Constraints.check(LmRatio.class, lambda, rule, factor, period, least, most);
            requireWithin(lambda, least, most);
        }

        @Override
        public Running start() {
            return new DampingRules.Trusting(this);
        }
    }

    private static void requireWithin(double lambda, double least, double most) {
        if (!(least <= lambda && lambda <= most)) {
            throw new IllegalArgumentException(
                    "lambda must be in [least, most] = [" + least + ", " + most + "], but is " + lambda);
        }
    }
}
