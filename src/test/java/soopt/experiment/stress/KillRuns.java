package soopt.experiment.stress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import soopt.experiment.folder.RunFolder;

/**
 * Kills tiny runs at random moments and audits every file of their folders: the program of scripts/test/kill-runs.sh. A
 * run that was cut off is started again, which must work; one that was finished must not be run again.
 */
public final class KillRuns {
    private static final long SHORTEST_NANO = TimeUnit.MILLISECONDS.toNanos(1);

    private final Path results;
    private final Path spec;
    private final Random random;
    private final List<String> faults = new ArrayList<>();
    private int seed = 1;
    private int kills;
    private int early;
    private int afterTheEnd;
    private int whole;
    /** How long a run that nobody kills has its folder. */
    private long life;

    private KillRuns(Path results, Path spec, long randomSeed) {
        this.results = results;
        this.spec = spec;
        this.random = new Random(randomSeed);
    }

    /** Arguments: the results folder, the spec, how many kills, the seed of the moments. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        KillRuns runs = new KillRuns(Path.of(arguments[0]), Path.of(arguments[1]), Long.parseLong(arguments[3]));
        runs.run(Integer.parseInt(arguments[2]));
        System.out.printf(
                "%d kills (%d before the folder was made, %d after the run was over), %d runs to the end, %d faults%n",
                runs.kills, runs.early, runs.afterTheEnd, runs.whole, runs.faults.size());
        runs.faults.forEach(System.out::println);
        System.exit(runs.faults.isEmpty() ? 0 : 1);
    }

    private void run(int count) throws IOException, InterruptedException {
        letRun(false);
        seed++;
        for (int k = 1; k <= count; k++) {
            kill();
            if (k % 8 == 0) {
                letRun(false);
                seed++;
            }
        }
        letRun(false);
    }

    private Process start() throws IOException {
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
                spec.toString(),
                "--results",
                results.toString(),
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
                .filter(path -> RunFolder.open(path).meta().path("seed").asInt(seed) == seed)
                .findFirst()
                .orElse(results);
    }

    private void kill() throws IOException, InterruptedException {
        Path before = current();
        boolean over = !before.equals(results) && FolderAudit.isOver(before);
        if (over) {
            letRun(true);
            seed++;
        }
        List<Path> known = folders();
        Process process = start();
        boolean blind = random.nextInt(12) == 0;
        if (blind) {
            sleep((long) (random.nextDouble() * life));
        } else {
            while (process.isAlive() && folders().size() == known.size()) {
                sleep(SHORTEST_NANO);
            }
            sleep((long) (random.nextDouble() * 1.05 * life));
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
        int count = folders().size();
        Process process = start();
        while (process.isAlive() && folders().size() == count && life == 0) {
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
        if (!RunFolder.open(current()).status().orElseThrow().state().isFinal()) {
            faults.add("seed " + seed + ": not over after it ran to the end");
        }
    }

    private static void sleep(long nano) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(nano);
    }
}
