package soopt.cli.report;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import soopt.cli.options.Arguments;
import soopt.cli.options.ExitCode;
import soopt.cli.terminal.Table;
import soopt.cli.terminal.Text;
import soopt.experiment.folder.MetricsRow;
import soopt.experiment.results.ResultRun;
import soopt.file.Column;
import soopt.file.JsonObject;
import soopt.file.Shown;
import soopt.report.chart.Theme;
import soopt.report.draw.Format;
import soopt.report.figure.DensityFigure;
import soopt.report.figure.FidelityFigure;
import soopt.report.figure.Figure;
import soopt.report.figure.LossFigure;
import soopt.report.figure.MatricesFigure;
import soopt.report.figure.Options;
import soopt.report.figure.RatesFigure;
import soopt.report.figure.SpectrumFigure;
import soopt.report.figure.TextTable;
import soopt.report.read.Axis;
import soopt.report.read.Band;
import soopt.report.read.Moment;
import soopt.report.read.Rates;
import soopt.spec.Suggestions;

/** Draws what lies in run folders. */
@Command(
        name = "plot",
        mixinStandardHelpOptions = true,
        header = "Draw runs: losses, matrices, learning rates, model against reality, spectra.",
        description = "Runs that differ in their seeds alone are one curve. The numbers of a figure are written beside"
                + " it as CSV. Runs may still go on, or have been killed.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  soopt plot quickstart",
            "  soopt plot mlp_adam mlp_kfac --metric train_loss,val_acc --x time --format svg,png",
            "  soopt plot 9a78c1 --kind matrices --moments first,best,last --paper --format pdf",
            "  soopt plot quickstart --kind learning-rates --smooth 5 --text"
        })
