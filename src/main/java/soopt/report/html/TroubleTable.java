package soopt.report.html;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import soopt.experiment.folder.Ending;
import soopt.experiment.folder.Status;
import soopt.experiment.results.ResultRun;
import soopt.experiment.results.Standing;

/** The runs that did not come to their end, or had to survive something: why, and what to do. */
final class TroubleTable {
    private TroubleTable() {}

    /** A section of the page; empty where all went well. */
    static String section(Runs runs) {
        List<Table.Head> heads = List.of(
                Table.Head.words("run"),
                Table.Head.words("configuration"),
                Table.Head.words("state"),
                Table.Head.number("epoch", "epochs done"),
                Table.Head.number("step", "steps done"),
                Table.Head.sentences("why"),
                Table.Head.words("to go on"));
        Table table = new Table("trouble-table", heads);
        List<Integer> troubled = IntStream.range(0, runs.contents().size())
                .filter(i -> isTroubled(runs.contents().get(i).run()))
                .boxed()
                .sorted(Comparator.comparing(i -> runs.contents().get(i).run().standing() == Standing.COMPLETED))
                .toList();
        for (int i : troubled) {
            ResultRun run = runs.contents().get(i).run();
            String label = runs.configurations().get(runs.configurationOf(i)).label();
            table.row("", cells(run, label, String.join("; ", why(run))));
        }
        return troubled.isEmpty() ? "" : """
                <section id="trouble" data-name="Diverged and others">
                  <h2>Runs that diverged, did not end, or warn</h2>
                  <div class="wide" tabindex="0" role="region" aria-label="Table of runs with trouble">%s</div>
                </section>
                """.formatted(table.html());
    }

    private static boolean isTroubled(ResultRun run) {
        return run.standing() != Standing.COMPLETED || !why(run).isEmpty();
    }

    private static List<Table.Cell> cells(ResultRun run, String label, String why) {
        return List.of(
                new Table.Cell("<code>" + Html.text(run.id()) + "</code>", run.id()),
                Table.Cell.text(label + (run.seed().isEmpty() ? "" : ", seed " + run.seed())),
                Table.Cell.state(run.standing().name()),
                Table.Cell.number(run.epoch()),
                Table.Cell.number(run.status().map(Status::step).orElse(0L)),
                Table.Cell.text(why),
                Table.Cell.text(command(run)));
    }

    private static List<String> why(ResultRun run) {
        List<String> why = new ArrayList<>();
        if (run.standing() != Standing.COMPLETED && !run.reason().isBlank()) {
            why.add(run.reason());
        }
        run.status().flatMap(Status::ending).map(Ending::warnings).ifPresent(why::addAll);
        return why;
    }

    private static String command(ResultRun run) {
        if (run.standing() == Standing.DIVERGED) {
            return "soopt replay " + run.id();
        }
        return run.standing().canGoOn() && run.standing() != Standing.UNKNOWN ? "soopt resume " + run.id() : "";
    }
}
