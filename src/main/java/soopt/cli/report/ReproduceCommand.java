package soopt.cli.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import soopt.cli.options.ExitCode;
import soopt.cli.terminal.Figures;
import soopt.experiment.folder.RunDirectoryException;
import soopt.experiment.results.ResultRun;
import soopt.file.JsonObject;
import soopt.file.ShellWord;
import soopt.file.Shown;
import soopt.report.read.Selection;
import soopt.report.reproduce.Evidence;
import soopt.report.reproduce.Ledger;
import soopt.report.reproduce.Reproduction;
import soopt.report.reproduce.Reproductions;
import soopt.report.reproduce.Scale;
import soopt.spec.Suggestions;
import soopt.sweep.Plan;

/** Runs the experiments of the paper, draws its figures and asks its claims. */
@Command(
        name = "reproduce",
        mixinStandardHelpOptions = true,
        header = "Run the paper's experiments at a scale, draw its figures, and say of each claim whether it holds.",
        description = {
            "What it does are 'soopt sweep' and 'soopt plot', which it prints. Runs that are finished are not run again, and"
                    + " figures of the same runs share them. The cost comes first.",
            "smoke takes a minute or two for each on two cores, short a night for all; full is what a cluster runs: its"
                    + " sweeps are printed, and what is finished of them is drawn and asked. Some of the paper's settings are"
                    + " not known here: the files in configs/reproduce say which."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  soopt reproduce --list",
            "  soopt reproduce fig1-lenet",
            "  soopt reproduce all --scale smoke",
            "  soopt reproduce fig2a-lenet table5-lenet --scale short",
            "  soopt reproduce all --scale full --results /scratch/results"
        })
