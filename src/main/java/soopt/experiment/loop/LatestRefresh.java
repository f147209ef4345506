package soopt.experiment.loop;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import soopt.curvature.Partition;
import soopt.experiment.folder.RefreshCount;
import soopt.optimizer.step.Refresh;
import soopt.optimizer.step.State;

/** What a run keeps of its optimizer's computations of the curvature: their number, and the last one. */
final class LatestRefresh {
    /**
     * The matrices of one.
     *
     * @param step that used it first, from 1
     * @param hessian H̄, averaged if the optimizer averages
     * @param regularized H̄ + (λ_int/2) ‖Dη‖ D²
     */
    record Solved(long step, double[][] hessian, double[][] regularized) {}

    /**
     * What an incident tells of one.
     *
     * @param names of the groups
     * @param vectors [S] by their keys: ḡ and D̄³ of the batch and averaged, and the η
     * @param matrices [S][S] by their keys: H̄ of the batch and averaged
     */
    record Told(List<String> names, Map<String, double[]> vectors, Map<String, double[][]> matrices) {
        /** @param averaged H̄ [S][S] */
        private static Told of(Refresh refresh, double[][] averaged) {
            boolean same = refresh.sample() == refresh.averaged();
            double[][] sample = same ? averaged : refresh.sample().hessian();
            return of(refresh.partition().names(), vector -> vector.of.apply(refresh), sample, averaged);
        }

        private static Told of(
                List<String> names, Function<Vector, double[]> vector, double[][] sample, double[][] averaged) {
            Map<String, double[]> vectors = new LinkedHashMap<>();
            VECTORS.forEach(each -> vectors.put(each.key, vector.apply(each)));
            Map<String, double[][]> matrices = new LinkedHashMap<>();
            matrices.put(SAMPLE, sample);
            matrices.put(AVERAGED, averaged);
            return new Told(names, vectors, matrices);
        }

        /** H̄ [S][S] that the step was solved with. */
        double[][] averaged() {
            return matrices.get(AVERAGED);
        }

        /** [S]. */
        double[] etaApplied() {
            return vectors.get(APPLIED);
        }
    }

    /** One of those that an incident tells. */
    private record Vector(String key, Function<Refresh, double[]> of) {}

    private static final String APPLIED = "eta_applied";
    private static final List<Vector> VECTORS = List.of(
            new Vector("g", refresh -> refresh.sample().gradient()),
            new Vector("d3", refresh -> refresh.sample().third()),
            new Vector("g_averaged", refresh -> refresh.averaged().gradient()),
            new Vector("d3_averaged", refresh -> refresh.averaged().third()),
            new Vector("eta_raw", Refresh::etaRaw),
            new Vector("eta_averaged", Refresh::etaAveraged),
            new Vector("eta_used", Refresh::etaUsed),
            new Vector(APPLIED, Refresh::etaApplied));
    private static final String SAMPLE = "hbar";
    private static final String AVERAGED = "hbar_averaged";

    private final List<String> names;
    private Optional<Solved> solved = Optional.empty();
    private Optional<Told> told = Optional.empty();
    private RefreshCount count = RefreshCount.NONE;

    /** @param partition the optimizer's */
    LatestRefresh(Partition partition) {
        this.names = partition.names();
    }

    /** The optimizer computed curvature for this step, from 1. */
    void put(long step, Refresh refresh) {
        count = count.with(refresh.solution().status());
        double[][] hessian =
                Arrays.stream(refresh.averaged().hessian()).map(double[]::clone).toArray(double[][]::new);
        solved = Optional.of(new Solved(step, hessian, refresh.solution().regularized()));
        told = Optional.of(Told.of(refresh, hessian));
    }

    /** Empty before the optimizer's first. */
    Optional<Solved> solved() {
        return solved;
    }

    /** Empty before the optimizer's first. */
    Optional<Told> told() {
        return told;
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
        told.ifPresent(own -> {
            own.vectors().forEach(state::putNumbers);
            double[][] sample = own.matrices().get(SAMPLE);
            if (sample != own.matrices().get(AVERAGED)) {
                state.putNumbers(SAMPLE, flat(sample));
            }
        });
    }

    void restore(State state) {
        count = RefreshCount.restore(state.getNumbers("refreshes"));
        if (!state.has("step")) {
            solved = Optional.empty();
            told = Optional.empty();
            return;
        }
        double[][] averaged = square(state.getNumbers("hessian"));
        solved = Optional.of(
                new Solved((long) state.getNumbers("step")[0], averaged, square(state.getNumbers("regularized"))));
        double[][] sample = state.has(SAMPLE) ? square(state.getNumbers(SAMPLE)) : averaged;
        told = Optional.of(Told.of(names, vector -> state.getNumbers(vector.key), sample, averaged));
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
