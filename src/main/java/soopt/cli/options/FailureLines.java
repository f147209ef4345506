package soopt.cli.options;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import soopt.backend.DeviceFailure;
import soopt.data.fetch.DatasetException;
import soopt.experiment.folder.RunDirectoryException;
import soopt.file.Shown;
import soopt.file.Temporary;
import soopt.file.WriteException;
import soopt.spec.yaml.SpecException;

/**
 * What the user needs to know of whatever was thrown; the stack trace of what is not the user's mistake goes to a file.
 */
public final class FailureLines {
    private static final Pattern ERROR_LOG = Pattern.compile("error-\\d{8}-\\d{6}-.*\\.log");
    private static final Duration KEPT = Duration.ofDays(30);

    private FailureLines() {}

    /** One line each. */
    public static List<String> of(Throwable failure) {
        if (failure instanceof SpecException spec) {
            return spec.problems().stream().flatMap(FailureLines::shown).toList();
        }
        boolean told = failure instanceof DatasetException
                || failure instanceof RunDirectoryException
                || failure instanceof WriteException
                || failure instanceof DeviceFailure;
        if (told) {
            return shown(failure.getMessage()).toList();
        }
        if (failure instanceof OutOfMemoryError) {
            return List.of("out of memory (" + failure.getMessage()
                    + "): use a smaller batch or model, or raise the heap with SOOPT_JAVA_OPTS=-Xmx…; details in "
                    + log(failure));
        }
        if (failure instanceof LinkageError) {
            return List.of("the native libraries cannot be used (" + cause(failure)
                    + "): see 'soopt doctor'; details in " + log(failure));
        }
        return List.of("internal error: " + oneLine(failure) + "; details in " + log(failure));
    }

    /** Whatever a message quotes, from files, servers or arguments, reaches the terminal through here. */
    public static Stream<String> shown(String message) {
        return String.valueOf(message).lines().map(Shown::line);
    }

    private static String oneLine(Throwable failure) {
        return Shown.line(failure.toString().lines().findFirst().orElse(""));
    }

    /** What the innermost exception says: those around it only say that something failed. */
    public static String cause(Throwable failure) {
        Throwable inner = failure;
        while (inner.getCause() != null) {
            inner = inner.getCause();
        }
        return oneLine(inner);
    }

    /**
     * Writes the stack trace to a new file in the cache, or in the temporary folder if that cannot be written; drops
     * those of last month.
     */
    private static Path log(Throwable failure) {
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        String text = "soopt " + Version.text() + ", Java " + Runtime.version() + System.lineSeparator() + trace;
        String time = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
        try {
            Path folder = Path.of(System.getProperty("soopt.cache", System.getProperty("java.io.tmpdir")));
            Files.createDirectories(folder);
            Temporary.sweep(folder, ERROR_LOG, KEPT);
            return Files.writeString(Files.createTempFile(folder, "error-" + time + "-", ".log"), text);
        } catch (IOException e) {
            return temporary(text);
        }
    }

    private static Path temporary(String text) {
        try {
            return Files.writeString(Files.createTempFile("soopt-error-", ".log"), text);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the error log", e);
        }
    }
}
