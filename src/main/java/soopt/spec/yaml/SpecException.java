package soopt.spec.yaml;

import java.util.List;
import java.util.stream.Collectors;

/** The user's mistakes in an experiment file or in its overrides: all of them, each one line that says where. */
public final class SpecException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient List<String> problems;

    public SpecException(List<String> problems) {
        super(problems.stream().collect(Collectors.joining(System.lineSeparator())));
        this.problems = List.copyOf(problems);
    }

    public SpecException(String problem) {
        this(List.of(problem));
    }

    /** One line each, e.g. {@code f.yaml:9:3: optimizer.stepsize is unknown; did you mean 'step-size'?} */
    public List<String> problems() {
        return problems;
    }
}
