package soopt.cli.report;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import soopt.file.JsonObject;
import soopt.file.WholeFile;
import soopt.report.table.Latex;
import soopt.report.table.Sheet;

/** How tables are told: the options that commands which make tables share. */
final class TableOptions {
    /** How they are written down. */
    enum Format {
        markdown,
        csv,
        json,
        latex
    }

    /**
     * What there is to tell.
     *
     * @param sheets for people
     * @param csv by the ends of their files, what stdout gets first
     */
    record Told(Supplier<List<Sheet>> sheets, Supplier<Map<String, String>> csv, Supplier<JsonObject> json) {}

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--format",
            split = ",",
            paramLabel = "FORMAT",
            description = "${COMPLETION-CANDIDATES} (default: markdown, set as tables on a terminal)")
    private List<Format> formats = List.of();

    @Option(
            names = "--out",
            paramLabel = "F",
            description =
                    "write files that begin so instead: F with the ends .md, .json, .tex, and one for each CSV table")
    private Optional<Path> out = Optional.empty();

    @Option(names = "--json", description = "print JSON on stdout")
    private boolean json;

    /** @throws ParameterException if they do not fit each other */
    List<Format> wanted() {
        if (json && !formats.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "--json and --format exclude each other: give one of them");
        }
        List<Format> wanted = json ? List.of(Format.json) : formats.isEmpty() ? List.of(Format.markdown) : formats;
        if (wanted.size() > 1 && out.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "several formats need --out: there is one stdout");
        }
        return wanted;
    }

    /** Prints it, or writes its files and says which. */
    void tell(Told told) {
        PrintWriter err = spec.commandLine().getErr();
        if (out.isPresent()) {
            wanted().forEach(format -> write(told, format, out.get()).forEach(path -> err.println("wrote " + path)));
        } else {
            spec.commandLine().getOut().print(printed(told, wanted().get(0)));
        }
        err.flush();
        spec.commandLine().getOut().flush();
    }

    private static String printed(Told told, Format format) {
        return switch (format) {
            case markdown -> SheetText.of(told.sheets().get());
            case csv -> told.csv().get().values().iterator().next();
            case json -> told.json().get().pretty();
            case latex -> Latex.text(told.sheets().get());
        };
    }

    private static List<Path> write(Told told, Format format, Path out) {
        return switch (format) {
            case markdown ->
                List.of(written(out, "md", SheetText.markdown(told.sheets().get())));
            case json -> List.of(written(out, "json", printed(told, format)));
            case latex -> List.of(written(out, "tex", printed(told, format)));
            case csv -> {
                List<Path> paths = new ArrayList<>();
                told.csv().get().forEach((name, table) -> paths.add(written(out, name, table)));
                yield paths;
            }
        };
    }

    private static Path written(Path out, String end, String text) {
        Path path = out.resolveSibling(out.getFileName() + "." + end);
        WholeFile.write(path, text);
        return path;
    }
}
