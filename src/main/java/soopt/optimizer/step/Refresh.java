package soopt.optimizer.step;

import soopt.curvature.CubicStep;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Partition;

/**
 * One computation of the curvature and of the learning rates η from it: a line of curvature.jsonl.
 *
 * @param partition the groups that rows and columns stand for
 * @param sample derivatives on the curvature batch, as computed
 * @param averaged their average, before ridge and diagonal (the sample itself without an average)
 * @param solution how η was found, or why not; its model has H̄ with ridge or as diagonal. During a warm-up for the
 *     record only
 * @param etaRaw [S] solution of the cubic step; without one 0, or the last etaAveraged with a uniform average; 0 during
 *     a warm-up
 * @param etaAveraged [S] after the momentum of the learning rates, of their positive parts if its order is
 *     clip-then-average
 * @param etaUsed [S] etaAveraged, or its positive part with clip-negative
 * @param etaApplied [S] times the step size λ₁: θ_s ← θ_s − etaApplied_s u_s
 * @param batchExamples size of the curvature batch
 * @param seconds time of the derivatives
 */
public record Refresh(
        Partition partition,
        CurvatureSummary sample,
        CurvatureSummary averaged,
        CubicStep.Outcome solution,
        double[] etaRaw,
        double[] etaAveraged,
        double[] etaUsed,
        double[] etaApplied,
        int batchExamples,
        double seconds) {}
