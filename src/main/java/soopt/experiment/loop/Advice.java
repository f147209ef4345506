package soopt.experiment.loop;

import java.util.ArrayList;
import java.util.List;
import soopt.backend.Precision;
import soopt.curvature.CubicStep;
import soopt.experiment.folder.RefreshCount;
import soopt.optimizer.Optimizer;
import soopt.optimizer.step.Intervention;
import soopt.solver.Solve;

/**
 * What to try when a run fails or a failure was survived, in keys of the experiment file that do not say so already.
 */
public record Advice(Optimizer optimizer, Precision precision) {
    /** How a system may end that a user should hear of: its solution is another one's, or none. */
    private static final List<Solve.Ending> UNUSUAL = List.of(
            Solve.Ending.SHIFTED,
            Solve.Ending.CLIPPED,
            Solve.Ending.KEPT,
            Solve.Ending.BREAKDOWN,
            Solve.Ending.NOT_FINITE);

    String afterDivergence() {
        List<String> tries = new ArrayList<>(optimizer.remedies());
        addPrecision(tries);
        return words(tries);
    }

    private void addPrecision(List<String> tries) {
        if (precision.isSingle()) {
            tries.add("precision: float64");
        }
    }

    /**
     * One line each on the computations of the optimizer's curvature and on those for the record, where some had no
     * learning rates, on steps that were not taken, and on systems that had no solution of their own.
     */
    List<String> warnings(RefreshCount refreshes, RefreshCount recorded, Counts counts) {
        List<String> warnings = new ArrayList<>();
        if (refreshes.withoutRates() > 0) {
            warnings.add(refused(refreshes, "computations of the curvature") + "; " + afterRefusal(refreshes));
        }
        if (recorded.withoutRates() > 0) {
            warnings.add(refused(recorded, "recorded computations of the curvature")
                    + "; their regularized matrices are NaN");
        }
        if (counts.rejected() > 0) {
            warnings.add(counts.rejected() + " of " + counts.trials() + " steps were tried and not taken");
        }
        for (Intervention.Kind kind : Intervention.Kind.values()) {
            if (counts.interventions(kind) > 0) {
                warnings.add("optimizer.safeguard: " + kind.words() + " at "
                        + RunListener.count(counts.interventions(kind), "step"));
            }
        }
        List<String> endings = UNUSUAL.stream()
                .filter(ending -> counts.endings(ending) > 0)
                .map(ending -> counts.endings(ending) + " × " + ending.words())
                .toList();
        if (!endings.isEmpty()) {
            warnings.add(
                    "of " + counts.trials() + " systems for the direction of a step: " + String.join("; ", endings));
        }
        return warnings;
    }

    private static String refused(RefreshCount count, String what) {
        return count.withoutRates() + " of " + count.computed() + " " + what + " gave no learning rates ("
                + String.join("; ", count.reasons()) + ")";
    }

    private String afterRefusal(RefreshCount refreshes) {
        List<String> tries = new ArrayList<>();
        for (CubicStep.Status status : CubicStep.Status.values()) {
            if (refreshes.refused().containsKey(status)) {
                optimizer.remedies(status).stream()
                        .filter(remedy -> !tries.contains(remedy))
                        .forEach(tries::add);
            }
        }
        boolean range = refreshes.refused().containsKey(CubicStep.Status.NOT_FINITE)
                || refreshes.refused().containsKey(CubicStep.Status.OUT_OF_RANGE);
        if (range) {
            tries.add("inputs scaled to about 1");
            addPrecision(tries);
        }
        return words(tries);
    }

    /** Why no parameter moved; a warning says the rest on refusals. */
    String stalled(Position position, RefreshCount refreshes, Counts counts) {
        long steps = position.step();
        String where = "no parameter moved in " + RunListener.count(steps, "step") + ": ";
        if (optimizer.warmUpSteps() >= steps) {
            return where + "the warm-up takes " + RunListener.count(optimizer.warmUpSteps(), "step")
                    + "; try a smaller optimizer.average.warm-up, a smaller optimizer.period or more training.epochs";
        }
        if (counts.rejected() > 0 && counts.rejected() == counts.trials() && position.slopingSteps() > 0) {
            return where + "no step that was tried lowered the loss; " + words(optimizer.remedies());
        }
        boolean nothingElse = refreshes.computed() == 0 && position.slopingSteps() > 0;
        if (position.movingSteps() > 0 || nothingElse) {
            List<String> tries = new ArrayList<>(List.of(optimizer.toStepFurther()));
            addPrecision(tries);
            return where + "every update was lost in rounding; " + words(tries);
        }
        if (refreshes.computed() > 0 && refreshes.withoutRates() == refreshes.computed()) {
            return where + "no computation of the curvature gave learning rates";
        }
        if (refreshes.computed() > 0) {
            return where + "all learning rates were 0; try a coarser optimizer.partition or a larger"
                    + " training.curvature-batch-size";
        }
        return where + "every gradient was 0; try another model.activation or model.init";
    }

    private static String words(List<String> tries) {
        int last = tries.size() - 1;
        String end = tries.get(last);
        return "try " + (last == 0 ? end : String.join(", ", tries.subList(0, last)) + " or " + end);
    }
}
