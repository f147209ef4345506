package soopt.report.html;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import soopt.experiment.folder.Meta;
import soopt.experiment.folder.Status;
import soopt.experiment.results.ResultRun;
import soopt.experiment.results.Standing;

/**
 * Runs as one HTML file: tables, figures, what they were told and where they ran. It needs nothing else and loads
 * nothing. The same folders give the same bytes.
 */
public final class Report {
    /** Bytes of a page of up to {@value #FEW} runs. */
    static final int LARGEST = 3_000_000;

    private static final int FEW = 50;
    private static final int PER_FURTHER_RUN = 10_000;

    private Report() {}

    /**
     * The page.
     *
     * @param title plain text
     * @param runs at least one, in the order of the table
     */
    public static String of(String title, List<ResultRun> selected) {
        Runs runs = Runs.read(title, selected);
        Page page = new Page()
                .put("title", Html.text(title))
                .put("version", Html.text(Meta.version()))
                .put("lead", lead(runs))
                .put("runs", new RunTable(runs).html())
                .put("ranking", RankingTable.section(runs))
                .put("trouble", TroubleTable.section(runs));
        int limit = LARGEST + Math.max(0, selected.size() - FEW) * PER_FURTHER_RUN;
        String html = "";
        for (int level = Runs.firstLevel(selected.size()); level < Detail.LEVELS.size(); level++) {
            Detail detail = Detail.LEVELS.get(level);
            html = page.put("notes", Notes.html(runs, detail))
                    .put("data", PageData.of(runs, detail))
                    .html();
            if (html.getBytes(StandardCharsets.UTF_8).length <= limit) {
                break;
            }
        }
        return html;
    }

    /** How many runs stand how, and as of when. */
    private static String lead(Runs runs) {
        List<ResultRun> all = runs.contents().stream().map(Content::run).toList();
        Map<Standing, Integer> counts = new EnumMap<>(Standing.class);
        all.forEach(run -> counts.merge(run.standing(), 1, Integer::sum));
        String states = counts.entrySet().stream()
                .map(each -> "<span class=\"state " + each.getKey() + "\">" + each.getValue() + " " + each.getKey()
                        + "</span>")
                .collect(Collectors.joining(", "));
        int configurations = runs.configurations().size();
        String many = (all.size() == 1 ? "1 run" : all.size() + " runs")
                + (configurations > 1 ? " in " + configurations + " configurations" : "");
        String when = all.stream()
                .flatMap(run -> run.status().stream())
                .map(Status::heartbeat)
                .max(Instant::compareTo)
                .map(last -> "; as of "
                        + Html.text(last.truncatedTo(ChronoUnit.SECONDS)
                                .toString()
                                .replace("T", " ")
                                .replace("Z", " UTC")))
                .orElse("");
        return "<b>" + many + "</b>: " + states + when;
    }
}
