package soopt.cli.sweep;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import soopt.cli.options.ExitCode;
import soopt.cli.run.RunOptions;
import soopt.cli.terminal.Natives;
import soopt.data.Dataset;
import soopt.experiment.Devices;
import soopt.experiment.file.Experiment;
import soopt.experiment.file.Slurm;
import soopt.experiment.folder.RunDirectory;
import soopt.experiment.loop.StopSignal;
import soopt.experiment.results.ResultRun;
import soopt.host.Cpus;
import soopt.host.Host;
import soopt.spec.SpecSource;
import soopt.sweep.Entry;
import soopt.sweep.Expansion;
import soopt.sweep.Names;
import soopt.sweep.Plan;
import soopt.sweep.SweepArguments;
import soopt.sweep.cost.Estimator;
import soopt.sweep.local.Launcher;
import soopt.sweep.local.Report;
import soopt.sweep.slurm.SlurmCluster;
import soopt.sweep.slurm.Submission;

/** Does all runs of an experiment file's sweep. */
@Command(
        name = "sweep",
        mixinStandardHelpOptions = true,
        header = "Train many combinations of values, several at the same time.",
        description = {
            "The combinations are those of the file's sweep block and of arguments with several values: a,b,c or"
                    + " range(a,b[,step]), logspace(a,b,n), choice(x,y). All are checked before anything runs.",
            "A run that is there already, whoever made it, is not done again; the same command goes on with what was"
                    + " interrupted. results/<experiment>/plan.json says which runs there are: a changed sweep is"
                    + " refused or, with --extend, added to it.",
            "Each run has a process that takes one run after the other; one that dies costs its run alone."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  soopt sweep configs/quickstart.yaml optimizer.step-size=0.1,0.3 'seed=range(1,4)' --dry-run",
            "  soopt sweep configs/sweeps/mlp.yaml --jobs 8 --retries 1",
            "  soopt sweep configs/sweeps/mlp.yaml --seeds final --combinations 4",
            "  soopt sweep configs/sweeps/mlp.yaml --slurm --partition cpu --time 2:00:00 --cpus 4 --mem 4G",
        })
