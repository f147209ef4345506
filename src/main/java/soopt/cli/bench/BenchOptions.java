package soopt.cli.bench;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.engine.Backends;
import soopt.cli.options.Arguments;
import soopt.cli.options.Version;
import soopt.cli.terminal.Natives;
import soopt.cli.terminal.StatusLine;
import soopt.cli.terminal.Terminal;
import soopt.file.JsonObject;
import soopt.host.Host;

/** How a benchmark measures: the options that all of them have. */
final class BenchOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--threads", paramLabel = "N", description = "CPU threads (default: one per physical core)")
    private Integer threads;

    @Option(
            names = "--precision",
            defaultValue = "float32",
            paramLabel = "P",
            description = "float32 or float64 (default: ${DEFAULT-VALUE})")
    private Precision precision;

    @Option(
            names = "--rounds",
            defaultValue = "30",
            paramLabel = "N",
            description = "at most so many rounds of all works (default: ${DEFAULT-VALUE})")
    private int rounds;

    @Option(
            names = "--seconds",
            defaultValue = "60",
            paramLabel = "S",
            description = "stop after the round that passes this time, but not before 3 (default: ${DEFAULT-VALUE})")
    private double seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "1",
            paramLabel = "S",
            description =
                    "seconds of each work before the first round, three runs at least (default: ${DEFAULT-VALUE})")
    private double warmUpSeconds;

    @Option(names = "--json", description = "print JSON on stdout")
    private boolean json;

    int rounds() {
        return rounds;
    }

    double seconds() {
        return seconds;
    }

    double warmUpSeconds() {
        return warmUpSeconds;
    }

    int threads() {
        return threads == null ? Host.physicalCores() : threads;
    }

    Precision precision() {
        return precision;
    }

    /** As the experiment file calls it. */
    String precisionName() {
        return precision.name().toLowerCase(Locale.ROOT);
    }

    boolean json() {
        return json;
    }

    /** Refuses values out of range. */
    void validate() {
        Arguments.requirePositive(spec, "--rounds", rounds);
        Arguments.requirePositive(spec, "--seconds", seconds);
        Arguments.requirePositive(spec, "--threads", threads());
        if (!(warmUpSeconds >= 0)) {
            throw new ParameterException(spec.commandLine(), "--warm-up must be ≥ 0, but is " + warmUpSeconds);
        }
    }

    /** Opens a backend, gives what the measurement makes of it, and closes it. */
    <T> T measured(BiFunction<Backend, Stopwatch, T> measurement) {
        PrintWriter err = spec.commandLine().getErr();
        Natives.announce(err);
        try (Backend backend = Backends.cpu(precision, threads());
                StatusLine status = new StatusLine(err, Terminal.interactive())) {
            return measurement.apply(backend, new Stopwatch(backend, this, status));
        }
    }

    /** "float32, 2 threads, 30 rounds". */
    String conditions(List<Measurement> results) {
        return String.format(
                Locale.ROOT,
                "%s, %d thread%s, %d round%s",
                precisionName(),
                threads(),
                threads() == 1 ? "" : "s",
                results.get(0).seconds().length,
                results.get(0).seconds().length == 1 ? "" : "s");
    }

    /** The head of a result; the caller adds the rest. */
    JsonObject head(String model, int batch) {
        return new JsonObject()
                .put("program", "soopt")
                .put("model", model)
                .put("batch", batch)
                .put("threads", threads())
                .put("precision", precisionName())
                .put(
                        "versions",
                        new JsonObject()
                                .put("soopt", Version.text())
                                .put("java", Runtime.version().toString()));
    }

    void print(String text) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(text);
        out.flush();
    }

    static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
