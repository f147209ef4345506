package soopt.curvature;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import soopt.curvature.ParameterLayout.Parameter;
import soopt.file.Shown;
import soopt.spec.Constraints;
import soopt.spec.Doc;
import soopt.spec.Form;

/** One group of {@link Partitioning.Groups}. */
public record GroupPattern(
        @Form(pattern = "[A-Za-z0-9_.*/\\[\\]-]{1,100}", words = "1 to 100 letters, digits and _ . - * / [ ]")
        @Doc("name of the group: letters, digits, _ . - * / [ ]; what tables hold unquoted")
        String name,

        @Form(least = 1) @Doc("names of tensors; * stands for any text, as in fc*.weight")
        List<String> match) {
    public GroupPattern {
        Constraints.check(GroupPattern.class, name, match);
        match = List.copyOf(match);
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
                .map(glob -> "pattern " + Shown.quoted(glob) + " of group '" + name + "' matches no tensor; there are "
                        + tensors(layout))
                .toList();
    }

    /** Whether a name is what a pattern says; steps back to the last * alone, so that many of them cost no more. */
    private static boolean matches(String glob, String name) {
        int at = 0;
        int star = -1;
        int resume = 0;
        for (int i = 0; i < name.length(); ) {
            if (at < glob.length() && glob.charAt(at) == '*') {
                star = at++;
                resume = i;
            } else if (at < glob.length() && glob.charAt(at) == name.charAt(i)) {
                at++;
                i++;
            } else if (star >= 0) {
                at = star + 1;
                i = ++resume;
            } else {
                return false;
            }
        }
        return glob.substring(at).chars().allMatch(c -> c == '*');
    }

    private static String tensors(ParameterLayout layout) {
        return layout.parameters().stream().map(Parameter::name).collect(Collectors.joining(", "));
    }
}
