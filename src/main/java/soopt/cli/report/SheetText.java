package soopt.cli.report;

import java.util.List;
import java.util.stream.Collectors;
import soopt.cli.terminal.Table;
import soopt.cli.terminal.Terminal;
import soopt.cli.terminal.Text;
import soopt.file.Shown;
import soopt.report.table.Sheet;

/** Tables as text: set within the columns of a terminal, as Markdown elsewhere. */
final class SheetText {
    private static final String END = System.lineSeparator();

    private SheetText() {}

    /** As it suits where results go. */
    static String of(List<Sheet> sheets) {
        return Terminal.resultColumns() == Integer.MAX_VALUE ? markdown(sheets) : onTerminal(sheets);
    }

    private static String onTerminal(List<Sheet> sheets) {
        return sheets.stream()
                .map(sheet -> Text.shown(Shown.line(sheet.title()))
                        + END
                        + table(sheet).shown("  ")
                        + sheet.notes().stream()
                                .map(note -> Text.shown(Shown.line(note)) + END)
                                .collect(Collectors.joining()))
                .collect(Collectors.joining(END));
    }

    static String markdown(List<Sheet> sheets) {
        return sheets.stream()
                .map(sheet -> Shown.line(sheet.title())
                        + END
                        + END
                        + table(escaped(sheet)).markdown()
                        + END
                        + sheet.notes().stream()
                                .map(note -> "- " + Shown.line(note) + END)
                                .collect(Collectors.joining()))
                .collect(Collectors.joining(END));
    }

    private static Table table(Sheet sheet) {
        Table table = new Table(sheet.header().stream().map(Shown::line).toArray(String[]::new));
        sheet.rows().forEach(row -> table.row(row.stream().map(Shown::line).toArray()));
        return table;
    }

    /** A bar would end a cell. */
    private static Sheet escaped(Sheet sheet) {
        List<List<String>> rows = sheet.rows().stream().map(SheetText::escaped).toList();
        return new Sheet(sheet.title(), escaped(sheet.header()), rows, sheet.notes());
    }

    private static List<String> escaped(List<String> cells) {
        return cells.stream().map(cell -> cell.replace("|", "\\|")).toList();
    }
}
