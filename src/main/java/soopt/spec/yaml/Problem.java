package soopt.spec.yaml;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import soopt.file.Shown;

/** One mistake of the user and where it was written; always one line. */
public record Problem(Mark mark, String message) {
    /** Mistakes that are told; whoever made more mends these first. */
    public static final int MOST = 100;

    private static final int LONGEST = 1000;

    /** All mistakes as one exception, sorted by position; of very many the first. */
    public static SpecException exception(List<Problem> problems) {
        List<String> lines = problems.stream()
                .sorted(Comparator.comparing(Problem::mark))
                .map(Problem::toString)
                .distinct()
                .toList();
        if (lines.size() <= MOST) {
            return new SpecException(lines);
        }
        List<String> first = new ArrayList<>(lines.subList(0, MOST));
        int more = lines.size() - MOST;
        first.add("and " + more + (more == 1 ? " more mistake" : " more mistakes"));
        return new SpecException(first);
    }

    @Override
    public String toString() {
        return mark.where() + ": " + Shown.line(Shown.cut(message, LONGEST));
    }
}
