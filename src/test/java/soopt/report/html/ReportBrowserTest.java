package soopt.report.html;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.file.CsvTable;
import soopt.report.html.ReportRuns.Run;
import soopt.report.read.Axis;
import soopt.report.read.Band;
import soopt.report.read.Series;

/** The page where it is looked at: in a Chromium without a window. Skipped where none is installed. */
class ReportBrowserTest {
    private static final List<String> GROUPS = List.of("a.weight", "a.bias", "b.weight", "b.bias");

    @TempDir
    private static Path folder;

    private static Browser browser;
    private static Path sweep;

    @BeforeAll
    static void start() throws IOException {
        assumeTrue(Browser.installed().isPresent(), "no chromium is installed: the page is not looked at");
        browser = Browser.start(Browser.installed().orElseThrow(), Files.createDirectory(folder.resolve("profile")));
        ReportRuns runs = new ReportRuns(folder.resolve("results"));
        for (double stepSize : new double[] {0.1, 0.3, 1}) {
            for (double momentum : new double[] {0, 0.9}) {
                for (int seed = 1; seed <= 2; seed++) {
                    Run run = Run.completed(seed, stepSize, momentum);
                    boolean diverged = stepSize == 1 && momentum == 0.9;
                    Path made = runs.add(diverged ? run.ended("DIVERGED", "the loss is 1e30") : run, diverged ? 2 : 30);
                    ReportRuns.addCurvature(made, GROUPS, 30, 5);
                }
            }
        }
        sweep = page("sweep", runs);
    }

    private static Path page(String name, ReportRuns runs) throws IOException {
        return Files.writeString(folder.resolve(name + ".html"), Report.of(name, runs.all()));
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
    }

    /** Whatever was done to it, the page complains of nothing and asks for nothing. */
    @AfterEach
    void nothingIsComplainedOf() {
        assertEquals(List.of(), browser.complaints());
        List<String> foreign = browser.requests().stream()
                .filter(url -> !url.matches("(file|data|blob):.*|about:blank"))
                .toList();
        assertEquals(List.of(), foreign);
        browser.media("light", "screen");
    }

    private static String option(String chart, String path) {
        return "echarts.getInstanceByDom(document.getElementById('" + chart + "')).getOption()" + path;
    }

    private static final String LINES =
            option("curve-chart", ".series.filter(s => s.type === 'line' && s.id !== 'ticks').length");

    @Test
    void figures_areDrawn() {
        browser.open(sweep, 1400, 900);
        for (String chart : List.of("curve", "rate", "hbar", "inverse", "parallel", "grid")) {
            assertTrue(
                    browser.evaluate("document.querySelectorAll('#" + chart + "-chart svg path').length")
                                    .asInt()
                            > 5,
                    chart);
        }
        assertEquals(6, browser.evaluate(LINES).asInt(), "a line per configuration");
        assertEquals(
                6,
                browser.evaluate(option("curve-chart", ".series.filter(s => s.type === 'custom').length"))
                        .asInt(),
                "its band");
        assertEquals(
                6,
                browser.evaluate(option("grid-chart", ".series[0].data.length")).asInt());
        browser.choose("#curve-axis", "time");
        browser.choose("#curve-metric", "val_acc");
        assertFalse(
                browser.evaluate("document.getElementById('curve-log').checked").asBoolean(), "accuracies are linear");
        assertEquals("validation accuracy", browser.text(option("curve-chart", ".yAxis[0].name")));
        browser.choose("#curve-lines", "runs");
        assertEquals(12, browser.evaluate(LINES).asInt());
    }

    /** The page computes its bands itself: they are those of soopt plot. */
    @Test
    void bands_areThoseOfThePlots() {
        browser.open(sweep, 1400, 900);
        browser.choose("#curve-axis", "time");
        browser.choose("#curve-middle", "median");
        browser.choose("#curve-band", "quartiles");
        browser.evaluate("window.saved = []; URL.createObjectURL = blob => { saved.push(blob); return '#'; }");
        browser.click("#curve-zoom button:nth-child(6)");
        List<String[]> rows = browser.text("saved[0].text()")
                .lines()
                .filter(line -> line.startsWith("\"step-size 0.3, momentum 0.9 (2 seeds)\""))
                .map(line -> line.substring(line.lastIndexOf('"') + 2).split(","))
                .toList();
        List<Series> courses = new ReportRuns(folder.resolve("results"))
                .all().stream()
                        .filter(run -> run.settings().get("optimizer.step-size").equals("0.3")
                                && run.settings().get("optimizer.momentum").equals("0.9"))
                        .map(run ->
                                Series.of(CsvTable.read(run.folder().resolve("metrics.csv")), "train_loss", Axis.TIME))
                        .toList();
        Band band = Band.of(courses, Band.Middle.MEDIAN, Band.Spread.QUARTILES);
        assertEquals(2, courses.size());
        assertEquals(band.size(), rows.size());
        for (int i = 0; i < rows.size(); i++) {
            double[] expected = {band.x()[i], band.middle()[i], band.low()[i], band.high()[i], band.runs()[i]};
            for (int k = 0; k < expected.length; k++) {
                double tolerance = 1e-5 * Math.abs(expected[k]);
                assertEquals(expected[k], Double.parseDouble(rows.get(i)[k]), tolerance, "point " + i + ", " + k);
            }
        }
    }

