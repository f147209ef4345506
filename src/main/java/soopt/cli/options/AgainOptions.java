package soopt.cli.options;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import soopt.experiment.Runner;

/** What becomes of the runs of a sweep that are there already. */
public final class AgainOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--restart",
            description = "begin anew what was interrupted; the old folder is kept as <id>.attempt-k")
    private boolean restart;

    @Option(names = "--force", description = "begin anew what is finished too")
    private boolean force;

    public boolean force() {
        return force;
    }

    public Runner.Again again() {
        if (restart && force) {
            throw new ParameterException(
                    spec.commandLine(), "--restart and --force exclude each other: give one of them");
        }
        Runner.Again unlessForced = restart ? Runner.Again.RESTART : Runner.Again.GO_ON;
        return force ? Runner.Again.FORCE : unlessForced;
    }

    /** The same for another command. */
    public List<String> words() {
        List<String> words = new ArrayList<>();
        if (restart) {
            words.add("--restart");
        }
        if (force) {
            words.add("--force");
        }
        return words;
    }
}