public final class PlotCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private RunsOptions.Named which;

    @Option(
            names = "--kind",
            converter = Choice.Kinds.class,
            paramLabel = "KIND",
            defaultValue = "loss",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}); spectrum also of a folder that"
                    + " soopt spectrum --out wrote")
    private PlotKind kind;

    @Option(
            names = "--metric",
            paramLabel = "COLUMN",
            split = ",",
            description = "of metrics.csv, several with commas, a panel for each (default: train_loss)")
    private List<String> metrics = List.of("train_loss");

    @Option(
            names = "--x",
            converter = Choice.Axes.class,
            paramLabel = "AXIS",
            defaultValue = "epoch",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}); cost: gradient equivalents; time:"
                    + " seconds in steps and curvature")
    private Axis axis;

    @Option(
            names = "--middle",
            converter = Choice.Middles.class,
            paramLabel = "M",
            defaultValue = "mean",
            description = "of the seeds: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private Band.Middle middle;

    @Option(
            names = "--band",
            converter = Choice.Spreads.class,
            paramLabel = "B",
            defaultValue = "range",
            description = "around it: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}, smallest to largest)")
    private Band.Spread band;

    /** Whether seeds are one curve. */
    enum Seeds {
        TOGETHER,
        APART;

        @Override
        public String toString() {
            return this == TOGETHER ? "together" : "apart";
        }
    }

    @Option(
            names = "--seeds",
            converter = Choice.OfSeeds.class,
            paramLabel = "S",
            defaultValue = "together",
            description = "${COMPLETION-CANDIDATES}: a line for each (default: ${DEFAULT-VALUE})")
    private Seeds seeds;

    @Option(names = "--linear", description = "losses on a linear axis (default: logarithmic)")
    private boolean linear;

    @Option(
            names = "--rate",
            converter = Choice.OfRates.class,
            paramLabel = "R",
            defaultValue = "applied",
            description = "learning rates: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private Rates.Kind rate;

    @Option(
            names = "--smooth",
            paramLabel = "N",
            defaultValue = "1",
            description = "running mean of so many refreshes of learning rates (default: ${DEFAULT-VALUE})")
    private int smooth;

    @Option(
            names = "--moments",
            paramLabel = "M",
            split = ",",
            defaultValue = "first,best,last",
            description = "of matrices: first, best, last, epochs, or names as e0003 (default: ${DEFAULT-VALUE})")
    private List<String> moments;

    @Option(
            names = "--matrix",
            converter = Choice.Matrices.class,
            paramLabel = "NAME",
            split = ",",
            defaultValue = "hessian,inverse",
            description = "${COMPLETION-CANDIDATES}, a row for each (default: ${DEFAULT-VALUE})")
    private List<Moment.Kind> matrices;

    @Option(names = "--normalize", description = "|H_st| / √|H_ss H_tt| instead of H_st")
    private boolean normalize;

    @Option(
            names = "--format",
            converter = Choice.Formats.class,
            paramLabel = "F",
            split = ",",
            description = "${COMPLETION-CANDIDATES}, several with commas (default: what --out says, else svg)")
    private List<Format> formats = List.of();

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "the figure, or a folder for it (default: plots/ of the experiment, or of the run)")
    private Path out;

    @Option(
            names = "--size",
            paramLabel = "WxH",
            converter = PageSize.Reader.class,
            description = "like 84mm (the height follows), 120x80mm or 1200x800px")
    private PageSize size;

    @Option(
            names = "--dpi",
            paramLabel = "N",
            description = "pixels per inch of a PNG, 36 to 2400 (default: 150, with --paper 300)")
    private Integer dpi;

    @Option(names = "--paper", description = "for a column of a paper: small letters, thin lines, no title")
    private boolean paper;

    @Option(names = "--text", description = "print a table and small courses; a figure only with --out")
    private boolean text;

    @Option(names = "--json", description = "print what was drawn, and to which files, as JSON on stdout")
    private boolean json;

    @Override
    public Integer call() {
        check();
        // pictures are computed; no screen is asked for
        System.setProperty("java.awt.headless", "true");
        Theme theme = paper ? Theme.PAPER : Theme.SCREEN;
        double resolution = dpi == null ? paper ? 300 : 150 : dpi;
        Optional<Path> folder = spectrum();
        List<ResultRun> runs = folder.isPresent() ? List.of() : which.selected();
        Figure figure = folder.map(DensityFigure::of).orElseGet(() -> figure(runs));
        Path usual = folder.map(each -> each.resolve("plots")).orElseGet(() -> PlotFiles.usual(which.results(), runs));
        which.tell(runs);
        PrintWriter err = spec.commandLine().getErr();
        figure.remarks().forEach(remark -> err.println(Text.shown(Shown.line(remark))));
        err.flush();
        List<Path> written = text && out == null ? List.of() : write(figure, theme, resolution, usual);
        PrintWriter print = spec.commandLine().getOut();
        if (json) {
            print.print(new JsonObject()
                    .put("kind", kind.toString())
                    .put("runs", runs.stream().map(ResultRun::id).toList())
                    .put("files", written.stream().map(Path::toString).toList())
                    .put("remarks", figure.remarks())
                    .pretty());
        } else {
            print.print(text ? tables(figure) : "");
            written.forEach(file -> print.println(Shown.line(file.toString())));
        }
        print.flush();
        return ExitCode.OK;
    }

    private List<Path> write(Figure figure, Theme theme, double resolution, Path usual) {
        PlotFiles files = PlotFiles.of(Optional.ofNullable(out), formats, kind, usual);
        files.problem(figure, theme, Optional.ofNullable(size), resolution).ifPresent(problem -> {
            throw new ParameterException(spec.commandLine(), problem);
        });
        return files.write(figure, theme, Optional.ofNullable(size), resolution);
    }

    private static String tables(Figure figure) {
        return figure.text().stream().map(PlotCommand::shown).collect(Collectors.joining(System.lineSeparator()));
    }

    private void check() {
        Arguments.requirePositive(spec, "--smooth", smooth);
        if (dpi != null && (dpi < 36 || dpi > 2400)) {
            throw new ParameterException(spec.commandLine(), "--dpi must be from 36 to 2400, but is " + dpi);
        }
        List<String> columns = Column.names(MetricsRow.COLUMNS);
        for (String metric : metrics) {
            if (!columns.contains(metric)) {
                String meant = Suggestions.didYouMean(metric, columns);
                throw new ParameterException(
                        spec.commandLine(),
                        "metrics.csv has no column " + Shown.quoted(metric)
                                + (meant.isEmpty() ? "; known: " + String.join(", ", columns) : meant));
            }
        }
    }

    /** The folder of soopt spectrum, if it is one that is named. */
    private Optional<Path> spectrum() {
        return kind == PlotKind.SPECTRUM && which.names().size() == 1
                ? Optional.of(Path.of(which.names().get(0))).filter(DensityFigure::isSpectrum)
                : Optional.empty();
    }

    private Figure figure(List<ResultRun> runs) {
        Options options = new Options(
                axis, metrics, middle, band, seeds == Seeds.APART, linear, rate, smooth, moments, matrices, normalize);
        return switch (kind) {
            case LOSS -> LossFigure.of(runs, options);
            case MATRICES -> MatricesFigure.of(runs, options);
            case LEARNING_RATES -> RatesFigure.of(runs, options);
            case FIDELITY -> FidelityFigure.of(runs, options);
            case SPECTRUM -> SpectrumFigure.of(runs, options);
        };
    }

    private static String shown(TextTable each) {
        Table table = new Table(each.header().toArray(String[]::new));
        each.rows().forEach(row -> table.row(row.stream().map(Shown::line).toArray()));
        String heading =
                each.heading().isEmpty() ? "" : Text.shown(Shown.line(each.heading())) + System.lineSeparator();
        return heading + table.shown("  ");
    }
}
