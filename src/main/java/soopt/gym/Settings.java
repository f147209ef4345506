package soopt.gym;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import soopt.optimizer.Optimizer;
import soopt.spec.Binder;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.SpecSource;

/** settings.yaml: how each method is set in the gym. */
public record Settings(@Doc("by the method's name") Map<String, Method> methods) {
    /** What a message calls the file. */
    public static final String FILE = "src/main/resources/soopt/gym/settings.yaml";

    /**
     * One method.
     *
     * @param optimizer for all problems
     * @param needsLayers whether it is made for networks whose layers have Kronecker factors
     * @param tuned for single problems instead, by their names
     */
    public record Method(
            Optimizer optimizer, @Default("false") boolean needsLayers, Optional<Map<String, Optimizer>> tuned) {
        /** The same for all problems. */
        public static Method of(Optimizer optimizer, boolean needsLayers) {
            return new Method(optimizer, needsLayers, Optional.empty());
        }

        /** What it is given for a problem. */
        public Choice forProblem(String name) {
            return tuned.map(map -> map.get(name))
                    .map(special -> new Choice(special, needsLayers, true))
                    .orElseGet(() -> new Choice(optimizer, needsLayers, false));
        }
    }

    /** A method with its settings for one problem. */
    public record Choice(Optimizer optimizer, boolean needsLayers, boolean tuned) {}

    /** @throws IllegalStateException if there is no entry for it */
    public Method method(String name) {
        if (!methods.containsKey(name)) {
            throw new IllegalStateException(name + " has no settings for the gym: add an entry to " + FILE);
        }
        return methods.get(name);
    }

    /** Those shipped. */
    public static Settings load() {
        try (InputStream in = Settings.class.getResourceAsStream("settings.yaml")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return Binder.bind(SpecSource.parse(FILE, text), Settings.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
