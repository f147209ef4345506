package soopt.experiment.stress;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import soopt.experiment.folder.RunDirectoryException;
import soopt.experiment.folder.RunFolder;

/**
 * Kills tiny runs at random moments and audits every file of their folders: the program of scripts/test/kill-runs.sh. A
 * run that was cut off goes on from its newest checkpoint when it is started again, and ends with the numbers of one
 * that nobody killed; one that was finished must not be run again.
 */
public final class KillRuns {
    private static final long SHORTEST_NANO = TimeUnit.MILLISECONDS.toNanos(1);

    /** Kills of one seed before it may end. */
    private static final int KILLS_OF_A_RUN = 6;

    private final Path results;
    private final List<Path> specs;
    private final Random random;
    private final List<String> faults = new ArrayList<>();
    private int seed = 1;
    private int kills;
    private int early;
    private int afterTheEnd;
    private int whole;
    private int compared;
    private int resumed;
    /** How long a run that nobody kills has its folder. */
    private long life;

    private KillRuns(Path results, List<Path> specs, long randomSeed) {
        this.results = results;
        this.specs = specs;
        this.random = new Random(randomSeed);
    }

    /** Arguments: the results folder, how many kills, the seed of the moments, the specs, which take turns. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        List<Path> specs = List.of(arguments).stream().skip(3).map(Path::of).toList();
        KillRuns runs = new KillRuns(Path.of(arguments[0]), specs, Long.parseLong(arguments[2]));
        runs.run(Integer.parseInt(arguments[1]));
        System.out.printf(
                "%d kills (%d before the folder was made, %d after the run was over), %d times a run went on, %d runs"
                        + " to the end, %d of them compared with one that nobody killed, %d faults%n",
                runs.kills, runs.early, runs.afterTheEnd, runs.resumed, runs.whole, runs.compared, runs.faults.size());
        runs.faults.forEach(System.out::println);
        System.exit(runs.faults.isEmpty() ? 0 : 1);
    }

    private void run(int count) throws IOException, InterruptedException {
        letRun(false);
        seed++;
        int ofThis = 0;
        for (int k = 1; k <= count; k++) {
            int before = seed;
            kill();
            ofThis = seed == before ? ofThis + 1 : 1;
            if (ofThis == KILLS_OF_A_RUN || k == count) {
                letRun(false);
                compare();
                seed++;
                ofThis = 0;
            }
        }
    }

    private Path spec() {
        return specs.get(seed % specs.size());
    }

    /** With the same run in another folder, which nobody kills. */
    private void compare() throws IOException, InterruptedException {
        Path parts = current();
        if (parts.equals(results)) {
            return;
        }
        Path reference = results.resolve("reference");
        if (start(reference).waitFor() != 0) {
            faults.add("seed " + seed + ", uninterrupted: " + Files.readString(log()));
            return;
        }
        Path whole = reference.resolve(results.relativize(parts));
        faults.addAll(Differences.of(whole, parts));
        compared++;
        long saved = -1;
        for (JsonNode event : RunFolder.open(parts).events()) {
            String name = event.path("event").asText();
            long step = event.path("step").asLong();
            if (name.equals("checkpoint_saved")) {
                saved = step;
            } else if (name.equals("run_resumed")) {
                resumed++;
                if (step < saved) {
                    faults.add(parts + ": went on from step " + step + ", but a checkpoint of step " + saved
                            + " was saved");
                }
            }
        }
        expectNothingThrownAway(parts);
    }

    /** A folder that was left for another attempt had no checkpoint. */
    private void expectNothingThrownAway(Path run) throws IOException {
        for (Path folder : folders()) {
            boolean attempt = folder.getFileName().toString().startsWith(run.getFileName() + ".attempt-");
            if (attempt
                    && RunFolder.open(folder).events().stream()
                            .anyMatch(event -> event.path("event").asText().equals("checkpoint_saved"))) {
                faults.add(folder + ": begun anew in spite of a checkpoint");
            }
        }
    }

    private Process start() throws IOException {
        return start(results);
    }

