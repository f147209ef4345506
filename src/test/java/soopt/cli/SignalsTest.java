package soopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.experiment.RunFiles;
import soopt.npy.NpyArray;
import soopt.npy.NpzFile;

/** Signals as the operating system sends them to a process of its own. */
class SignalsTest {
    private static final int EXAMPLES = 600;
    /** A batch takes far less; a machine with other work must pass too. */
    private static final int PATIENCE_SECONDS = 60;

    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();

    /** Images that VGG needs minutes to evaluate once. */
    @BeforeEach
    void write() throws IOException {
        float[] pixels = new float[EXAMPLES * 3 * 32 * 32];
        Arrays.fill(pixels, 0.1f);
        long[] labels = new long[EXAMPLES];
        Arrays.setAll(labels, i -> i % 10);
        NpzFile.write(
                folder.resolve("images.npz"),
                Map.of("x", NpyArray.of(pixels, EXAMPLES, 3, 32, 32), "y", NpyArray.of(labels, EXAMPLES)));
    }

    @AfterEach
    void end() {
        started.forEach(Process::destroyForcibly);
    }

    private String spec(String name, String more) throws IOException {
        Files.writeString(folder.resolve(name + ".yaml"), """
                experiment: %s
                seeds: [1]
                threads: 1
                dataset: {type: npz, train: %s/images.npz, test: %s/images.npz}
                model: vgg11-prime
                optimizer: {type: sgd, step-size: 0.01}
                training: {epochs: 1, batch-size: 20, evaluation-batch-size: 10}
                """.formatted(name, folder, folder) + more);
        return folder.resolve(name + ".yaml").toString();
    }

    private Process start(String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-XX:+UseSerialGC",
                "-Dorg.nd4j.log.initialization=false",
                "-cp",
                System.getProperty("java.class.path"),
                "soopt.cli.Main"));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command)
                .redirectError(
                        folder.resolve(words[1].replaceAll(".*/", "") + ".err").toFile())
                .redirectOutput(
                        folder.resolve(words[1].replaceAll(".*/", "") + ".out").toFile())
                .start();
        started.add(process);
        return process;
    }

    private Process run(String name, String more) throws IOException {
        return start("run", spec(name, more), "--results", folder.toString(), "--json", "--progress", "plain");
    }

    private static void send(Process process, String signal) throws IOException, InterruptedException {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                        .start()
                        .waitFor());
    }

    /** The folder of a run once it has a file with so many lines. */
    private Path await(String name, String file, int lines) throws IOException, InterruptedException {
        Path runs = folder.resolve(name).resolve("runs");
        for (int i = 0; i < 1200; i++) {
            Optional<Path> found = Files.isDirectory(runs) ? find(runs, file) : Optional.empty();
            if (found.isPresent() && Files.readAllLines(found.get()).size() >= lines) {
                return found.get().getParent();
            }
            Thread.sleep(100);
        }
        throw new AssertionError(
                name + " has no " + file + ": " + Files.readString(folder.resolve(name + ".yaml.err")));
    }

    private static Optional<Path> find(Path runs, String file) throws IOException {
        try (Stream<Path> folders = Files.list(runs)) {
            return folders.map(run -> run.resolve(file))
                    .filter(Files::isRegularFile)
                    .findFirst();
        }
    }

    private void expectStopped(Process process, String name, Path run, String state, int code)
            throws IOException, InterruptedException {
        String said = name + ": " + Files.readString(folder.resolve(name + ".yaml.err"));
        assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), said);
        assertEquals(code, process.exitValue(), said);
        assertEquals(
                state, RunFiles.json(run.resolve("status.json")).path("state").asText());
        assertTrue(NpzFile.names(run.resolve("checkpoints/last.npz")).contains("theta"));
        JsonNode out = new ObjectMapper()
                .readTree(Files.readString(folder.resolve(name + ".yaml.out"), StandardCharsets.UTF_8));
        String message = out.path("runs").path(0).path("message").asText();
        assertEquals(1, message.split("the same command goes on", -1).length - 1, message);
        assertEquals(code, out.path("exit_code").asInt());
    }

    @Test
    void signals_duringLongWork_endARunWithACheckpoint() throws IOException, InterruptedException {
        Process evaluating = run("evaluating", "");
        Process curving = run("curving", "evaluate: {limit: 10}\nrecord: {curvature: {full-batch: true}}\n");
        Process cancelled = run("cancelled", "");
        Path first = await("evaluating", "status.json", 1);
        send(evaluating, "TERM");
        send(evaluating, "TERM");
        send(evaluating, "USR1");
        Path third = await("cancelled", "status.json", 1);
        send(cancelled, "INT");
        Path second = await("curving", "metrics.csv", 2);
        send(curving, "HUP");
        expectStopped(evaluating, "evaluating", first, "PREEMPTED", 75);
        // of signals that wait together the JVM takes that of the smallest number first
        String told = Files.readString(first.resolve("status.json"));
        assertTrue(
                told.contains("stopped by TERM after step 0") || told.contains("stopped by USR1 after step 0"), told);
        expectStopped(cancelled, "cancelled", third, "CANCELLED", 130);
        expectStopped(curving, "curving", second, "PREEMPTED", 75);
        assertEquals(1, Files.readAllLines(first.resolve("metrics.csv")).size(), "half an evaluation is no row");
        try (Stream<Path> matrices = Files.list(second.resolve("matrices"))) {
            assertEquals(0, matrices.count());
        }
    }

    @Test
    void curvature_endsAtOnce_andWritesNothing() throws IOException, InterruptedException {
        Path out = folder.resolve("out");
        Process process = start("curvature", spec("look", ""), "--out", out.toString());
        for (int i = 0; i < 1200 && !Files.isDirectory(out); i++) {
            Thread.sleep(100);
        }
        Thread.sleep(1000);
        send(process, "TERM");
        assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
        assertFalse(process.exitValue() == 0, "it was not over by itself");
        try (Stream<Path> files = Files.list(out)) {
            assertEquals(0, files.count());
        }
    }
}
