package soopt.cli.bench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import soopt.backend.Backend;
import soopt.cli.options.Arguments;
import soopt.cli.options.ExitCode;
import soopt.cli.terminal.Table;
import soopt.curvature.Order;
import soopt.curvature.Partition;
import soopt.curvature.Partitioning;
import soopt.file.JsonObject;
import soopt.optimizer.Optimizer;
import soopt.spec.Binder;
import soopt.spec.Choices;
import soopt.spec.SpecSource;

/** bench curvature. */
@Command(
        name = "curvature",
        mixinStandardHelpOptions = true,
        header = "Time a gradient, curvature summaries, curvature products and a training step of each optimizer.",
        description = {
            "Random data. After a warm-up the works take turns, so that a slow spell of the machine falls on all of them;"
                    + " medians and quartiles. A step of an optimizer with a period is the mean over ten,",
            "of shampoo over twenty, of k-fac and ekfac over a hundred: ten samples and an inversion of the factors.",
            "Memory is that of the tensors at the peak of a work, outputs and optimizer state included; parameters, batch"
                    + " and direction are not."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  soopt bench curvature --model mlp --batch 100 --threads 1",
            "  soopt bench curvature --model '{type: big-mlp, depth: 5}' --partition blocks-2 --full",
            "  python3 scripts/bench/peers.py --model mlp --batch 100 --threads 1 --out peers.json",
            "  soopt bench curvature --model mlp --batch 100 --threads 1 --against peers.json"
        })
final class BenchCurvatureCommand implements Callable<Integer> {
    private static final int LARGEST_FULL = 50;

    private record Subject(Partitioning partition) {}

    @Spec
    private CommandSpec spec;

    @Mixin
    private BenchOptions options;

    @Option(
            names = "--model",
            defaultValue = "mlp",
            paramLabel = "M",
            description = "name of a model, or {type: …} as in an experiment (default: ${DEFAULT-VALUE})")
    private String modelText;

    @Option(
            names = "--batch",
            defaultValue = "100",
            paramLabel = "N",
            description = "examples (default: ${DEFAULT-VALUE})")
    private int batch;

    @Option(
            names = "--partition",
            defaultValue = "canonical",
            paramLabel = "P",
            description = "groups of the summaries, as in an experiment (default: ${DEFAULT-VALUE})")
    private String partitionText;

