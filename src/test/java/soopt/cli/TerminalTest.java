package soopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import soopt.experiment.file.Experiment;
import soopt.spec.Binder;
import soopt.spec.SpecSource;

/**
 * Every command once in a pseudo-terminal, which {@code script} of util-linux opens: each ends in time, sends nothing
 * that is not text or a bar, and leaves the cursor on an empty line under what it printed.
 */
class TerminalTest {
    private static final int COLUMNS = 80;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** What a command does: the line, its exit code, whether a bar is drawn, and a text that stays on the screen. */
    private record Expected(String line, int code, boolean bar, String text) {
        @Override
        public String toString() {
            return line;
        }
    }

    private static final List<Expected> COMMANDS = List.of(
            new Expected("run $SPEC --results $OUT", 0, true, "results in "),
            new Expected("run $SPEC --results $OUT --force --progress plain", 0, false, "results in "),
            new Expected("resume $RUN --results $OUT", 0, false, "exists already"),
            new Expected("sweep $SPEC seed=1,2 --dry-run --results $OUT", 0, false, "2 runs"),
            new Expected("ls --results $OUT", 0, false, "COMPLETED"),
            new Expected("show $RUN --results $OUT", 0, false, "metrics.csv"),
            new Expected("best --results $OUT", 0, false, "the best again: soopt run"),
            new Expected("fidelity $RUN --results $OUT", 0, false, "between layers"),
            new Expected("compare $RUN --results $OUT", 0, false, "train_loss"),
            new Expected("collect --results $OUT", 0, false, "summary.json"),
            new Expected("reproduce --list", 0, false, "fig1-lenet"),
            new Expected("report --results $OUT", 0, false, "report.html"),
            new Expected("plot $RUN --text --results $OUT", 0, false, "training loss"),
            new Expected("watch --results $OUT", 0, false, "COMPLETED"),
            new Expected("export tensorboard --results $OUT", 0, true, "tensorboard --logdir "),
            new Expected("clean --results $OUT", 0, false, "--yes takes them away"),
            new Expected("merge $OUT $OUT/../into", 0, false, "copied"),
            new Expected("check $SPEC --batch 8", 0, false, "ok: derivatives agree"),
            new Expected("curvature $SPEC --limit 300", 0, true, "eigenvalues"),
            new Expected("spectrum $SPEC --limit 300 --steps 20", 0, true, "Near zero"),
            new Expected("bench curvature --batch 5 --rounds 2 --warm-up 0 --model $SMALL", 0, true, "gradient"),
            new Expected("bench depth --depths 1,2 --width 4 --batch 5 --rounds 2 --warm-up 0", 0, true, "hidden"),
            new Expected("bench partitions --model $SMALL --batch 5 --rounds 2 --warm-up 0", 0, true, "weights-biases"),
            new Expected("gym --problem beale,saddle --limit 300", 0, true, "gradient equivalents"),
            new Expected("partition $SPEC --all", 0, false, "canonical"),
            new Expected("datasets list --datasets $OUT", 0, false, "fashion-mnist"),
            new Expected("datasets fetch fashion-mnist --datasets $OUT/sets", 4, true, "fashion-mnist"),
            new Expected("datasets verify --datasets $OUT", 0, false, "mnist-sample"),
            new Expected("config show $SPEC", 0, false, "experiment: terminal"),
            new Expected("config validate $SPEC", 0, false, "ok: terminal"),
            new Expected("config schema", 0, false, "json-schema.org"),
            new Expected("list", 0, false, "optimizers"),
            new Expected("reference exit-codes", 0, false, "what to do"),
            new Expected("doctor --datasets $OUT", 0, false, "ready"),
            new Expected("completion", 0, false, "_complete_soopt"),
            new Expected("--help", 0, false, "Examples:"),
            new Expected("--version", 0, false, "soopt "));

    @TempDir
    static Path folder;

    private static HttpServer server;
    private static String transcript = "";

