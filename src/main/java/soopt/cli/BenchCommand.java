package soopt.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import soopt.experiment.folder.Host;
import soopt.experiment.folder.JsonObject;

/** Measures what curvature costs on this machine. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        header = "Measure the time of gradients, curvature summaries and training steps.",
        subcommands = BenchCommand.Curvature.class,
        footerHeading = "%nExamples:%n",
        footer = {"  soopt bench curvature --model mlp --batch 100 --threads 1"})
final class BenchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return ExitCode.USAGE;
    }

    /** bench curvature. */
    @Command(
            name = "curvature",
            mixinStandardHelpOptions = true,
            header = "Time a gradient, ḡ and H̄, ḡ, H̄ and D̄³, and training steps of Adam and NewtonSummary.",
            description =
                    "One group per tensor, random data, float32. After a warm-up the works take turns, so that a slow"
                            + " spell of the machine falls on all of them; medians and quartiles.",
            footerHeading = "%nExamples:%n",
            footer = {
                "  soopt bench curvature --model mlp --batch 100 --threads 1",
                "  python3 scripts/bench/peers.py --model mlp --batch 100 --threads 1 --out peers.json",
                "  soopt bench curvature --model mlp --batch 100 --threads 1 --against peers.json"
            })
    static final class Curvature implements Callable<Integer> {
        private static final Map<String, int[]> INPUTS = inputs();

        @Spec
        private CommandSpec spec;

        @Option(
                names = "--model",
                defaultValue = "mlp",
                paramLabel = "M",
                description = "mlp, lenet, vgg11-prime, big-mlp or very-big-mlp (default: ${DEFAULT-VALUE})")
        private String model;

        @Option(
                names = "--batch",
                defaultValue = "100",
                paramLabel = "N",
                description = "examples (default: ${DEFAULT-VALUE})")
        private int batch;

        @Option(names = "--threads", paramLabel = "N", description = "CPU threads (default: one per physical core)")
        private Integer threads;

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
                description =
                        "stop after the round that passes this time, but not before 3 (default: ${DEFAULT-VALUE})")
        private double seconds;

        @Option(
                names = "--against",
                paramLabel = "FILE",
                description = "what scripts/bench/peers.py wrote: print ratios")
        private Path against;

        @Option(names = "--json", description = "print JSON on stdout")
        private boolean json;

        @Override
        public Integer call() {
            if (!INPUTS.containsKey(model)) {
                throw new ParameterException(
                        spec.commandLine(), "no model '" + model + "'; known: " + String.join(", ", INPUTS.keySet()));
            }
            Arguments.requirePositive(spec, "--batch", batch);
            Arguments.requirePositive(spec, "--rounds", rounds);
            Arguments.requirePositive(spec, "--seconds", seconds);
            int used = threads == null ? Host.physicalCores() : threads;
            Arguments.requirePositive(spec, "--threads", used);
            PeerTimes peers = against == null ? PeerTimes.NONE : PeerTimes.read(against, model, batch, used);
            PrintWriter err = spec.commandLine().getErr();
            Natives.announce(err);
            List<Measurement> results;
            int groups;
            try (CurvatureBench bench = new CurvatureBench(model, INPUTS.get(model), batch, used);
                    StatusLine status = new StatusLine(err, Terminal.interactive())) {
                groups = bench.groups();
                results = bench.measure(rounds, seconds, status);
            }
            PrintWriter out = spec.commandLine().getOut();
            out.print(json ? asJson(results, used, groups) : asText(results, used, groups, peers));
            out.flush();
            return ExitCode.OK;
        }

        /** Shape of one example, by model: MNIST for mlp, CIFAR-10 for the others. */
        private static Map<String, int[]> inputs() {
            Map<String, int[]> inputs = new LinkedHashMap<>();
            inputs.put("mlp", new int[] {784});
            inputs.put("lenet", new int[] {3, 32, 32});
            inputs.put("vgg11-prime", new int[] {3, 32, 32});
            inputs.put("big-mlp", new int[] {3072});
            inputs.put("very-big-mlp", new int[] {3072});
            return inputs;
        }

        private String asText(List<Measurement> results, int used, int groups, PeerTimes peers) {
            double unit = results.get(0).median();
            boolean compared = !peers.seconds().isEmpty();
            Table table = compared
                    ? new Table("work", "ms", "quartiles", "gradients", "memory", "PyTorch ms", "PyTorch / soopt")
                    : new Table("work", "ms", "quartiles", "gradients", "memory");
            for (Measurement result : results) {
                Object[] cells = {
                    result.name(),
                    format("%.3f", 1e3 * result.median()),
                    format("%.3f to %.3f", 1e3 * result.lower(), 1e3 * result.upper()),
                    format("%.2f", result.median() / unit),
                    format("%.1f MiB", result.extraBytes() / (double) (1 << 20))
                };
                Double peer = peers.seconds().get(result.name());
                if (peer == null) {
                    table.row(cells);
                } else {
                    table.row(
                            cells[0],
                            cells[1],
                            cells[2],
                            cells[3],
                            cells[4],
                            format("%.3f", 1e3 * peer),
                            format("%.2f", peer / result.median()));
                }
            }
            return format(
                            "%s, batch %d, %d groups, float32, %d thread%s, %d rounds%n%n",
                            model,
                            batch,
                            groups,
                            used,
                            used == 1 ? "" : "s",
                            results.get(0).rounds())
                    + table.text("");
        }

        private String asJson(List<Measurement> results, int used, int groups) {
            return new JsonObject()
                    .put("program", "soopt")
                    .put("model", model)
                    .put("batch", batch)
                    .put("threads", used)
                    .put("precision", "float32")
                    .put("groups", groups)
                    .put(
                            "versions",
                            new JsonObject()
                                    .put("soopt", Version.text())
                                    .put("java", Runtime.version().toString()))
                    .putObjects(
                            "results", results.stream().map(Measurement::json).toList())
                    .pretty();
        }

        private static String format(String format, Object... values) {
            return String.format(Locale.ROOT, format, values);
        }
    }
}