    @Test
    void rates_areToldApart_andNegativeOnesMarked() {
        browser.open(sweep, 1400, 900);
        String all = option("rate-chart", ".series");
        assertEquals(
                2,
                browser.evaluate(all + ".filter(s => s.lineStyle?.type === 'dotted').length")
                        .asInt(),
                "biases");
        assertEquals(
                6,
                browser.evaluate(all + ".find(s => s.type === 'scatter').data.length")
                        .asInt(),
                "hollow marks");
        assertTrue(browser.text("document.getElementById('rate-caption').textContent")
                .contains("hollow marks: a.bias (6)"));
        browser.choose("#rate-kind", "raw");
        assertEquals("|η| of the cubic step", browser.text(option("rate-chart", ".yAxis[0].name")));
    }

    @Test
    void tableSorts_byClickAndByKey() {
        browser.open(sweep, 1400, 900);
        String column =
                "[...document.querySelectorAll('#runs-table thead th')].findIndex(h => h.textContent === 'val_loss')";
        int index = browser.evaluate(column).asInt();
        String values = "[...document.querySelector('#runs-table').tBodies[0].rows].map(r => Number(r.cells[" + index
                + "].dataset.value ?? r.cells[" + index + "].textContent))";
        String header = "#runs-table thead th:nth-child(" + (index + 1) + ") button";
        browser.click(header);
        assertTrue(browser.evaluate(values + ".every((v, i, all) => !i || all[i - 1] <= v)")
                .asBoolean());
        browser.press("Enter");
        assertTrue(browser.evaluate(values + ".every((v, i, all) => !i || all[i - 1] >= v)")
                .asBoolean());
        assertEquals("descending", browser.text("document.querySelector('" + header + "').parentElement.ariaSort"));
    }

    @Test
    void filter_holdsForTheTableAndTheFigures() {
        browser.open(sweep, 1400, 900);
        String rows = "document.querySelectorAll('#runs-table tbody tr:not([hidden])').length";
        browser.click("#filter");
        browser.type("step-size=0.3 momentum=0.9");
        browser.until(rows + " === 2");
        assertEquals(1, browser.evaluate(LINES).asInt());
        filter("val_acc>0.895 seed=2 completed");
        browser.until(rows + " === 3");
        filter("");
        browser.until(rows + " === 12");
        browser.click("#states input[value=DIVERGED]");
        assertEquals(10, browser.evaluate(rows).asInt());
        assertEquals(5, browser.evaluate(LINES).asInt());
    }

    private static void filter(String words) {
        browser.evaluate("document.getElementById('filter').value = '" + words + "'");
        browser.evaluate("document.getElementById('filter').dispatchEvent(new Event('input'))");
    }

    @Test
    void legend_hidesAndShowsLines() {
        browser.open(sweep, 1400, 900);
        browser.click("#curve-legend button");
        assertEquals(5, browser.evaluate(LINES).asInt());
        assertEquals("false", browser.text("document.querySelector('#curve-legend button').ariaPressed"));
        browser.click("#curve-legend [data-all='']");
        assertEquals(0, browser.evaluate(LINES).asInt());
        browser.click("#curve-legend [data-all='1']");
        assertEquals(6, browser.evaluate(LINES).asInt());
    }

    @Test
    void curvesZoom_byButtonKeyAndWheel() {
        browser.open(sweep, 1400, 900);
        String span = option("curve-chart", ".dataZoom[0]");
        String width = "(z => z.end - z.start)(" + span + ")";
        browser.click("#curve-zoom button");
        assertEquals(50, browser.evaluate(width).asDouble(), 1e-9);
        double top = browser.evaluate(option("curve-chart", ".yAxis[0].max")).asDouble();
        browser.evaluate("document.getElementById('curve-chart').focus()");
        browser.press("+");
        assertEquals(25, browser.evaluate(width).asDouble(), 1e-9);
        browser.press("ArrowRight");
        assertTrue(browser.evaluate(span + ".start").asDouble() > 37.5);
        assertTrue(browser.evaluate(option("curve-chart", ".yAxis[0].max")).asDouble() < top, "the scale follows");
        browser.press("0");
        assertEquals(100, browser.evaluate(width).asDouble(), 1e-9);
        double[] at = browser.middle("#curve-chart");
        browser.mouse("mouseMoved", at, Map.of());
        browser.mouse("mouseWheel", at, Map.of("deltaX", 0, "deltaY", -240, "modifiers", 2));
        browser.until(width + " < 99");
    }

