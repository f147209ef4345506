package soopt.model.weights;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import soopt.curvature.ParameterLayout;

/**
 * Which array of a file is which tensor of a layout: by the layout's own names; by those behind one prefix, such as the
 * "module." of DataParallel; or by the order of the numbers that nn.Sequential gives its modules, "0.weight",
 * "2.weight", … of which the layers without parameters take some.
 *
 * @param names by tensor of the layout, the name to look for in the file
 * @param byOrder whether tensors were matched by order alone, so that only their shapes can tell whether they are right
 */
record StateNames(List<String> names, boolean byOrder) {
    private static final Pattern NUMBERED = Pattern.compile("(.*?)(\\d{1,9})\\.(weight|bias)");

    StateNames {
        names = List.copyOf(names);
    }

    /** @throws IllegalArgumentException if several prefixes fit, in words for the user */
    static StateNames of(List<String> present, ParameterLayout layout) {
        List<String> own = layout.parameters().stream()
                .map(ParameterLayout.Parameter::name)
                .toList();
        Set<String> known = new HashSet<>(present);
        if (known.containsAll(own)) {
            return new StateNames(own, false);
        }
        List<String> prefixes = prefixes(present, own).distinct().toList();
        List<String> complete = prefixes.stream()
                .filter(prefix -> known.containsAll(behind(prefix, own)))
                .toList();
        if (complete.size() > 1) {
            throw new IllegalArgumentException("has the model's tensors more than once, behind the prefixes '"
                    + String.join("', '", complete) + "': keep those of one");
        }
        if (complete.size() == 1) {
            return new StateNames(behind(complete.get(0), own), false);
        }
        return sequential(present, layout)
                .map(names -> new StateNames(names, true))
                .orElse(new StateNames(prefixes.size() == 1 ? behind(prefixes.get(0), own) : own, false));
    }

    /** What stands before one of the layout's names. */
    private static Stream<String> prefixes(List<String> present, List<String> own) {
        return present.stream()
                .flatMap(name -> own.stream()
                        .filter(tensor -> name.endsWith("." + tensor))
                        .map(tensor -> name.substring(0, name.length() - tensor.length())));
    }

    private static List<String> behind(String prefix, List<String> own) {
        return own.stream().map(name -> prefix + name).toList();
    }

    private record Numbered(String prefix, int module, boolean weight, String name) {}

    /**
     * The names in the order of their modules, if all are numbered behind one prefix and there are as many as tensors.
     */
    private static Optional<List<String>> sequential(List<String> present, ParameterLayout layout) {
        List<Numbered> numbered = new ArrayList<>();
        for (String name : present) {
            Matcher matcher = NUMBERED.matcher(name);
            if (matcher.matches()) {
                boolean weight = matcher.group(3).equals("weight");
                numbered.add(new Numbered(matcher.group(1), Integer.parseInt(matcher.group(2)), weight, name));
            }
        }
        long prefixes = numbered.stream().map(Numbered::prefix).distinct().count();
        if (prefixes != 1 || numbered.size() != present.size() || numbered.size() != layout.count()) {
            return Optional.empty();
        }
        numbered.sort(Comparator.comparingInt(Numbered::module).thenComparing(entry -> !entry.weight()));
        for (int i = 0; i < numbered.size(); i++) {
            if (numbered.get(i).weight() != (layout.get(i).role() == ParameterLayout.Role.WEIGHT)) {
                return Optional.empty();
            }
        }
        return Optional.of(numbered.stream().map(Numbered::name).toList());
    }
}
