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
import soopt.curvature.Order;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Partition;
import soopt.data.Data;
import soopt.experiment.Experiment;
import soopt.experiment.MemoryBudget;
import soopt.experiment.folder.JsonObject;
import soopt.model.Network;
import soopt.model.SummaryMemory;

/** Shows what a partition contains and what curvature along it costs. */
@Command(
        name = "partition",
        mixinStandardHelpOptions = true,
        header = "Show the groups of a partition, their sizes, and what curvature along them costs.",
        description =
                "Costs are counted in multiply-adds, in units of one gradient; elementwise work adds some percent. A curvature"
                        + " batch whose pass does not fit curvature.memory is worked through in pieces: the numbers stay the"
                        + " same.",
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
        Experiment experiment = SpecArguments.bind(arguments.source());
        PrintWriter err = spec.commandLine().getErr();
        Data loaded = experiment.dataset().load(data.store(err));
        Network network = experiment.network(loaded);
        int batch = experiment.training().curvatureBatchSize();
        SummaryMemory memory = new SummaryMemory(network, experiment.precision());
        Map<String, Partition> partitions = new LinkedHashMap<>();
        if (all) {
            partitions.putAll(Partitions.all(network.layout()));
        } else {
            partitions.put(Partitions.name(experiment), Partitions.of(experiment, network.layout()));
        }
        PrintWriter out = spec.commandLine().getOut();
        out.print(
                json
                        ? asJson(network, partitions, batch, memory)
                        : asText(
                                network,
                                partitions,
                                batch,
                                memory,
                                experiment.curvature().memory()));
        out.flush();
        return ExitCode.OK;
    }

    private String asText(
            Network network, Map<String, Partition> partitions, int batch, SummaryMemory memory, MemoryBudget asked) {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "P = %,d parameters in %d tensors%n%n",
                network.layout().size(),
                network.layout().count()));
        if (!all) {
            partitions
                    .values()
                    .forEach(partition -> text.append(groups(partition)).append(System.lineSeparator()));
        }
        Table costs = new Table("partition", "S", "ḡ, H̄", "ḡ, H̄, D̄³", "examples at once", "MiB");
        partitions.forEach((name, partition) -> {
            SummaryCost cost = SummaryCost.of(network, partition);
            int piece = memory.chunk(batch, partition, Order.THIRD, network.curvatureMemory());
            costs.row(
                    name,
                    partition.size(),
                    String.format(Locale.ROOT, "%.2f", cost.secondInGradients()),
                    String.format(Locale.ROOT, "%.2f", cost.thirdInGradients()),
                    piece,
                    String.format(
                            Locale.ROOT, "%,d", mebibytes(memory.bytesPerExample(partition, Order.THIRD) * piece)));
        });
        return text.append(costs.text(""))
                .append(String.format(
                        Locale.ROOT,
                        "%ncosts in gradients and memory of a pass, estimated; curvature batch %d, curvature.memory: %s%n",
                        batch,
                        asked.bytes().isPresent()
                                ? asked
                                : String.format(
                                        Locale.ROOT, "auto, here %,d MiB", mebibytes(network.curvatureMemory()))))
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
        return table.text("");
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

    private static String asJson(Network network, Map<String, Partition> partitions, int batch, SummaryMemory memory) {
        List<JsonObject> entries = new ArrayList<>();
        partitions.forEach((name, partition) -> {
            SummaryCost cost = SummaryCost.of(network, partition);
            int piece = memory.chunk(batch, partition, Order.THIRD, network.curvatureMemory());
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
                    .put("partition", name)
                    .put("groups", partition.size())
                    .put("order_2_cost_gradients", cost.secondInGradients())
                    .put("order_3_cost_gradients", cost.thirdInGradients())
                    .put("examples_at_once", piece)
                    .put("memory_bytes", memory.bytesPerExample(partition, Order.THIRD) * piece)
                    .putObjects("members", groups));
        });
        return new JsonObject()
                .put("parameters", network.layout().size())
                .put("curvature_batch_size", batch)
                .put("curvature_memory_bytes", network.curvatureMemory())
                .putObjects("partitions", entries)
                .pretty();
    }
}
