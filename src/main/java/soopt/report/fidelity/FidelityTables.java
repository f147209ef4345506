package soopt.report.fidelity;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import soopt.file.Column;
import soopt.file.JsonObject;
import soopt.report.fidelity.Indices.Coupling;
import soopt.report.fidelity.Indices.Entry;

/**
 * Indices of matrices and the ledger for programs: indices.csv, couplings.csv and ledger.csv, and all of it as JSON.
 */
public final class FidelityTables {
    private final List<Entry> indices;
    private final Ledger ledger;

    public FidelityTables(List<Entry> indices, Ledger ledger) {
        this.indices = List.copyOf(indices);
        this.ledger = ledger;
    }

    private record Pair(Entry entry, Coupling coupling) {}

    private static List<Column<Entry>> ofMoment() {
        return List.of(
                new Column<>("configuration", Entry::configuration, "label of the runs that differ in seeds alone"),
                new Column<>("run_id", row -> row.run().id(), "name of its folder"),
                new Column<>("seed", row -> row.run().seed(), "seed"),
                new Column<>("epoch", row -> row.moment().epoch(), "epochs done"),
                new Column<>("step", row -> row.moment().step(), "steps done"),
                new Column<>("source", row -> row.moment().source(), "what H̄ is of"),
                new Column<>("matrix", row -> name(row.matrix()), "hbar or hbar_inverse"));
    }

    private static String name(Indices.Matrix matrix) {
        return matrix == Indices.Matrix.HESSIAN ? "hbar" : "hbar_inverse";
    }

    private static List<Column<Entry>> indexColumns() {
        return Stream.concat(
                        ofMoment().stream(),
                        Stream.of(
                                new Column<Entry>(
                                        "groups", row -> row.moment().groups().size(), "S"),
                                new Column<Entry>("layers", Entry::layers, "blocks"),
                                new Column<Entry>(
                                        "off_diagonal", row -> row.raw().offDiagonal(), "Σ_{s≠t} |m_st| / Σ |m_st|"),
                                new Column<Entry>("off_block", row -> row.raw().offBlock(), "the same between layers"),
                                new Column<Entry>(
                                        "beyond_neighbours",
                                        row -> row.raw().beyondNeighbours(),
                                        "the same between layers that are not neighbours"),
                                new Column<Entry>(
                                        "off_diagonal_normalized",
                                        row -> row.normalized().offDiagonal(),
                                        "the same of m_st/√|m_ss m_tt|"),
                                new Column<Entry>(
                                        "off_block_normalized",
                                        row -> row.normalized().offBlock(),
                                        "the same"),
                                new Column<Entry>(
                                        "beyond_neighbours_normalized",
                                        row -> row.normalized().beyondNeighbours(),
                                        "the same"),
                                new Column<Entry>(
                                        "off_block_of_blocks_normalized",
                                        row -> row.normalized().offBlockOfBlocks(),
                                        "mass per entry between layers over that within")))
                .toList();
    }

    private static List<Column<Pair>> couplingColumns() {
        return Stream.concat(
                        ofMoment().stream()
                                .map(column -> new Column<Pair>(
                                        column.name(), row -> column.value().apply(row.entry), column.meaning())),
                        Stream.of(
                                new Column<Pair>("layer", row -> row.coupling.one(), "a layer"),
                                new Column<Pair>("other", row -> row.coupling.other(), "a later one"),
                                new Column<Pair>(
                                        "distance", row -> row.coupling.distance(), "layers from one to the other"),
                                new Column<Pair>(
                                        "mean",
                                        row -> row.coupling.mean(),
                                        "of |m_st|/√|m_ss m_tt| over their groups")))
                .toList();
    }

    private static List<Column<Ledger.Line>> lineColumns() {
        return List.of(
                new Column<>(
                        "configuration", Ledger.Line::configuration, "label of the runs that differ in seeds alone"),
                new Column<>("group", Ledger.Line::group, "what moves alone; all of the whole update"),
                new Column<>("model", Ledger.Line::model, "what predicts"),
                new Column<>("batch", Ledger.Line::batch, "where the change came"),
                new Column<>("count", Ledger.Line::count, "ratios of changes that came over those predicted"),
                new Column<>("below_resolution", Ledger.Line::below, "changes too small to be told"),
                new Column<>("quartile_1", Ledger.Line::lower, "of the ratios"),
                new Column<>("median", Ledger.Line::median, "of the ratios"),
                new Column<>("quartile_3", Ledger.Line::upper, "of the ratios"),
                new Column<>("share_within_2", Ledger.Line::within, "of the ratios in [½, 2]"),
                new Column<>("share_same_sign", Ledger.Line::sign, "of the ratios above 0"));
    }

    /** The tables by the names of their files. */
    public Map<String, String> csv() {
        Map<String, String> tables = new LinkedHashMap<>();
        tables.put("ledger.csv", Column.table(lineColumns(), ledger.lines()));
        tables.put("indices.csv", Column.table(indexColumns(), indices));
        tables.put("couplings.csv", Column.table(couplingColumns(), pairs()));
        return tables;
    }

    private List<Pair> pairs() {
        return indices.stream()
                .flatMap(entry -> entry.couplings().stream().map(each -> new Pair(entry, each)))
                .toList();
    }

    public JsonObject json() {
        JsonObject sums = new JsonObject();
        ledger.sums().forEach((label, spread) -> sums.put(label, spread.median()));
        return new JsonObject()
                .putObjects("ledger", Column.objects(lineColumns(), ledger.lines()))
                .put("sum_of_groups_over_all_median", sums)
                .putObjects("indices", Column.objects(indexColumns(), indices))
                .putObjects("couplings", Column.objects(couplingColumns(), pairs()));
    }
}
