package soopt.optimizer;

import soopt.curvature.CubicStep;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Partition;

/**
 * One computation of the curvature and of the learning rates η from it: a line of curvature.jsonl.
 *
 * @param partition the groups that rows and columns stand for
 * @param sample derivatives on the curvature batch, as computed
 * @param averaged what the step was solved with (the sample itself without an average)
 * @param solution how η was found; its model has the regularized matrix
 * @param etaRaw [S] solution of the cubic step
 * @param etaAveraged [S] after the momentum of the learning rates
 * @param etaClipped [S] after the positive part
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
        double[] etaClipped,
        double[] etaApplied,
        int batchExamples,
        double seconds) {}
