package soopt.cli.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import soopt.experiment.results.ResultRun;
import soopt.file.WholeFile;
import soopt.file.WriteException;
import soopt.report.chart.Theme;
import soopt.report.draw.Format;
import soopt.report.figure.Figure;
import soopt.report.read.Selection;

/** Where a figure goes, in which formats and how large; its numbers go beside it. */
final class PlotFiles {
    /** Of a column and of a page of a journal, in points. */
    private static final double COLUMN = 84 / 25.4 * 72;

    private static final double PAGE = 174 / 25.4 * 72;
    private static final double SCREEN_COLUMN = 165 / 25.4 * 72;
    private static final double SCREEN_PAGE = 240 / 25.4 * 72;
    /** Of a PNG, on a side. */
    private static final double MOST_PIXELS = 20_000;

    private static final double LEAST_POINTS = 40;

    private final Path base;
    private final Set<Format> formats;

    private PlotFiles(Path base, Set<Format> formats) {
        this.base = base;
        this.formats = formats;
    }

    /**
     * @param out of the command line: a file, whose name may say the format, or a folder; empty for the usual place
     * @param formats of the command line; none for what the file says, else SVG
     */
    static PlotFiles of(Optional<Path> out, List<Format> formats, PlotKind kind, Path usual) {
        Path path = out.orElse(usual.resolve(kind.toString()));
        if (Files.isDirectory(path)) {
            path = path.resolve(kind.toString());
        }
        String name = path.getFileName().toString();
        Set<Format> wanted = new LinkedHashSet<>(formats);
        for (Format format : Format.values()) {
            if (name.toLowerCase(Locale.ROOT).endsWith("." + format)) {
                name = name.substring(0, name.length() - 4);
                if (formats.isEmpty()) {
                    wanted.add(format);
                }
            }
        }
        if (wanted.isEmpty()) {
            wanted.add(Format.SVG);
        }
        return new PlotFiles(path.resolveSibling(name), wanted);
    }

    /** plots/ beside what is drawn: of one run in its folder, of one experiment in its, else in the results folder. */
    static Path usual(Path results, List<ResultRun> runs) {
        ResultRun first = runs.get(0);
        if (runs.size() == 1) {
            return first.folder().resolve("plots");
        }
        List<String> experiments =
                runs.stream().map(ResultRun::experiment).distinct().toList();
        Path home = Selection.resultsOf(first).orElse(results);
        return experiments.size() == 1 ? home.resolve(first.experiment()).resolve("plots") : results.resolve("plots");
    }

    /** @return what cannot be, in words */
    Optional<String> problem(Figure figure, Theme theme, Optional<PageSize> size, double dpi) {
        double[] page = page(figure, theme, size, dpi);
        double pixels = Math.max(page[0], page[1]) * dpi / 72;
        if (Math.min(page[0], page[1]) < LEAST_POINTS) {
            return Optional.of("--size must be at least 15 mm on each side");
        }
        return formats.contains(Format.PNG) && pixels > MOST_PIXELS
                ? Optional.of("a PNG would have " + Math.round(pixels) + " pixels on a side at " + Math.round(dpi)
                        + " dpi; the limit is " + Math.round(MOST_PIXELS) + ": lower --size or --dpi")
                : Optional.empty();
    }

    private static double[] page(Figure figure, Theme theme, Optional<PageSize> size, double dpi) {
        boolean isColumn = figure.span() == Figure.Span.COLUMN;
        double usual = theme.titled() ? (isColumn ? SCREEN_COLUMN : SCREEN_PAGE) : isColumn ? COLUMN : PAGE;
        double width = size.map(each -> each.widthPoints(dpi)).orElse(usual);
        double height = size.flatMap(each -> each.heightPoints(dpi).isPresent()
                        ? Optional.of(each.heightPoints(dpi).getAsDouble())
                        : Optional.empty())
                .orElseGet(() -> figure.sheet().height(theme, width));
        return new double[] {width, height};
    }

    /** Writes all of them, each at once. */
    List<Path> write(Figure figure, Theme theme, Optional<PageSize> size, double dpi) {
        double[] page = page(figure, theme, size, dpi);
        List<Path> written = new ArrayList<>();
        Path folder = base.toAbsolutePath().getParent();
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new WriteException(folder, e);
        }
        for (Format format : formats) {
            Path file = named("." + format);
            WholeFile.write(file, figure.sheet().drawn(format, theme, page[0], page[1], dpi));
            written.add(file);
        }
        Path numbers = named(".csv");
        WholeFile.write(numbers, figure.data().csv());
        written.add(numbers);
        return written;
    }

    private Path named(String end) {
        return base.resolveSibling(base.getFileName() + end);
    }
}