    @BeforeAll
    static void runAll() throws IOException, InterruptedException {
        Path spec = Files.writeString(folder.resolve("terminal.yaml"), """
                experiment: terminal
                dataset: {type: mnist-sample, limit: 300, validation: 50}
                model: {type: mlp, hidden: [8]}
                optimizer: {type: newton-summary}
                training: {epochs: 2, batch-size: 50, evaluation-batch-size: 100}
                """);
        Map<String, String> values = Map.of(
                "$SPEC",
                spec.toString(),
                "$RUN",
                Binder.bind(SpecSource.read(spec), Experiment.class).runId(0),
                "$OUT",
                folder.resolve("out").toString(),
                "$SMALL",
                "{type: mlp, hidden: [4]}");
        List<String> lines = new ArrayList<>();
        for (Expected command : COMMANDS) {
            lines.add(Stream.of(command.line().split(" "))
                    .map(word -> values.entrySet().stream()
                            .reduce(word, (w, e) -> w.replace(e.getKey(), e.getValue()), (one, other) -> other))
                    .reduce((one, other) -> one + "\t" + other)
                    .orElseThrow());
        }
        startServer();
        converse(Files.write(folder.resolve("commands"), lines));
    }

    /** The one source of fashion-mnist that is not encrypted, through a proxy that sends other bytes. */
    private static void startServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] body = new byte[300_000];
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterAll
    static void stopServer() {
        server.stop(0);
    }

    /** Reads what the terminal gets until the last command has ended or one takes too long. */
    private static void converse(Path commands) throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Path arguments = Files.write(
                folder.resolve("arguments"),
                List.of(
                        "--add-modules jdk.incubator.vector -XX:TieredStopAtLevel=1 -Xmx1g -XX:+UseSerialGC",
                        "-Dsoopt.terminal=true -Dsoopt.terminal.out=true -Dsoopt.columns=" + COLUMNS,
                        "-Dorg.nd4j.log.initialization=false",
                        "-cp \"" + System.getProperty("java.class.path") + "\"",
                        TerminalSession.class.getName() + " " + commands));
        ProcessBuilder builder =
                new ProcessBuilder("/usr/bin/script", "-qec", "exec " + java + " @" + arguments, "/dev/null");
        String proxy = "http://127.0.0.1:" + server.getAddress().getPort();
        builder.environment()
                .keySet()
                .removeIf(name -> name.toLowerCase(Locale.ROOT).endsWith("_proxy"));
        builder.environment()
                .putAll(Map.of(
                        "http_proxy",
                        proxy,
                        "https_proxy",
                        proxy,
                        "TERM",
                        "xterm",
                        "SHELL",
                        "/bin/sh",
                        "PATH",
                        folder.toString()));
        Process process = builder.redirectErrorStream(true).start();
        StringBuffer heard = new StringBuffer();
        Thread listener = new Thread(() -> listen(process.getInputStream(), heard));
        listener.start();
        int ended = 0;
        long since = System.nanoTime();
        while (process.isAlive() && System.nanoTime() - since < LIMIT.toNanos()) {
            if (ended < COMMANDS.size() && heard.indexOf(TerminalSession.end(ended)) >= 0) {
                ended++;
                since = System.nanoTime();
            }
            Thread.sleep(20);
        }
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        listener.join();
        transcript = heard.toString();
    }

    private static void listen(InputStream in, StringBuffer heard) {
        try (Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
            char[] buffer = new char[4096];
            for (int n = reader.read(buffer); n >= 0; n = reader.read(buffer)) {
                heard.append(buffer, 0, n);
            }
        } catch (IOException e) {
            heard.append("\n<<").append(e).append(">>");
        }
    }

    static Stream<Arguments> commands() {
        return IntStream.range(0, COMMANDS.size()).mapToObj(i -> Arguments.of(COMMANDS.get(i), i));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("commands")
    void command_endsAndLeavesTheTerminalClean(Expected command, int index) {
        String begin = TerminalSession.begin(index) + "\r\n";
        String end = TerminalSession.end(index);
        int from = transcript.indexOf(begin);
        assertTrue(from >= 0, () -> "was not reached; the terminal got " + transcript);
        int to = transcript.indexOf(end, from);
        assertTrue(to >= 0, () -> "did not end within " + LIMIT + "; the terminal got " + transcript.substring(from));
        String raw = transcript.substring(from + begin.length(), to);
        Screen screen = new Screen(COLUMNS).write(raw);
        assertEquals("", screen.fault(), raw);
        assertEquals(command.bar(), screen.sawBar(), raw);
        assertTrue(screen.isAtRest(), raw);
        assertTrue(screen.text().contains(command.text()), screen.text());
        assertFalse(screen.text().contains("│"), screen.text());
        assertTrue(transcript.startsWith(end + command.code() + ">>", to), screen.text());
    }
}
