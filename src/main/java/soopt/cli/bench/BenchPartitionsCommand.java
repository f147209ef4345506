package soopt.cli.bench;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import soopt.cli.options.Arguments;
import soopt.cli.options.ExitCode;
import soopt.cli.options.Partitions;
import soopt.cli.terminal.Table;
import soopt.curvature.Order;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Partition;
import soopt.curvature.Partitioning;
import soopt.file.JsonObject;
import soopt.model.Network;
import soopt.model.SummaryCost;

/** bench partitions. */
@Command(
        name = "partitions",
        mixinStandardHelpOptions = true,
        header = "Time the summary of one network along coarser and finer partitions.",
        description = "The partitions of Wolinski (ECML PKDD 2025), table 4: measured, and predicted from counts of"
                + " multiply-adds. Those that do not fit the network are left out.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  soopt bench partitions --model vgg11-prime --batch 20",
            "  soopt bench partitions --model big-mlp --batch 100 --no-final-layer-apart"
        })
final class BenchPartitionsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private BenchOptions options;

    @Option(
            names = "--model",
            defaultValue = "vgg11-prime",
            paramLabel = "M",
            description = "name of a model, or {type: …} as in an experiment (default: ${DEFAULT-VALUE})")
    private String modelText;

    @Option(
            names = "--batch",
            defaultValue = "20",
            paramLabel = "N",
            description = "examples (default: ${DEFAULT-VALUE})")
    private int batch;

    @Option(
            names = "--no-final-layer-apart",
            negatable = true,
            description = "count the last layer among the blocks; the paper has it apart for VGG")
    private boolean together;

    /** One partition; the measurements are those of orders 2 and 3. */
    private record Row(String name, Partition partition, SummaryCost cost, Measurement second, Measurement third) {}

    /** The unit first. */
    private record Results(Measurement gradient, List<Row> rows) {}

    @Override
    public Integer call() {
        BenchModel model = BenchModel.of(spec, modelText);
        options.validate();
        Arguments.requirePositive(spec, "--batch", batch);
        Network network = model.network();
        Map<String, Partition> partitions = partitions(network.layout());
        Results results = options.session().measure((backend, stopwatch) -> {
            try (BenchProblem problem = new BenchProblem(backend, model, batch)) {
                List<Work> works = new ArrayList<>();
                works.add(problem.gradient());
                partitions.forEach((name, partition) -> {
                    works.add(problem.summary(name + " order 2", partition, Order.SECOND));
                    works.add(problem.summary(name + " order 3", partition, Order.THIRD));
                });
                return results(network, partitions, stopwatch.measure(works));
            }
        });
        PrintWriter out = spec.commandLine().getOut();
        out.print(options.json() ? asJson(results) : asText(results));
        out.flush();
        return ExitCode.OK;
    }

    private Map<String, Partition> partitions(ParameterLayout layout) {
        Map<String, Partitioning> rules = new LinkedHashMap<>();
        rules.put("trivial", new Partitioning.Trivial());
        rules.put("weights-biases", new Partitioning.WeightsBiases());
        rules.put("blocks-2", new Partitioning.Blocks(2, !together));
        rules.put("blocks-4", new Partitioning.Blocks(4, !together));
        rules.put("alternate-2", new Partitioning.Alternate(2, !together));
        rules.put("alternate-4", new Partitioning.Alternate(4, !together));
        rules.put("canonical", new Partitioning.Canonical());
        return Partitions.fitting(rules, layout);
    }

    private static Results results(Network network, Map<String, Partition> partitions, List<Measurement> measured) {
        List<Row> rows = new ArrayList<>();
        partitions.forEach((name, partition) -> {
            int at = 1 + 2 * rows.size();
            SummaryCost cost = SummaryCost.of(network, partition);
            rows.add(new Row(name, partition, cost, measured.get(at), measured.get(at + 1)));
        });
        return new Results(measured.get(0), rows);
    }

    private String asText(Results results) {
        Table table = new Table(
                "partition",
                "S",
                "order 2, ms",
                "in gradients",
                "predicted",
                "MiB",
                "order 3, ms",
                "in gradients",
                "predicted",
                "MiB");
        double unit = results.gradient().median();
        for (Row row : results.rows()) {
            table.row(
                    row.name(),
                    row.partition().size(),
                    BenchReport.format("%.2f", 1e3 * row.second().median()),
                    BenchReport.format("%.2f", row.second().median() / unit),
                    BenchReport.format("%.2f", row.cost().secondInGradients()),
                    BenchReport.format("%.1f", row.second().mebibytes()),
                    BenchReport.format("%.2f", 1e3 * row.third().median()),
                    BenchReport.format("%.2f", row.third().median() / unit),
                    BenchReport.format("%.2f", row.cost().thirdInGradients()),
                    BenchReport.format("%.1f", row.third().mebibytes()));
        }
        return BenchReport.format(
                        "%s, batch %d, %s; a gradient takes %.2f ms (%.2f to %.2f) and %.1f MiB%n%n",
                        modelText,
                        batch,
                        options.report().conditions(List.of(results.gradient())),
                        1e3 * unit,
                        1e3 * results.gradient().lower(),
                        1e3 * results.gradient().upper(),
                        results.gradient().mebibytes())
                + table.markdown();
    }

    private String asJson(Results results) {
        List<JsonObject> entries = results.rows().stream()
                .map(row -> new JsonObject()
                        .put("partition", row.name())
                        .put("groups", row.partition().size())
                        .put("order_2_predicted_gradients", row.cost().secondInGradients())
                        .put("order_3_predicted_gradients", row.cost().thirdInGradients())
                        .putObjects(
                                "results",
                                List.of(row.second().json(), row.third().json())))
                .toList();
        return options.report()
                .head(modelText, batch)
                .put("final_layer_apart", !together)
                .put("gradient", results.gradient().json())
                .putObjects("partitions", entries)
                .pretty();
    }
}
