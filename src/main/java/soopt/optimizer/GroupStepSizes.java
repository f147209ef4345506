package soopt.optimizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Partition;
import soopt.curvature.Partitioning;
import soopt.file.CsvTable;
import soopt.file.NamedFile;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.yaml.SpecException;

/**
 * A learning rate for each group of parameters, found by an earlier run: η_s multiplies the step size of group s. So
 * the summary of the curvature becomes a tuner of another method's rates (Wolinski 2025, §4).
 */
@Doc("a learning rate for each group, from the η of an earlier run (Wolinski 2025, §4)")
public record GroupStepSizes(
        @Doc("learning_rates.csv of a run, or groups.csv of recorded matrices or of soopt curvature")
        NamedFile from,

        @Default("canonical") @Doc("the groups whose names are in the file")
        Partitioning partition,

        @Default("last") @Doc("which of several η of a group")
        Take take) {
    private static final String KEY = "optimizer.group-step-sizes.from";

    /** Which η of those that a group had in the course of a run. */
    public enum Take {
        @Doc("the last")
        LAST,
        @Doc("their mean")
        MEAN,
        @Doc("the middle one, of an even number the lower")
        MEDIAN
    }

    public GroupStepSizes {
        Constraints.check(GroupStepSizes.class, from, partition, take);
    }

    /**
     * η_s [S] for the groups of a network.
     *
     * @throws SpecException at the file, if it has not one usable η for each group
     */
    double[] rates(ParameterLayout layout) {
        Partition groups;
        try {
            groups = partition.of(layout);
        } catch (SpecException e) {
            throw e.under("optimizer.group-step-sizes.partition");
        }
        Map<String, List<Double>> read = read();
        List<String> missing = groups.groups().stream()
                .map(Partition.Group::name)
                .filter(name -> !read.containsKey(name))
                .toList();
        if (!missing.isEmpty()) {
            throw refusal("has no η for " + String.join(", ", missing) + "; it has: "
                    + read.keySet().stream().limit(20).collect(Collectors.joining(", ")));
        }
        double[] rates = new double[groups.size()];
        for (int s = 0; s < rates.length; s++) {
            String name = groups.groups().get(s).name();
            rates[s] = taken(read.get(name));
            if (!(rates[s] >= 0) || rates[s] == Double.POSITIVE_INFINITY) {
                throw refusal("gives group " + name + " the rate " + rates[s]
                        + ", but a rate must be a number ≥ 0: take another run, or take: mean or median");
            }
        }
        if (Arrays.stream(rates).allMatch(rate -> rate == 0)) {
            throw refusal("gives every group the rate 0: its run computed none");
        }
        return rates;
    }

    private SpecException refusal(String what) {
        return SpecException.of(KEY, List.of(from.path() + " " + what));
    }

    private Map<String, List<Double>> read() {
        Optional<String> problem = from.problem();
        if (problem.isPresent()) {
            throw SpecException.of(KEY, List.of(problem.get()));
        }
        CsvTable table = CsvTable.read(from.path());
        String column = table.columns().contains("eta_used") ? "eta_used" : "eta";
        if (!table.columns().contains("group") || !table.columns().contains(column)) {
            throw refusal("has no columns group and eta_used or eta; it has: "
                    + (table.columns().isEmpty() ? "nothing" : String.join(", ", table.columns())));
        }
        Map<String, List<Double>> rates = new LinkedHashMap<>();
        for (int row = 0; row < table.size(); row++) {
            rates.computeIfAbsent(table.text(row, "group"), name -> new ArrayList<>())
                    .add(table.number(row, column));
        }
        return rates;
    }

    private double taken(List<Double> rates) {
        return switch (take) {
            case LAST -> rates.get(rates.size() - 1);
            case MEAN -> rates.stream().mapToDouble(rate -> rate).average().orElse(Double.NaN);
            case MEDIAN -> rates.stream().sorted().toList().get((rates.size() - 1) / 2);
        };
    }
}
