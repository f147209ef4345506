package soopt.report.read;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A group of parameters as pictures sort it.
 *
 * @param name as in matrices/ and learning_rates.csv
 * @param role weight, bias or mixed
 * @param layer from 0, in the order in which layers are first named; weights and biases of a layer share it
 */
public record Group(String name, String role, int layer) {
    /** What ends the names of the tensors of a layer: conv1.weight, chunk0.biases, layers.0.weight[1][2]. */
    private static final Pattern END = Pattern.compile("\\.?(weights?|bias(es)?)(\\[.*\\])?$");

    /** @param names in the order of rows and columns */
    public static List<Group> of(List<String> names) {
        return of(names, names.stream().map(Group::role).toList());
    }

    /** @param roles of the names; where one is empty its name tells it */
    public static List<Group> of(List<String> names, List<String> roles) {
        List<String> layers = new ArrayList<>();
        List<Group> groups = new ArrayList<>();
        for (int s = 0; s < names.size(); s++) {
            String layer = layer(names.get(s));
            if (!layers.contains(layer)) {
                layers.add(layer);
            }
            String role = roles.get(s).isEmpty() ? role(names.get(s)) : roles.get(s);
            groups.add(new Group(names.get(s), role, layers.indexOf(layer)));
        }
        return List.copyOf(groups);
    }

    /** The name of its layer: what is left without .weight or .bias; the name itself where nothing is. */
    public String layerName() {
        return layer(name);
    }

    private static String layer(String name) {
        String rest = END.matcher(name).replaceFirst("");
        return rest.isEmpty() ? name : rest;
    }

    private static String role(String name) {
        var end = END.matcher(name);
        return !end.find() ? "mixed" : end.group(1).startsWith("weight") ? "weight" : "bias";
    }
}
