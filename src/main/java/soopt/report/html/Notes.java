package soopt.report.html;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import soopt.report.read.Moment;

/** What a page leaves out of the runs, and what could not be read: said where it is looked at first. */
final class Notes {
    private static final int PROBLEMS = 20;

    private Notes() {}

    static String html(Runs runs, Detail detail) {
        List<String> notes = new ArrayList<>();
        thinned(runs, detail, notes);
        matrices(runs, detail, notes);
        List<String> problems = runs.contents().stream()
                .flatMap(content -> content.problems().stream())
                .distinct()
                .toList();
        problems.stream().limit(PROBLEMS).forEach(notes::add);
        if (problems.size() > PROBLEMS) {
            notes.add("and " + (problems.size() - PROBLEMS) + " more files that cannot be read");
        }
        return notes.isEmpty()
                ? ""
                : "<div class=\"note\" role=\"note\"><ul>"
                        + notes.stream()
                                .map(note -> "<li>" + Html.text(note) + "</li>")
                                .collect(Collectors.joining())
                        + "</ul></div>";
    }

    private static void thinned(Runs runs, Detail detail, List<String> notes) {
        List<Content> contents = runs.contents();
        String rule =
                ": the first and the last row stay, and of equal stretches between them the smallest and the largest"
                        + " value of each column.";
        if (contents.stream().anyMatch(content -> content.rows() > detail.curves())) {
            notes.add("Curves of more than " + detail.curves() + " rows are thinned to as many points" + rule);
        }
        if (detail.rates() > 0 && contents.stream().anyMatch(content -> content.computations() > detail.rates())) {
            notes.add("Learning rates of more than " + detail.rates() + " computations are thinned in the same way"
                    + (notes.isEmpty() ? rule : "."));
        }
        if (!detail.all() && contents.stream().anyMatch(content -> content.computations() > 0)) {
            notes.add(
                    "Of learning rates those applied are here, of matrices H̄ and its inverse; the others are in the folders.");
        }
    }

    private static void matrices(Runs runs, Detail detail, List<String> notes) {
        List<Content> contents = runs.contents();
        if (runs.isCut(detail)) {
            notes.add("Learning rates and matrices are here of the first run of each configuration"
                    + (runs.configurations().size() > Runs.DETAILED
                            ? ", of the first " + Runs.DETAILED + " of them."
                            : "."));
        }
        long most = contents.stream()
                .mapToLong(content -> content.moments().all().size())
                .max()
                .orElse(0);
        if (most > detail.moments()) {
            notes.add("Of up to " + most + " recorded moments of the matrices " + detail.moments()
                    + " are here: the first, the last, the one of the best epoch, and others at equal distances.");
        }
        boolean large = contents.stream()
                .flatMap(content -> content.moments().all().stream())
                .map(Moment::groups)
                .anyMatch(groups -> groups.size() > Detail.LARGEST);
        if (large) {
            notes.add("Matrices of more than " + Detail.LARGEST + " groups are left out: soopt plot draws them.");
        }
    }
}
