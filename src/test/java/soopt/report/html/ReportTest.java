package soopt.report.html;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.report.html.ReportRuns.Run;

class ReportTest {
    private static final List<String> GROUPS = List.of("a.weight", "a.bias", "b.weight", "b.bias");

    @TempDir
    private Path folder;

    private ReportRuns runs;

    @BeforeEach
    void begin() {
        runs = new ReportRuns(folder);
    }

    private String page() {
        return Report.of("a title", runs.all());
    }

    private static JsonNode data(String page) throws IOException {
        Matcher found = Pattern.compile("<script type=\"application/json\" id=\"data\">(.*?)</script>", Pattern.DOTALL)
                .matcher(page);
        assertTrue(found.find());
        return new ObjectMapper().readTree(found.group(1));
    }

    private static int count(String text, String what) {
        return text.split(Pattern.quote(what), -1).length - 1;
    }

    /** 3 × 2 × 2 runs, of which some diverged. */
    private void sweep() {
        for (double stepSize : new double[] {0.1, 0.3, 1}) {
            for (double momentum : new double[] {0, 0.9}) {
                for (int seed = 1; seed <= 2; seed++) {
                    Run run = Run.completed(seed, stepSize, momentum);
                    boolean diverged = stepSize == 1 && momentum == 0.9;
                    runs.add(
                            diverged ? run.ended("DIVERGED", "diverged at step 7: the loss is 1e30") : run,
                            diverged ? 2 : 8);
                }
            }
        }
    }

