package soopt.cli.bench;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import soopt.cli.options.ExitCode;
import soopt.cli.terminal.Usage;

/** Measures what curvature costs on this machine. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        header = "Measure time and memory of gradients, curvature and training steps.",
        description = "Random data. After a warm-up the works take turns; medians over the rounds.",
        subcommands = {BenchCurvatureCommand.class, BenchDepthCommand.class, BenchPartitionsCommand.class},
        footerHeading = "%nExamples:%n",
        footer = {
            "  soopt bench curvature --model mlp --batch 100 --threads 1",
            "  soopt bench depth",
            "  soopt bench partitions --model vgg11-prime --batch 20"
        })
public final class BenchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Usage.print(spec.commandLine(), spec.commandLine().getErr());
        return ExitCode.USAGE;
    }
}
