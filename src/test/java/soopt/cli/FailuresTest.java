package soopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import soopt.cli.options.ExitCode;
import soopt.data.fetch.DatasetException;
import soopt.experiment.DeviceException;
import soopt.experiment.folder.RunDirectoryException;
import soopt.file.WriteException;
import soopt.spec.yaml.SpecException;

class FailuresTest {
    static Stream<Arguments> expected() {
        return Stream.of(
                Arguments.of(new SpecException(List.of("a.yaml:1:1: one", "a.yaml:2:1: two")), ExitCode.SPEC, 2),
                Arguments.of(new RunDirectoryException("cannot write"), ExitCode.SPEC, 1),
                Arguments.of(
                        new WriteException(Path.of("a/status.json"), new IOException("No space left on device")),
                        ExitCode.SPEC,
                        1),
                Arguments.of(new DatasetException("damaged"), ExitCode.DATASET, 1),
                Arguments.of(new DeviceException("no GPU"), ExitCode.DEVICE, 1),
                Arguments.of(new OutOfMemoryError("Java heap space"), ExitCode.DEVICE, 1),
                Arguments.of(new UnsatisfiedLinkError("no jniNd4jCpu"), ExitCode.DEVICE, 1),
                Arguments.of(new IllegalStateException("two\nlines"), ExitCode.INTERNAL, 1));
    }

    private final StringWriter text = new StringWriter();

    @TempDir
    Path logs;

    @BeforeEach
    void logHere() {
        System.setProperty("soopt.cache", logs.toString());
    }

    @AfterEach
    void logElsewhere() {
        System.clearProperty("soopt.cache");
    }

    @ParameterizedTest
    @MethodSource("expected")
    void failure_isLinesAndAnExitCode(Throwable failure, int code, int lines) {
        assertEquals(code, Failures.report(failure, new PrintWriter(text)));
        assertEquals(lines, text.toString().lines().count(), text.toString());
    }

    @Test
    void internalError_leavesItsStackTraceInTheFileItNames() throws IOException {
        Failures.report(new IllegalStateException("a mistake"), new PrintWriter(text));
        String line = text.toString().strip();
        assertTrue(line.startsWith("internal error: java.lang.IllegalStateException: a mistake; details in "), line);
        Path log = Path.of(line.substring(line.indexOf("details in ") + "details in ".length()));
        String trace = Files.readString(log);
        assertTrue(trace.contains("at soopt.cli.FailuresTest"), trace);
    }

    @Test
    void errorLogsOfLastMonth_areSwept() throws IOException {
        Path old = Files.writeString(logs.resolve("error-20260102-030405-123.log"), "old");
        Path young = Files.writeString(logs.resolve("error-20260102-030405-124.log"), "young");
        Path other = Files.writeString(logs.resolve("native-stderr.log"), "other");
        FileTime longAgo = FileTime.from(Instant.now().minus(Duration.ofDays(31)));
        Files.setLastModifiedTime(old, longAgo);
        Files.setLastModifiedTime(other, longAgo);
        Failures.report(new IllegalStateException("a mistake"), new PrintWriter(text));

        assertFalse(Files.exists(old));
        assertTrue(Files.exists(young));
        assertTrue(Files.exists(other));
    }
}