    @Option(names = "--full", description = "time all of D̄³ [S, S, S] too; up to " + LARGEST_FULL + " groups")
    private boolean full;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "TEXT",
            description = "only works with one of these texts in their name, and the gradient;"
                    + " steps that solve a system or search a line are measured by name only")
    private List<String> only = List.of();

    @Option(
            names = "--against",
            paramLabel = "FILE",
            description = "what scripts/bench/peers.py or bench curvature --json wrote: print ratios")
    private Path against;

    @Override
    public Integer call() {
        BenchModel model = BenchModel.of(spec, modelText);
        Arguments.requirePositive(spec, "--batch", batch);
        options.validate();
        Partition partition = Binder.bind(SpecSource.parse("--partition", "partition: " + partitionText), Subject.class)
                .partition()
                .of(model.network().layout());
        if (full && partition.size() > LARGEST_FULL) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--full is for up to " + LARGEST_FULL + " groups, but there are " + partition.size());
        }
        Peer peer = against == null
                ? null
                : Peer.read(
                        against,
                        modelText,
                        batch,
                        options.report().threads(),
                        options.report().precision());
        AtomicReference<Optional<Backend.Replay>> replay = new AtomicReference<>(Optional.empty());
        AtomicReference<Optional<String>> note = new AtomicReference<>(Optional.empty());
        List<Measurement> results = options.session().measure((backend, stopwatch) -> {
            try (BenchProblem problem = new BenchProblem(backend, model, batch)) {
                List<Measurement> measured = stopwatch.measure(works(problem, partition));
                replay.set(backend.replay());
                note.set(backend.note());
                return measured;
            }
        });
        PrintWriter out = spec.commandLine().getOut();
        out.print(
                options.json()
                        ? asJson(results, partition, replay.get(), note.get())
                        : asText(results, partition, peer)
                                + asText(replay.get())
                                + note.get()
                                        .map(line -> BenchReport.format("%n%s%n", line))
                                        .orElse(""));
        out.flush();
        return ExitCode.OK;
    }

    private List<Work> works(BenchProblem problem, Partition partition) {
        List<Work> works = new ArrayList<>();
        works.add(problem.gradient());
        add(works, "summary order 2", () -> problem.summary("summary order 2", partition, Order.SECOND));
        add(works, "summary order 3", () -> problem.summary("summary order 3", partition, Order.THIRD));
        if (full) {
            add(works, "full third order", () -> problem.summary("full third order", partition, Order.THIRD_FULL));
        }
        add(works, "hessian-vector product", problem::hessianVector);
        add(works, "gauss-newton product", problem::gaussNewtonVector);
        for (Choices.Choice optimizer : Choices.of(Optimizer.class)) {
            String name = optimizer.name() + " step";
            // what solves systems takes many gradients a step: by name
            if (!only.isEmpty() || !BenchProblem.searches(optimizer)) {
                add(works, name, () -> problem.step(optimizer, partitionText));
            }
        }
        return works;
    }

    private void add(List<Work> works, String name, Supplier<Work> work) {
        if (only.isEmpty() || only.stream().anyMatch(name::contains)) {
            works.add(work.get());
        }
    }

    private String asText(List<Measurement> results, Partition partition, Peer peer) {
        List<String> header = new ArrayList<>(List.of("work", "ms", "quartiles", "gradients", "MiB"));
        if (peer != null) {
            header.addAll(List.of(peer.program() + " ms", "time ratio", "MiB", "memory ratio"));
        }
        Table table = new Table(header.toArray(String[]::new));
        double unit = results.get(0).median();
        for (Measurement result : results) {
            List<String> cells = new ArrayList<>(List.of(
                    result.name(),
                    BenchReport.format("%.3f", 1e3 * result.median()),
                    BenchReport.format("%.3f to %.3f", 1e3 * result.lower(), 1e3 * result.upper()),
                    BenchReport.format("%.2f", result.median() / unit),
                    BenchReport.format("%.1f", result.mebibytes())));
            if (peer != null) {
                cells.addAll(compared(result, peer));
            }
            table.row(cells.toArray());
        }
        return BenchReport.format(
                        "%s, batch %d, %d groups, %s%n%n",
                        modelText, batch, partition.size(), options.report().conditions(results))
                + table.shown("")
                + (peer == null ? "" : BenchReport.format("%nratios: %s / soopt%n", peer.program()));
    }

    private static String asText(Optional<Backend.Replay> replay) {
        return replay.map(of -> of.problem()
                        .map(why -> BenchReport.format("%nno graphs: %s%n", why))
                        .orElseGet(() -> BenchReport.format(
                                "%n%d graphs of %d operations, launched %d times%n",
                                of.graphs(), of.operations(), of.launches())))
                .orElse("");
    }

    /** The peer's cells; empty where it did not measure. */
    private static List<String> compared(Measurement result, Peer peer) {
        Double seconds = peer.seconds().get(result.name());
        Long bytes = peer.bytes().get(result.name());
        boolean weighed = bytes != null && result.extraBytes() > 0;
        return List.of(
                seconds == null ? "" : BenchReport.format("%.3f", 1e3 * seconds),
                seconds == null ? "" : BenchReport.format("%.2f", seconds / result.median()),
                bytes == null ? "" : BenchReport.format("%.1f", bytes / (double) (1 << 20)),
                weighed ? BenchReport.format("%.2f", bytes / (double) result.extraBytes()) : "");
    }

    private String asJson(
            List<Measurement> results, Partition partition, Optional<Backend.Replay> replay, Optional<String> note) {
        JsonObject head = options.report()
                .head(modelText, batch)
                .put("partition", partitionText)
                .put("groups", partition.size());
        replay.ifPresent(of -> head.put(
                "replay",
                new JsonObject()
                        .put("graphs", of.graphs())
                        .put("operations", of.operations())
                        .put("launches", of.launches())
                        .put("problem", of.problem().orElse(""))));
        note.ifPresent(line -> head.put("note", line));
        return head.putObjects(
                        "results", results.stream().map(Measurement::json).toList())
                .pretty();
    }
}
