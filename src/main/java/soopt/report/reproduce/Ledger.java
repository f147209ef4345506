package soopt.report.reproduce;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import soopt.file.Column;
import soopt.file.JsonObject;
import soopt.file.WholeFile;
import soopt.file.WriteException;

/** The claims with what came of them, as text, CSV and JSON. */
public final class Ledger {
    private static final List<Column<Row>> COLUMNS = List.of(
            new Column<>("name", row -> row.of().name(), "figure or table"),
            new Column<>("claim", row -> row.claim().name(), "in a few words"),
            new Column<>("paper", row -> row.claim().paper(), "what the paper says"),
            new Column<>("verdict", row -> row.verdict().outcome().toString(), "holds, fails or undecided"),
            new Column<>("number", row -> row.verdict().number(), "what was measured"),
            new Column<>("reason", row -> row.verdict().reason(), "why, where the number does not say it"));

    private Ledger() {}

    /** A claim and what runs say of it. */
    public record Row(Reproduction of, Claim claim, Verdict verdict) {}

    /** What there is to reproduce, and what the paper says of it. */
    public static String catalogue(List<Reproduction> all) {
        StringBuilder text = new StringBuilder();
        for (Reproduction each : all) {
            text.append(String.format(Locale.ROOT, "%-14s %s (configs/%s)%n", each.name(), each.title(), each.spec()));
            each.claims()
                    .forEach(claim -> text.append(
                            String.format(Locale.ROOT, "%-14s   %s: %s%n", "", claim.paper(), claim.name())));
        }
        return text.toString();
    }

    /** A paragraph for each claim: a terminal is too narrow for the columns. */
    public static String table(List<Row> rows) {
        StringBuilder text = new StringBuilder();
        for (Row row : rows) {
            Verdict verdict = row.verdict();
            text.append(String.format(
                    Locale.ROOT,
                    "%-9s %-14s %s: %s%s%n",
                    verdict.outcome().toString().toUpperCase(Locale.ROOT),
                    row.of().name(),
                    row.claim().name(),
                    verdict.number(),
                    verdict.reason().isEmpty() ? "" : " (" + verdict.reason() + ")"));
            text.append(String.format(
                    Locale.ROOT, "%-24s paper: %s%n", "", row.claim().paper()));
        }
        text.append(String.format(
                Locale.ROOT,
                "%d claims: %d hold, %d fail, %d undecided%n",
                rows.size(),
                count(rows, Verdict.Outcome.HOLDS),
                count(rows, Verdict.Outcome.FAILS),
                count(rows, Verdict.Outcome.UNDECIDED)));
        return text.toString();
    }

    private static long count(List<Row> rows, Verdict.Outcome outcome) {
        return rows.stream().filter(row -> row.verdict().outcome() == outcome).count();
    }

    /** Writes claims.csv, claims.json and claims.txt. */
    public static Path write(Path folder, List<Row> rows) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new WriteException(folder, e);
        }
        WholeFile.write(folder.resolve("claims.csv"), Column.table(COLUMNS, rows));
        WholeFile.write(
                folder.resolve("claims.json"),
                new JsonObject()
                        .putObjects("claims", rows.stream().map(Ledger::json).toList())
                        .pretty());
        WholeFile.write(folder.resolve("claims.txt"), table(rows));
        return folder;
    }

    /** All of them. */
    public static JsonObject json(Scale scale, List<Row> rows) {
        return new JsonObject()
                .put("scale", scale.toString())
                .putObjects("claims", rows.stream().map(Ledger::json).toList());
    }

    private static JsonObject json(Row row) {
        JsonObject object = new JsonObject();
        COLUMNS.forEach(
                column -> object.put(column.name(), column.value().apply(row).toString()));
        return object;
    }
}
