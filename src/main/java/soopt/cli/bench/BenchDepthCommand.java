package soopt.cli.bench;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import soopt.backend.Backend;
import soopt.cli.options.Arguments;
import soopt.cli.options.ExitCode;
import soopt.cli.terminal.Table;
import soopt.curvature.Order;
import soopt.curvature.Partition;
import soopt.curvature.Partitioning;
import soopt.file.JsonObject;
import soopt.model.SummaryCost;

/** bench depth. */
@Command(
        name = "depth",
        mixinStandardHelpOptions = true,
        header = "Time the summary with one group per tensor of deeper and deeper perceptrons.",
        description = "Cost against the number of groups S: measured, and predicted from counts of multiply-adds.",
        footerHeading = "%nExamples:%n",
        footer = {"  soopt bench depth", "  soopt bench depth --depths 2,20 --width 1024 --threads 1"})
final class BenchDepthCommand implements Callable<Integer> {
    private static final int WORKS = 3;

    @Spec
    private CommandSpec spec;

    @Mixin
    private BenchOptions options;

    @Option(
            names = "--depths",
            split = ",",
            defaultValue = "2,5,10,20,40",
            paramLabel = "N",
            description = "numbers of hidden layers (default: ${DEFAULT-VALUE})")
    private List<Integer> depths;

    @Option(
            names = "--width",
            defaultValue = "256",
            paramLabel = "N",
            description = "units of each hidden layer (default: ${DEFAULT-VALUE})")
    private int width;

    @Option(
            names = "--batch",
            defaultValue = "100",
            paramLabel = "N",
            description = "examples (default: ${DEFAULT-VALUE})")
    private int batch;

    /** A perceptron of this depth. */
    private record Row(int depth, Partition partition, SummaryCost cost, List<Measurement> measured) {
        Measurement gradient() {
            return measured.get(0);
        }

        double gradients(int work) {
            return measured.get(work).median() / gradient().median();
        }
    }

    @Override
    public Integer call() {
        options.validate();
        depths.forEach(depth -> Arguments.requirePositive(spec, "--depths", depth));
        Arguments.requirePositive(spec, "--width", width);
        Arguments.requirePositive(spec, "--batch", batch);
        List<Row> rows = options.session().measure(this::measure);
        PrintWriter out = spec.commandLine().getOut();
        out.print(options.json() ? asJson(rows) : asText(rows));
        out.flush();
        return ExitCode.OK;
    }

    private List<Row> measure(Backend backend, Stopwatch stopwatch) {
        List<BenchProblem> problems = new ArrayList<>();
        List<Work> works = new ArrayList<>();
        try {
            for (int depth : depths) {
                String text = "{type: mlp, hidden: " + Collections.nCopies(depth, width) + "}";
                BenchProblem problem = new BenchProblem(backend, BenchModel.of(text), batch);
                problems.add(problem);
                Partition partition =
                        new Partitioning.Canonical().of(problem.network().layout());
                works.add(problem.gradient());
                works.add(problem.summary("summary order 2", partition, Order.SECOND));
                works.add(problem.summary("summary order 3", partition, Order.THIRD));
            }
            List<Measurement> results = stopwatch.measure(works);
            List<Row> rows = new ArrayList<>();
            for (int i = 0; i < problems.size(); i++) {
                Partition partition = new Partitioning.Canonical()
                        .of(problems.get(i).network().layout());
                SummaryCost cost = SummaryCost.of(problems.get(i).network(), partition);
                rows.add(new Row(depths.get(i), partition, cost, results.subList(i * WORKS, (i + 1) * WORKS)));
            }
            return rows;
        } finally {
            problems.forEach(BenchProblem::close);
        }
    }

    private String asText(List<Row> rows) {
        Table table = new Table(
                "hidden layers",
                "S",
                "gradient, ms",
                "order 2, gradients",
                "predicted",
                "order 3, gradients",
                "predicted",
                "gradient, MiB",
                "order 3, MiB");
        for (Row row : rows) {
            table.row(
                    row.depth(),
                    row.partition().size(),
                    BenchReport.format("%.2f", 1e3 * row.gradient().median()),
                    BenchReport.format("%.2f", row.gradients(1)),
                    BenchReport.format("%.2f", row.cost().secondInGradients()),
                    BenchReport.format("%.2f", row.gradients(2)),
                    BenchReport.format("%.2f", row.cost().thirdInGradients()),
                    BenchReport.format("%.1f", row.gradient().mebibytes()),
                    BenchReport.format("%.1f", row.measured().get(2).mebibytes()));
        }
        return BenchReport.format(
                        "perceptrons of width %d, batch %d, one group per tensor, %s%n%n",
                        width, batch, options.report().conditions(rows.get(0).measured()))
                + table.markdown();
    }

    private String asJson(List<Row> rows) {
        List<JsonObject> entries = rows.stream()
                .map(row -> new JsonObject()
                        .put("hidden_layers", row.depth())
                        .put("groups", row.partition().size())
                        .put("parameters", row.partition().layout().size())
                        .put("order_2_predicted_gradients", row.cost().secondInGradients())
                        .put("order_3_predicted_gradients", row.cost().thirdInGradients())
                        .putObjects(
                                "results",
                                row.measured().stream().map(Measurement::json).toList()))
                .toList();
        return options.report()
                .head("mlp", batch)
                .put("width", width)
                .putObjects("depths", entries)
                .pretty();
    }
}