public final class SweepCommand implements Callable<Integer> {
    /** Java, its libraries, and a small network with its data. */
    private static final long WORKER_BYTES = 3L << 29;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "SPEC", description = "the experiment file (YAML)")
    private Path file;

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "key=values",
            description = "values of a key, e.g. optimizer.step-size=0.1,0.3; a single one sets it for all runs")
    private List<String> arguments = List.of();

    @Mixin
    private RunOptions options;

    @Mixin
    private SweepOptions sweep;

    @Mixin
    private SlurmOptions slurm;

    @Option(names = "--dry-run", description = "list the runs and what they will take, and do nothing")
    private boolean dryRun;

    @Override
    public Integer call() {
        sweep.check();
        SweepArguments given = SweepArguments.of(SpecSource.read(file).with(slurm.overrides()), arguments);
        Expansion expansion = Expansion.of(given);
        Plan wanted = Plan.of(expansion);
        Plan plan = Plan.find(options.results(), wanted.experiment())
                .map(earlier -> earlier.with(wanted, sweep.extend()))
                .orElse(wanted);
        List<SweepRun> runs = runs(plan, expansion);
        if (slurm.isAsked()) {
            sweep.requireNoLauncher();
            return onCluster(wanted, given.sweep().slurm(), runs, expansion);
        }
        return dryRun ? list(expansion, plan, runs) : run(wanted, runs, expansion);
    }

    private static Names names(List<SweepRun> runs) {
        return Names.of(runs.stream().map(SweepRun::entry).toList());
    }

    private int onCluster(Plan wanted, Slurm settings, List<SweepRun> runs, Expansion expansion) {
        PrintWriter out = spec.commandLine().getOut();
        if (dryRun) {
            out.print(cluster(wanted, settings, runs).dryRun());
            out.flush();
            return ExitCode.OK;
        }
        List<SweepRun> due = cluster(wanted, settings, runs).due();
        if (settings.cache() == Slurm.NativeCache.SHARED) {
            prepare(due);
        }
        datasets(due);
        Plan plan = wanted.enter(options.results(), sweep.extend());
        SlurmRuns cluster = cluster(plan, settings, runs(plan, expansion));
        out.print(cluster.submit());
        out.flush();
        if (!slurm.waits()) {
            return ExitCode.OK;
        }
        cluster.await();
        List<SweepRun> now = runs(plan, expansion);
        return report(plan, now, cluster.ends(now), new StopSignal());
    }

    private SlurmRuns cluster(Plan plan, Slurm settings, List<SweepRun> runs) {
        List<String> words = new ArrayList<>(sweep.words());
        words.addAll(options.dataWords());
        return new SlurmRuns(
                new Submission(plan, options.results(), settings, slurm.launcher(), words),
                new SlurmCluster(),
                runs.stream().filter(sweep::isDue).toList());
    }

    private void datasets(List<SweepRun> due) {
        due.stream()
                .map(run -> run.member().experiment().dataset())
                .collect(Collectors.toCollection(LinkedHashSet::new))
                .forEach(this::requireData);
    }

    /** Those of the expansion that the options ask for, as they stand. */
    private List<SweepRun> runs(Plan plan, Expansion expansion) {
        Map<String, Entry> planned =
                plan.entries().stream().collect(Collectors.toMap(Entry::runId, Function.identity()));
        Path folder = RunDirectory.runs(options.results(), plan.experiment());
        List<SweepRun> runs = new ArrayList<>();
        Predicate<Entry> wanted = sweep.wanted();
        for (Expansion.Member member : expansion.members()) {
            Entry entry = planned.get(member.entry().runId());
            if (wanted.test(entry)) {
                Optional<ResultRun> there = Optional.of(folder.resolve(entry.runId()))
                        .filter(Files::isDirectory)
                        .map(path -> ResultRun.read(plan.experiment(), path));
                long step = there.flatMap(ResultRun::status)
                        .map(status -> status.step())
                        .orElse(0L);
                runs.add(new SweepRun(entry, member, there.map(ResultRun::standing), step));
            }
        }
        if (runs.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "no run of the sweep has the seeds and combinations that are asked for: see --dry-run --seeds all");
        }
        return runs;
    }

    private int list(Expansion expansion, Plan plan, List<SweepRun> runs) {
        int workers = sweep.settings(mostWorkers(runs), runs.size()).workers();
        prepare(runs);
        try (Estimator estimator = estimator(workers)) {
            SweepList list = new SweepList(
                    runs,
                    names(runs),
                    expansion.repeated(),
                    workers,
                    experiment -> estimator.of(options.applied(experiment)));
            PrintWriter out = spec.commandLine().getOut();
            out.print(options.isJson() ? list.asJson(plan) : list.asText());
            out.flush();
        }
        return ExitCode.OK;
    }

    private Estimator estimator(int workers) {
        return new Estimator(threads(workers), options.offlineStore());
    }

    /** Each of so many computes with. */
    private int threads(int workers) {
        return Math.max(1, (options.threads() == 0 ? Cpus.threads() : options.threads()) / workers);
    }

    // ---- running ----

    private int run(Plan wanted, List<SweepRun> looked, Expansion expansion) {
        List<SweepRun> open = looked.stream().filter(sweep::isDue).toList();
        if (!open.isEmpty()) {
            prepare(open);
            datasets(open);
        }
        Plan plan = wanted.enter(options.results(), sweep.extend());
        List<SweepRun> runs = runs(plan, expansion);
        List<SweepRun> due = runs.stream().filter(sweep::isDue).toList();
        StopSignal stop = new StopSignal();
        Launcher.Settings settings = sweep.settings(mostWorkers(runs), due.size());
        Map<Integer, Report.Ended> ends = due.isEmpty()
                ? Map.of()
                : new LocalRuns(plan, runs, due, names(runs), options, sweep)
                        .launch(
                                settings,
                                threads(settings.workers()),
                                this::estimator,
                                spec.commandLine().getErr(),
                                stop);
        return report(plan, runs, ends, stop);
    }

    private int report(Plan plan, List<SweepRun> runs, Map<Integer, Report.Ended> ends, StopSignal stop) {
        SweepReport report = new SweepReport(
                runs, names(runs), ends, stop.requested(), folder(plan).toString());
        PrintWriter out = spec.commandLine().getOut();
        out.print(options.isJson() ? report.asJson() : report.asText());
        out.flush();
        return report.exitCode();
    }

    private Path folder(Plan plan) {
        return options.results().resolve(plan.experiment());
    }

    /** What is missing or damaged is said once, before anything runs, and fetched once. */
    private void requireData(Dataset dataset) {
        dataset.load(options.store());
    }

    private void prepare(List<SweepRun> runs) {
        Natives.prepare(
                options.err(),
                runs.stream()
                        .map(run -> options.applied(run.member().experiment()).device())
                        .collect(Collectors.toSet()));
    }

    private boolean isOnGpu(Experiment experiment) {
        return Devices.isOnGpu(options.applied(experiment).device());
    }

    private int mostWorkers(List<SweepRun> runs) {
        boolean onGpu = runs.stream().anyMatch(run -> isOnGpu(run.member().experiment()));
        long fit = Math.max(1, Host.memoryBytes() / WORKER_BYTES);
        return onGpu ? 1 : (int) Math.min(Cpus.threads(), fit);
    }
}
