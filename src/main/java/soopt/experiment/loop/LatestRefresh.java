package soopt.experiment.loop;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
            Map<String, double[]> vectors = new LinkedHashMap<>();
            vectors.put("g", refresh.sample().gradient());
            vectors.put("d3", refresh.sample().third());
            vectors.put("g_averaged", refresh.averaged().gradient());
            vectors.put("d3_averaged", refresh.averaged().third());
            vectors.put("eta_raw", refresh.etaRaw());
            vectors.put("eta_averaged", refresh.etaAveraged());
            vectors.put("eta_used", refresh.etaUsed());
            vectors.put(APPLIED, refresh.etaApplied());
            Map<String, double[][]> matrices = new LinkedHashMap<>();
            boolean same = refresh.sample() == refresh.averaged();
            matrices.put(SAMPLE, same ? averaged : refresh.sample().hessian());
            matrices.put(AVERAGED, averaged);
            return new Told(LatestRefresh.names(refresh.partition()), vectors, matrices);
        }

        /** [S]. */
        double[] etaApplied() {
            return vectors.get(APPLIED);
        }
    }

    private static final String APPLIED = "eta_applied";
    private static final List<String> VECTORS =
            List.of("g", "d3", "g_averaged", "d3_averaged", "eta_raw", "eta_averaged", "eta_used", APPLIED);
    private static final String SAMPLE = "hbar";
    private static final String AVERAGED = "hbar_averaged";

    private final List<String> names;
    private Optional<Solved> solved = Optional.empty();
    private Optional<Told> told = Optional.empty();
    private RefreshCount count = RefreshCount.NONE;

    /** @param partition the optimizer's */
    LatestRefresh(Partition partition) {
        this.names = names(partition);
    }

    private static List<String> names(Partition partition) {
        return partition.groups().stream().map(Partition.Group::name).toList();
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
        Map<String, double[]> vectors = new LinkedHashMap<>();
        VECTORS.forEach(key -> vectors.put(key, state.getNumbers(key)));
        Map<String, double[][]> matrices = new LinkedHashMap<>();
        matrices.put(SAMPLE, state.has(SAMPLE) ? square(state.getNumbers(SAMPLE)) : averaged);
        matrices.put(AVERAGED, averaged);
        told = Optional.of(new Told(names, vectors, matrices));
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
