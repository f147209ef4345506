package soopt.cli.options;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine.Parameters;
import soopt.experiment.file.Experiment;
import soopt.spec.Binder;
import soopt.spec.SpecSource;
import soopt.spec.yaml.SpecException;

/** The arguments SPEC key=value… that commands about an experiment share. */
public final class SpecArguments {
    @Parameters(index = "0", paramLabel = "SPEC", description = "the experiment file (YAML)")
    private Path file;

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "key=value",
            description = "set a key, e.g. optimizer.step-size=0.3; +key=value adds one, ~key removes one")
    private List<String> overrides = List.of();

    /** The file with the overrides on top. */
    public SpecSource source() {
        return SpecSource.read(file).with(overrides);
    }

    /** The file with the overrides and then these on top. */
    public SpecSource source(List<String> more) {
        return source().with(more);
    }

    /** The result of work; what it finds wrong with the value of a key is reported where the key stands. */
    public static <T> T placed(SpecSource source, Supplier<T> work) {
        try {
            return work.get();
        } catch (SpecException e) {
            throw source.place(e);
        }
    }

    public static Experiment bind(SpecSource source) {
        return Binder.bind(source, Experiment.class);
    }
}
