package soopt.spec.yaml;

import java.util.Comparator;
import java.util.List;

/** One mistake of the user and where it was written; always one line. */
public record Problem(Mark mark, String message) {
    /** All mistakes as one exception, sorted by position. */
    public static SpecException exception(List<Problem> problems) {
        return new SpecException(problems.stream()
                .sorted(Comparator.comparing(Problem::mark))
                .map(Problem::toString)
                .distinct()
                .toList());
    }

    @Override
    public String toString() {
        return (mark.where() + ": " + message).replaceAll("\\R", " ");
    }
}
