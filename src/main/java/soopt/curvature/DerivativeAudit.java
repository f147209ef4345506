package soopt.curvature;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import soopt.backend.Backend;
import soopt.backend.Tensor;

/**
 * Compares ḡ, H̄ and D̄³ of an objective in float64 with central differences of five points, of the loss for order 1
 * and of the gradient for orders 2 and 3, along unit vectors u_s: the gradient's part in each group, normalized.
 *
 * <p>Where they differ, smaller steps ε are tried: between points far apart may lie a kink of the loss, as of relu, elu
 * and max-pooling. If then the differences agree no better with each other than with the derivative, they are not to be
 * trusted, and the verdict says so. A kink exactly at θ, as where an example of zeros meets biases of 0, looks the same
 * at every step, and the derivative there is one of several: what disagrees at θ is only called wrong if it does so
 * beside θ too.
 */
public final class DerivativeAudit implements AutoCloseable {
    /** Largest relative error that passes, by order from 1. */
    private static final double[] TOLERANCE = {0, 1e-7, 1e-6, 1e-4};

    /** Entries below this fraction of the largest of their order are compared with it, not with themselves. */
    private static final double SMALL = 1e-3;

    /** Steps tried, each smaller than the last by the factor. */
    private static final int STEPS = 3;

    private static final double REFINEMENT = 16;

    /** Quotients that agree with each other so much better than with the derivative convict it. */
    private static final double STABLE = 0.1;

    /**
     * How far to move from θ, every parameter by half of it at least, and the widest step there, which reaches no kink
     * at θ.
     */
    private static final double BESIDE = 1e-3;

    private static final double BESIDE_STEP = BESIDE / 16;

    /** How a derivative compares. */
    public enum Verdict {
        OK,
        /** The difference quotient itself is not stable. */
        UNSURE,
        WRONG
    }

    /**
     * One derivative and its difference quotient. Order 2 shows the diagonal entry, but its error is the largest of the
     * row.
     *
     * @param error relative
     */
    public record Row(String group, int order, double analytic, double numeric, double error, Verdict verdict) {
        private Row withoutConviction() {
            return verdict == Verdict.WRONG ? new Row(group, order, analytic, numeric, error, Verdict.UNSURE) : this;
        }
    }

    private final Objective objective;
    private final Backend backend;
    private final Partition partition;
    private final Tensor theta;
    private final Tensor moved;
    private final Tensor gradient;
    private final Tensor u;

    /** @param theta [P] where to look, kept until close */
    public DerivativeAudit(Objective objective, Partition partition, Tensor theta) {
        this(
                objective,
                partition,
                theta,
                objective.backend().allocate(objective.layout().size()));
        objective.gradient(theta, u);
        for (int s = 0; s < partition.size(); s++) {
            normalize(s);
        }
    }

    private DerivativeAudit(Objective objective, Partition partition, Tensor theta, Tensor u) {
        this.objective = objective;
        this.backend = objective.backend();
        this.partition = partition;
        this.theta = theta;
        int size = objective.layout().size();
        moved = backend.allocate(size);
        gradient = backend.allocate(size);
        backend.copy(theta, moved);
        this.u = u;
    }

    /** [P], owned by this: of length 1 in each group. */
    public Tensor direction() {
        return u;
    }

    /** The rows of all groups and orders, with ε as the widest step. */
    public List<Row> rows(double epsilon) {
        List<Row> here = rowsHere(epsilon);
        return here.stream().noneMatch(row -> row.verdict() == Verdict.WRONG) ? here : withoutKinks(here);
    }

    /** What is wrong here and not beside θ is unsure. */
    private List<Row> withoutKinks(List<Row> here) {
        double[] shifted = new double[objective.layout().size()];
        backend.toHost(theta, shifted, 0);
        SplittableRandom random = new SplittableRandom(1);
        Arrays.setAll(shifted, i -> shifted[i] + BESIDE * (random.nextBoolean() ? 1 : -1) * random.nextDouble(0.5, 1));
        List<Row> rows = new ArrayList<>();
        try (Tensor point = backend.allocate(shifted.length)) {
            backend.fromHost(shifted, 0, point);
            Tensor direction = backend.allocate(shifted.length);
            backend.copy(u, direction);
            try (DerivativeAudit audit = new DerivativeAudit(objective, partition, point, direction)) {
                List<Row> beside = audit.rowsHere(BESIDE_STEP);
                for (int i = 0; i < here.size(); i++) {
                    Row row = here.get(i);
                    rows.add(beside.get(i).verdict() == Verdict.WRONG ? row : row.withoutConviction());
                }
            }
        }
        return rows;
    }

    private List<Row> rowsHere(double epsilon) {
        CurvatureSummary summary = objective.summary(theta, u, partition, Order.THIRD);
        double[] atZero = contractions();
        int size = partition.size();
        double[][][] widest = new double[size][][];
        double[] largest = new double[4];
        for (int s = 0; s < size; s++) {
            widest[s] = quotients(s, atZero[s], epsilon);
            for (int order = 1; order <= 3; order++) {
                largest[order] = Math.max(largest[order], largest(widest[s][order]));
            }
        }
        Row[][] rows = new Row[4][size];
        for (int s = 0; s < size; s++) {
            List<double[][]> steps = new ArrayList<>();
            steps.add(widest[s]);
            while (!audit(summary, s, steps, largest, rows) && steps.size() < STEPS) {
                steps.add(quotients(s, atZero[s], epsilon * Math.pow(REFINEMENT, -steps.size())));
            }
        }
        return Arrays.stream(rows, 1, 4).flatMap(Arrays::stream).toList();
    }

