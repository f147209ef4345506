package soopt.spec.yaml;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import soopt.file.Shown;

/** The user's mistakes in an experiment file or in its overrides: all of them, each one line that says where. */
public final class SpecException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Optional<String> key;
    private final transient List<String> texts;

    private SpecException(Optional<String> key, List<String> texts) {
        super(lines(key, texts).stream().collect(Collectors.joining(System.lineSeparator())));
        this.key = key;
        this.texts = List.copyOf(texts);
    }

    public SpecException(List<String> problems) {
        this(Optional.empty(), problems);
    }

    public SpecException(String problem) {
        this(List.of(problem));
    }

    /**
     * Mistakes in what the value of a key means, found where the file is not at hand: {@link #placed} adds where the
     * key stands.
     *
     * @param key dotted, as in an override
     */
    public static SpecException of(String key, List<String> texts) {
        return new SpecException(Optional.of(key), texts);
    }

    /** These mistakes as those of a key's value; mistakes that have a key keep it. */
    public SpecException under(String otherwise) {
        return key.isPresent() ? this : of(otherwise, texts);
    }

    /** With the place of the key before each mistake; mistakes without a key say where they are themselves. */
    public SpecException placed(Function<String, Mark> places) {
        return key.map(name -> Problem.exception(problems().stream()
                        .map(text -> new Problem(places.apply(name), text))
                        .toList()))
                .orElse(this);
    }

    /** One line each, e.g. {@code f.yaml:9:3: optimizer.stepsize is unknown; did you mean 'step-size'?} */
    public List<String> problems() {
        return lines(key, texts);
    }

    private static List<String> lines(Optional<String> key, List<String> texts) {
        return texts.stream()
                .map(text -> Shown.line(key.map(name -> name + ": " + text).orElse(text)))
                .toList();
    }
}
