package soopt.cli.options;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import soopt.experiment.file.Device;
import soopt.experiment.file.Experiment;
import soopt.host.Cpus;

/** Where a command computes, and with how many CPU threads. */
public final class ComputeOptions {
    /** More than any machine of today has cores; each takes memory. */
    private static final int MOST = 1024;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--device",
            paramLabel = "D",
            converter = DeviceConverter.class,
            description = "auto (a GPU if one can be used), cpu, cuda, or cuda:N for the GPU of that number"
                    + " (default: what the file says, else auto)")
    private Device device;

    @Option(names = "--threads", paramLabel = "N", description = "CPU threads (default: one per physical core)")
    private Integer threads;

    /** As the experiment file reads it. */
    static final class DeviceConverter implements ITypeConverter<Device> {
        @Override
        public Device convert(String text) {
            try {
                return Device.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** The keys of the experiment file that the options stand for; nothing without them. */
    public List<String> overrides() {
        List<String> keys = new ArrayList<>();
        device().ifPresent(where -> keys.add("device=" + where));
        threads().ifPresent(number -> keys.add("threads=" + number));
        return keys;
    }

    /** The experiment, computed where and with what the options say. */
    public Experiment applied(Experiment experiment) {
        return experiment.with(threads().orElse(0)).on(device().orElse(experiment.device()));
    }

    /** The number asked for, else what suits the machine. */
    public int count() {
        return threads().orElseGet(Cpus::threads);
    }

    /** The number asked for. */
    public OptionalInt threads() {
        if (threads == null) {
            return OptionalInt.empty();
        }
        Arguments.requireWithin(spec, "--threads", threads, 1, MOST);
        return OptionalInt.of(threads);
    }

    /** The device asked for. */
    public Optional<Device> device() {
        return Optional.ofNullable(device);
    }
}
