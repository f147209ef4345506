package soopt.experiment.folder;

import java.util.Locale;
import java.util.stream.IntStream;
import soopt.curvature.CubicStep;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Matrices;
import soopt.curvature.Partition;
import soopt.file.JsonObject;
import soopt.optimizer.step.RateSolution;
import soopt.optimizer.step.Refresh;

/** A refresh as an object of curvature.jsonl. */
final class CurvatureJson {
    private CurvatureJson() {}

    /**
     * Keys: groups; g, d3, hbar (ḡ, D̄³, H̄ of the batch) and the same averaged; d (D); every learning rate, named as
     * in learning_rates.csv; how the cubic step was solved, or how a budget was spent; the range of the eigenvalues of
     * the averaged H̄; and what the model predicts on the curvature batch of t = −η applied: predicted_change_1 = ḡ·t,
     * predicted_change_2 = that + ½ tᵀH̄t, predicted_change_3_diagonal = that + Σ_s D̄³_s t_s³/6.
     *
     * @param withMatrices whether hbar and hbar_averaged [S][S] are among them
     */
    static JsonObject of(Refresh refresh, boolean withMatrices) {
        JsonObject object = new JsonObject()
                .put(
                        "groups",
                        refresh.partition().groups().stream()
                                .map(Partition.Group::name)
                                .toList())
                .put("batch_loss", refresh.sample().loss())
                .put("g", refresh.sample().gradient())
                .put("d3", refresh.sample().third())
                .put("g_averaged", refresh.averaged().gradient())
                .put("d3_averaged", refresh.averaged().third());
        if (withMatrices) {
            object.put("hbar", refresh.sample().hessian())
                    .put("hbar_averaged", refresh.averaged().hessian());
        }
        if (refresh.solution() instanceof RateSolution.Cubic cubic) {
            object.put("d", cubic.outcome().model().scale());
            putRates(object, refresh);
            putSolution(object, cubic.outcome());
        } else {
            putRates(object, refresh);
            putBudget(object, (RateSolution.Budget) refresh.solution(), withMatrices);
        }
        putSpectrum(object, refresh);
        putPredictions(object, refresh);
        return object.put("batch_size", refresh.batchExamples()).put("curvature_time_s", refresh.seconds());
    }

    private static void putRates(JsonObject object, Refresh refresh) {
        object.put("eta_raw", refresh.etaRaw())
                .put("eta_averaged", refresh.etaAveraged())
                .put("eta_used", refresh.etaUsed())
                .put("eta_applied", refresh.etaApplied());
    }

    private static void putSolution(JsonObject object, CubicStep.Outcome solution) {
        object.put("lambda_int", solution.model().damping())
                .put("r", solution.r())
                .put("root_status", name(solution.status()))
                .put("x0", solution.lowerBound())
                .put("hbar_positive_definite", solution.hessianPositiveDefinite())
                .put("iterations", solution.iterations())
                .put("residual", solution.residual())
                .put("r_residual", solution.radiusResidual())
                .put("model_value", solution.modelValue());
    }

    private static void putBudget(JsonObject object, RateSolution.Budget solution, boolean withMatrices) {
        object.put("root_status", name(solution.status()))
                .put("kappa", solution.kappa())
                .put("initial_loss", solution.initialLoss())
                .put("budget", solution.budget())
                .put("summaries", solution.count());
        if (withMatrices) {
            object.put("curvature_per_length", solution.perLength()).put("b", solution.regularized());
        }
        object.put("shares", solution.shares())
                .put("eta_one", solution.one())
                .put("clipped", numbers(solution.clipped()))
                .put("growth_limited", numbers(solution.limited()))
                .put("frozen", solution.last());
    }

    private static String name(CubicStep.Status status) {
        return status.name().toLowerCase(Locale.ROOT);
    }

    private static int[] numbers(boolean[] flags) {
        return IntStream.range(0, flags.length).map(s -> flags[s] ? 1 : 0).toArray();
    }

    private static void putSpectrum(JsonObject object, Refresh refresh) {
        Matrices.Spectrum spectrum = refresh.solution() instanceof RateSolution.Cubic cubic
                ? cubic.outcome().spectrum()
                : Matrices.spectrum(refresh.averaged().hessian());
        object.put("min_eigenvalue", spectrum.smallest())
                .put("max_eigenvalue", spectrum.largest())
                .put("condition", spectrum.condition());
    }

    private static void putPredictions(JsonObject object, Refresh refresh) {
        CurvatureSummary sample = refresh.sample();
        double[] eta = refresh.etaApplied();
        double first = 0;
        double second = 0;
        double third = 0;
        for (int s = 0; s < eta.length; s++) {
            first -= sample.gradient()[s] * eta[s];
            for (int t = 0; t < eta.length; t++) {
                second += eta[s] * sample.hessian()[s][t] * eta[t] / 2;
            }
            third -= sample.third().length == 0 ? Double.NaN : sample.third()[s] * eta[s] * eta[s] * eta[s] / 6;
        }
        object.put("predicted_change_1", first)
                .put("predicted_change_2", first + second)
                .put("predicted_change_3_diagonal", first + second + third);
    }
}
