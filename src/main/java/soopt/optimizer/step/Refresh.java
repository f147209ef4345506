package soopt.optimizer.step;

import soopt.curvature.CurvatureSummary;
import soopt.curvature.Partition;

/**
 * One computation of the curvature and of the learning rates η from it: a line of curvature.jsonl.
 *
 * @param partition the groups that rows and columns stand for
 * @param sample derivatives on the curvature batch, as computed
 * @param averaged their average, before ridge and diagonal (the sample itself without an average); of a budget H̄ alone
 * @param solution how η was found, or why not
 * @param etaRaw [S] solution of the cubic step; without one 0, or the last etaAveraged with a uniform average; 0 during
 *     a warm-up. What spends a budget
 * @param etaAveraged [S] after the momentum of the learning rates, of their positive parts if its order is
 *     clip-then-average. Of a budget within the spread
 * @param etaUsed [S] etaAveraged, or its positive part with clip-negative. Of a budget what has not grown too fast
 * @param etaApplied [S] times the step size λ₁: θ_s ← θ_s − etaApplied_s u_s
 * @param batchExamples size of the curvature batch
 * @param seconds time of the derivatives
 */
public record Refresh(
        Partition partition,
        CurvatureSummary sample,
        CurvatureSummary averaged,
        RateSolution solution,
        double[] etaRaw,
        double[] etaAveraged,
        double[] etaUsed,
        double[] etaApplied,
        int batchExamples,
        double seconds) {}
