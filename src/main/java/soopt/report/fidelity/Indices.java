package soopt.report.fidelity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import soopt.experiment.results.ResultRun;
import soopt.report.read.Configuration;
import soopt.report.read.Group;
import soopt.report.read.Moment;
import soopt.report.read.Moments;

/** How much of H̄ and of its inverse lies between layers, at each recorded moment of runs. */
public final class Indices {
    private Indices() {}

    /** Which matrix an index is of. */
    public enum Matrix {
        HESSIAN("H̄", Moment.Kind.HESSIAN),
        INVERSE("H̄⁻¹", Moment.Kind.INVERSE);

        private final String symbol;
        private final Moment.Kind kind;

        Matrix(String symbol, Moment.Kind kind) {
            this.symbol = symbol;
            this.kind = kind;
        }

        /** As a heading names it. */
        public String symbol() {
            return symbol;
        }
    }

    /**
     * A matrix of a moment.
     *
     * @param configuration label of the runs that differ in seeds alone
     * @param raw of the matrix m as it is
     * @param normalized of c_st = m_st/√|m_ss m_tt|
     * @param couplings between layers a < b: mean of |c_st| over s in a, t in b
     */
    public record Entry(
            String configuration,
            ResultRun run,
            Moment moment,
            Matrix matrix,
            int layers,
            Interaction raw,
            Interaction normalized,
            List<Coupling> couplings) {}

    /** @param mean of |c_st| over the groups of both layers */
    public record Coupling(String one, String other, int distance, double mean) {}

    /**
     * Of all moments of the runs, in order; a matrix that is missing, is singular or has one group alone gives none.
     */
    public static List<Entry> of(List<Configuration> configurations) {
        return configurations.stream()
                .flatMap(each -> each.runs().parallelStream().flatMap(run -> of(each.label(), run)))
                .toList();
    }

    private static Stream<Entry> of(String configuration, ResultRun run) {
        List<Entry> entries = new ArrayList<>();
        for (Moment moment : Moments.of(run.folder()).all()) {
            for (Matrix matrix : Matrix.values()) {
                moment.matrix(matrix.kind)
                        .filter(values -> values.length > 1 && isFinite(values))
                        .ifPresent(values -> entries.add(entry(configuration, run, moment, matrix, values)));
            }
        }
        return entries.stream();
    }

    private static boolean isFinite(double[][] matrix) {
        return Arrays.stream(matrix).flatMapToDouble(Arrays::stream).allMatch(Double::isFinite);
    }

    private static Entry entry(String configuration, ResultRun run, Moment moment, Matrix matrix, double[][] values) {
        List<Group> groups = groups(moment, values.length);
        double[][] normalized = Interaction.normalized(values);
        return new Entry(
                configuration,
                run,
                moment,
                matrix,
                (int) groups.stream().map(Group::layer).distinct().count(),
                Interaction.of(values, groups),
                Interaction.of(normalized, groups),
                couplings(normalized, groups));
    }

    /** Each a layer of its own where their names are not known. */
    private static List<Group> groups(Moment moment, int size) {
        if (moment.groups().size() == size) {
            return moment.groups();
        }
        List<Group> groups = new ArrayList<>();
        for (int s = 0; s < size; s++) {
            groups.add(new Group("group " + s, "mixed", s));
        }
        return groups;
    }

    private static List<Coupling> couplings(double[][] normalized, List<Group> groups) {
        double[][] means = Interaction.betweenLayers(normalized, groups);
        int layers = means.length;
        String[] names = new String[layers];
        groups.forEach(group -> names[group.layer()] = group.layerName());
        List<Coupling> couplings = new ArrayList<>();
        for (int a = 0; a < layers; a++) {
            for (int b = a + 1; b < layers; b++) {
                couplings.add(new Coupling(names[a], names[b], b - a, means[a][b]));
            }
        }
        return couplings;
    }

    /** Of the entries of a run and a matrix that of the moment, if there is one. */
    static Optional<Entry> find(List<Entry> entries, ResultRun run, String moment, Matrix matrix) {
        return entries.stream()
                .filter(each -> each.run() == run && each.moment().name().equals(moment) && each.matrix() == matrix)
                .findFirst();
    }
}
