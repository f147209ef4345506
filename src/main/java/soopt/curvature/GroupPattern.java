package soopt.curvature;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import soopt.curvature.ParameterLayout.Parameter;
import soopt.spec.Constraints;
import soopt.spec.Doc;

/** One group of {@link Partitioning.Groups}. */
public record GroupPattern(
        @Doc("name of the group") String name,

        @Doc("names of tensors; * stands for any text, as in fc*.weight")
        List<String> match) {
    public GroupPattern {
        Constraints.check(GroupPattern.class, name, match);
        match = List.copyOf(match);
        if (match.isEmpty()) {
            throw new IllegalArgumentException("match must not be empty");
        }
    }

    /** Indices of the tensors that a pattern matches. */
    List<Integer> members(ParameterLayout layout) {
        return IntStream.range(0, layout.count())
                .filter(i -> match.stream()
                        .anyMatch(glob -> matches(glob, layout.get(i).name())))
                .boxed()
                .toList();
    }

    /** A message for each pattern without a tensor. */
    List<String> unmatched(ParameterLayout layout) {
        return match.stream()
                .filter(glob -> layout.parameters().stream().noneMatch(p -> matches(glob, p.name())))
                .map(glob -> "pattern '" + glob + "' of group '" + name + "' matches no tensor; there are "
                        + tensors(layout))
                .toList();
    }

    private static boolean matches(String glob, String name) {
        String regex = Pattern.quote(glob).replace("*", "\\E.*\\Q");
        return name.matches(regex);
    }

    private static String tensors(ParameterLayout layout) {
        return layout.parameters().stream().map(Parameter::name).collect(Collectors.joining(", "));
    }
}
