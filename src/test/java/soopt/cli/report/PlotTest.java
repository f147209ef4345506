package soopt.cli.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import soopt.cli.Cli;
import soopt.cli.options.ExitCode;
import soopt.file.CsvTable;
import soopt.report.SyntheticRuns;

/** {@code soopt plot}: the figures of synthetic folders, and the numbers beside them. */
class PlotTest {
    @TempDir
    private Path folder;

    private final SyntheticRuns runs() {
        return new SyntheticRuns(results());
    }

    private Path results() {
        return folder.resolve("results");
    }

    private Cli.Result plot(Object... words) {
        List<Object> all = new ArrayList<>(List.of("plot"));
        all.addAll(Arrays.asList(words));
        all.addAll(List.of("--results", results()));
        return Cli.run(all.toArray());
    }

    /** Draws to a file of this name and gives it back. */
    private Path drawn(String name, Object... words) {
        List<Object> all = new ArrayList<>(Arrays.asList(words));
        Path file = folder.resolve(name);
        all.addAll(List.of("--out", file));
        plot(all.toArray()).expect(ExitCode.OK);
        return file;
    }

    private static Document svg(Path file) {
        try {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new ByteArrayInputStream(Files.readAllBytes(file)));
        } catch (Exception e) {
            throw new AssertionError(file + ": " + e.getMessage(), e);
        }
    }

    private static List<Element> elements(Document svg, String tag, String kind) {
        NodeList all = svg.getElementsByTagName(tag);
        return IntStream.range(0, all.getLength())
                .mapToObj(i -> (Element) all.item(i))
                .filter(each -> kind.isEmpty() || each.getAttribute("class").equals(kind))
                .toList();
    }

    private static List<String> texts(Document svg) {
        return elements(svg, "text", "").stream().map(Element::getTextContent).toList();
    }

    private static CsvTable numbers(Path figure) {
        String name = figure.getFileName().toString();
        return CsvTable.read(figure.resolveSibling(name.substring(0, name.lastIndexOf('.')) + ".csv"));
    }

    // ---- losses ----

    @Test
    void theNumbersBesideALoss_areThoseOfTheFolder() {
        Path run = runs().run("one").write();
        Path figure = drawn("f.svg", "one", "--metric", "train_loss,val_acc");
        CsvTable table = numbers(figure);
        CsvTable metrics = CsvTable.read(run.resolve("metrics.csv"));

        assertEquals(2 * metrics.size(), table.size());
        double[] drawn = table.numbers("mean");
        assertArrayEquals(metrics.numbers("train_loss"), Arrays.copyOf(drawn, 5));
        assertArrayEquals(metrics.numbers("val_acc"), Arrays.copyOfRange(drawn, 5, 10));
        assertArrayEquals(metrics.numbers("epoch"), Arrays.copyOf(table.numbers("epoch"), 5));
    }

    @Test
    void seeds_areOneCurveWithANamedBand_orOneEachApart() {
        for (int seed = 1; seed <= 3; seed++) {
            runs(seed).run("grid").optimizer("step-size", 0.1).seed(seed).write();
            runs(seed + 10).run("grid").optimizer("step-size", 0.3).seed(seed).write();
        }
        Document together = svg(drawn("t.svg", "grid", "--middle", "median", "--band", "quartiles"));
        assertEquals(2, elements(together, "g", "curve").size());
        assertEquals(2, elements(together, "g", "band").size());
        List<String> texts = texts(together);
        assertTrue(texts.contains("step-size 0.1"), texts.toString());
        assertTrue(texts.contains("line: median; band: quartiles; over 3 runs"), texts.toString());
        assertTrue(texts.contains("training loss") && texts.contains("epoch"), texts.toString());

        Path apart = drawn("a.svg", "grid", "--seeds", "apart");
        assertEquals(6, elements(svg(apart), "g", "curve").size());
        assertEquals(30, numbers(apart).size());
        double[] mean = numbers(drawn("m.svg", "grid")).numbers("mean");
        double[] values = numbers(apart).numbers("value");
        assertEquals((values[1] + values[6] + values[11]) / 3, mean[1], 1e-12);
    }

    /** Ids that begin elsewhere: each of these objects counts from one. */
    private SyntheticRuns runs(int many) {
        SyntheticRuns runs = runs();
        for (int i = 0; i < many; i++) {
            runs.run("none");
        }
        return runs;
    }

    @ParameterizedTest
    @CsvSource({
        "epoch,epoch",
        "step,step",
        "samples,training examples",
        "cost,gradient equivalents",
        "time,training time (s)"
    })
    void everyAxis_isNamed_andItsValuesAreWritten(String axis, String name) {
        SyntheticRuns runs = runs();
        runs.run("x").seed(1).write();
        runs.run("x").seed(2).write();
        Path figure = drawn("f.svg", "x", "--x", axis);

        assertTrue(texts(svg(figure)).contains(name));
        double[] x = numbers(figure).numbers(axis);
        assertEquals(5, x.length);
        double[] expected = switch (axis) {
            case "epoch" -> new double[] {0, 1, 2, 3, 4};
            case "step" -> new double[] {0, 10, 20, 30, 40};
            case "samples" -> new double[] {0, 40, 80, 120, 160};
            case "cost" -> new double[] {0, 15, 30, 45, 60};
            // 1 + seed/100 and ½ of curvature each epoch
            default -> new double[] {0, 1.515, 3.03, 4.545, 6.06};
        };
        assertArrayEquals(expected, x, 1e-9);
    }

    @Test
    void valuesWithoutALogarithm_areCounted_andBreakTheLine() {
        double[] losses = {1, 0, 0.5, -1, Double.NaN, 0.25, Double.POSITIVE_INFINITY, 0.2};
        runs().run("odd").epochs(7).loss(epoch -> losses[epoch]).write();
        Path file = folder.resolve("f.svg");
        Cli.Result result = plot("odd", "--out", file).expect(ExitCode.OK);

        assertTrue(result.err().contains("3 values of train_loss have no place on the axis"), result.err());
        Element curve = elements(svg(file), "g", "curve").get(0);
        // 1, 0.5, 0.25, 0.2 stand alone; NaN is no row
        assertEquals(4, curve.getElementsByTagName("circle").getLength());
        assertEquals(0, curve.getElementsByTagName("polyline").getLength());
        assertFalse(Files.exists(results().resolve("odd/plots")));
    }

    @Test
    void oneRowAlone_isAPoint() {
        runs().run("begun").epochs(0).state("RUNNING").write();
        Document svg = svg(drawn("f.svg", "begun"));
        assertEquals(
                1,
                elements(svg, "g", "curve")
                        .get(0)
                        .getElementsByTagName("circle")
                        .getLength());
    }

    @Test
    void ofManyConfigurations_theBestHaveColours() {
        SyntheticRuns runs = runs();
        for (int k = 0; k < 30; k++) {
            double factor = 1 + k;
            runs.run("many")
                    .optimizer("step-size", k + 1)
                    .loss(epoch -> factor / (1 + epoch))
                    .write();
        }
        Document svg = svg(drawn("f.svg", "many"));
        List<String> texts = texts(svg);
        assertEquals(30, elements(svg, "g", "curve").size());
        assertTrue(texts.containsAll(List.of("step-size 1", "step-size 8", "22 others")), texts.toString());
        assertFalse(texts.contains("step-size 9"), texts.toString());
    }

    @Test
    void unfinishedRuns_areDrawn_andSaid() throws IOException {
        SyntheticRuns runs = runs();
        runs.run("u").seed(1).write();
        runs.run("u").seed(2).state("DIVERGED").write();
        Path torn = runs.run("u").seed(3).write();
        String text = Files.readString(torn.resolve("metrics.csv"));
        Files.writeString(torn.resolve("metrics.csv"), text.substring(0, text.length() - 30));
        Files.delete(torn.resolve("status.json"));
        Cli.Result result = plot("u", "--out", folder.resolve("f.svg")).expect(ExitCode.OK);

        assertTrue(result.err().contains("of 3 runs 1 stale, 1 diverged"), result.err());
        assertEquals(3, numbers(folder.resolve("f.svg")).numbers("runs")[0]);
        assertEquals(2, numbers(folder.resolve("f.svg")).numbers("runs")[4]);
    }

    // ---- learning rates ----

    @Test
    void negativeRates_areHollowMarks_andTheLineGoesOn() {
        Path run = runs().run("r").epochs(9).writeAll();
        Path figure = drawn("f.svg", "r", "--kind", "learning-rates", "--x", "step");
        Document svg = svg(figure);

        List<Element> curves = elements(svg, "g", "curve");
        assertEquals(6, curves.size());
        Element bias = elements(svg, "g", "points").get(0);
        // epochs 2, 5 and 8 of group 1
        assertEquals(3, bias.getElementsByTagName("polygon").getLength());
        assertEquals("hollow", ((Element) bias.getElementsByTagName("polygon").item(0)).getAttribute("class"));
        assertEquals(1, curves.get(1).getElementsByTagName("polyline").getLength());
        String line = ((Element) curves.get(1).getElementsByTagName("polyline").item(0)).getAttribute("points");
        assertEquals(9, line.split(" ").length);
        assertFalse(curve(curves.get(0)).hasAttribute("stroke-dasharray"));
        assertTrue(curve(curves.get(1)).hasAttribute("stroke-dasharray"));
        assertEquals(
                curve(curves.get(0)).getAttribute("stroke"),
                curve(curves.get(1)).getAttribute("stroke"));

        CsvTable table = numbers(figure);
        CsvTable rates = CsvTable.read(run.resolve("learning_rates.csv"));
        assertEquals(rates.size(), table.size());
        double[] written = rates.numbers("eta_applied");
        double[] etas = table.numbers("eta");
        for (int epoch = 0; epoch < 9; epoch++) {
            for (int s = 0; s < 6; s++) {
                assertEquals(written[6 * epoch + s], etas[9 * s + epoch]);
            }
        }
    }

    private static Element curve(Element group) {
        return (Element) group.getElementsByTagName("polyline").item(0);
    }

    @Test
    void clippedRates_areHollowMarksAtTheirSizeBeforeThat() throws IOException {
        Path run = runs().run("r")
                .epochs(2)
                .groups(List.of("a.weight", "b.weight"))
                .writeAll();
        Files.writeString(run.resolve("learning_rates.csv"), """
                step,epoch,group_index,group,role,parameters,eta_raw,eta_averaged,eta_used,eta_applied
                1,1,0,a.weight,weight,9,2.0,2.0,2.0,1.0
                1,1,1,b.weight,weight,9,-4.0,-4.0,0.0,0.0
                11,2,0,a.weight,weight,9,2.0,2.0,2.0,1.0
                11,2,1,b.weight,weight,9,-6.0,0.0,0.0,0.0
                """);
        Path figure = drawn("f.svg", "r", "--kind", "learning-rates");

        assertArrayEquals(new double[] {1, 1, 0, 0}, numbers(figure).numbers("eta"));
        assertArrayEquals(new double[] {1, 1, -2, -3}, numbers(figure).numbers("shown"));
        List<String> texts = texts(svg(figure));
        assertTrue(texts.stream().anyMatch(text -> text.contains("clipped to 0")), texts.toString());
    }

    @Test
    void smoothing_isARunningMean_andStated() {
        runs().run("r").epochs(7).writeAll();
        double[] plain =
                numbers(drawn("p.svg", "r", "--kind", "learning-rates")).numbers("eta");
        Path smooth = drawn("s.svg", "r", "--kind", "learning-rates", "--smooth", "3");
        double[] means = numbers(smooth).numbers("eta");

        assertEquals((plain[0] + plain[1]) / 2, means[0], 1e-12);
        assertEquals((plain[2] + plain[3] + plain[4]) / 3, means[3], 1e-12);
        assertTrue(texts(svg(smooth)).stream().anyMatch(text -> text.contains("running mean of 3 refreshes")));
    }

    // ---- matrices ----

    @Test
    void matrices_haveTheNumbersOfTheFolder_weightsBeforeBiases() {
        Path run = runs().run("m").epochs(3).writeAll();
        Path figure = drawn("f.svg", run.getFileName(), "--kind", "matrices", "--moments", "first,best,last");
        Document svg = svg(figure);
        CsvTable table = numbers(figure);

        assertEquals(6, elements(svg, "g", "matrix").size());
        assertEquals(6 * 36, elements(svg, "g", "cell").size());
        assertEquals(6 * 36, table.size());
        assertEquals(
                List.of("conv1.weight", "fc1.weight", "fc2.weight", "conv1.bias", "fc1.bias", "fc2.bias"),
                IntStream.range(0, 6)
                        .mapToObj(column -> table.text(column, "column"))
                        .toList());
        // conv1.weight × fc1.bias at initialization: groups 0 and 3
        assertEquals(SyntheticRuns.Run.hessian(6, 0)[0][3], table.number(4, "value"));
        List<String> texts = texts(svg);
        assertTrue(
                texts.containsAll(List.of("initialization", "epoch 2 (best)", "epoch 3", "H̄", "H̄−1", "fc2.bias")),
                texts.toString());
    }

    @Test
    void oneScale_holdsForAllMoments() {
        runs().run("m").epochs(3).writeAll();
        Document svg = svg(drawn("f.svg", "m", "--kind", "matrices", "--matrix", "hessian"));
        List<Element> cells = elements(svg, "g", "cell");
        // the diagonal of every moment is the same: so is its colour
        assertEquals(fill(cells.get(0)), fill(cells.get(36)));
        assertEquals(fill(cells.get(0)), fill(cells.get(72)));
        assertFalse(fill(cells.get(1)).equals(fill(cells.get(73))));
        assertEquals(1, elements(svg, "g", "scale").size());
    }

    private static String fill(Element cell) {
        return ((Element) cell.getElementsByTagName("rect").item(0)).getAttribute("fill");
    }

    @Test
    void negativeEntries_areToldInGreyToo() {
        runs().run("m").epochs(0).writeAll();
        Path figure = drawn("f.svg", "m", "--kind", "matrices", "--matrix", "hessian");
        long negative = Arrays.stream(numbers(figure).numbers("value"))
                .filter(v -> v < 0)
                .count();

        assertTrue(negative > 0);
        assertEquals(
                negative,
                elements(svg(figure), "g", "cell").stream()
                        .filter(cell -> cell.getElementsByTagName("polyline").getLength() > 0)
                        .count());
    }

    @Test
    void normalizedMatrices_haveOnesOnTheDiagonal() {
        runs().run("m").epochs(1).writeAll();
        CsvTable table = numbers(drawn("f.svg", "m", "--kind", "matrices", "--normalize", "--matrix", "hessian"));
        double[][] hessian = SyntheticRuns.Run.hessian(6, 0);

        assertEquals(1, table.number(0, "shown"), 1e-12);
        assertEquals(
                Math.abs(hessian[0][2]) / Math.sqrt(Math.abs(hessian[0][0] * hessian[2][2])),
                table.number(1, "shown"),
                1e-12);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 42, 100})
    void anyNumberOfGroups_isDrawn(int groups) {
        List<String> names = IntStream.range(0, groups)
                .mapToObj(s -> "layers." + s / 2 + (s % 2 == 0 ? ".weight" : ".bias"))
                .toList();
        Path run = runs().run("g").epochs(1).groups(names).writeAll();
        String id = run.getFileName().toString();
        Document matrices = svg(drawn("m.svg", id, "--kind", "matrices", "--moments", "last", "--paper"));
        assertEquals(
                groups > 64 ? 0 : 2 * groups * groups,
                elements(matrices, "g", "cell").size());
        Document rates = svg(drawn("r.svg", id, "--kind", "learning-rates"));
        assertEquals(groups, elements(rates, "g", "curve").size());
        svg(drawn("s.svg", id, "--kind", "spectrum"));
    }

    @Test
    void namesOutOfFiles_areTextAndNothingElse() {
        List<String> names =
                List.of("<script>alert(1)</script>.weight", "a&\"b'.bias", "=cmd.weight", "λ_{x}^{2}.bias");
        Path run = runs().run("n").epochs(2).groups(names).writeAll();
        String id = run.getFileName().toString();
        for (String kind : List.of("matrices", "learning-rates")) {
            Path figure = drawn(kind + ".svg", id, "--kind", kind, "--format", "svg,png,pdf");
            Document svg = svg(figure);
            assertEquals(0, svg.getElementsByTagName("script").getLength());
            assertTrue(
                    texts(svg).stream().anyMatch(text -> text.contains("λ_{x}^{2}")),
                    () -> texts(svg).toString());
            String csv = String.join("\n", numbers(figure).columns()) + text(figure.resolveSibling(kind + ".csv"));
            assertTrue(csv.contains("'=cmd.weight") && !csv.contains(",=cmd"), csv);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    // ---- model against reality, spectra ----

    @Test
    void fidelity_hasAPointForEachMeasuredStep_andItsNumbers() {
        Path run = runs().run("f").epochs(6).writeAll();
        Path figure = drawn("f.svg", "f", "--kind", "fidelity");
        Document svg = svg(figure);
        CsvTable steps = CsvTable.read(run.resolve("steps.csv"));

        List<Element> points = elements(svg, "g", "points");
        assertEquals(4, points.size());
        assertEquals(6, points.get(0).getElementsByTagName("polygon").getLength());
        assertEquals(6, points.get(1).getElementsByTagName("circle").getLength());
        assertArrayEquals(steps.numbers("rho_2"), numbers(figure).numbers("rho_2"));
        assertArrayEquals(steps.numbers("predicted_change_3"), numbers(figure).numbers("predicted_change_3"));
    }

    @Test
    void spectra_areThoseOfCurvature() {
        runs().run("s").epochs(4).writeAll();
        Path figure = drawn("f.svg", "s", "--kind", "spectrum");
        CsvTable table = numbers(figure);

        assertEquals(12, table.size());
        assertEquals(
                new TreeSet<>(List.of("largest", "smallest", "condition")),
                new TreeSet<>(IntStream.range(0, 12)
                        .mapToObj(row -> table.text(row, "quantity"))
                        .toList()));
        assertEquals(3, elements(svg(figure), "g", "curve").size());
    }

    @Test
    void theFolderOfSooptSpectrum_isDrawn() throws IOException {
        Path spectrum = Files.createDirectories(folder.resolve("spectrum"));
        Files.writeString(spectrum.resolve("spectrum.json"), "{}");
        Files.writeString(
                spectrum.resolve("eigenvalues.csv"),
                "matrix,index,eigenvalue,residual\nhessian,0,4.0,0\nhessian,1,-2.0,0\nsummary,0,1.0,0\n");
        Files.writeString(
                spectrum.resolve("density.csv"), "matrix,eigenvalue,density\nhessian,-2.0,0.1\nhessian,4.0,0.2\n");
        plot(spectrum, "--kind", "spectrum").expect(ExitCode.OK);
        Document svg = svg(spectrum.resolve("plots/spectrum.svg"));

        assertEquals(3, elements(svg, "g", "curve").size());
        assertTrue(texts(svg).contains("density"));
        assertEquals(5, numbers(spectrum.resolve("plots/spectrum.svg")).size());
    }

    // ---- files ----

    @Test
    void figures_goToPlotsOfTheExperiment_orOfTheRun() {
        SyntheticRuns runs = runs();
        Path one = runs.run("a").writeAll();
        runs.run("a").seed(2).write();
        runs.run("b").write();

        String out = plot("a").expect(ExitCode.OK).out();
        assertEquals(
                List.of(results().resolve("a/plots/loss.svg"), results().resolve("a/plots/loss.csv")),
                out.lines().map(Path::of).toList());
        plot(one.getFileName(), "--kind", "fidelity").expect(ExitCode.OK);
        assertTrue(Files.exists(one.resolve("plots/fidelity.svg")));
        plot("a", "b").expect(ExitCode.OK);
        assertTrue(Files.exists(results().resolve("plots/loss.svg")));
    }

    @Test
    void formatsAndSizes_areWhatIsAskedFor() throws IOException {
        runs().run("a").write();
        Path base = folder.resolve("out/figure");
        plot("a", "--format", "svg,png,pdf", "--out", base, "--size", "50x40mm", "--dpi", "254")
                .expect(ExitCode.OK);

        try (Stream<Path> files = Files.list(folder.resolve("out"))) {
            assertEquals(
                    List.of("figure.csv", "figure.pdf", "figure.png", "figure.svg"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
        assertEquals(
                500, ImageIO.read(base.resolveSibling("figure.png").toFile()).getWidth());
        assertEquals(
                400, ImageIO.read(base.resolveSibling("figure.png").toFile()).getHeight());
        assertEquals(
                "141.73pt",
                svg(base.resolveSibling("figure.svg")).getDocumentElement().getAttribute("width"));
        Path pixels = drawn("p.png", "a", "--size", "640x480px");
        assertEquals(640, ImageIO.read(pixels.toFile()).getWidth());
        Document paper = svg(drawn("q.svg", "a", "--paper"));
        assertEquals("238.11pt", paper.getDocumentElement().getAttribute("width"));
        assertFalse(texts(paper).contains("a"), "a paper's figure has no title");
        assertTrue(texts(svg(drawn("r.svg", "a"))).contains("a"));
    }

    @Test
    void theSameCommand_writesTheSameBytes() throws IOException {
        runs().run("a").epochs(3).writeAll();
        for (String kind : List.of("loss", "matrices", "learning-rates", "fidelity", "spectrum")) {
            String formats = kind.equals("matrices") ? "svg,png,pdf" : "svg";
            Path one = drawn("1.svg", "a", "--kind", kind, "--format", formats);
            Path two = drawn("2.svg", "a", "--kind", kind, "--format", formats);
            for (String end : (formats + ",csv").split(",")) {
                assertEquals(
                        -1, Files.mismatch(one.resolveSibling("1." + end), two.resolveSibling("2." + end)), kind + end);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"loss", "matrices", "learning-rates", "fidelity", "spectrum"})
    void everyKind_isATableInTheTerminalToo(String kind) {
        runs().run("a").epochs(5).writeAll();
        String out = plot("a", "--kind", kind, "--text").expect(ExitCode.OK).out();

        assertTrue(out.lines().count() > 2, out);
        assertEquals(!kind.equals("matrices"), out.contains("█"), out);
        assertFalse(Files.exists(results().resolve("a/plots")));
    }

    // ---- mistakes ----

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "3 | b | there is no run or experiment 'b'",
                "3 | sgd --kind learning-rates | e.g. optimizer.type: newton-summary",
                "3 | sgd --kind matrices | record.curvature.every",
                "3 | sgd --kind fidelity | record.steps.every",
                "3 | sgd --kind spectrum | soopt spectrum --out DIR",
                "3 | sgd --metric test_acc | measured: train_acc, train_loss, val_acc, val_loss",
                "2 | sgd --metric train_los | did you mean 'train_loss'?",
                "2 | sgd --kind matrixes | matrices",
                "2 | sgd --x epochs | epoch, step, samples, cost, time",
                "2 | sgd --format jpg | svg, png, pdf",
                "2 | sgd --size big | must be like 84mm",
                "2 | sgd --size 5x5mm | at least 15 mm",
                "2 | sgd --size 9000mm --format png --dpi 2400 | the limit is 20000",
                "2 | sgd --dpi 7 | from 36 to 2400",
                "2 | sgd --smooth 0 | --smooth",
                "3 | full --kind matrices --moments 99 | first, best, last",
                "2 | '' | RUN",
            })
    void mistakes_areAnsweredInOneLine(int code, String words, String answer) {
        SyntheticRuns runs = runs();
        runs.run("sgd").write();
        runs.run("full").writeAll();
        Cli.Result result = plot((Object[]) (words.isEmpty() ? new String[0] : words.split(" ")));

        result.expect(code);
        assertTrue(result.err().contains(answer), result.err());
        assertEquals(code == 2 ? 2 : 1, result.errorLines().size(), result.err());
    }
}
