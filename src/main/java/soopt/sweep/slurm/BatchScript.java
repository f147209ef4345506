package soopt.sweep.slurm;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import soopt.experiment.file.Slurm;
import soopt.file.ShellWord;

/**
 * The text of a batch script. Its last line becomes Java, without srun: so the signals that SLURM sends to the batch
 * process reach it, and its exit code is the task's.
 *
 * @param name of the job
 * @param settings what is asked of the cluster
 * @param launcher the command soopt, by its whole path
 * @param logs folder of the tasks' output, which must be there
 */
record BatchScript(String name, Slurm settings, Path launcher, Path logs) {

    /**
     * An array job.
     *
     * @param tasks file with a line of run numbers for each task
     * @param count how many tasks
     * @param plan plan.json
     * @param options more words for soopt task
     */
    String array(Path tasks, int count, Path plan, List<String> options) {
        List<String> lines = head("%A_%a.out");
        String atOnce = settings.arrayParallel() == 0 ? "" : "%" + settings.arrayParallel();
        lines.add("#SBATCH --array=0-" + (count - 1) + atOnce);
        lines.add("#SBATCH --requeue");
        lines.add("#SBATCH --signal=B:USR1@" + settings.warningSeconds());
        settings.time().ifPresent(time -> lines.add("#SBATCH --time=" + time));
        settings.gres().ifPresent(gres -> lines.add("#SBATCH --gres=" + gres));
        lines.add("#SBATCH --cpus-per-task=" + settings.cpus());
        settings.mem().ifPresent(mem -> lines.add("#SBATCH --mem=" + mem));
        own(lines);
        lines.add("mapfile -t runs <" + ShellWord.quoted(tasks.toString()));
        // the numbers of a line are words of their own
        lines.add("exec " + ShellWord.quoted(launcher.toString()) + " task " + ShellWord.quoted(plan.toString())
                + " ${runs[SLURM_ARRAY_TASK_ID]} --threads " + settings.cpus() + " --max-requeues "
                + settings.maxRequeues() + " --progress plain" + words(options));
        return text(lines);
    }

    /** A job that makes the summary of an experiment. */
    String collect(String experiment, Path results) {
        List<String> lines = head("collect-%j.out");
        lines.add("#SBATCH --cpus-per-task=1");
        lines.add("#SBATCH --time=30:00");
        lines.add("#SBATCH --mem=2G");
        own(lines);
        lines.add("exec " + ShellWord.quoted(launcher.toString()) + " collect " + ShellWord.quoted(experiment)
                + " --results " + ShellWord.quoted(results.toString()));
        return text(lines);
    }

    private List<String> head(String log) {
        List<String> lines = new ArrayList<>(List.of("#!/bin/bash"));
        lines.add("#SBATCH --job-name=" + name);
        lines.add("#SBATCH --output=\"" + logs.toString().replace("%", "%%") + "/" + log + "\"");
        lines.add("#SBATCH --open-mode=append");
        lines.add("#SBATCH --ntasks=1");
        settings.partition().ifPresent(partition -> lines.add("#SBATCH --partition=" + partition));
        return lines;
    }

    private void own(List<String> lines) {
        settings.sbatchArgs().forEach(argument -> lines.add("#SBATCH " + argument));
        lines.add("");
        lines.addAll(settings.setup());
        lines.add("export SOOPT_BUILD=never");
        if (settings.cache() == Slurm.NativeCache.NODE) {
            lines.add("export SOOPT_CACHE=${TMPDIR:-/tmp}/soopt-$(id -u)");
        }
    }

    private static String text(List<String> lines) {
        return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
    }

    private static String words(List<String> options) {
        return options.stream().map(option -> " " + ShellWord.quoted(option)).collect(Collectors.joining());
    }
}
