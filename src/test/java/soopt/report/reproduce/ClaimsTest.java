package soopt.report.reproduce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.report.SyntheticRuns;
import soopt.report.read.Selection;

/** Claims asked of runs that nobody ran. */
class ClaimsTest {
    private static final IntToDoubleFunction LOW = epoch -> 2 * Math.exp(-epoch);
    private static final IntToDoubleFunction HIGH = epoch -> 2 * Math.exp(-0.1 * epoch);
    private static final IntToDoubleFunction RISING = epoch -> 2 + epoch;

    @TempDir
    Path results;

    private Verdict verdict(Claim claim, Scale scale) {
        return claim.of(new Evidence(scale, Selection.runs(results, List.of("x"))));
    }

    private void run(String optimizer, IntToDoubleFunction loss) {
        new SyntheticRuns(results)
                .run("x")
                .optimizer("type", optimizer)
                .loss(loss)
                .write();
    }

    private void rivals(IntToDoubleFunction ours) {
        SyntheticRuns runs = new SyntheticRuns(results);
        runs.run("x").optimizer("type", "newton-summary").loss(ours).write();
        runs.run("x").optimizer("type", "adam").loss(HIGH).write();
        runs.run("x").optimizer("type", "k-fac").loss(HIGH).write();
    }

    private static void assertOutcome(Verdict.Outcome expected, Verdict verdict) {
        assertEquals(expected, verdict.outcome(), verdict.toString());
    }

    @Test
    void lossBelowTheRivals_isComparable_andNotBehind() {
        rivals(LOW);

        assertOutcome(Verdict.Outcome.HOLDS, verdict(TrainingClaims.comparableToRivals(), Scale.SHORT));
        assertOutcome(Verdict.Outcome.FAILS, verdict(TrainingClaims.behindOnMlp(), Scale.SHORT));
    }

    @Test
    void lossFarAboveTheRivals_isNotComparable() {
        rivals(epoch -> 3);

        Verdict verdict = verdict(TrainingClaims.comparableToRivals(), Scale.SHORT);
        assertOutcome(Verdict.Outcome.FAILS, verdict);
        assertTrue(verdict.number().contains("newton-summary 3"), verdict.number());
        assertOutcome(Verdict.Outcome.HOLDS, verdict(TrainingClaims.behindOnMlp(), Scale.SHORT));
    }

    @Test
    void runsThatAreTooSmall_decideNothing_butShowTheNumber() {
        rivals(LOW);

        Verdict verdict = verdict(TrainingClaims.comparableToRivals(), Scale.SMOKE);
        assertOutcome(Verdict.Outcome.UNDECIDED, verdict);
        assertTrue(verdict.reason().contains("not decidable at this scale"), verdict.reason());
        assertTrue(verdict.number().contains("adam"), verdict.number());
    }

    @Test
    void runsThatAreMissing_decideNothing_andAreNamed() {
        run("newton-summary", LOW);

        Verdict verdict = verdict(TrainingClaims.comparableToRivals(), Scale.SHORT);
        assertOutcome(Verdict.Outcome.UNDECIDED, verdict);
        assertEquals("no finished run has train_loss", verdict.reason());
    }

    @Test
    void diagonalThatEndsHigher_isWorse_andOneThatRises_isUnstable() {
        SyntheticRuns runs = new SyntheticRuns(results);
        for (double damping : new double[] {0.1, 1}) {
            for (boolean diagonal : new boolean[] {false, true}) {
                runs.run("x")
                        .optimizer("type", "newton-summary")
                        .optimizer("step-size", 0.1)
                        .optimizer("diagonal-only", diagonal)
                        .optimizer("cubic", "{damping: " + damping + "}")
                        .loss(!diagonal ? LOW : damping < 1 ? RISING : HIGH)
                        .write();
            }
        }

        Verdict worse = verdict(TrainingClaims.diagonalIsWorse(), Scale.SHORT);
        assertOutcome(Verdict.Outcome.HOLDS, worse);
        assertEquals("at 2 of 2 pairs of λ₁ and λ_int", worse.number());
        assertOutcome(Verdict.Outcome.HOLDS, verdict(TrainingClaims.smallDampingDiverges(), Scale.SHORT));
    }

    @Test
    void matricesWithEntriesBetweenLayers_areFarFromBlockDiagonal_andFadeWithTraining() {
        new SyntheticRuns(results).run("x").writeAll();

        Verdict far = verdict(CurvatureClaims.farFromBlockDiagonal(), Scale.SMOKE);
        // c_st = ±0.5 / |s − t|, three layers of two groups: 6 + 3·2·0.5 in blocks; 2(2·.5 + 4·.25 + 3/6 + 2/8 + 1/10)
        // between
        double between = 2 * (2 * 0.5 + 4 * 0.25 + 3 * 0.5 / 3 + 2 * 0.5 / 4 + 0.5 / 5);
        assertEquals(
                String.format("off-block share of H̄ at initialization %.2f", between / (between + 6 + 3)),
                far.number());
        assertOutcome(Verdict.Outcome.HOLDS, verdict(CurvatureClaims.longRangeFades("fig. 3a"), Scale.SHORT));
    }

    @Test
    void ratesByLayers_areReadFromTheOptimizer() {
        new SyntheticRuns(results).run("x").writeAll();

        assertOutcome(Verdict.Outcome.HOLDS, verdict(RateClaims.biasesExceedWeights(), Scale.SMOKE));
        Verdict order = verdict(
                RateClaims.order("", "", group -> group.layer() == 0, group -> group.layer() == 2), Scale.SMOKE);
        assertOutcome(Verdict.Outcome.HOLDS, order);
    }

    @Test
    void finerPartitions_areToldByTheirType() {
        SyntheticRuns runs = new SyntheticRuns(results);
        runs.run("x")
                .optimizer("type", "newton-summary")
                .optimizer("partition", "{type: trivial}")
                .loss(HIGH)
                .write();
        runs.run("x")
                .optimizer("type", "newton-summary")
                .optimizer("partition", "{type: canonical}")
                .loss(LOW)
                .write();

        assertOutcome(Verdict.Outcome.HOLDS, verdict(TrainingClaims.finerIsBetter(), Scale.SHORT));
    }

    @Test
    void scalingsThatDiffer_areNotInvariant() {
        SyntheticRuns runs = new SyntheticRuns(results);
        runs.run("x").optimizer("type", "newton-summary").loss(LOW).write();

        Verdict verdict = verdict(TrainingClaims.invariant(), Scale.SMOKE);
        assertOutcome(Verdict.Outcome.UNDECIDED, verdict);
        assertEquals("a run of each scaling is needed", verdict.reason());
    }
}
