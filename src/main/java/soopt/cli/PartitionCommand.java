package soopt.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import soopt.backend.Precision;
import soopt.backend.engine.Backends;
import soopt.cli.options.DataOptions;
import soopt.cli.options.ExitCode;
import soopt.cli.options.Partitions;
import soopt.cli.options.SpecArguments;
import soopt.cli.terminal.Table;
import soopt.cli.terminal.Text;
import soopt.curvature.Order;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Partition;
import soopt.data.examples.Data;
import soopt.experiment.file.Experiment;
import soopt.experiment.file.MemoryBudget;
import soopt.file.JsonObject;
import soopt.model.Network;
import soopt.model.SummaryCost;
import soopt.model.SummaryMemory;
import soopt.model.SummaryPlan;
import soopt.spec.SpecSource;

/** Shows what a partition contains and what curvature along it costs. */
@Command(
        name = "partition",
        mixinStandardHelpOptions = true,
        header = "Show the groups of a partition, their sizes, and what curvature along them costs.",
        description =
                "Costs are counted in multiply-adds, in units of one gradient; elementwise work adds some percent. A curvature"
                        + " batch whose pass does not fit curvature.memory is worked through in pieces of its examples; where"
                        + " one example does not fit, blocks of directions are, in one round for each pair of blocks. The"
                        + " numbers stay the same; the costs count every round.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  soopt partition configs/mlp_newtonsummary.yaml",
            "  soopt partition configs/bigmlp_newtonsummary.yaml --all",
            "  soopt partition configs/bigmlp_newtonsummary.yaml optimizer.partition=blocks-5"
        })
final class PartitionCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private SpecArguments arguments;

    @Mixin
    private DataOptions data;

    @Option(names = "--all", description = "compare all partitions instead of listing the groups of one")
    private boolean all;

    @Option(names = "--json", description = "print JSON on stdout")
    private boolean json;

    @Override
    public Integer call() {
        SpecSource source = arguments.source();
        return SpecArguments.placed(source, () -> partition(SpecArguments.bind(source)));
    }

    private int partition(Experiment experiment) {
        PrintWriter err = spec.commandLine().getErr();
        Data loaded = experiment.fitting(experiment.dataset().load(data.store(err)));
        Network network = experiment.network(loaded, experiment.precision());
        int batch = experiment.training().curvatureBatchSize();
        Map<String, Partition> partitions = new LinkedHashMap<>();
        if (all) {
            partitions.putAll(Partitions.all(network.layout()));
        } else {
            partitions.put(Partitions.name(experiment), experiment.partition(network.layout()));
        }
        PrintWriter out = spec.commandLine().getOut();
        List<Row> rows = new ArrayList<>();
        partitions.forEach(
                (name, partition) -> rows.add(Row.of(name, network, experiment.precision(), partition, batch)));
        out.print(
                json
                        ? asJson(network, rows, batch)
                        : asText(network, rows, batch, experiment.curvature().memory()));
        out.flush();
        return ExitCode.OK;
    }

    /**
     * A partition, and what curvature along it takes.
     *
     * @param second cost of ḡ and H̄ in gradients
     * @param third cost of ḡ, H̄ and D̄³ in gradients
     * @param plan of ḡ, H̄ and D̄³
     */
    private record Row(String name, Partition partition, double second, double third, SummaryPlan plan) {
        static Row of(String name, Network network, Precision precision, Partition partition, int batch) {
            SummaryPlan two = plan(network, precision, partition, Order.SECOND, batch);
            SummaryPlan three = plan(network, precision, partition, Order.THIRD, batch);
            return new Row(
                    name,
                    partition,
                    SummaryCost.of(network, partition, two.directions()).secondInGradients(),
                    SummaryCost.of(network, partition, three.directions()).thirdInGradients(),
                    three);
        }

        private static SummaryPlan plan(
                Network network, Precision precision, Partition partition, Order order, int batch) {
            return new SummaryMemory(network, precision, Backends::scratch, partition, order)
                    .plan(batch, network.curvatureMemory());
        }
    }

    private String asText(Network network, List<Row> rows, int batch, MemoryBudget asked) {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "P = %,d parameters in %d tensors%n%n",
                network.layout().size(),
                network.layout().count()));
        if (!all) {
            rows.forEach(row -> text.append(groups(row.partition())).append(System.lineSeparator()));
        }
        Table costs = new Table(
                "partition", "S", "ḡ, H̄", "ḡ, H̄, D̄³", "examples at once", "directions at once", "rounds", "MiB");
        for (Row row : rows) {
            costs.row(
                    row.name(),
                    row.partition().size(),
                    String.format(Locale.ROOT, "%.2f", row.second()),
                    String.format(Locale.ROOT, "%.2f", row.third()),
                    row.plan().examples(),
                    row.plan().directions().atOnce(),
                    row.plan().directions().rounds(),
                    String.format(Locale.ROOT, "%,d", mebibytes(row.plan().bytes())));
        }
        return text.append(costs.shown(""))
                .append(Text.shown(String.format(
                        Locale.ROOT,
                        "%ncosts in gradients, and how a pass with D̄³ is cut, estimated; curvature batch %d, curvature.memory: %s%n",
                        batch,
                        asked.bytes().isPresent()
                                ? asked
                                : String.format(
                                        Locale.ROOT, "auto, here %,d MiB", mebibytes(network.curvatureMemory())))))
                .toString();
    }

    private static long mebibytes(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }

    private static String groups(Partition partition) {
        Table table = new Table("group", "role", "parameters", "members");
        for (Partition.Group group : partition.groups()) {
            table.row(
                    group.name(),
                    group.role(),
                    String.format(Locale.ROOT, "%,d", group.size()),
                    members(partition.layout(), group));
        }
        return table.shown("");
    }

    /** Names of the tensors; elements from … to − 1 where a tensor is split. */
    private static String members(ParameterLayout layout, Partition.Group group) {
        return group.slices().stream()
                .map(slice -> {
                    ParameterLayout.Parameter parameter = layout.get(slice.parameter());
                    boolean whole = slice.from() == 0 && slice.to() == parameter.size();
                    return whole ? parameter.name() : parameter.name() + "[" + slice.from() + ".." + slice.to() + ")";
                })
                .collect(Collectors.joining(" "));
    }

    private static String asJson(Network network, List<Row> rows, int batch) {
        List<JsonObject> entries = new ArrayList<>();
        for (Row row : rows) {
            Partition partition = row.partition();
            List<JsonObject> groups = partition.groups().stream()
                    .map(group -> new JsonObject()
                            .put("name", group.name())
                            .put("role", group.role())
                            .put("parameters", group.size())
                            .put(
                                    "members",
                                    List.of(members(partition.layout(), group).split(" "))))
                    .toList();
            entries.add(new JsonObject()
                    .put("partition", row.name())
                    .put("groups", partition.size())
                    .put("order_2_cost_gradients", row.second())
                    .put("order_3_cost_gradients", row.third())
                    .put("examples_at_once", row.plan().examples())
                    .put("directions_at_once", row.plan().directions().atOnce())
                    .put("rounds", row.plan().directions().rounds())
                    .put("memory_bytes", row.plan().bytes())
                    .putObjects("members", groups));
        }
        return new JsonObject()
                .put("parameters", network.layout().size())
                .put("curvature_batch_size", batch)
                .put("curvature_memory_bytes", network.curvatureMemory())
                .putObjects("partitions", entries)
                .pretty();
    }
}
