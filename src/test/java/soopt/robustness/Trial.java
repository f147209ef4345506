package soopt.robustness;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;

/** One input and what the program makes of it, held against what every input may cost. */
final class Trial {
    static final double MOST_SECONDS = 2;
    static final long MOST_BYTES = 256L << 20;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** What the program said. */
    record Outcome(int code, String out, String err) {}

    /** The work on one input; throws only where the program is wrong. */
    @FunctionalInterface
    interface Work {
        Outcome run() throws IOException;
    }

    /**
     * An input that was made.
     *
     * @param input in words, for whoever mends what it finds
     * @param results whether the work may leave a results folder
     */
    record Input(String input, boolean results, Work work) {}

    private final Path folder;
    private final Path cache;

    /** @param folder where the inputs lie, and nothing else is left */
    Trial(Path folder, Path cache) {
        this.folder = folder;
        this.cache = cache;
    }

    /**
     * What is wrong with what the program did; empty if nothing is. The second time must be wrong too where only time
     * was.
     */
    String problem(Input input, int[] codes) throws IOException {
        String first = once(input, codes);
        boolean isTime = first.startsWith("took ");
        return isTime ? once(input, new int[codes.length]) : first;
    }

    private String once(Input input, int[] codes) throws IOException {
        Set<String> before = files(folder);
        Set<String> beside = beside();
        long native0 = Pointer.totalBytes();
        long allocated = THREADS.getCurrentThreadAllocatedBytes();
        long begun = System.nanoTime();
        Outcome outcome;
        try {
            outcome = input.work().run();
        } catch (RuntimeException | Error e) {
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace));
            return trace.toString().lines().limit(12).collect(Collectors.joining("\n"));
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        long bytes = THREADS.getCurrentThreadAllocatedBytes() - allocated;
        codes[Math.min(codes.length - 1, Math.max(0, outcome.code()))]++;
        String said = said(outcome);
        if (!said.isEmpty()) {
            return said + " (code " + outcome.code() + ")\nout: " + cut(outcome.out()) + "\nerr: " + cut(outcome.err());
        }
        if (bytes > MOST_BYTES) {
            return "allocated " + (bytes >> 20) + " MiB; " + cut(outcome.err());
        }
        if (Pointer.totalBytes() - native0 > MOST_BYTES / 4) {
            return "left " + (Pointer.totalBytes() - native0) + " bytes of native memory";
        }
        String left = left(before, beside, input.results());
        if (!left.isEmpty()) {
            return "left " + left + "; " + cut(outcome.err());
        }
        return seconds > MOST_SECONDS ? "took " + seconds + " s; " + cut(outcome.err()) : "";
    }

    private static String said(Outcome outcome) {
        boolean isCode = outcome.code() == 0 || outcome.code() >= 2 && outcome.code() <= 4;
        boolean isOutcome =
                outcome.code() == 6 && (outcome.out() + outcome.err()).matches("(?s).*(diverged|no parameter moved).*");
        if (!isCode && !isOutcome) {
            return "exit code " + outcome.code();
        }
        String all = outcome.out() + outcome.err();
        if (all.contains("\tat ") || all.contains("Exception") || all.contains("java.")) {
            return "words of Java";
        }
        if (outcome.code() > 0
                && outcome.code() < 6
                && outcome.err().isBlank()
                && outcome.out().isBlank()) {
            return "no word of what is wrong";
        }
        if (outcome.err().lines().anyMatch(line -> line.length() > 2500)
                || outcome.err().length() > 150_000) {
            return "a message of " + outcome.err().length() + " characters";
        }
        boolean isRaw = outcome.err()
                .codePoints()
                .anyMatch(c -> c != '\n'
                        && c != '\r'
                        && (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT));
        return isRaw ? "control characters" : "";
    }

    private String left(Set<String> before, Set<String> beside, boolean results) throws IOException {
        Set<String> after = files(folder);
        after.removeAll(before);
        if (results) {
            after.removeIf(
                    name -> name.matches("(results|in)/.*") && !name.contains("tmp") && !name.contains("/.status"));
        }
        after.addAll(files(cache));
        Set<String> working = beside();
        working.removeAll(beside);
        after.addAll(working);
        return after.isEmpty() ? "" : after.toString();
    }

    /** The working folder, which no command may touch. */
    private static Set<String> beside() throws IOException {
        Set<String> names = new TreeSet<>();
        for (Path each : List.of(Path.of(""), Path.of("datasets"), Path.of("results"))) {
            if (Files.isDirectory(each.toAbsolutePath())) {
                try (Stream<Path> entries = Files.list(each.toAbsolutePath())) {
                    entries.forEach(entry -> names.add(each + "/" + entry.getFileName()));
                }
            }
        }
        return names;
    }

    private static Set<String> files(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return new TreeSet<>();
        }
        try (Stream<Path> entries = Files.walk(folder)) {
            return entries.filter(Files::isRegularFile)
                    .map(entry -> folder.relativize(entry).toString())
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    static void clear(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> entries = Files.walk(folder)) {
            for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(entry);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String cut(String text) {
        return text.length() <= 1500 ? text : text.substring(0, 1500) + "… (" + text.length() + ")";
    }
}
