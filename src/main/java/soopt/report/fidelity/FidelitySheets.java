package soopt.report.fidelity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import soopt.experiment.results.ResultRun;
import soopt.report.fidelity.Indices.Entry;
import soopt.report.fidelity.Indices.Matrix;
import soopt.report.fidelity.Ledger.Batch;
import soopt.report.fidelity.Ledger.Line;
import soopt.report.fidelity.Ledger.Model;
import soopt.report.read.Configuration;
import soopt.report.read.Moment;
import soopt.report.table.Rounded;
import soopt.report.table.Sheet;
import soopt.report.table.Spread;

/** Indices of matrices and the ledger as tables for people, with the claims that they are of. */
public final class FidelitySheets {
    /** Moments of a table that is to be read: the first, the last, and others evenly between. */
    private static final int MOST_MOMENTS = 6;

    private static final int MOST_ROWS = 60;
    private static final int STRONGEST = 3;

    private final List<Configuration> configurations;
    private final List<Entry> indices;
    private final Ledger ledger;

    private FidelitySheets(List<Configuration> configurations, List<Entry> indices, Ledger ledger) {
        this.configurations = configurations;
        this.indices = indices;
        this.ledger = ledger;
    }

    public static List<Sheet> of(List<Configuration> configurations, List<Entry> indices, Ledger ledger) {
        FidelitySheets sheets = new FidelitySheets(configurations, indices, ledger);
        List<Sheet> all = new ArrayList<>();
        for (Configuration configuration : configurations) {
            sheets.indices(configuration).ifPresent(all::add);
            sheets.ledger(configuration, List.of(Model.TAYLOR_2, Model.TAYLOR_3))
                    .ifPresent(all::add);
            sheets.ledger(configuration, List.of(Model.METHOD_2, Model.METHOD_3))
                    .ifPresent(all::add);
        }
        return all;
    }

    private String title(Configuration configuration, String words) {
        return configurations.size() == 1 ? words : configuration.label() + ": " + words;
    }

    // ---- between layers ----

    private Optional<Sheet> indices(Configuration configuration) {
        Map<String, List<Entry>> moments = new LinkedHashMap<>();
        indices.stream()
                .filter(entry -> entry.configuration().equals(configuration.label()))
                .sorted((a, b) -> Long.compare(a.moment().step(), b.moment().step()))
                .forEach(entry -> moments.computeIfAbsent(entry.moment().name(), name -> new ArrayList<>())
                        .add(entry));
        if (moments.isEmpty()) {
            return Optional.empty();
        }
        List<String> names = List.copyOf(moments.keySet());
        List<List<String>> rows = new ArrayList<>();
        for (int at : evenly(names.size())) {
            for (Matrix matrix : Matrix.values()) {
                List<Entry> entries = moments.get(names.get(at)).stream()
                        .filter(entry -> entry.matrix() == matrix)
                        .toList();
                if (!entries.isEmpty()) {
                    rows.add(row(entries));
                }
            }
        }
        Entry any = moments.get(names.get(0)).get(0);
        List<String> notes = new ArrayList<>();
        notes.add(
                "shares of Σ |m_st|, mean ± standard deviation over runs; normalized is m_st/√|m_ss m_tt|; a layer's weights"
                        + " and biases are a block: " + any.moment().groups().size() + " groups in " + any.layers()
                        + " layers;"
                        + " if all normalized entries were alike " + Rounded.number(alike(any))
                        + " would lie between layers");
        notes.addAll(claims(configuration, names));
        return Optional.of(new Sheet(
                title(
                        configuration,
                        "how much of H̄ and its inverse lies off the diagonal, between layers, and between"
                                + " layers that are not neighbours"),
                List.of(
                        "moment",
                        "matrix",
                        "runs",
                        "off diagonal",
                        "normalized",
                        "between layers",
                        "normalized",
                        "beyond neighbours",
                        "normalized"),
                rows,
                notes));
    }

    private static int[] evenly(int count) {
        int shown = Math.min(count, MOST_MOMENTS);
        return IntStream.range(0, shown)
                .map(k -> shown == 1 ? 0 : (int) Math.round((double) k * (count - 1) / (shown - 1)))
                .toArray();
    }

    private static List<String> row(List<Entry> entries) {
        Moment moment = entries.get(0).moment();
        return List.of(
                moment.words(),
                entries.get(0).matrix().symbol(),
                Integer.toString(entries.size()),
                share(entries, entry -> entry.raw().offDiagonal()),
                share(entries, entry -> entry.normalized().offDiagonal()),
                share(entries, entry -> entry.raw().offBlock()),
                share(entries, entry -> entry.normalized().offBlock()),
                share(entries, entry -> entry.raw().beyondNeighbours()),
                share(entries, entry -> entry.normalized().beyondNeighbours()));
    }

    private static String share(List<Entry> entries, ToDoubleFunction<Entry> value) {
        return Rounded.spread(Spread.of(entries.stream().mapToDouble(value).toArray()));
    }

    /** Of a matrix of ones with these layers. */
    private static double alike(Entry entry) {
        int size = entry.moment().groups().size();
        double[][] ones = new double[size][size];
        for (double[] row : ones) {
            Arrays.fill(row, 1);
        }
        return Interaction.of(ones, entry.moment().groups()).offBlock();
    }