    @Test
    void sweep_isAllThere() throws IOException {
        sweep();
        String page = page();
        JsonNode data = data(page);
        assertEquals(12, data.path("runs").size());
        assertEquals(6, data.path("configurations").size());
        assertEquals("step-size", data.at("/keys/0/name").asText());
        assertEquals("momentum", data.at("/keys/1/name").asText());
        assertEquals(List.of("0.1", "0.0"), texts(data.at("/configurations/0/values")));
        assertEquals(2, data.at("/configurations/0/runs").size());
        assertEquals("val_acc", data.path("usual").asText());
        assertEquals(12, count(page, "<tr data-run="));
        assertEquals(2, count(page, ">diverged at step 7"), "one reason each");
        assertTrue(page.contains("12 runs</b>") || page.contains("12 runs in 6 configurations</b>"));
        assertTrue(page.contains("2 DIVERGED"));
        assertTrue(page.contains("soopt replay"));
        JsonNode first = data.at("/runs/0/metrics");
        assertEquals(9, data.path("columns").get(first.path("val_loss").asInt()).size());
        assertTrue(first.path("test_loss").isMissingNode(), "never measured");
        assertTrue(data.path("runs").get(11).has("excluded"));
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.asText()));
        return texts;
    }

    @Test
    void numbers_areThoseOfTheFiles_toSixDigits() throws IOException {
        Path run = runs.add(Run.completed(3, 0.25, 0), 6);
        ReportRuns.addCurvature(run, GROUPS, 7, 3);
        JsonNode data = data(page());
        JsonNode told = data.at("/runs/0");
        List<String> rows = Files.readAllLines(run.resolve("metrics.csv"));
        int at = List.of(rows.get(0).split(",")).indexOf("train_loss");
        JsonNode column =
                data.path("columns").get(told.at("/metrics/train_loss").asInt());
        for (int i = 1; i < rows.size(); i++) {
            double exact = Double.parseDouble(rows.get(i).split(",")[at]);
            assertEquals(exact, column.get(i - 1).asDouble(), 5e-6 * exact, "row " + i);
        }
        assertEquals(4, told.at("/rates/applied").size());
        assertEquals(
                7, data.path("columns").get(told.at("/rates/applied/1").asInt()).size());
        assertEquals(
                List.of("weight", "bias", "weight", "bias"),
                data.at("/groups/0").findValuesAsText("role"));
        JsonNode moments = told.at("/matrices/moments");
        assertEquals(3, moments.size());
        JsonNode half = data.path("columns").get(moments.get(2).path("hbar").asInt());
        assertEquals(10, half.size(), "the upper half of a symmetric matrix");
        assertEquals(3, half.get(0).asDouble(), 1e-9);
        assertEquals(-0.15, half.get(1).asDouble(), 1e-9);
    }

    @Test
    void namesAndMessages_areNeverMarkup() throws IOException {
        String evil =
                "</script><script>document.title='hacked'</script>\"'><img src=x onerror=alert(1)>&amp; \u2028 \u202e";
        Path run = runs.add(
                Run.completed(1, 0.1, 0).named("<img src=x onerror=alert(2)>").ended("FAILED", evil), 3);
        ReportRuns.addCurvature(run, List.of("<script>alert(3)", "\"><b>x"), 3, 2);
        Files.writeString(
                run.resolve("config.yaml"),
                "\nnote: " + ReportRuns.quoted("</pre><script>alert(4)</script>"),
                StandardOpenOption.APPEND);
        String page = Report.of("<script>alert(5)</script>", runs.all());
        String ours = page.replaceAll("(?s)<script>.*?</script>", "");
        assertFalse(ours.contains("alert(1)>"), "in attributes and text");
        assertFalse(ours.contains("<img"));
        assertFalse(ours.contains("<script>"));
        assertEquals(3, count(page, "</script>"), "the data, the library and ours");
        assertFalse(page.contains("\u2028") || page.contains("\u202e"));
        assertTrue(ours.contains("&lt;/script&gt;&lt;script&gt;"));
        assertEquals(
                "<script>alert(3)", data(page).at("/groups/0/0/name").asText(), "and the data say what the file says");
    }

    @Test
    void policy_allowsNothingButThePagesOwnScripts() {
        sweep();
        String page = page();
        Matcher policy = Pattern.compile("Content-Security-Policy\" content=\"([^\"]+)\"")
                .matcher(page);
        assertTrue(policy.find());
        assertTrue(policy.group(1).startsWith("default-src 'none'; script-src 'sha256-"));
        assertFalse(policy.group(1).contains("unsafe-eval") || policy.group(1).contains("http"));
        Matcher scripts = Pattern.compile("(?s)<script>(.*?)</script>").matcher(page);
        int found = 0;
        while (scripts.find()) {
            assertTrue(policy.group(1).contains("'" + Page.hash(scripts.group(1)) + "'"), "script " + found);
            found++;
        }
        assertEquals(2, found);
        String withoutLibrary = page.replaceAll("(?s)<script>.*?</script>", "");
        assertFalse(withoutLibrary.matches("(?s).*(src|href)=\"(?!#)[^\"]*\".*"), "nothing is loaded");
    }

    @Test
    void sameFolders_giveTheSameBytes() {
        sweep();
        assertEquals(page(), page());
    }

    @Test
    void fiftyRuns_areWithinThreeMegabytes() {
        List<String> groups = IntStream.range(0, 12)
                .mapToObj(i -> "features." + i / 2 + (i % 2 == 0 ? ".weight" : ".bias"))
                .toList();
        for (int i = 0; i < 50; i++) {
            Path run = runs.add(Run.completed(1 + i % 5, 0.01 * (1 + i / 5), 0), 300);
            ReportRuns.addCurvature(run, groups, 170, 5);
        }
        String page = page();
        int bytes = page.getBytes(StandardCharsets.UTF_8).length;
        assertTrue(bytes <= Report.LARGEST, bytes + " bytes");
        assertTrue(bytes > Report.LARGEST / 2, "and what there is room for is there: " + bytes);
        assertTrue(page.contains("are thinned"), "it says what it leaves out");
    }

    @Test
    void longRuns_areThinned_andSaidToBe() throws IOException {
        runs.add(Run.completed(1, 0.001, 0), 5000);
        String page = page();
        JsonNode data = data(page);
        assertEquals(
                1000,
                data.path("columns")
                        .get(data.at("/runs/0/metrics/train_loss").asInt())
                        .size());
        assertTrue(page.contains("Curves of more than 1000 rows are thinned to as many points"));
    }

    @Test
    void damagedAndUnfinishedFolders_areShownAsFarAsTheyGo() throws IOException {
        Path torn = runs.add(Run.completed(1, 0.1, 0).ended("RUNNING", ""), 4);
        Files.writeString(torn.resolve("metrics.csv"), "5,50,1", StandardOpenOption.APPEND);
        Files.delete(torn.resolve("meta.json"));
        Path bare = Files.createDirectories(folder.resolve("grid/runs/00000000beef"));
        Files.writeString(bare.resolve("metrics.csv"), "");
        Path bad = runs.add(Run.completed(2, 0.1, 0), 4);
        Files.writeString(bad.resolve("status.json"), "{\"state\":");
        Files.writeString(bad.resolve("config.yaml"), "a: [1\nb: \u0000");
        Files.write(bad.resolve("learning_rates.csv"), new byte[] {(byte) 0xff, 10, 44});
        Files.createDirectories(bad.resolve("matrices"));
        Files.writeString(
                bad.resolve("matrices/matrices.jsonl"),
                "{\"step\":1,\"moment\":\"e0001\",\"groups\":[\"a\"]}\n{\"step\":");
        Files.writeString(bad.resolve("matrices/matrices.npz"), "PK nothing");
        String page = page();
        JsonNode data = data(page);
        assertEquals(3, data.path("runs").size());
        assertTrue(page.contains("STALE"), "nobody goes on with it");
        assertTrue(page.contains("meta.json is missing"));
        assertTrue(page.contains("config.yaml"));
        assertEquals(3, count(page, "<tr data-run="));
    }

    @Test
    void manyGroups_areLeftOutWithAWord() {
        Path run = runs.add(Run.completed(1, 0.1, 0), 2);
        ReportRuns.addCurvature(
                run, IntStream.range(0, 129).mapToObj(i -> "g" + i).toList(), 1, 1);
        assertTrue(page().contains("Matrices of more than 128 groups are left out"));
    }

    @Test
    void numbersForPeople_areShort() {
        assertEquals("0.1235", Html.number(0.123456));
        assertEquals("28741.9", Html.number(28741.91));
        assertEquals("−1.235e−7", Html.number(-1.23456e-7));
        assertEquals("1.5e12", Html.number(1.5e12));
        assertEquals("1e−4", Html.number(1e-4));
        assertEquals("−2e6", Html.number(-2e6));
        assertEquals("999999", Html.number(999_999));
        assertEquals("0", Html.number(0));
        assertEquals("100", Html.number(100));
        assertEquals("–", Html.number(Double.NaN));
        assertEquals("1.23457E-7", PageJson.digits(1.234567e-7));
        assertEquals("12", PageJson.digits(12));
        assertEquals("null", PageJson.digits(Double.POSITIVE_INFINITY));
    }
}
