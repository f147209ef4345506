package soopt.experiment.loop;

import java.util.Arrays;
import java.util.Optional;
import soopt.experiment.folder.RefreshCount;
import soopt.optimizer.step.Refresh;
import soopt.optimizer.step.State;

/** What a run keeps of its optimizer's computations of the curvature: their number, and the matrices of the last. */
final class LatestRefresh {
    /**
     * The matrices of one.
     *
     * @param step that used it first, from 1
     * @param hessian H̄, averaged if the optimizer averages
     * @param regularized H̄ + (λ_int/2) ‖Dη‖ D²
     */
    record Solved(long step, double[][] hessian, double[][] regularized) {}

    private Optional<Solved> solved = Optional.empty();
    private RefreshCount count = RefreshCount.NONE;

    /** The optimizer computed curvature for this step, from 1. */
    void put(long step, Refresh refresh) {
        count = count.with(refresh.solution().status());
        double[][] hessian =
                Arrays.stream(refresh.averaged().hessian()).map(double[]::clone).toArray(double[][]::new);
        solved = Optional.of(new Solved(step, hessian, refresh.solution().regularized()));
    }

    /** Empty before the optimizer's first. */
    Optional<Solved> solved() {
        return solved;
    }

    RefreshCount count() {
        return count;
    }

    void save(State state) {
        state.putNumbers("refreshes", count.save());
        solved.ifPresent(own -> {
            state.putNumbers("step", own.step());
            state.putNumbers("hessian", flat(own.hessian()));
            state.putNumbers("regularized", flat(own.regularized()));
        });
    }

    void restore(State state) {
        count = RefreshCount.restore(state.getNumbers("refreshes"));
        solved = state.has("step")
                ? Optional.of(new Solved(
                        (long) state.getNumbers("step")[0],
                        square(state.getNumbers("hessian")),
                        square(state.getNumbers("regularized"))))
                : Optional.empty();
    }

    private static double[] flat(double[][] matrix) {
        return Arrays.stream(matrix).flatMapToDouble(Arrays::stream).toArray();
    }

    private static double[][] square(double[] flat) {
        int size = (int) Math.round(Math.sqrt(flat.length));
        double[][] matrix = new double[size][];
        Arrays.setAll(matrix, i -> Arrays.copyOfRange(flat, i * size, (i + 1) * size));
        return matrix;
    }
}