    @Test
    void slider_movesThroughTheMoments() {
        browser.open(sweep, 1400, 900);
        String cell = option("hbar-chart", ".series[0].data[0].value[2]");
        assertEquals(1, browser.evaluate(cell).asDouble(), 1e-9);
        assertEquals("initialization (1 of 5)", browser.text("document.getElementById('matrix-when').textContent"));
        String colour = browser.text(option("hbar-chart", ".series[0].data[0].itemStyle.color"));
        browser.evaluate("document.getElementById('matrix-moment').focus()");
        browser.press("ArrowRight");
        browser.press("ArrowRight");
        assertEquals(3, browser.evaluate(cell).asDouble(), 1e-9);
        assertEquals("epoch 2 (3 of 5)", browser.text("document.getElementById('matrix-when').textContent"));
        assertNotEquals(
                colour,
                browser.text(option("hbar-chart", ".series[0].data[0].itemStyle.color")),
                "one scale over moments");
        browser.hover("#hbar-chart", 130, 30);
        browser.until(
                "[...document.querySelectorAll('#hbar-chart .tip')].some(t => t.textContent.includes('a.weight – a.weight')"
                        + " && t.textContent.includes('3.0000'))");
        browser.click("#matrix-normal");
        assertEquals(1, browser.evaluate(cell).asDouble(), 1e-6, "the diagonal");
    }

    @Test
    void keyboardAlone_reachesEverything() {
        browser.open(sweep, 1400, 900);
        browser.press("Tab");
        assertEquals("skip", browser.text("document.activeElement.className"));
        browser.press("Enter");
        assertEquals("#content", browser.text("location.hash"));
        assertEquals(
                0,
                browser.evaluate(
                                "[...document.querySelectorAll('input, select')].filter(e => !e.labels.length && !e.ariaLabel).length")
                        .asInt(),
                "every control has a label");
        assertEquals(
                6,
                browser.evaluate(
                                "[...document.querySelectorAll('.chart[aria-label]')].filter(e => e.ariaLabel.length > 20).length")
                        .asInt());
    }

    @Test
    void dark_isAsTheSystemOrAsTheButton() {
        browser.open(sweep, 1400, 900);
        String page = "getComputedStyle(document.body).backgroundColor";
        assertEquals("rgb(255, 255, 255)", browser.text(page));
        browser.media("dark", "screen");
        browser.until(page + " === 'rgb(20, 24, 29)'");
        assertEquals("#e4e8ec", browser.text(option("curve-chart", ".textStyle.color")), "the figures too");
        browser.media("light", "screen");
        browser.until(page + " === 'rgb(255, 255, 255)'");
        browser.click("#theme");
        assertEquals("rgb(20, 24, 29)", browser.text(page));
        browser.evaluate("localStorage.clear()");
    }

    @Test
    void print_isLightAndWhole() {
        browser.open(sweep, 1400, 900);
        browser.media("dark", "");
        double width = browser.evaluate("document.querySelector('#curve-chart svg').clientWidth")
                .asDouble();
        byte[] pdf = browser.pdf();
        assertTrue(new String(pdf, 0, 5, StandardCharsets.ISO_8859_1).startsWith("%PDF"));
        assertTrue(pdf.length > 50_000, "figures are in it");
        browser.until("document.querySelector('#curve-chart svg').clientWidth === " + width);
        browser.media("light", "print");
        assertEquals("none", browser.text("getComputedStyle(document.querySelector('nav')).display"));
    }

    @Test
    void narrowScreens_haveNoSidewaysScroll() {
        browser.open(sweep, 420, 800);
        assertTrue(browser.evaluate("document.documentElement.scrollWidth").asInt() <= 420);
    }

