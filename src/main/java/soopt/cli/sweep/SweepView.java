package soopt.cli.sweep;

import java.io.PrintWriter;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import soopt.cli.terminal.Figures;
import soopt.cli.terminal.LiveLines;
import soopt.cli.terminal.StatusLine;
import soopt.cli.terminal.Table;
import soopt.experiment.folder.RunState;
import soopt.sweep.Entry;
import soopt.sweep.Names;
import soopt.sweep.local.Launcher;
import soopt.sweep.local.Report;

/** Shows a sweep: a line per event, also in a log file, and on a terminal a table of the runs that go on. */
final class SweepView implements Launcher.Listener {
    /** More would fill the screen. */
    private static final int MOST_ROWS = 20;

    /** One line about the whole where there is no terminal. */
    private static final long PLAIN_SECONDS = 60;

    private final LiveLines lines;
    private final PrintWriter log;
    private final boolean interactive;
    private final Map<Integer, SweepRun> runs = new TreeMap<>();
    private final Names names;
    private final int digits;
    private final int finishedBefore;
    private final int total;

    /** What is known of a run that goes on. */
    private static final class Row {
        private final long began = System.nanoTime();
        private long firstStep = -1;
        private long step;
        private long steps;
        private String epoch = "";
        private double loss = Double.NaN;

        double secondsLeft() {
            double seconds = (System.nanoTime() - began) * 1e-9;
            return step > firstStep && firstStep >= 0 ? seconds * (steps - step) / (step - firstStep) : Double.NaN;
        }
    }

    private final Map<Integer, Row> going = new TreeMap<>();
    private final Map<Integer, Double> work;
    private final long began = System.nanoTime();
    private long told = System.nanoTime();
    private int done;
    private int failed;

    private double workDone;

    /** @param work how much each run is, relative to the others, by its index */
    SweepView(
            LiveLines lines,
            boolean interactive,
            PrintWriter log,
            List<SweepRun> all,
            Names names,
            Map<Integer, Double> work) {
        this.lines = lines;
        this.log = log;
        this.interactive = interactive;
        this.names = names;
        this.work = work;
        this.total = all.size();
        this.digits = Integer.toString(
                        all.stream().mapToInt(run -> run.entry().index()).max().orElse(0))
                .length();
        this.finishedBefore = (int) all.stream().filter(SweepRun::isFinished).count();
        all.forEach(run -> runs.put(run.entry().index(), run));
        lines.show(this::table);
    }

    private String name(int index) {
        return String.format(Locale.ROOT, "run %" + digits + "d ", index) + "("
                + names.of(runs.get(index).entry()) + ")";
    }

    @Override
    public synchronized void given(int index, int worker) {
        going.put(index, new Row());
    }

    @Override
    public synchronized void heard(Report.Started report) {
        Row row = going.computeIfAbsent(report.index(), index -> new Row());
        row.firstStep = report.step();
        row.step = report.step();
        row.steps = report.steps();
        say(name(report.index())
                + (report.step() > 0
                        ? " goes on from step " + report.step() + " of " + report.steps()
                        : " begins, " + report.steps() + " steps"));
    }

    @Override
    public synchronized void heard(Report.Progress report) {
        Row row = going.computeIfAbsent(report.index(), index -> new Row());
        row.step = report.step();
        row.steps = report.steps();
        row.epoch = report.epoch() + "/" + report.epochs();
        row.loss = report.loss();
        if (!interactive && System.nanoTime() - told > PLAIN_SECONDS * 1_000_000_000L) {
            told = System.nanoTime();
            say(summary());
        }
    }

    @Override
    public synchronized void ended(Report.Ended report, boolean again) {
        going.remove(report.index());
        if (again) {
            say(name(report.index()) + " failed and is begun again: " + report.message());
            return;
        }
        boolean isOver = !report.state().equals(RunState.PREEMPTED.name())
                && !report.state().equals(RunState.CANCELLED.name());
        done += isOver ? 1 : 0;
        failed += report.state().equals(RunState.FAILED.name()) ? 1 : 0;
        workDone += isOver ? work.get(report.index()) : 0;
        say(name(report.index()) + " " + (report.existed() ? "was finished by another process" : report.message()));
    }

    @Override
    public synchronized void elsewhere(Report.Ended report) {
        going.remove(report.index());
        say(name(report.index()) + " is waited for: " + report.message());
    }

    @Override
    public synchronized void message(String line) {
        say(line);
    }

    /** On the screen and in the log. */
    void say(String line) {
        lines.line(line);
        log.println(LocalDateTime.now().truncatedTo(ChronoUnit.SECONDS).format(DateTimeFormatter.ISO_LOCAL_DATE_TIME)
                + " " + line);
        log.flush();
    }

    private String summary() {
        double left = secondsLeft();
        return (finishedBefore + done) + " of " + total + " runs done" + (failed > 0 ? ", " + failed + " failed" : "")
                + ", " + going.size() + " going on"
                + (Double.isNaN(left) ? "" : ", ETA " + StatusLine.clock(Math.round(left)));
    }

    /** By the work that was done since the beginning, whole runs and parts of those that go on. */
    private double secondsLeft() {
        double all = runs.values().stream()
                .filter(run -> !run.isFinished())
                .mapToDouble(run -> work.get(run.entry().index()))
                .sum();
        double now = workDone;
        double before = 0;
        for (Map.Entry<Integer, Row> each : going.entrySet()) {
            Row row = each.getValue();
            double share = row.steps > 0 ? work.get(each.getKey()) / row.steps : 0;
            before += row.firstStep > 0 ? share * row.firstStep : 0;
            now += share * row.step;
        }
        double seconds = (System.nanoTime() - began) * 1e-9;
        return now > before ? seconds * (all - now) / (now - before) : Double.NaN;
    }

    private synchronized List<String> table() {
        List<String> text = new ArrayList<>(List.of(summary()));
        Table table = new Table("run", "state", "epoch", "step", "loss", "left", "");
        going.entrySet().stream().limit(MOST_ROWS).forEach(each -> {
            Row row = each.getValue();
            Entry entry = runs.get(each.getKey()).entry();
            table.row(
                    each.getKey(),
                    row.steps == 0 ? "starting" : "training",
                    row.epoch,
                    row.steps == 0 ? "" : row.step + "/" + row.steps,
                    Double.isNaN(row.loss) ? "" : Figures.number(row.loss),
                    Double.isNaN(row.secondsLeft()) ? "" : StatusLine.clock(Math.round(row.secondsLeft())),
                    names.of(entry));
        });
        if (!table.isEmpty()) {
            text.addAll(table.text("  ").lines().toList());
        }
        return text;
    }
}
