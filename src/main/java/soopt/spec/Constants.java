package soopt.spec;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The constants of an enum as the experiment file names them. */
public final class Constants {
    private Constants() {}

    /**
     * One constant.
     *
     * @param name in kebab case
     * @param doc its {@link Doc}; empty without one
     */
    public record Constant(String name, String doc) {}

    /** All constants in the order of declaration. */
    public static List<Constant> of(Class<? extends Enum<?>> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(constant -> new Constant(Choices.name(constant), doc(type, constant)))
                .toList();
    }

    private static String doc(Class<? extends Enum<?>> type, Enum<?> constant) {
        try {
            return Optional.ofNullable(type.getField(constant.name()).getAnnotation(Doc.class))
                    .map(Doc::value)
                    .orElse("");
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException(e);
        }
    }
}