    /** Fills the rows of one group from the quotients of all steps so far; whether all of its orders pass. */
    private boolean audit(CurvatureSummary summary, int s, List<double[][]> steps, double[] largest, Row[][] rows) {
        boolean passes = true;
        for (int order = 1; order <= 3; order++) {
            rows[order][s] = row(summary, s, order, steps, largest[order]);
            passes &= rows[order][s].verdict() == Verdict.OK;
        }
        return passes;
    }

    /** The step that agrees best counts. */
    private Row row(CurvatureSummary summary, int s, int order, List<double[][]> steps, double largest) {
        double[] analytic = analytic(summary, s, order);
        double[] numeric = steps.get(0)[order];
        double error = error(analytic, numeric, largest);
        double spread = Double.POSITIVE_INFINITY;
        for (int i = 1; i < steps.size(); i++) {
            double[] finer = steps.get(i)[order];
            spread = Math.min(spread, error(finer, steps.get(i - 1)[order], largest));
            double other = error(analytic, finer, largest);
            if (!(other >= error)) {
                error = other;
                numeric = finer;
            }
        }
        boolean unsure = steps.size() < STEPS || spread > error * STABLE;
        Verdict verdict = error <= TOLERANCE[order] ? Verdict.OK : unsure ? Verdict.UNSURE : Verdict.WRONG;
        int shown = order == 2 ? s : 0;
        String name = partition.groups().get(s).name();
        return new Row(name, order, analytic[shown], numeric[shown], error, verdict);
    }

    /** Largest relative difference of two rows of entries; NaN if one has a NaN. */
    private static double error(double[] a, double[] b, double largest) {
        double error = 0;
        for (int i = 0; i < a.length; i++) {
            double scale = Math.max(Math.max(Math.abs(a[i]), Math.abs(b[i])), SMALL * largest);
            double relative = a[i] == b[i] ? 0 : Math.abs(a[i] - b[i]) / scale;
            error = Double.isNaN(error) || Double.isNaN(relative) ? Double.NaN : Math.max(error, relative);
        }
        return error;
    }

    private static double largest(double[] values) {
        return Arrays.stream(values).map(Math::abs).max().orElse(0);
    }

    private static double[] analytic(CurvatureSummary summary, int s, int order) {
        return switch (order) {
            case 1 -> new double[] {summary.gradient()[s]};
            case 2 -> summary.hessian()[s];
            default -> new double[] {summary.third()[s]};
        };
    }

    /** Loss and ⟨u_t, ∇L⟩ for all t at θ + ε u_s: [1 + S]. */
    private double[] at(int s, double epsilon) {
        for (Partition.Slice slice : partition.groups().get(s).slices()) {
            backend.axpyInPlace(epsilon, part(u, slice), part(moved, slice));
        }
        double[] products = new double[1 + partition.size()];
        products[0] = objective.gradient(moved, gradient).loss();
        System.arraycopy(contract(), 0, products, 1, partition.size());
        for (Partition.Slice slice : partition.groups().get(s).slices()) {
            backend.copy(part(theta, slice), part(moved, slice));
        }
        return products;
    }

    private double[] contractions() {
        objective.gradient(theta, gradient);
        return contract();
    }

    private double[] contract() {
        double[] products = new double[partition.size()];
        for (int t = 0; t < products.length; t++) {
            for (Partition.Slice slice : partition.groups().get(t).slices()) {
                products[t] += backend.dot(part(u, slice), part(gradient, slice));
            }
        }
        return products;
    }

    /** Differences of fourth order in ε from the values at −2ε, −ε, ε, 2ε along u_s: [order][entry], order 0 empty. */
    private double[][] quotients(int s, double zero, double epsilon) {
        double[] m2 = at(s, -2 * epsilon);
        double[] m1 = at(s, -epsilon);
        double[] p1 = at(s, epsilon);
        double[] p2 = at(s, 2 * epsilon);
        double[][] result = {{}, {first(m2[0], m1[0], p1[0], p2[0], epsilon)}, new double[m2.length - 1], {0}};
        for (int t = 0; t < result[2].length; t++) {
            result[2][t] = first(m2[t + 1], m1[t + 1], p1[t + 1], p2[t + 1], epsilon);
        }
        double second = 16 * (p1[s + 1] + m1[s + 1]) - (p2[s + 1] + m2[s + 1]) - 30 * zero;
        result[3][0] = second / (12 * epsilon * epsilon);
        return result;
    }

    private static double first(double m2, double m1, double p1, double p2, double epsilon) {
        return (8 * (p1 - m1) - (p2 - m2)) / (12 * epsilon);
    }

    /** Makes u_s a unit vector; where the gradient vanishes, a random one. */
    private void normalize(int s) {
        List<Partition.Slice> slices = partition.groups().get(s).slices();
        double norm = norm(slices);
        if (norm == 0) {
            SplittableRandom random = new SplittableRandom(s);
            for (Partition.Slice slice : slices) {
                double[] values =
                        random.doubles(slice.to() - slice.from(), -1, 1).toArray();
                backend.fromHost(values, 0, part(u, slice));
            }
            norm = norm(slices);
        }
        for (Partition.Slice slice : slices) {
            backend.scaleInPlace(1 / norm, part(u, slice));
        }
    }

    private double norm(List<Partition.Slice> slices) {
        double square = 0;
        for (Partition.Slice slice : slices) {
            square += backend.dot(part(u, slice), part(u, slice));
        }
        return Math.sqrt(square);
    }

    private Tensor part(Tensor flat, Partition.Slice slice) {
        long offset = partition.layout().get(slice.parameter()).offset();
        return flat.slice(offset + slice.from(), slice.to() - slice.from());
    }

    @Override
    public void close() {
        u.close();
        gradient.close();
        moved.close();
    }
}
