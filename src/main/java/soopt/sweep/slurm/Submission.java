package soopt.sweep.slurm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import soopt.experiment.file.Slurm;
import soopt.experiment.folder.RunDirectoryException;
import soopt.file.JsonLines;
import soopt.file.JsonObject;
import soopt.file.Problems;
import soopt.file.WholeFile;
import soopt.sweep.Plan;

/**
 * The runs of a plan as array jobs. The folder slurm/ of the experiment has the scripts, the runs of each task, the
 * output of the tasks, and in jobs.jsonl which jobs were submitted.
 *
 * @param results the results folder
 * @param launcher the command soopt
 * @param options more words for soopt task
 */
public record Submission(Plan plan, Path results, Slurm settings, Path launcher, List<String> options) {
    private static final String JOBS = "jobs.jsonl";
    /** What a cluster allows unless it says more. */
    private static final int MAX_ARRAY_SIZE = 1001;

    public Submission {
        results = results.toAbsolutePath().normalize();
        launcher = launcher.toAbsolutePath().normalize();
        options = List.copyOf(options);
    }

    /**
     * An array job to submit.
     *
     * @param name beginning of the names of its files
     * @param tasks the runs of each task
     */
    public record Batch(String name, List<List<Integer>> tasks, String script) {
        String lines() {
            return tasks.stream()
                    .map(runs -> runs.stream().map(String::valueOf).collect(Collectors.joining(" ")) + "\n")
                    .collect(Collectors.joining());
        }
    }

    private Path folder() {
        return results.resolve(plan.experiment()).resolve("slurm");
    }

    private BatchScript script() {
        return new BatchScript("soopt-" + plan.experiment(), settings, launcher, folder().resolve("logs"));
    }

    /** The runs as array jobs of at most so many tasks; 1,001 if the cluster does not say. */
    public List<Batch> batches(List<Integer> runs, OptionalInt maxArraySize) {
        List<List<Integer>> tasks = pieces(runs, settings.runsPerTask());
        List<List<List<Integer>>> arrays = pieces(tasks, maxArraySize.orElse(MAX_ARRAY_SIZE));
        String stamp = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss")) + "-"
                + ProcessHandle.current().pid();
        List<Batch> batches = new ArrayList<>();
        for (int i = 0; i < arrays.size(); i++) {
            String name = stamp + (arrays.size() == 1 ? "" : "-" + (i + 1));
            String text =
                    script().array(tasks(name), arrays.get(i).size(), Plan.path(results, plan.experiment()), options);
            batches.add(new Batch(name, arrays.get(i), text));
        }
        return batches;
    }

    private static <T> List<List<T>> pieces(List<T> all, int size) {
        List<List<T>> pieces = new ArrayList<>();
        for (int from = 0; from < all.size(); from += size) {
            pieces.add(List.copyOf(all.subList(from, Math.min(all.size(), from + size))));
        }
        return pieces;
    }

    private Path tasks(String name) {
        return folder().resolve(name + ".tasks");
    }

    /**
     * Submits array jobs, and one that makes the summary when all of them have ended. What was submitted is written
     * down at once.
     *
     * @return the numbers of the array jobs
     * @throws ClusterException if SLURM refuses; those before go on
     */
    public List<Long> submit(List<Batch> batches, Cluster cluster) {
        try {
            Files.createDirectories(folder().resolve("logs"));
        } catch (IOException e) {
            throw new RunDirectoryException("cannot write to the results folder " + results + ": " + Problems.reason(e)
                    + "; choose another with --results");
        }
        List<Long> jobs = new ArrayList<>();
        try (JsonLines log = JsonLines.open(folder().resolve(JOBS))) {
            for (Batch batch : batches) {
                Path script = folder().resolve(batch.name() + ".sh");
                WholeFile.write(tasks(batch.name()), batch.lines());
                WholeFile.write(script, batch.script());
                long job = cluster.submit(script, List.of());
                jobs.add(job);
                log.append(new JsonObject()
                        .put("job", job)
                        .put("name", batch.name())
                        .put("tasks", batch.tasks().size())
                        .put("submitted_at", Instant.now().toString()));
            }
            Path collect = folder().resolve("collect.sh");
            WholeFile.write(collect, script().collect(plan.experiment(), results));
            cluster.submit(collect, jobs);
        }
        return jobs;
    }

    // ---- what was submitted before ----

    /** The runs that tasks of earlier array jobs will do or are doing, each with its task, e.g. 123_4. */
    public Map<Integer, String> underWay(Cluster cluster) {
        Map<Long, String> jobs = new LinkedHashMap<>();
        JsonLines.read(folder().resolve(JOBS))
                .forEach(line ->
                        jobs.put(line.path("job").asLong(), line.path("name").asText()));
        Map<Integer, String> runs = new LinkedHashMap<>();
        for (Cluster.Task task : cluster.alive(List.copyOf(jobs.keySet()))) {
            runs(jobs.get(task.job()), task.index()).forEach(run -> runs.put(run, task.job() + "_" + task.index()));
        }
        return runs;
    }

    private Set<Integer> runs(String name, int task) {
        try {
            List<String> lines = Files.readAllLines(tasks(name));
            return task >= lines.size() || lines.get(task).isBlank()
                    ? Set.of()
                    : Arrays.stream(lines.get(task).split(" "))
                            .map(Integer::parseInt)
                            .collect(Collectors.toSet());
        } catch (IOException | NumberFormatException lost) {
            return new HashSet<>();
        }
    }
}
