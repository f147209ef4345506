package soopt.report.reproduce;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.function.ToDoubleFunction;
import soopt.experiment.results.ResultRun;
import soopt.experiment.results.Standing;

/** What the paper says of losses, accuracies and times. */
final class TrainingClaims {
    private static final String OURS = "newton-summary";
    private static final String ADAM = "adam";
    private static final String KFAC = "k-fac";
    private static final String LOSS = "train_loss";
    private static final String PARTITION = "optimizer.partition.type";

    /** Losses within this factor are comparable. */
    private static final double COMPARABLE = 1.5;

    /** Of float64, over some hundred steps. */
    private static final double ROUNDING = 1e-6;

    private static final double APART = 1e-3;
    private static final double GENERALIZES = 0.30;

    private TrainingClaims() {}

    static Claim comparableToRivals() {
        return new Claim(
                "the least training loss is comparable to Adam's and K-FAC's",
                "fig. 2a: comparable on all networks but the MLP",
                Scale.SHORT,
                evidence -> {
                    double ours = loss(evidence.of(OURS));
                    double rival = Math.min(loss(evidence.of(ADAM)), loss(evidence.of(KFAC)));
                    return Verdict.of(ours <= COMPARABLE * rival, losses(evidence) + ratio(ours, rival));
                });
    }

    static Claim behindOnMlp() {
        return new Claim(
                "on the MLP the least training loss stays behind",
                "fig. 2a: the MLP is the network on which it does",
                Scale.SHORT,
                evidence -> {
                    double ours = loss(evidence.of(OURS));
                    double rival = Math.min(loss(evidence.of(ADAM)), loss(evidence.of(KFAC)));
                    return Verdict.of(ours > COMPARABLE * rival, losses(evidence) + ratio(ours, rival));
                });
    }

    private static double loss(Evidence evidence) {
        return evidence.mean(LOSS, run -> Evidence.least(run, LOSS));
    }

    private static String losses(Evidence evidence) {
        return String.format(
                Locale.ROOT,
                "newton-summary %.4g, adam %.4g, k-fac %.4g",
                loss(evidence.of(OURS)),
                loss(evidence.of(ADAM)),
                loss(evidence.of(KFAC)));
    }

    private static String ratio(double ours, double rival) {
        return String.format(Locale.ROOT, " (%.2f of the best rival's)", ours / rival);
    }

    // ---- VBigMLP ----

    static Claim veryBigTrains() {
        return new Claim("VBigMLP trains", "fig. 4: its training loss falls", Scale.SHORT, evidence -> {
            ToDoubleFunction<ResultRun> fall =
                    run -> Evidence.least(run, LOSS) / Evidence.metrics(run).number(0, LOSS);
            double ratio = evidence.of(OURS).mean(LOSS, fall);
            return Verdict.between(
                    ratio, 0.98, 0.9, String.format(Locale.ROOT, "least over first training loss %.3f", ratio));
        });
    }

    static Claim veryBigGeneralizes() {
        return new Claim(
                "VBigMLP generalizes with NewtonSummary and not with Adam",
                "fig. 4: 35–40 % test accuracy; Adam does not generalize",
                Scale.FULL,
                evidence -> {
                    double ours = evidence.of(OURS).mean("test_acc", run -> Evidence.greatest(run, "test_acc"));
                    double adam = evidence.of(ADAM).mean("test_acc", run -> Evidence.greatest(run, "test_acc"));
                    return Verdict.of(
                            ours >= GENERALIZES && ours > adam,
                            String.format(
                                    Locale.ROOT, "best test accuracy %.1f %%, Adam's %.1f %%", 100 * ours, 100 * adam));
                });
    }

    // ---- the diagonal alone ----

    static Claim diagonalIsWorse() {
        return new Claim(
                "the diagonal of H̄ alone is worse or unstable", "fig. 6, appendix K", Scale.SHORT, evidence -> {
                    int all = 0;
                    int worse = 0;
                    for (ResultRun full :
                            evidence.with("optimizer.diagonal-only", "false").runs()) {
                        for (ResultRun diagonal :
                                evidence.with("optimizer.diagonal-only", "true").runs()) {
                            if (sameRates(full, diagonal)) {
                                all++;
                                worse += ended(diagonal) > ended(full) ? 1 : 0;
                            }
                        }
                    }
                    if (all == 0) {
                        throw new NoSuchElementException("no pair of finished runs with and without it");
                    }
                    return Verdict.between(
                            (double) worse / all,
                            0.4,
                            0.6,
                            String.format(Locale.ROOT, "at %d of %d pairs of λ₁ and λ_int", worse, all));
                });
    }

