package soopt.cli.bench;

import java.util.Locale;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import soopt.backend.Precision;
import soopt.backend.engine.Engine;
import soopt.cli.options.Arguments;
import soopt.cli.options.ComputeOptions;
import soopt.experiment.Devices;
import soopt.experiment.file.Device;

/** How a benchmark measures: the options that all of them have. */
final class BenchOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Mixin
    private ComputeOptions compute;

    @Option(
            names = "--precision",
            defaultValue = "float32",
            paramLabel = "P",
            description = "float32, float64 or, on a GPU, tf32 (default: ${DEFAULT-VALUE})")
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
        compute.count();
    }

    BenchSession session() {
        return new BenchSession(
                precision,
                device(),
                compute.count(),
                new Pace(rounds, seconds, warmUpSeconds),
                spec.commandLine().getErr());
    }

    BenchReport report() {
        Engine engine = Devices.choose(device()).engine();
        return new BenchReport(precision.name().toLowerCase(Locale.ROOT), engine.name(), compute.count());
    }

    private Device device() {
        return compute.device().orElse(Device.AUTO);
    }
}
