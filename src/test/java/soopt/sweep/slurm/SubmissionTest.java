package soopt.sweep.slurm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.experiment.file.Slurm;
import soopt.file.ShellWord;
import soopt.spec.Binder;
import soopt.spec.SpecSource;
import soopt.spec.yaml.SpecException;
import soopt.sweep.Plan;
import soopt.sweep.SweepFile;

class SubmissionTest {
    private static final String SWEEP = "sweep: {grid: {optimizer.step-size: [0.1, 0.2, 0.3, 0.4, 0.5]}}\n";

    @TempDir
    private Path results;

    /** A cluster that keeps what it is given. */
    private static final class Kept implements Cluster {
        private final List<Path> scripts = new ArrayList<>();
        private final List<List<Long>> dependencies = new ArrayList<>();
        private final Set<Task> alive = new HashSet<>();
        private int refuseAt = -1;

        @Override
        public long submit(Path script, List<Long> dependency) {
            if (scripts.size() == refuseAt) {
                throw new ClusterException("SLURM refused 'sbatch': no such partition");
            }
            scripts.add(script);
            dependencies.add(dependency);
            return 100 + scripts.size();
        }

        @Override
        public Set<Task> alive(List<Long> jobs) {
            alive.removeIf(task -> !jobs.contains(task.job()));
            return alive;
        }

        @Override
        public OptionalInt maxArraySize() {
            return OptionalInt.of(2);
        }

        @Override
        public void requeue(String task) {
            throw new AssertionError(task);
        }
    }

    private static Slurm settings(String yaml) {
        return Binder.bind(SpecSource.parse("slurm.yaml", yaml), Slurm.class);
    }

    private Submission submission(String yaml) {
        Plan plan = Plan.of(SweepFile.expand(SWEEP));
        return new Submission(plan, results, settings(yaml), Path.of("/opt/soopt/bin/soopt"), List.of("--offline"));
    }

    @Test
    void script_asksForWhatTheSettingsSay_andBecomesSoopt() {
        Submission submission = submission("partition: gpu\ntime: 2:00:00\ncpus: 4\nmem: 4G\ngres: gpu:1\n"
                + "array-parallel: 16\nsetup: [module load java/17]\nsbatch-args: [--account=physics]\n");
        Submission.Batch batch =
                submission.batches(List.of(0, 1, 4), OptionalInt.empty()).get(0);
        String slurm = results + "/small/slurm/";
        assertEquals(
                List.of(
                        "#!/bin/bash",
                        "#SBATCH --job-name=soopt-small",
                        "#SBATCH --output=\"" + slurm + "logs/%A_%a.out\"",
                        "#SBATCH --open-mode=append",
                        "#SBATCH --ntasks=1",
                        "#SBATCH --partition=gpu",
                        "#SBATCH --array=0-2%16",
                        "#SBATCH --requeue",
                        "#SBATCH --signal=B:USR1@120",
                        "#SBATCH --time=2:00:00",
                        "#SBATCH --gres=gpu:1",
                        "#SBATCH --cpus-per-task=4",
                        "#SBATCH --mem=4G",
                        "#SBATCH --account=physics",
                        "",
                        "module load java/17",
                        "export SOOPT_BUILD=never",
                        "export SOOPT_CACHE=${TMPDIR:-/tmp}/soopt-$(id -u)",
                        "mapfile -t runs <" + slurm + batch.name() + ".tasks",
                        "exec /opt/soopt/bin/soopt task " + results
                                + "/small/plan.json ${runs[SLURM_ARRAY_TASK_ID]} --threads 4 --max-requeues 100"
                                + " --progress plain --offline"),
                batch.script().lines().toList());
        assertEquals("0\n1\n4\n", batch.lines());
    }

