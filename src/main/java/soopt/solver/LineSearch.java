package soopt.solver;

import java.util.List;
import soopt.solver.Line.Point;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/** How far to go along a direction d with φ′(0) = ∇Lᵀd &lt; 0: the block {@code line-search:}. */
public sealed interface LineSearch permits LineSearch.None, LineSearch.Armijo, LineSearch.StrongWolfe {
    /**
     * Searches an α &gt; 0.
     *
     * @param value φ(0)
     * @param slope φ′(0)
     * @param first the α that is tried first, &gt; 0
     */
    Outcome search(Line line, double value, double slope, double first);

    /** Whether it evaluates gradients at the points it tries, and so knows the one at the end. */
    default boolean evaluatesGradients() {
        return false;
    }

    /** How a search ended. */
    enum Ending {
        /** The conditions hold. */
        FOUND("found"),
        /** The evaluations are used up; α is the best point, 0 if none was better. */
        LIMIT("limit of evaluations"),
        /** The interval that holds a solution is within rounding: α is its better end, perhaps 0. */
        INTERVAL("interval too small"),
        /** φ′(0) ≥ 0: the direction does not descend. */
        NO_DESCENT("no descent"),
        /** φ(0), φ′(0) or the loss at every point tried is NaN or infinite. */
        NOT_FINITE("not finite");

        private final String words;

        Ending(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }

    /**
     * What came of it.
     *
     * @param point α with φ(α) and φ′(α) as far as they were evaluated; α = 0 where the search found nothing to go to
     * @param evaluations of φ, with or without derivative
     * @param tried the points evaluated, in order
     */
    record Outcome(Ending ending, Point point, int evaluations, List<Point> tried) {
        public Outcome {
            tried = List.copyOf(tried);
        }

        /** Whether there is somewhere to go. */
        public boolean moves() {
            return point.alpha() > 0;
        }
    }

    /** What can be said before the first evaluation; FOUND if nothing is in the way. */
    private static Ending start(double value, double slope) {
        if (!Double.isFinite(value) || !Double.isFinite(slope)) {
            return Ending.NOT_FINITE;
        }
        return slope < 0 ? Ending.FOUND : Ending.NO_DESCENT;
    }

    /** The search, unless the start forbids it. */
    private static Outcome unless(Ending refused, double value, double slope) {
        return new Outcome(refused, new Point(0, value, slope), 0, List.of());
    }

    /** α = the first try, without a look. */
    @Doc("the whole step, without a look")
    record None() implements LineSearch {
        @Override
        public Outcome search(Line line, double value, double slope, double first) {
            return new Outcome(Ending.FOUND, new Point(first, Double.NaN, Double.NaN), 0, List.of());
        }
    }

    /** The next α after one that falls too short. */
    enum Interpolation {
        @Doc("the step times the factor")
        NONE,
        @Doc("the minimum of the parabola through φ(0), φ′(0) and the last φ")
        QUADRATIC,
        @Doc("the minimum of the cubic through φ(0), φ′(0) and the last two φ")
        CUBIC
    }

    /**
     * The first α of a falling sequence with φ(α) ≤ φ(0) + c₁ α φ′(0) (Armijo 1966; Nocedal and Wright 2006, alg.
     * 3.1, and §3.5 for interpolation, kept within [min(1/10, factor) α, factor α]: Dennis and Schnabel 1996, alg.
     * A6.3.1). A loss that is not finite falls short.
     */
    @Doc("steps back until the loss falls by a part of what its slope promises (Armijo 1966)")
    record Armijo(
            @Default("1.0e-4") @Range(above = 0, below = 1) @Doc("c₁: the part of the slope")
            double decrease,

            @Default("0.5") @Range(above = 0, below = 1) @Doc("multiplies a step that falls too short")
            double factor,

            @Default("20") @Range(min = 1, max = 1000) @Doc("most points tried")
            int tries,

            @Default("none") @Doc("how the next step is chosen instead")
            Interpolation interpolation)
            implements LineSearch {
        public Armijo {
            Constraints.check(Armijo.class, decrease, factor, tries, interpolation);
        }

        @Override
        public Outcome search(Line line, double value, double slope, double first) {
            Ending start = start(value, slope);
            return start == Ending.FOUND
                    ? new Backtracking(this, line, value, slope).search(first)
                    : unless(start, value, slope);
        }
    }

    /**
     * An α with φ(α) ≤ φ(0) + c₁ α φ′(0) and |φ′(α)| ≤ c₂ |φ′(0)| (Nocedal and Wright 2006, alg. 3.5 and 3.6), by the
     * steps of {@code strong_wolfe} of torch.optim.LBFGS 1.13, to the same numbers: see {@link StrongWolfeSearch}.
     */
    @Doc("a point where the loss has fallen and its slope nearly vanishes (Nocedal and Wright 2006)")
    record StrongWolfe(
            @Default("1.0e-4") @Range(above = 0, below = 1) @Doc("c₁: the part of the slope that the loss must fall by")
            double decrease,

            @Default("0.9") @Range(above = 0, below = 1) @Doc("c₂: the part of the slope that may be left, above c₁")
            double curvature,

            @Default("26") @Range(min = 1, max = 1000) @Doc("most evaluations of loss and gradient")
            int evaluations,

            @Default("1.0e-9") @Range(min = 0) @Doc("change of a parameter below which an interval is too small")
            double smallest)
            implements LineSearch {
        public StrongWolfe {
            Constraints.check(StrongWolfe.class, decrease, curvature, evaluations, smallest);
            if (curvature <= decrease) {
                throw new IllegalArgumentException("curvature must be above decrease, or there may be no such point, "
                        + "but they are " + curvature + " and " + decrease);
            }
        }

        @Override
        public boolean evaluatesGradients() {
            return true;
        }

        @Override
        public Outcome search(Line line, double value, double slope, double first) {
            Ending start = start(value, slope);
            return start == Ending.FOUND
                    ? new StrongWolfeSearch(this, line, value, slope).search(first)
                    : unless(start, value, slope);
        }
    }
}