public final class ReproduceCommand implements Callable<Integer> {
    private static final String ALL = "all";

    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "0..*",
            paramLabel = "NAME",
            description = "figures and tables by name (see --list), their beginnings (fig2a), or all")
    private List<String> names = List.of();

    @Option(
            names = "--scale",
            paramLabel = "SCALE",
            defaultValue = "smoke",
            description = "smoke, short or full (default: ${DEFAULT-VALUE})")
    private String scaleName;

    @Option(
            names = "--results",
            paramLabel = "DIR",
            defaultValue = "results",
            description =
                    "where runs lie; figures and claims go to reproduce/SCALE below it (default: ${DEFAULT-VALUE})")
    private Path results;

    @Option(names = "--run", description = "at full scale too, run what is missing here")
    private boolean run;

    @Option(names = "--list", description = "say what there is and what the paper says of it; run nothing")
    private boolean list;

    @Option(names = "--dry-run", description = "say what it would take; run nothing")
    private boolean dryRun;

    @Option(names = "--json", description = "print the claims as JSON on stdout")
    private boolean json;

    private final Map<String, List<ResultRun>> readRuns = new HashMap<>();
    private Scale scale;

    @Override
    public Integer call() {
        scale = scale();
        List<Reproduction> chosen = chosen();
        PrintWriter out = spec.commandLine().getOut();
        if (list) {
            out.print(Ledger.catalogue(chosen));
            out.flush();
            return ExitCode.OK;
        }
        Map<String, Reproduction> experiments = new LinkedHashMap<>();
        chosen.forEach(each -> experiments.putIfAbsent(each.experiment(scale), each));
        costs(experiments);
        if (dryRun) {
            return ExitCode.OK;
        }
        boolean runs = scale != Scale.FULL || run;
        int code = runs ? train(experiments) : ExitCode.OK;
        if (code != ExitCode.OK && code != ExitCode.SOME_FAILED) {
            return code;
        }
        draw(chosen);
        List<Ledger.Row> rows =
                chosen.stream().flatMap(each -> rows(each).stream()).toList();
        Path folder = Ledger.write(folder(), rows);
        out.print(json ? Ledger.json(scale, rows).pretty() : Ledger.table(rows));
        out.flush();
        say("figures and claims in " + folder);
        return code;
    }

    private void say(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(line);
        err.flush();
    }

    // ---- what is asked for ----

    private Scale scale() {
        return Stream.of(Scale.values())
                .filter(each -> each.toString().equals(scaleName))
                .findFirst()
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(), "--scale must be smoke, short or full, but is " + Shown.quoted(scaleName)));
    }

    private List<Reproduction> chosen() {
        List<Reproduction> all = Reproductions.all();
        List<String> known = all.stream().map(Reproduction::name).toList();
        if (names.isEmpty() && !list) {
            throw new ParameterException(
                    spec.commandLine(), "which figures? give names of " + String.join(", ", known) + ", or all");
        }
        if (names.isEmpty() || names.contains(ALL)) {
            return all;
        }
        for (String name : names) {
            if (known.stream().noneMatch(each -> isMeant(name, each))) {
                throw new ParameterException(
                        spec.commandLine(),
                        "there is nothing to reproduce called " + Shown.quoted(name)
                                + Suggestions.didYouMean(name, known) + "; known: " + String.join(", ", known));
            }
        }
        return all.stream()
                .filter(each -> names.stream().anyMatch(name -> isMeant(name, each.name())))
                .toList();
    }

    private static boolean isMeant(String name, String known) {
        return known.equals(name) || known.startsWith(name + "-");
    }

    // ---- what it takes ----

    private void costs(Map<String, Reproduction> experiments) {
        double all = 0;
        for (Map.Entry<String, Reproduction> each : experiments.entrySet()) {
            List<String> words = sweep(each.getValue());
            say("soopt " + words.stream().map(ShellWord::quoted).collect(Collectors.joining(" ")));
            double seconds = isFinished(each.getValue()) ? 0 : seconds(words);
            all += seconds;
            say("  " + (seconds == 0 ? "finished" : "about " + time(seconds) + " of computing"));
        }
        if (experiments.size() > 1) {
            say("all of it about " + time(all) + " of computing");
        }
        if (scale == Scale.FULL && !run) {
            say("run these on a cluster (--slurm) or here (--run); what is finished of them follows");
        }
    }

    private static String time(double seconds) {
        return Double.isNaN(seconds) ? "an unknown time" : Figures.hours(seconds);
    }

    /** Whether its sweep has nothing left to do, for which nothing need be measured. */
    private boolean isFinished(Reproduction reproduction) {
        Path plan = Plan.path(results, reproduction.experiment(scale));
        if (!Files.isRegularFile(plan)) {
            return false;
        }
        Set<String> done = runs(reproduction).stream()
                .filter(run -> run.standing().isFinal())
                .map(ResultRun::id)
                .collect(Collectors.toSet());
        return Plan.read(plan).current().stream().allMatch(entry -> done.contains(entry.runId()));
    }

    /** Of runs that are not finished; NaN where it is not known before data are read. */
    private double seconds(List<String> sweep) {
        List<String> words = new ArrayList<>(sweep);
        words.addAll(List.of("--dry-run", "--json"));
        StringWriter said = new StringWriter();
        execute(words, new PrintWriter(said));
        double seconds = 0;
        for (JsonNode run : JsonObject.parse(said.toString()).path("runs")) {
            boolean isLeft = run.path("step").asLong() < run.path("steps").asLong(1);
            seconds += isLeft ? run.path("seconds").asDouble(Double.NaN) : 0;
        }
        return seconds;
    }

    // ---- runs and pictures, by the commands that do them ----

    private int train(Map<String, Reproduction> experiments) {
        int code = ExitCode.OK;
        readRuns.clear();
        for (Reproduction each : experiments.values()) {
            int now = execute(sweep(each), spec.commandLine().getErr());
            if (now != ExitCode.OK && now != ExitCode.SOME_FAILED) {
                return now;
            }
            code = Math.max(code, now);
        }
        return code;
    }

    private List<String> sweep(Reproduction reproduction) {
        List<String> words = new ArrayList<>();
        words.add("sweep");
        words.add(file(reproduction).toString());
        words.addAll(reproduction.words(scale));
        words.add("experiment=" + reproduction.experiment(scale));
        words.addAll(List.of("--results", results.toString()));
        return words;
    }

    /** Beside the program, else below the working folder. */
    private static Path file(Reproduction reproduction) {
        Path beside = Path.of(System.getProperty("soopt.home", "."), "configs").resolve(reproduction.spec());
        return Files.exists(beside) ? beside : Path.of("configs").resolve(reproduction.spec());
    }

    private Path folder() {
        return results.resolve("reproduce").resolve(scale.toString());
    }

    private void draw(List<Reproduction> chosen) {
        for (Reproduction each : chosen) {
            for (Reproduction.Picture picture : each.pictures()) {
                List<String> runs = runs(each).stream()
                        .filter(run -> isWanted(run, picture.only()))
                        .map(run -> run.folder().toString())
                        .toList();
                if (!runs.isEmpty()) {
                    String suffix = picture.suffix().isEmpty() ? "" : "-" + picture.suffix();
                    List<String> words = new ArrayList<>(List.of("plot"));
                    words.addAll(runs);
                    words.addAll(picture.words());
                    words.addAll(List.of(
                            "--format",
                            "svg,png",
                            "--out",
                            folder().resolve(each.name() + suffix).toString()));
                    execute(words, spec.commandLine().getErr());
                }
            }
        }
    }

    private static boolean isWanted(ResultRun run, String only) {
        int sign = only.indexOf('=');
        return sign < 0
                || run.settings().getOrDefault(only.substring(0, sign), "").equals(only.substring(sign + 1));
    }

    private int execute(List<String> words, PrintWriter out) {
        CommandLine command = spec.commandLine().getParent().getSubcommands().get(words.get(0));
        PrintWriter before = command.getOut();
        try {
            command.setOut(out);
            return command.execute(words.subList(1, words.size()).toArray(String[]::new));
        } finally {
            command.setOut(before);
        }
    }

    // ---- claims ----

    /** Read once for all figures of an experiment, until it is trained. */
    private List<ResultRun> runs(Reproduction reproduction) {
        return readRuns.computeIfAbsent(reproduction.experiment(scale), this::read);
    }

    private List<ResultRun> read(String experiment) {
        try {
            return Selection.runs(results, List.of(experiment));
        } catch (RunDirectoryException noneYet) {
            return List.of();
        }
    }

    private List<Ledger.Row> rows(Reproduction reproduction) {
        Evidence evidence = new Evidence(scale, runs(reproduction));
        return reproduction.claims().stream()
                .map(claim -> new Ledger.Row(reproduction, claim, claim.of(evidence)))
                .toList();
    }
}
