package soopt.report.html;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import soopt.npy.NpyException;
import soopt.report.read.Axis;
import soopt.report.read.Group;
import soopt.report.read.Moment;

/** The numbers that the scripts of a page draw, at some {@link Detail}. */
final class PageData {
    private final Pool pool = new Pool();
    private final Runs runs;
    private final Detail detail;
    private final ObjectNode page = JsonNodeFactory.instance.objectNode();

    private PageData(Runs runs, Detail detail) {
        this.runs = runs;
        this.detail = detail;
    }

    static String of(Runs runs, Detail detail) {
        return new PageData(runs, detail).write();
    }

    private String write() {
        page.put("title", runs.title()).put("usual", runs.ranking().metric());
        ArrayNode axes = page.putArray("axes");
        for (Axis axis : Axis.values()) {
            if (runs.contents().stream().anyMatch(run -> run.metrics().containsKey(axis.word()))) {
                axes.addObject().put("name", axis.word()).put("label", axis.label());
            }
        }
        ArrayNode metrics = page.putArray("metrics");
        for (Metric metric : runs.metrics()) {
            metrics.addObject()
                    .put("name", metric.name())
                    .put("label", metric.label())
                    .put("log", metric.isLogarithmic())
                    .put("larger", metric.isMaximized());
        }
        ArrayNode keys = page.putArray("keys");
        runs.keys().forEach((key, name) -> keys.addObject().put("key", key).put("name", name));
        ArrayNode configurations = page.putArray("configurations");
        Map<Runs.Member, Integer> ranks = new HashMap<>();
        RankingTable.order(runs).forEach(member -> ranks.put(member, ranks.size()));
        for (Runs.Member member : runs.configurations()) {
            ObjectNode node =
                    configurations.addObject().put("label", member.label()).put("rank", ranks.get(member));
            ArrayNode values = node.putArray("values");
            member.values().forEach(values::add);
            ArrayNode members = node.putArray("runs");
            member.runs().forEach(members::add);
        }
        ArrayNode all = page.putArray("runs");
        for (int i = 0; i < runs.contents().size(); i++) {
            all.add(run(i));
        }
        pool.writeTo(page);
        return PageJson.write(page);
    }

    private ObjectNode run(int index) {
        Content content = runs.contents().get(index);
        int configuration = runs.configurationOf(index);
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("id", content.run().id())
                .put("seed", content.run().seed())
                .put("state", content.run().standing().name())
                .put("configuration", configuration);
        runs.excluded(content.run()).ifPresent(words -> node.put("excluded", words));
        ObjectNode metrics = node.putObject("metrics");
        content.metrics(detail.curves()).forEach((name, values) -> metrics.put(name, pool.column(values)));
        boolean shown = detail.everyRun()
                || runs.configurations().get(configuration).runs().get(0) == index;
        if (shown && detail.rates() > 0 && !content.rates().isEmpty()) {
            node.set("rates", rates(content.rates().thinned(detail.rates())));
        }
        if (shown) {
            matrices(content).ifPresent(matrices -> node.set("matrices", matrices));
        }
        node.set("config", pool.lines(content.config()));
        node.set("meta", pool.lines(content.meta()));
        return node;
    }

    private ObjectNode rates(RateTable rates) {
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("groups", pool.groups(rates.groups()))
                .put("step", pool.column(rates.steps()))
                .put("epoch", pool.column(rates.epochs()));
        columns(node.putArray("applied"), rates.applied());
        if (detail.all()) {
            columns(node.putArray("raw"), rates.raw());
        }
        return node;
    }

    private void columns(ArrayNode array, double[][] values) {
        for (double[] each : values) {
            array.add(pool.column(each));
        }
    }

    private Optional<ObjectNode> matrices(Content content) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        ArrayNode all = node.putArray("moments");
        List<Group> groups = List.of();
        for (Moment moment : content.moments(detail.moments())) {
            if (moment.groups().size() > Detail.LARGEST || !groups.isEmpty() && !groups.equals(moment.groups())) {
                continue;
            }
            ObjectNode one = JsonNodeFactory.instance
                    .objectNode()
                    .put("words", moment.words())
                    .put("source", moment.source());
            boolean known = put(one, "hbar", moment, Moment.Kind.HESSIAN);
            known |= put(one, "inverse", moment, Moment.Kind.INVERSE);
            if (detail.all()) {
                known |= put(one, "regularized", moment, Moment.Kind.REGULARIZED);
                known |= put(one, "regularized_inverse", moment, Moment.Kind.REGULARIZED_INVERSE);
            }
            if (known) {
                groups = moment.groups();
                all.add(one);
            }
        }
        return all.isEmpty() ? Optional.empty() : Optional.of(node.put("groups", pool.groups(groups)));
    }

    /** Whether there is such a matrix; of a symmetric one the upper half, row by row. */
    private boolean put(ObjectNode node, String name, Moment moment, Moment.Kind kind) {
        int size = moment.groups().size();
        Optional<double[][]> found = read(moment, kind)
                .filter(rows -> rows.length == size && IntStream.range(0, size).allMatch(i -> rows[i].length == size));
        found.ifPresent(rows -> {
            boolean symmetric = isSymmetric(rows);
            IntFunction<IntStream> columns = i -> IntStream.range(symmetric ? i : 0, size);
            node.put(
                    name,
                    pool.column(IntStream.range(0, size)
                            .boxed()
                            .flatMapToDouble(i -> columns.apply(i).mapToDouble(j -> rows[i][j]))
                            .toArray()));
        });
        return found.isPresent();
    }

    /** A damaged archive has no matrices. */
    private static Optional<double[][]> read(Moment moment, Moment.Kind kind) {
        try {
            return moment.matrix(kind);
        } catch (NpyException | UncheckedIOException damaged) {
            return Optional.empty();
        }
    }

    private static boolean isSymmetric(double[][] rows) {
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < i; j++) {
                double scale = Math.max(Math.abs(rows[i][j]), Math.abs(rows[j][i]));
                if (!(Math.abs(rows[i][j] - rows[j][i]) <= 1e-6 * scale)) {
                    return false;
                }
            }
        }
        return true;
    }
}