    @Test
    void hostileAndDamagedRuns_areTextAndNothingElse() throws IOException {
        ReportRuns runs = new ReportRuns(folder.resolve("hostile"));
        String evil = "</script><script>window.hacked = 1</script>\"'><img src=x onerror='window.hacked = 2'>";
        Path run = runs.add(
                Run.completed(1, 0.1, 0)
                        .named("<img src=x onerror=window.hacked=3>")
                        .ended("FAILED", evil),
                3);
        ReportRuns.addCurvature(
                run, List.of("<img src=x onerror=window.hacked=4>", "</script><script>window.hacked=5</script>"), 3, 2);
        Files.writeString(
                run.resolve("config.yaml"),
                "\"<img src=x onerror=window.hacked=6>\": \"<b>{a|x}</b> <img src=x onerror=window.hacked=7>\"\n",
                StandardOpenOption.APPEND);
        Path bad = runs.add(Run.completed(2, 0.2, 0.5).named("<img src=x onerror=window.hacked=3>"), 4);
        Files.writeString(bad.resolve("status.json"), "{");
        runs.add(Run.completed(2, 0.3, 0.5).named("<img src=x onerror=window.hacked=3>"), 4);
        Files.writeString(bad.resolve("config.yaml"), "x: [");
        browser.open(page("hostile", runs), 1400, 900);
        browser.hover("#hbar-chart", 150, 60);
        browser.hover("#hbar-chart", 140, 50);
        browser.until("document.querySelector('#hbar-chart .tip') !== null");
        browser.hover("#rate-chart", 300, 150);
        browser.hover("#curve-chart", 300, 150);
        browser.hover("#grid-chart", 300, 150);
        assertTrue(
                browser.text("document.getElementById('grid-x').textContent").contains("hacked=6"),
                "a key of the sweep");
        browser.click("#matrix-numbers summary");
        assertTrue(browser.evaluate("window.hacked === undefined && !document.querySelector('img')")
                .asBoolean());
        assertTrue(browser.text("document.getElementById('trouble-table').textContent")
                .contains(evil));
    }

    @Test
    void savedFiles_holdTheNumbers_andNoFormulas() throws IOException {
        ReportRuns runs = new ReportRuns(folder.resolve("saved"));
        for (String note : List.of("=cmd|' /C calc'!A0", "@SUM(1)", "-1.5", "a, \"b\"")) {
            Path run = runs.add(Run.completed(1, 0.1, 0), 3);
            Files.writeString(
                    run.resolve("config.yaml"), "note: " + ReportRuns.quoted(note) + "\n", StandardOpenOption.APPEND);
        }
        browser.open(page("saved", runs), 1400, 900);
        browser.evaluate("window.saved = []; URL.createObjectURL = blob => { saved.push(blob); return '#'; }");
        browser.click("[data-save=runs-table]");
        String table = browser.text("saved[0].text()");
        assertTrue(table.contains(",'=cmd|' /C calc'!A0,"), table);
        assertTrue(table.contains(",'@SUM(1),") && table.contains(",-1.5,"), table);
        assertTrue(table.contains(",\"a, \"\"b\"\"\","), table);
        assertEquals(5, table.lines().count(), table);
        browser.click("#curve-zoom button:nth-child(6)");
        String lines = browser.text("saved[1].text()");
        assertEquals(
                "line,epoch,training loss,low,high,runs",
                lines.lines().findFirst().orElseThrow());
        assertEquals(1 + 4 * 4, lines.lines().count(), lines);
        browser.evaluate("HTMLAnchorElement.prototype.click = function () { window.picture = this.href; }");
        browser.click("#curve-zoom button:nth-child(7)");
        assertTrue(browser.text("decodeURIComponent(picture)").startsWith("data:image/svg+xml;charset=UTF-8,<svg"));
    }

    @Test
    void largeMatrices_areDrawnWhole() throws IOException {
        ReportRuns runs = new ReportRuns(folder.resolve("large"));
        List<String> groups =
                IntStream.range(0, 60).mapToObj(s -> "g" + s + ".weight").toList();
        ReportRuns.addCurvature(runs.add(Run.completed(1, 0.1, 0), 3), groups, 2, 2);
        browser.open(page("large", runs), 1400, 900);
        for (String chart : List.of("hbar-chart", "inverse-chart")) {
            int cells = browser.evaluate("document.querySelectorAll('#" + chart + " svg path').length")
                    .asInt();
            assertTrue(cells >= 3600, chart + ": " + cells);
        }
    }

    @Test
    void empty_isAPageToo() throws IOException {
        ReportRuns runs = new ReportRuns(folder.resolve("empty"));
        Files.createDirectories(folder.resolve("empty/new/runs/0123456789ab"));
        browser.open(page("empty", runs), 1400, 900);
        assertEquals("UNKNOWN", browser.text("document.querySelector('#runs-table .state').textContent"));
        assertTrue(IntStream.of(browser.evaluate("document.querySelectorAll('main section:not([hidden])').length")
                        .asInt())
                .allMatch(shown -> shown <= 2));
    }
}
