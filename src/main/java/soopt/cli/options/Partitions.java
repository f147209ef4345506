package soopt.cli.options;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Partition;
import soopt.curvature.Partitioning;
import soopt.experiment.file.Experiment;
import soopt.spec.SpecWriter;
import soopt.spec.yaml.SpecException;

/** The partition that an experiment means, and those to compare it with. */
public final class Partitions {
    private static final int[] BLOCKS = {2, 3, 5, 10};

    private Partitions() {}

    /** As the experiment file calls it. */
    public static String name(Experiment experiment) {
        JsonNode partition = SpecWriter.toJson(experiment).path("optimizer").path("partition");
        if (partition.isMissingNode()) {
            return "canonical";
        }
        String type = partition.path("type").asText();
        return partition.has("count") ? type + "-" + partition.path("count").asInt() : type;
    }

    /** All rules that fit the layout, those with a number for a few numbers. */
    public static Map<String, Partition> all(ParameterLayout layout) {
        Map<String, Partitioning> rules = new LinkedHashMap<>();
        rules.put("trivial", new Partitioning.Trivial());
        rules.put("weights-biases", new Partitioning.WeightsBiases());
        for (int count : BLOCKS) {
            rules.put("blocks-" + count, new Partitioning.Blocks(count, false));
            rules.put("alternate-" + count, new Partitioning.Alternate(count, false));
        }
        rules.put("canonical", new Partitioning.Canonical());
        rules.put("discrete", new Partitioning.Discrete());
        return fitting(rules, layout);
    }

    /** Those of the rules that fit the layout. */
    public static Map<String, Partition> fitting(Map<String, Partitioning> rules, ParameterLayout layout) {
        Map<String, Partition> partitions = new LinkedHashMap<>();
        rules.forEach((name, rule) -> {
            try {
                partitions.put(name, rule.of(layout));
            } catch (SpecException tooFewLayersOrTooManyParameters) {
                // a rule that does not fit this network is not among its choices
                return;
            }
        });
        return partitions;
    }
}
