package soopt.report.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import soopt.experiment.results.ResultRun;
import soopt.experiment.results.Varied;
import soopt.report.compare.Entry.Fate;

/**
 * Runs that differ in their seeds alone, to be set against others.
 *
 * @param entries by seed
 * @param chosen how it was chosen among others; empty if it was not
 */
public record Contender(String label, List<Entry> entries, String chosen) {
    private static final Comparator<Entry> BY_SEED = Comparator.comparing(Entry::seed, Varied::compare);

    static Contender of(String label, List<Entry> all) {
        Set<String> counted = new HashSet<>();
        List<Entry> entries = new ArrayList<>();
        for (Entry entry :
                all.stream().sorted(BY_SEED.thenComparing(Entry::fate)).toList()) {
            boolean takesPart = entry.fate() == Fate.COUNTED || entry.fate() == Fate.DIVERGED;
            boolean again = takesPart && !counted.add(entry.seed());
            entries.add(again ? entry.with(Fate.REPEATED) : entry);
        }
        return new Contender(label, List.copyOf(entries), "");
    }

    /** One of its runs, for its settings. */
    public ResultRun example() {
        return entries.get(0).run();
    }

    Stream<Entry> counted() {
        return entries.stream().filter(Entry::counts);
    }

    /** So many runs of it are of that fate. */
    public int count(Fate fate) {
        return (int) entries.stream().filter(entry -> entry.fate() == fate).count();
    }

    /** A value of each run that counts; without NaN. */
    double[] values(ToDoubleFunction<Curve> value) {
        return counted()
                .mapToDouble(entry -> value.applyAsDouble(entry.curve()))
                .filter(each -> !Double.isNaN(each))
                .toArray();
    }

    /** The same, and the worst for each run that diverged. */
    double[] ranked(ToDoubleFunction<Curve> value, double worst) {
        return bySeed(value, worst).values().stream()
                .mapToDouble(Double::doubleValue)
                .toArray();
    }

    /** The same by seed. */
    Map<String, Double> bySeed(ToDoubleFunction<Curve> value, double worst) {
        Map<String, Double> values = new LinkedHashMap<>();
        for (Entry entry : entries) {
            double known = entry.fate() == Fate.DIVERGED
                    ? worst
                    : entry.counts() ? value.applyAsDouble(entry.curve()) : Double.NaN;
            if (!Double.isNaN(known)) {
                values.put(entry.seed(), known);
            }
        }
        return values;
    }

    /** Of all its runs, whether they count or not. */
    Set<String> seeds() {
        return entries.stream().map(Entry::seed).collect(Collectors.toSet());
    }

    /** "5", or "3 of 5: 1 diverged, 1 RUNNING". */
    public String words() {
        int counted = count(Fate.COUNTED);
        if (counted == entries.size()) {
            return Integer.toString(counted);
        }
        Map<String, Integer> others = new TreeMap<>();
        entries.stream()
                .filter(entry -> !entry.counts())
                .forEach(entry -> others.merge(
                        switch (entry.fate()) {
                            case DIVERGED -> "diverged";
                            case UNFINISHED -> entry.run().standing().toString();
                            case UNMEASURED -> "without the metric";
                            case REPEATED, COUNTED -> "of a seed again";
                        },
                        1,
                        Integer::sum));
        return counted + " of " + entries.size() + ": "
                + others.entrySet().stream()
                        .map(each -> each.getValue() + " " + each.getKey())
                        .collect(Collectors.joining(", "));
    }

    Contender named(String other, String how) {
        return new Contender(other, entries, how);
    }
}
