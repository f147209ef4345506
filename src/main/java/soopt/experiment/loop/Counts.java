package soopt.experiment.loop;

import java.util.Arrays;
import soopt.optimizer.step.Intervention;
import soopt.optimizer.step.State;
import soopt.optimizer.step.Trial;
import soopt.solver.Solve;

/**
 * How much a run has computed so far. Numbers of evaluations are of one batch each: a pass over k batches counts k
 * times. Costs are in gradients of one example, by the count of matrix products (curvature.md §4).
 */
public final class Counts {
    /** Work of one purpose. */
    public static final class Tally {
        private static final double FORWARD = 1.0 / 3;
        private static final double BACKWARD = 2.0 / 3;
        private static final double HESSIAN = 2;
        private static final double GAUSS_NEWTON = 4.0 / 3;

        private long losses;
        private long gradients;
        private long products;
        private long summaries;
        private double cost;
        private double curvatureSeconds;

        /** A forward pass over so many examples. */
        public void addLoss(int examples) {
            losses++;
            cost += FORWARD * examples;
        }

        public void addGradient(int examples) {
            gradients++;
            cost += examples;
        }

        /** The forward pass of a linearization, before its products. */
        public void addForward(int examples) {
            cost += FORWARD * examples;
        }

        /** The gradient of a linearization. */
        public void addBackward(int examples) {
            gradients++;
            cost += BACKWARD * examples;
        }

        /** ∇²L v for n vectors, beside the pass that they follow. */
        public void addHessianProducts(int n, int examples, double seconds) {
            products += n;
            cost += n * HESSIAN * examples;
            curvatureSeconds += seconds;
        }

        /** Gauss–Newton products for n vectors, beside the pass that they follow. */
        public void addGaussNewtonProducts(int n, int examples, double seconds) {
            products += n;
            cost += n * GAUSS_NEWTON * examples;
            curvatureSeconds += seconds;
        }

        /** Kronecker factors: adjoints carried down so many times, each at the price of a backward pass. */
        public void addFactors(int examples, double carried, double seconds) {
            cost += BACKWARD * carried * examples;
            curvatureSeconds += seconds;
        }

        /** @param gradients that one costs */
        public void addSummary(int examples, double gradients, double seconds) {
            summaries++;
            cost += gradients * examples;
            curvatureSeconds += seconds;
        }

        long losses() {
            return losses;
        }

        long gradients() {
            return gradients;
        }

        /** Products of both kinds. */
        long products() {
            return products;
        }

        long summaries() {
            return summaries;
        }

        /** In gradients of one example. */
        double cost() {
            return cost;
        }

        /** In products and summaries, since this process began. */
        double curvatureSeconds() {
            return curvatureSeconds;
        }

        double[] save() {
            return new double[] {losses, gradients, products, summaries, cost};
        }

        void restore(double[] saved) {
            losses = (long) saved[0];
            gradients = (long) saved[1];
            products = (long) saved[2];
            summaries = (long) saved[3];
            cost = saved[4];
        }
    }

    private static final String STEPS = "steps";
    private static final String RECORDS = "records";
    private static final String TRIALS = "trials";
    private static final String ENDINGS = "endings";
    private static final String INTERVENTIONS = "interventions";

    private final Tally steps = new Tally();
    private final Tally records = new Tally();
    private final long[] endings = new long[Solve.Ending.values().length];
    private final long[] interventions = new long[Intervention.Kind.values().length];
    private long rejected;
    private long trials;

    /** For the steps: what training costs. */
    public Tally steps() {
        return steps;
    }

    /** For the record alone: matrices that are not the optimizer's, measured steps. */
    public Tally records() {
        return records;
    }

    /** What a method saw before a step. */
    void add(Trial trial) {
        trials++;
        rejected += trial.accepted() ? 0 : 1;
        trial.solve().ifPresent(solve -> endings[solve.ending().ordinal()]++);
    }

    /** Steps tried and not taken. */
    long rejected() {
        return rejected;
    }

    /** Steps that a method looked at before it took them, or not. */
    long trials() {
        return trials;
    }

    /** How many systems for the direction of a step ended so. */
    long endings(Solve.Ending ending) {
        return endings[ending.ordinal()];
    }

    /** What a safeguard did. */
    void add(Intervention intervention) {
        interventions[intervention.kind().ordinal()]++;
    }

    /** How often a safeguard did so. */
    long interventions(Intervention.Kind kind) {
        return interventions[kind.ordinal()];
    }

    void save(State state) {
        state.putNumbers(STEPS, steps.save());
        state.putNumbers(RECORDS, records.save());
        state.putNumbers(TRIALS, trials, rejected);
        state.putNumbers(ENDINGS, Arrays.stream(endings).asDoubleStream().toArray());
        state.putNumbers(
                INTERVENTIONS, Arrays.stream(interventions).asDoubleStream().toArray());
    }

    void restore(State state) {
        steps.restore(state.getNumbers(STEPS));
        records.restore(state.getNumbers(RECORDS));
        trials = (long) state.getNumbers(TRIALS)[0];
        rejected = (long) state.getNumbers(TRIALS)[1];
        double[] saved = state.getNumbers(ENDINGS);
        Arrays.setAll(endings, i -> (long) saved[i]);
        double[] done = state.getNumbers(INTERVENTIONS);
        Arrays.setAll(interventions, i -> (long) done[i]);
    }
}