    private Process start(Path where) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-Xmx1g",
                "-Dorg.nd4j.log.initialization=false",
                "-cp",
                System.getProperty("soopt.run.classpath"),
                "soopt.cli.Main",
                "run",
                spec().toString(),
                "--results",
                where.toString(),
                "--seed",
                Integer.toString(seed),
                "--offline"));
        for (String property : List.of("org.bytedeco.javacpp.cachedir", "soopt.home", "soopt.cache")) {
            command.add(1, "-D" + property + "=" + System.getProperty(property));
        }
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log().toFile())
                .start();
    }

    private Path log() {
        return results.resolve("last-output.txt");
    }

    private List<Path> folders() throws IOException {
        Path runs = results.resolve("kill/runs");
        if (!Files.isDirectory(runs)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(runs)) {
            return folders.filter(path -> !path.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        }
    }

    /** The folder of the present seed; the results folder if there is none yet. */
    private Path current() throws IOException {
        return folders().stream()
                .filter(path -> !path.getFileName().toString().contains("attempt"))
                .filter(this::isOfTheSeed)
                .findFirst()
                .orElse(results);
    }

    /** The process under test may move a folder aside while we look. */
    private boolean isOfTheSeed(Path folder) {
        try {
            return RunFolder.open(folder).meta().path("seed").asInt(seed) == seed;
        } catch (RunDirectoryException moved) {
            return false;
        }
    }

    private void kill() throws IOException, InterruptedException {
        Path before = current();
        boolean over = !before.equals(results) && FolderAudit.isOver(before);
        if (over) {
            letRun(true);
            compare();
            seed++;
        }
        Process process = start();
        boolean blind = random.nextInt(12) == 0;
        if (blind) {
            sleep((long) (random.nextDouble() * life));
        } else {
            while (process.isAlive() && !isAt(process)) {
                sleep(SHORTEST_NANO);
            }
            sleep((long) (random.nextDouble() * 0.7 * life));
        }
        process.destroyForcibly();
        int code = process.waitFor();
        kills++;
        Path folder = current();
        if (folder.equals(results)) {
            early++;
            return;
        }
        afterTheEnd += FolderAudit.isOver(folder) ? 1 : 0;
        if (code != 137 && code != 0) {
            faults.add(folder + ": exit code " + code + ": " + Files.readString(log()));
        }
        audit();
    }

    /** All attempts but the last have been claimed by another process since. */
    private void audit() throws IOException {
        Path current = current();
        for (Path folder : folders()) {
            faults.addAll(FolderAudit.of(folder, folder.toString().contains("attempt") && !folder.equals(current)));
        }
        if (faults.size() > 20) {
            faults.forEach(System.out::println);
            System.exit(1);
        }
    }

    /** @param over whether the run is finished already: then it must not be run again */
    private void letRun(boolean over) throws IOException, InterruptedException {
        long start = System.nanoTime();
        Path before = current();
        boolean finished = over || (!before.equals(results) && FolderAudit.isOver(before));
        Process process = start();
        while (process.isAlive() && life == 0 && !isAt(process)) {
            sleep(SHORTEST_NANO);
            start = System.nanoTime();
        }
        int code = process.waitFor();
        life = life == 0 ? System.nanoTime() - start : life;
        whole++;
        String output = Files.readString(log());
        if (code != 0) {
            faults.add("seed " + seed + ": exit code " + code + ": " + output);
        }
        boolean existed = output.contains("exists already");
        if (existed != finished) {
            faults.add("seed " + seed + ": finished " + finished + ", but: " + output);
        }
        audit();
        boolean isOver = RunFolder.open(current())
                .status()
                .filter(status -> status.state().isFinal())
                .isPresent();
        if (!isOver) {
            faults.add("seed " + seed + ": not over after it ran to the end: " + output);
        }
    }

    /** Whether the process has begun with the folder of the present seed. */
    private boolean isAt(Process process) throws IOException {
        Path folder = current();
        return !folder.equals(results)
                && RunFolder.open(folder)
                        .status()
                        .filter(status -> status.pid() == process.pid())
                        .isPresent();
    }

    private static void sleep(long nano) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(nano);
    }
}