    @Test
    void words_areQuotedForBash() throws IOException, InterruptedException {
        for (String word : List.of("a b", "it's", "$HOME", "`x`", "a\"b", "", "ü", "a\\b")) {
            Process bash = new ProcessBuilder("bash", "-c", "printf %s " + ShellWord.quoted(word)).start();
            assertEquals(
                    word, new String(bash.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
            assertEquals(0, bash.waitFor());
        }
    }

    @Test
    void runs_arePackedIntoTasks_andTasksIntoArrays() {
        Submission submission = submission("runs-per-task: 3");
        List<Submission.Batch> batches =
                submission.batches(IntStream.range(0, 10).boxed().toList(), OptionalInt.of(3));
        assertEquals(
                List.of(List.of(List.of(0, 1, 2), List.of(3, 4, 5), List.of(6, 7, 8)), List.of(List.of(9))),
                batches.stream().map(Submission.Batch::tasks).toList());
        assertEquals("0 1 2\n3 4 5\n6 7 8\n", batches.get(0).lines());
        assertTrue(
                batches.get(1).script().contains("--array=0-0\n"),
                batches.get(1).script());
        assertEquals(
                1,
                submission
                        .batches(IntStream.range(0, 3003).boxed().toList(), OptionalInt.empty())
                        .size());
        assertEquals(
                2,
                submission
                        .batches(IntStream.range(0, 3004).boxed().toList(), OptionalInt.empty())
                        .size());
    }

    @Test
    void submission_leavesScriptsAndTasks_andCollectsWhenAllHaveEnded() throws IOException {
        Submission submission = submission("{}");
        Kept cluster = new Kept();
        List<Long> jobs = submission.submit(submission.batches(List.of(0, 2, 3, 4), cluster.maxArraySize()), cluster);
        assertEquals(List.of(101L, 102L), jobs);
        assertEquals(List.of(List.of(), List.of(), List.of(101L, 102L)), cluster.dependencies);
        assertTrue(Files.isDirectory(results.resolve("small/slurm/logs")), "without it a job fails and leaves no log");
        String collect = Files.readString(cluster.scripts.get(2));
        assertTrue(collect.contains("exec /opt/soopt/bin/soopt collect small --results " + results), collect);
        assertFalse(collect.contains("--array"), collect);
        for (Path script : cluster.scripts) {
            assertTrue(Files.readString(script).startsWith("#!/bin/bash\n#SBATCH "));
        }
    }

    @Test
    void runsUnderWay_areThoseOfTasksThatTheClusterKnows() {
        Submission submission = submission("runs-per-task: 2");
        Kept cluster = new Kept();
        assertEquals(Map.of(), submission.underWay(cluster));
        submission.submit(submission.batches(List.of(0, 1, 2, 3, 4), OptionalInt.of(2)), cluster);
        cluster.alive.addAll(Set.of(
                new Cluster.Task(101, 1),
                new Cluster.Task(102, 0),
                new Cluster.Task(102, 7),
                new Cluster.Task(999, 0)));
        assertEquals(Map.of(2, "101_1", 3, "101_1", 4, "102_0"), submission.underWay(cluster));
    }

    @Test
    void whatWasSubmittedBeforeARefusal_isWrittenDown() {
        Submission submission = submission("{}");
        Kept cluster = new Kept();
        cluster.refuseAt = 1;
        assertThrows(
                ClusterException.class,
                () -> submission.submit(submission.batches(List.of(0, 1, 2, 3), OptionalInt.of(2)), cluster));
        cluster.alive.add(new Cluster.Task(101, 0));
        assertEquals(Map.of(0, "101_0"), submission.underWay(cluster));
    }

    @Test
    void settings_thatWouldTearTheScript_areRefused() {
        Map<String, String> wrong = new HashMap<>(Map.of(
                "time: 2h", "slurm.yaml:1:7: time must be like 2:00:00",
                "mem: 4", "slurm.yaml:1:6: mem must be like 4G or 512M",
                "gres: 'gpu 1'", "gres must be one word",
                "partition: \"a\\nb\"", "partition must be one word",
                "sbatch-args: [\"--x\\n#SBATCH --y\"]", "sbatch-args must be options",
                "cpus: 0", "cpus must be"));
        wrong.forEach((yaml, words) -> {
            SpecException e = assertThrows(SpecException.class, () -> settings(yaml), yaml);
            assertTrue(e.getMessage().contains(words), e.getMessage());
        });
    }
}
