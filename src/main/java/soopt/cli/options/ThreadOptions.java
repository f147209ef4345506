package soopt.cli.options;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import soopt.host.Cpus;

/** How many CPU threads a command computes with. */
public final class ThreadOptions {
    /** More than any machine of today has cores; each takes memory. */
    private static final int MOST = 1024;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--threads", paramLabel = "N", description = "CPU threads (default: one per physical core)")
    private Integer threads;

    /** The key of the experiment file that the option stands for; nothing without it. */
    public List<String> overrides() {
        return threads == null ? List.of() : List.of("threads=" + count());
    }

    /** The number asked for, else what suits the machine. */
    public int count() {
        if (threads == null) {
            return Cpus.threads();
        }
        Arguments.requireWithin(spec, "--threads", threads, 1, MOST);
        return threads;
    }
}