    /** Of the first moment and the last: is the inverse nearer to its blocks, do interactions at a distance fade? */
    private List<String> claims(Configuration configuration, List<String> names) {
        List<String> claims = new ArrayList<>();
        String first = names.get(0);
        String last = names.get(names.size() - 1);
        int both = 0;
        int nearer = 0;
        int twice = 0;
        int fades = 0;
        for (ResultRun run : configuration.runs()) {
            Optional<Entry> hessian = Indices.find(indices, run, first, Matrix.HESSIAN);
            Optional<Entry> inverse = Indices.find(indices, run, first, Matrix.INVERSE);
            Optional<Entry> end = Indices.find(indices, run, last, Matrix.HESSIAN);
            if (hessian.isPresent() && inverse.isPresent()) {
                both++;
                nearer += inverse.get().normalized().offBlock()
                                < hessian.get().normalized().offBlock()
                        ? 1
                        : 0;
            }
            if (hessian.isPresent() && end.isPresent() && !first.equals(last)) {
                twice++;
                fades += end.get().normalized().beyondNeighbours()
                                < hessian.get().normalized().beyondNeighbours()
                        ? 1
                        : 0;
            }
        }
        if (both > 0) {
            claims.add("at the first moment the inverse has less between layers than H̄ (normalized) in " + nearer
                    + " of " + both + " runs");
        }
        if (twice > 0) {
            claims.add("at the last moment H̄ has less beyond neighbours than at the first (normalized) in " + fades
                    + " of " + twice + " runs");
        }
        claims.add("strongest between layers (mean of |normalized|): at the first moment "
                + strongest(configuration, first)
                + (first.equals(last) ? "" : "; at the last " + strongest(configuration, last)));
        return claims;
    }

    /** "conv1 and conv2 0.71, …" of H̄, means over the runs. */
    private String strongest(Configuration configuration, String moment) {
        Map<String, List<Double>> couplings = new LinkedHashMap<>();
        configuration.runs().stream()
                .flatMap(run -> Indices.find(indices, run, moment, Matrix.HESSIAN).stream())
                .flatMap(entry -> entry.couplings().stream())
                .forEach(each -> couplings
                        .computeIfAbsent(each.one() + " and " + each.other(), pair -> new ArrayList<>())
                        .add(each.mean()));
        return couplings.entrySet().stream()
                .sorted(Comparator.comparingDouble(each -> -mean(each.getValue())))
                .limit(STRONGEST)
                .map(each -> each.getKey() + " " + Rounded.number(mean(each.getValue())))
                .collect(Collectors.joining(", "));
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }

    // ---- predicted and actual ----

    private Optional<Sheet> ledger(Configuration configuration, List<Model> models) {
        Map<List<String>, List<Line>> rows = new LinkedHashMap<>();
        ledger.lines().stream()
                .filter(line -> line.configuration().equals(configuration.label()) && models.contains(line.model()))
                .forEach(line -> rows.computeIfAbsent(
                                List.of(line.group(), line.batch().words()), key -> new ArrayList<>())
                        .add(line));
        if (rows.isEmpty()) {
            return Optional.empty();
        }
        List<String> header = new ArrayList<>(List.of("moves", "on", "n"));
        models.forEach(
                model -> header.addAll(List.of("actual / " + model.symbol(), "quartiles", "in [½, 2]", "same sign")));
        List<List<String>> shown = rows.entrySet().stream()
                .limit(MOST_ROWS)
                .map(entry -> row(entry.getKey(), entry.getValue(), models))
                .toList();
        int below = rows.values().stream()
                .flatMap(List::stream)
                .mapToInt(Line::below)
                .sum();
        List<String> notes = new ArrayList<>();
        if (below > 0) {
            notes.add(below + " ratios are left out: a change is no larger than the loss is exact");
        }
        if (rows.size() > MOST_ROWS) {
            notes.add((rows.size() - MOST_ROWS) + " more rows are in --format csv and json");
        }
        boolean taylor = models.contains(Model.TAYLOR_2);
        Optional<Spread> sum = Optional.ofNullable(ledger.sums().get(configuration.label()));
        if (taylor && sum.isPresent()) {
            notes.add("the changes of groups that move alone sum to "
                    + Rounded.number(sum.get().median()) + " times that of all together (median of "
                    + sum.get().n() + ")");
        }
        if (taylor && rows.keySet().stream().noneMatch(key -> key.contains(Batch.HELD_OUT.words()))) {
            notes.add("'record.fidelity: {every: 1 epoch}' in the file of the experiment measures each group alone, and"
                    + " on another batch too");
        }
        return Optional.of(new Sheet(
                title(
                        configuration,
                        taylor
                                ? "changes of the loss over those that Taylor's model of the batch predicts"
                                : "the same over those that the averages predict which the method solved with"),
                header,
                shown,
                notes));
    }

    private static List<String> row(List<String> key, List<Line> lines, List<Model> models) {
        List<String> row = new ArrayList<>(key);
        row.add(Integer.toString(lines.get(0).count()));
        for (Model model : models) {
            Optional<Line> line =
                    lines.stream().filter(each -> each.model() == model).findFirst();
            row.add(line.map(each -> Rounded.number(each.median())).orElse("-"));
            row.add(line.map(each -> Rounded.number(each.lower()) + " to " + Rounded.number(each.upper()))
                    .orElse("-"));
            row.add(line.map(each -> percent(each.within())).orElse("-"));
            row.add(line.map(each -> percent(each.sign())).orElse("-"));
        }
        return row;
    }

    private static String percent(double share) {
        return Double.isNaN(share) ? "-" : Math.round(100 * share) + " %";
    }
}
