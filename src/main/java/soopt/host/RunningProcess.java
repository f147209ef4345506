package soopt.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Whether a process of this machine still runs, and is the one that is meant: pids are used again. */
public final class RunningProcess {
    /** Fields of /proc/PID/stat behind the name, which may hold anything: the state, and the start in ticks. */
    private static final int STATE = 0;

    private static final int START = 19;

    private RunningProcess() {}

    /** When a process began, in the words of this system; empty if there is none, or it is over and not yet buried. */
    public static Optional<String> start(long pid) {
        Path folder = Path.of("/proc", Long.toString(pid));
        try {
            String stat = Files.readString(folder.resolve("stat"));
            List<String> fields =
                    List.of(stat.substring(stat.lastIndexOf(')') + 1).strip().split(" "));
            boolean over = "ZX".contains(fields.get(STATE)) && threads(folder) <= 1;
            return over ? Optional.empty() : Optional.of(fields.get(START));
        } catch (IOException | IndexOutOfBoundsException none) {
            // no such process, or a system without /proc
            return Files.isDirectory(Path.of("/proc/self"))
                    ? Optional.empty()
                    : ProcessHandle.of(pid)
                            .flatMap(process -> process.info().startInstant())
                            .map(Object::toString);
        }
    }

    /** The first thread of a killed process is over before those that wait for a disk. */
    private static long threads(Path process) throws IOException {
        try (Stream<Path> tasks = Files.list(process.resolve("task"))) {
            return tasks.count();
        }
    }

    /** Whether it is stopped, as by Ctrl-Z. */
    public static boolean isStopped(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            return stat.substring(stat.lastIndexOf(')') + 1).strip().startsWith("T");
        } catch (IOException none) {
            return false;
        }
    }
}
