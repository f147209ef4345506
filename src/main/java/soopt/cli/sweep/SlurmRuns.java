package soopt.cli.sweep;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import soopt.experiment.file.Slurm;
import soopt.sweep.local.Report;
import soopt.sweep.slurm.Cluster;
import soopt.sweep.slurm.ClusterException;
import soopt.sweep.slurm.Submission;

/**
 * The runs of a sweep on a cluster.
 *
 * @param due those that are not finished and are asked for
 */
record SlurmRuns(Submission submission, Cluster cluster, List<SweepRun> due) {
    private static final long FIRST_PAUSE = 1_000;
    private static final long LONGEST_PAUSE = 30_000;

    /** What is submitted, without submitting it; of several scripts the first. */
    String dryRun() {
        OptionalInt most;
        Map<Integer, String> underWay;
        try {
            most = cluster.maxArraySize();
            underWay = submission.underWay(cluster);
        } catch (ClusterException noClusterHere) {
            most = OptionalInt.empty();
            underWay = Map.of();
        }
        List<Submission.Batch> batches = submission.batches(missing(underWay), most);
        return batches.isEmpty() ? nothing(underWay) : batches.get(0).script() + "# " + words(batches) + "\n";
    }

    /** Submits what no task does yet, and says what. */
    String submit() {
        Map<Integer, String> underWay = submission.underWay(cluster);
        List<Submission.Batch> batches = submission.batches(missing(underWay), cluster.maxArraySize());
        if (batches.isEmpty()) {
            return nothing(underWay);
        }
        List<Long> jobs = submission.submit(batches, cluster);
        String experiment = submission.plan().experiment();
        List<String> lines = new ArrayList<>();
        lines.add("submitted " + words(batches) + ": "
                + jobs.stream().map(String::valueOf).collect(Collectors.joining(", ")));
        if (!underWay.isEmpty()) {
            lines.add(count(underWay.size(), "run") + " in the queue already");
        }
        lines.add("output in " + folder().resolve("logs"));
        lines.add("soopt watch " + experiment + " shows how they go; the same command submits again what did not end");
        return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
    }

    /** Returns when no task of this sweep waits or runs. */
    void await() {
        long pause = FIRST_PAUSE;
        try {
            while (!submission.underWay(cluster).isEmpty()) {
                Thread.sleep(pause);
                pause = Math.min(LONGEST_PAUSE, 2 * pause);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** How the runs ended that were due before, by index; those that are not there did not begin. */
    Map<Integer, Report.Ended> ends(List<SweepRun> now) {
        Set<Integer> submitted = due.stream().map(run -> run.entry().index()).collect(Collectors.toSet());
        Map<Integer, Report.Ended> ends = new LinkedHashMap<>();
        for (SweepRun run : now) {
            int index = run.entry().index();
            if (submitted.contains(index) && run.standing().isPresent()) {
                String words = "see " + folder().resolve("logs");
                ends.put(index, new Report.Ended(index, run.standing().get().name(), 0, false, words));
            }
        }
        return ends;
    }

    private Path folder() {
        return submission.results().resolve(submission.plan().experiment()).resolve("slurm");
    }

    private List<Integer> missing(Map<Integer, String> underWay) {
        return due.stream()
                .map(run -> run.entry().index())
                .filter(index -> !underWay.containsKey(index))
                .toList();
    }

    private String nothing(Map<Integer, String> underWay) {
        return due.isEmpty()
                ? "all runs are finished: nothing to submit\n"
                : "nothing to submit: " + count(underWay.size(), "run") + " in the queue already, as "
                        + underWay.values().stream()
                                .distinct()
                                .sorted()
                                .limit(20)
                                .collect(Collectors.joining(", ")) + "\n";
    }

    private String words(List<Submission.Batch> batches) {
        int tasks = batches.stream().mapToInt(batch -> batch.tasks().size()).sum();
        int runs = batches.stream()
                .flatMap(batch -> batch.tasks().stream())
                .mapToInt(List::size)
                .sum();
        Slurm settings = submission.settings();
        return count(runs, "run") + " in " + count(tasks, "task") + " of " + SlurmOptions.words(settings) + ", "
                + (batches.size() == 1 ? "an array job" : batches.size() + " array jobs");
    }

    private static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
