package soopt.gym;

import java.util.Locale;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.Objective;
import soopt.gym.Result.Outcome;
import soopt.optimizer.Optimizer;
import soopt.optimizer.step.Batches;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.Step;
import soopt.spec.yaml.SpecException;

/**
 * One method on one problem, until the loss is within the tolerance or it is clear that it will not be. The loss that
 * decides is looked at by the judge, at no cost for the method.
 */
public final class Attempt {
    private static final long SEED = 571677914;
    /** Times the loss of the start above the minimum: what no method comes back from that is worth waiting for. */
    private static final double BEYOND = 1e8;
    /** Steps in a row that do not move: a damping that grows tenfold each time has gone through all of float64. */
    private static final int RESTS = 50;
    /** ‖∇L‖ of a stationary point, as a part of that at the start. */
    private static final double STATIONARY = 1e-12;
    /** A method that computes nothing must end too. */
    private static final int STEPS_PER_EQUIVALENT = 4;

    private final Backend backend;
    private final Exercise exercise;
    private final Exercise.Ground ground;
    private final double limit;
    private final Work work = new Work();
    private final double[] recent;
    private double initialGap;
    private double gap = 1;
    private double firstNorm;
    private long steps;
    private int rests;

    private Attempt(Backend backend, Exercise exercise, Exercise.Ground ground, double limit) {
        this.backend = backend;
        this.exercise = exercise;
        this.ground = ground;
        this.limit = limit;
        this.recent = new double[exercise.window()];
    }

    /**
     * Lets the method try.
     *
     * @param name of the method, for the result
     * @param backend in float64
     * @param limit most work, in gradients
     */
    public static Result of(String name, Settings.Choice method, Exercise exercise, Backend backend, double limit) {
        if (method.needsLayers() && !exercise.hasLayers()) {
            String why = "a formula has no layers with Kronecker factors";
            return new Result(name, exercise.name(), method.tuned(), Outcome.NOT_APPLICABLE, why, 1, 0, 0, 0, 0, 0, 0);
        }
        try (Exercise.Ground ground = exercise.ground().apply(backend)) {
            Attempt attempt = new Attempt(backend, exercise, ground, limit);
            Verdict verdict = attempt.run(method.optimizer());
            Work work = attempt.work;
            return new Result(
                    name,
                    exercise.name(),
                    method.tuned(),
                    verdict.outcome(),
                    verdict.why(),
                    attempt.gap,
                    attempt.steps,
                    work.equivalents(),
                    work.losses(),
                    work.gradients(),
                    work.products(),
                    work.summaries());
        }
    }

    private record Verdict(Outcome outcome, String why) {}

    private Verdict run(Optimizer optimizer) {
        Problem problem = new Problem(backend, ground.layout(), counted(ground.beside()), SEED);
        try {
            optimizer.requireFit(ground.layout());
        } catch (SpecException refusal) {
            return new Verdict(Outcome.REFUSED, refusal.getMessage());
        }
        try (Tensor theta = ground.start();
                Optimizer.Iteration iteration = optimizer.start(problem)) {
            initialGap = ground.loss(theta) - exercise.minimum();
            while (work.equivalents() < limit && steps < limit * STEPS_PER_EQUIVALENT) {
                Step step = iteration.step(theta, work.counting(ground.batch(steps)));
                boolean moved = step.update().isPresent();
                step.update().ifPresent(update -> backend.axpyInPlace(1, update, theta));
                steps++;
                Verdict verdict = judge(step, moved, theta);
                if (verdict.outcome() != Outcome.LIMIT) {
                    return verdict;
                }
            }
        } catch (SpecException | IllegalArgumentException refusal) {
            return new Verdict(Outcome.REFUSED, refusal.getMessage());
        }
        return new Verdict(Outcome.LIMIT, words("%.1e of the loss is left", gap));
    }

    /** Where this step has come to; LIMIT while there is nothing to say yet. */
    private Verdict judge(Step step, boolean moved, Tensor theta) {
        double now = (ground.loss(theta) - exercise.minimum()) / initialGap;
        recent[(int) ((steps - 1) % recent.length)] = now;
        gap = now;
        if (!Double.isFinite(now)) {
            return new Verdict(Outcome.DIVERGED, words("the loss is not finite after step %d", steps));
        }
        if (now > BEYOND) {
            return new Verdict(
                    Outcome.DIVERGED, words("the loss is %.1e times that of the start after step %d", now, steps));
        }
        if (steps >= recent.length) {
            gap = mean();
            if (gap <= exercise.tolerance()) {
                return new Verdict(Outcome.PASSED, "");
            }
        }
        firstNorm = steps == 1 ? step.gradientNorm() : firstNorm;
        rests = moved ? 0 : rests + 1;
        if (rests >= RESTS) {
            String words = step.trial()
                    .flatMap(trial -> trial.solve()
                            .map(solve -> "; its solver: " + solve.ending().words()))
                    .orElse("");
            return new Verdict(
                    Outcome.STALLED,
                    words("%d steps in a row do not move%s; %.1e of the loss is left", RESTS, words, gap));
        }
        if (step.gradientNorm() <= STATIONARY * firstNorm) {
            return new Verdict(Outcome.STALLED, words("a stationary point with %.1e of the loss left", gap));
        }
        return new Verdict(Outcome.LIMIT, "");
    }

    private double mean() {
        double sum = 0;
        for (double value : recent) {
            sum += value;
        }
        return sum / recent.length;
    }

    private static String words(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    private Batches counted(Batches beside) {
        return new Batches() {
            @Override
            public Objective curvature() {
                return work.counting(beside.curvature());
            }

            @Override
            public Objective trial() {
                return work.counting(beside.trial());
            }

            @Override
            public boolean areTheSame() {
                return beside.areTheSame();
            }
        };
    }
}
