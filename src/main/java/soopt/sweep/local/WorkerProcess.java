package soopt.sweep.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import soopt.experiment.DeviceException;
import soopt.file.Problems;
import soopt.file.Shown;
import soopt.host.Host;

/** A worker that is a process of its own: a Java like this one, with its share of the memory and the threads. */
public final class WorkerProcess implements Worker {
    /** Flags of this process that are no flags of its workers: who shares the memory, and whose terminal it is. */
    private static final List<String> OWN = List.of(
            "-Xmx",
            "-Dorg.bytedeco.javacpp.maxphysicalbytes",
            "-Dorg.bytedeco.javacpp.maxbytes",
            "-Dsoopt.terminal",
            "-Dsoopt.columns",
            "-Dsoopt.stderr",
            "-agentlib",
            "-Xrunjdwp",
            "-XX:StartFlightRecording");

    private static final long LEAST_HEAP = 512L << 20;
    private static final int LONGEST_WORDS = 500;

    /** What Java says at each start. */
    private static final String NO_WORD = "WARNING: Using incubator modules";

    private final int number;
    private final Process process;
    private final Path log;

    private WorkerProcess(int number, Process process, Path log) {
        this.number = number;
        this.process = process;
        this.log = log;
    }

    /**
     * Starts processes of this command.
     *
     * @param main the class with the main method
     * @param arguments of it
     * @param share of how many the process is one
     * @param threads each computes with
     * @param logs where what they say on stderr lies, if anything
     */
    public static Starter starter(String main, List<String> arguments, int share, int threads, Path logs) {
        List<String> command = new ArrayList<>(java(share));
        command.add(main);
        command.addAll(arguments);
        return (number, ear) -> start(
                command, threads, number, logs.resolveSibling(logs.getFileName() + "-worker-" + number + ".log"), ear);
    }

    private static List<String> java(int share) {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> OWN.stream().noneMatch(flag::startsWith))
                .forEach(words::add);
        long heap = Math.max(LEAST_HEAP, Runtime.getRuntime().maxMemory() / share);
        words.add("-Xmx" + (heap >> 20) + "m");
        long memory = physicalBytes();
        if (memory > 0) {
            words.add("-Dorg.bytedeco.javacpp.maxphysicalbytes=" + (memory / share >> 20) + "m");
        }
        words.add("-cp");
        words.add(System.getProperty("java.class.path"));
        return words;
    }

    /** What this process may take, as its launcher found out; else what the machine has. */
    private static long physicalBytes() {
        String limit = System.getProperty("org.bytedeco.javacpp.maxphysicalbytes", "");
        return limit.matches("[0-9]{1,12}m")
                ? Long.parseLong(limit.substring(0, limit.length() - 1)) << 20
                : Host.memoryBytes() * 9 / 10;
    }

    private static WorkerProcess start(List<String> command, int threads, int number, Path log, Consumer<Heard> ear) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
            Map<String, String> environment = builder.environment();
            environment.put("OMP_NUM_THREADS", Integer.toString(threads));
            WorkerProcess worker = new WorkerProcess(number, builder.start(), log);
            Thread listener = new Thread(() -> worker.listen(ear), "worker " + number);
            listener.setDaemon(true);
            listener.start();
            return worker;
        } catch (IOException e) {
            throw new DeviceException("cannot start a process: " + Problems.reason(e));
        }
    }

    private void listen(Consumer<Heard> ear) {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Report.parse(line).ifPresent(report -> ear.accept(Heard.report(number, report)));
            }
        } catch (IOException | UncheckedIOException closed) {
            process.destroy();
        }
        ear.accept(Heard.end(number, exitCode(), lastWords()));
    }

    private int exitCode() {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    /** The last line of its log, which is deleted if it says nothing. */
    private String lastWords() {
        try {
            Optional<String> last;
            try (Stream<String> lines = Files.lines(log)) {
                last = lines.filter(line -> !line.isBlank() && !line.startsWith(NO_WORD))
                        .reduce((first, second) -> second);
            }
            if (last.isEmpty()) {
                Files.deleteIfExists(log);
            }
            return last.map(line -> Shown.line(Shown.cut(line, LONGEST_WORDS)) + "; see " + log)
                    .orElse("");
        } catch (IOException | UncheckedIOException unreadable) {
            return "see " + log;
        }
    }

    @Override
    public void give(int index) {
        try {
            Writer in = process.outputWriter(StandardCharsets.UTF_8);
            in.write(index + "\n");
            in.flush();
        } catch (IOException gone) {
            // its end is heard, and the run goes to another
            return;
        }
    }

    @Override
    public void end() {
        try {
            process.getOutputStream().close();
        } catch (IOException gone) {
            return;
        }
    }

    @Override
    public void stop() {
        // Process.destroy would close the pipe too, on which the worker says how its run ended
        process.toHandle().destroy();
    }
}
