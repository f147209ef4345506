package soopt.cli.sweep;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import soopt.experiment.file.Slurm;
import soopt.file.JsonObject;

/** What is asked of a cluster; each option stands above the key of {@code sweep.slurm} that has its name. */
final class SlurmOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--slurm", description = "submit the runs to SLURM as an array job instead of doing them here")
    private boolean slurm;

    @Option(names = "--partition", paramLabel = "NAME", description = "with --slurm: of the cluster")
    private String partition;

    @Option(names = "--time", paramLabel = "TIME", description = "with --slurm: limit of a task, e.g. 2:00:00")
    private String time;

    @Option(names = "--cpus", paramLabel = "N", description = "with --slurm: cores of a task")
    private String cpus;

    @Option(names = "--mem", paramLabel = "SIZE", description = "with --slurm: memory of a task, e.g. 4G")
    private String mem;

    @Option(names = "--gres", paramLabel = "WHAT", description = "with --slurm: e.g. gpu:1")
    private String gres;

    @Option(names = "--array-parallel", paramLabel = "N", description = "with --slurm: tasks at the same time")
    private String arrayParallel;

    @Option(names = "--runs-per-task", paramLabel = "N", description = "with --slurm: runs of a task, in turn")
    private String runsPerTask;

    @Option(
            names = "--setup",
            paramLabel = "LINE",
            description = "with --slurm: a line of the script, e.g. 'module load java/17'; may be repeated")
    private List<String> setup = List.of();

    @Option(
            names = "--sbatch-arg",
            paramLabel = "OPTION",
            description =
                    "with --slurm: one more option of sbatch, e.g. --sbatch-arg=--account=physics; may be repeated")
    private List<String> sbatchArgs = List.of();

    @Option(names = "--wait", description = "with --slurm: end when the last task has, and say how all ended")
    private boolean wait;

    boolean isAsked() {
        return slurm;
    }

    boolean waits() {
        return wait;
    }

    /** What the options set in the file. */
    List<String> overrides() {
        List<String> overrides = new ArrayList<>();
        text(overrides, "partition", partition);
        text(overrides, "time", time);
        text(overrides, "mem", mem);
        text(overrides, "gres", gres);
        number(overrides, "cpus", cpus);
        number(overrides, "array-parallel", arrayParallel);
        number(overrides, "runs-per-task", runsPerTask);
        list(overrides, "setup", setup);
        list(overrides, "sbatch-args", sbatchArgs);
        if (!slurm && (wait || !overrides.isEmpty())) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--partition, --time, --cpus, --mem, --gres, --array-parallel, --runs-per-task, --setup, --sbatch-arg"
                            + " and --wait are for --slurm: add it");
        }
        return overrides;
    }

    private static void text(List<String> overrides, String key, String value) {
        Optional.ofNullable(value)
                .ifPresent(text -> overrides.add("sweep.slurm." + key + "=" + value(new JsonObject().put("v", text))));
    }

    private static void number(List<String> overrides, String key, String value) {
        Optional.ofNullable(value).ifPresent(text -> overrides.add("sweep.slurm." + key + "=" + text));
    }

    private static void list(List<String> overrides, String key, List<String> values) {
        if (!values.isEmpty()) {
            overrides.add("sweep.slurm." + key + "=" + value(new JsonObject().put("v", values)));
        }
    }

    /** What an object of one key holds, as YAML takes it. */
    private static String value(JsonObject object) {
        return object.line().replaceFirst("^\\{\"v\":(.*)\\}$", "$1");
    }

    /** The command soopt as nodes start it: where this process was started from. */
    Path launcher() {
        Path home = Path.of(System.getProperty("soopt.home", "."));
        return Stream.of("scripts/soopt", "bin/soopt")
                .map(home::resolve)
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(), "--slurm needs soopt to be started by its launcher scripts/soopt"));
    }

    /** One line on what a task is given. */
    static String words(Slurm settings) {
        return String.format(
                Locale.ROOT,
                "%d %s%s%s",
                settings.cpus(),
                settings.cpus() == 1 ? "core" : "cores",
                settings.mem().map(mem -> ", " + mem).orElse(""),
                settings.time().map(time -> ", " + time).orElse(""));
    }
}
