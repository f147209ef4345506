package soopt.cli.run;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import soopt.cli.options.SpecArguments;
import soopt.cli.options.TimeLimit;
import soopt.experiment.Runner;
import soopt.experiment.file.Experiment;
import soopt.experiment.loop.StopSignal;
import soopt.spec.SpecSource;
import soopt.spec.yaml.SpecException;

/** Trains what an experiment file describes, one run per seed. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        header = "Train what an experiment file describes, one run per seed.",
        description = {
            "The folder of a run is named by the hash of its spec: the same spec is not run twice, and one that was"
                    + " interrupted goes on from its newest checkpoint, to the same numbers.",
            "Ctrl-C, TERM, HUP and USR1 stop a run with a checkpoint; a second Ctrl-C stops at once.",
            "A seed that fails does not end the command: the exit code is the first of 130, 75, 1, 5, 4, 3, 6"
                    + " that a seed ended with, else 0."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  soopt run configs/quickstart.yaml",
            "  soopt run configs/mlp_newtonsummary.yaml optimizer.step-size=0.3 training.epochs=2 --seed 1",
            "  soopt run configs/quickstart.yaml --force --json 2>/dev/null",
            "  soopt run configs/quickstart.yaml training.epochs=40 --extend"
        })
public final class RunCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private SpecArguments arguments;

    @Mixin
    private RunOptions options;

    @Mixin
    private TimeLimit timeLimit;

    @Option(
            names = "--restart",
            description = "begin anew what was interrupted; the old folder is kept as <id>.attempt-k")
    private boolean restart;

    @Option(names = "--force", description = "begin anew what is finished too")
    private boolean force;

    @Option(names = "--extend", description = "go on from the longest run that differs in fewer training.epochs alone")
    private boolean extend;

    @Option(names = "--seed", paramLabel = "N", description = "run this seed instead of those of the file")
    private Long seed;

    @Override
    public Integer call() {
        SpecSource source = arguments.source(fromOptions());
        Experiment experiment = SpecArguments.bind(source);
        if (experiment.sweep().isPresent()) {
            String remedy =
                    "the file has a sweep block: use soopt sweep, or '~sweep' to run the rest as one experiment";
            throw source.place(SpecException.of("sweep", List.of(remedy)));
        }
        Runner.Again again = again();
        StopSignal stop = new StopSignal();
        timeLimit.over(stop);
        return options.run(
                experiment.seeds().stream()
                        .map(each -> new RunOptions.Job(request(experiment, each, source, again), source))
                        .toList(),
                true,
                stop);
    }

    private List<String> fromOptions() {
        List<String> more = new ArrayList<>();
        if (seed != null) {
            more.add("seeds=[" + seed + "]");
        }
        more.addAll(options.overrides());
        return more;
    }

    private Runner.Request request(Experiment experiment, long each, SpecSource source, Runner.Again again) {
        return new Runner.Request(
                experiment,
                each,
                options.results(),
                options.store(),
                source.text(),
                source.overrides(),
                options.commandLine(),
                again);
    }

    private Runner.Again again() {
        if (Stream.of(restart, force, extend).filter(it -> it).count() > 1) {
            throw new ParameterException(
                    spec.commandLine(), "--restart, --force and --extend exclude each other: give one of them");
        }
        if (force) {
            return Runner.Again.FORCE;
        }
        Runner.Again unlessRestarted = extend ? Runner.Again.EXTEND : Runner.Again.GO_ON;
        return restart ? Runner.Again.RESTART : unlessRestarted;
    }
}
