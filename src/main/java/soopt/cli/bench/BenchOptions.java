package soopt.cli.bench;

import java.util.Locale;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import soopt.backend.Precision;
import soopt.cli.options.Arguments;
import soopt.cli.options.ThreadOptions;

/** How a benchmark measures: the options that all of them have. */
final class BenchOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Mixin
    private ThreadOptions threads;

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

    boolean json() {
        return json;
    }

    /** Refuses values out of range. */
    void validate() {
        Arguments.requirePositive(spec, "--rounds", rounds);
        Arguments.requirePositive(spec, "--seconds", seconds);
        Arguments.requireNotNegative(spec, "--warm-up", warmUpSeconds);
        threads.count();
    }

    BenchSession session() {
        return new BenchSession(
                precision,
                threads.count(),
                new Pace(rounds, seconds, warmUpSeconds),
                spec.commandLine().getErr());
    }

    BenchReport report() {
        return new BenchReport(precision.name().toLowerCase(Locale.ROOT), threads.count());
    }
}