    static Claim smallDampingDiverges() {
        return new Claim(
                "small λ_int is unstable with the diagonal alone",
                "fig. 6: small (λ₁, λ_int) diverges at once",
                Scale.SHORT,
                evidence -> {
                    Evidence diagonal = evidence.with("optimizer.diagonal-only", "true");
                    double least = diagonal.runs().stream()
                            .mapToDouble(run -> number(run, "optimizer.cubic.damping"))
                            .min()
                            .orElse(Double.NaN);
                    List<ResultRun> small = diagonal.runs().stream()
                            .filter(run -> number(run, "optimizer.cubic.damping") == least)
                            .toList();
                    long lost = small.stream()
                            .filter(run -> run.standing() == Standing.DIVERGED || hasRisen(run))
                            .count();
                    return Verdict.of(
                            lost > 0,
                            String.format(
                                    Locale.ROOT,
                                    "%d of %d runs with λ_int = %.3g diverged or ended above where they began",
                                    lost,
                                    small.size(),
                                    least));
                });
    }

    private static boolean sameRates(ResultRun a, ResultRun b) {
        return number(a, "optimizer.step-size") == number(b, "optimizer.step-size")
                && number(a, "optimizer.cubic.damping") == number(b, "optimizer.cubic.damping")
                && a.seed().equals(b.seed())
                && a.standing().isFinal()
                && b.standing().isFinal();
    }

    private static double number(ResultRun run, String key) {
        return Double.parseDouble(run.settings().getOrDefault(key, "NaN"));
    }

    private static double ended(ResultRun run) {
        return run.standing() == Standing.DIVERGED ? Double.POSITIVE_INFINITY : run.number(LOSS);
    }

    private static boolean hasRisen(ResultRun run) {
        return !(run.number(LOSS) < Evidence.metrics(run).number(0, LOSS));
    }

    // ---- partitions ----

    static Claim finerIsBetter() {
        return new Claim(
                "finer partitions reach a lower loss",
                "table 4: the loss falls from one group to one per tensor",
                Scale.SHORT,
                evidence -> {
                    double coarse = loss(evidence.with(PARTITION, "trivial"));
                    double fine = loss(evidence.with(PARTITION, "canonical"));
                    return Verdict.of(
                            fine < coarse, String.format(Locale.ROOT, "trivial %.4g, canonical %.4g", coarse, fine));
                });
    }

    static Claim finerTakesLonger() {
        return new Claim("finer partitions take more time", "table 4", Scale.SHORT, evidence -> {
            double coarse = time(evidence.with(PARTITION, "trivial"));
            double fine = time(evidence.with(PARTITION, "canonical"));
            return Verdict.of(
                    fine > coarse,
                    String.format(Locale.ROOT, "canonical takes %.2f times as long as trivial", fine / coarse));
        });
    }

    // ---- time ----

    /**
     * @param summary the paper's seconds of NewtonSummary over Adam's
     * @param kfac the same of K-FAC
     */
    static Claim costs(double summary, double kfac) {
        return new Claim(
                "training time in that of Adam",
                String.format(Locale.ROOT, "table 5, on a GPU: NewtonSummary %.2f, K-FAC %.2f", summary, kfac),
                Scale.SHORT,
                evidence -> {
                    double adam = time(evidence.of(ADAM));
                    double ours = time(evidence.of(OURS)) / adam;
                    return Verdict.of(
                            ours <= summary,
                            String.format(
                                    Locale.ROOT,
                                    "NewtonSummary %.2f, K-FAC %.2f",
                                    ours,
                                    time(evidence.of(KFAC)) / adam));
                });
    }

    /** Seconds of a step, without evaluations and records. */
    private static double time(Evidence evidence) {
        return evidence.mean(
                "a time", run -> (run.number("train_time_s") + run.number("curvature_time_s")) / run.number("step"));
    }

    // ---- invariance ----

    static Claim invariant() {
        return new Claim(
                "the trajectory does not depend on the scale of layers",
                "section 5: invariant under affine reparameterization by layers",
                Scale.SMOKE,
                evidence -> {
                    double ours = apart(evidence.of(OURS));
                    double descent = apart(evidence.of("sgd"));
                    return Verdict.of(
                            ours <= ROUNDING && descent >= APART,
                            String.format(
                                    Locale.ROOT,
                                    "losses of the two scalings differ by at most %.1e; by gradient descent by %.2g",
                                    ours,
                                    descent));
                });
    }

    /** The largest relative difference of training losses between the scalings. */
    private static double apart(Evidence evidence) {
        List<double[]> losses = new ArrayList<>();
        evidence.runs().stream()
                .sorted(Comparator.comparing(run -> run.settings().get("model.parameterization")))
                .forEach(run -> losses.add(Evidence.metrics(run).numbers(LOSS)));
        if (losses.size() != 2 || losses.get(0).length != losses.get(1).length) {
            throw new NoSuchElementException("a run of each scaling is needed");
        }
        double most = 0;
        for (int row = 0; row < losses.get(0).length; row++) {
            double a = losses.get(0)[row];
            most = Math.max(most, Math.abs(a - losses.get(1)[row]) / Math.abs(a));
        }
        return most;
    }
}
