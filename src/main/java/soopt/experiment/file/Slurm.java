package soopt.experiment.file;

import java.util.List;
import java.util.Optional;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Form;
import soopt.spec.Range;

/**
 * What {@code soopt sweep --slurm} asks of the cluster for each task; an option of the same name stands above the key.
 * No part of a run's identity.
 */
public record Slurm(
        @Doc("of the cluster, e.g. gpu; else its default") Optional<String> partition,

        @Form(
                pattern = "[0-9]{1,3}-[0-9]{1,2}(:[0-9]{1,2}){0,2}|[0-9]{1,4}:[0-9]{1,2}(:[0-9]{1,2})?",
                words = "like 2:00:00 (hours), 30:00 (minutes) or 1-12:00:00 (with days)")
        @Doc("time limit of a task: 2:00:00 (hours), 30:00 (minutes), 1-12:00:00 (with days); else the cluster's")
        Optional<String> time,

        @Default("1") @Range(min = 1, max = 1024) @Doc("cores of a task, and threads of its runs")
        int cpus,

        @Form(pattern = "[1-9][0-9]{0,5}[MGT]", words = "like 4G or 512M")
        @Doc("memory of a task, e.g. 4G; else the cluster's")
        Optional<String> mem,

        @Doc("e.g. gpu:1, or a share of one where the cluster has such")
        Optional<String> gres,

        @Default("0") @Range(min = 0, max = 100000) @Doc("tasks at the same time; 0 for as many as the cluster lets")
        int arrayParallel,

        @Default("1") @Range(min = 1, max = 10000) @Doc("runs of a task, one after the other: for short ones")
        int runsPerTask,

        @Default("120")
        @Range(min = 60, max = 86400)
        @Doc("so long before its time limit a task is told to save and to queue again")
        int warningSeconds,

        @Default("100") @Range(min = 0, max = 10000) @Doc("how often a task queues itself again")
        int maxRequeues,

        @Default("node") @Doc("where native libraries are unpacked")
        NativeCache cache,

        @Default("[]") @Doc("lines of the batch script before soopt starts, e.g. module load java/17")
        List<String> setup,

        @Default("[]") @Doc("more options of sbatch, e.g. --account=physics")
        List<String> sbatchArgs) {
    /** Where the native libraries of the tasks lie. */
    public enum NativeCache {
        @Doc("a folder of the node: $TMPDIR, else /tmp")
        NODE,
        @Doc("where soopt has them: $SOOPT_CACHE, else ~/.cache/soopt, which the nodes share")
        SHARED
    }

    public Slurm {
        Constraints.check(
                Slurm.class,
                partition,
                time,
                cpus,
                mem,
                gres,
                arrayParallel,
                runsPerTask,
                warningSeconds,
                maxRequeues,
                cache,
                setup,
                sbatchArgs);
        partition.ifPresent(text -> requireWord("partition", text));
        gres.ifPresent(text -> requireWord("gres", text));
        sbatchArgs.forEach(text -> requireOption(text));
        setup = List.copyOf(setup);
        sbatchArgs = List.copyOf(sbatchArgs);
    }

    private static void requireWord(String key, String text) {
        if (!text.matches("[A-Za-z0-9_.,:=*\\[\\]()|&+-]+")) {
            throw new IllegalArgumentException(key + " must be one word, but is '" + text + "'");
        }
    }

    /** A line break would begin another line of the script. */
    private static void requireOption(String text) {
        if (!text.matches("-[^\\p{Cntrl}]+")) {
            throw new IllegalArgumentException(
                    "sbatch-args must be options like --account=physics, but has '" + text + "'");
        }
    }
}
