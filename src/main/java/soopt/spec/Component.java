package soopt.spec;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A record component as the experiment file sees it: its key, type, default, range and meaning. */
record Component(RecordComponent declaration) {
    /** In the order of declaration. */
    static List<Component> of(Class<?> recordType) {
        return Arrays.stream(recordType.getRecordComponents())
                .map(Component::new)
                .toList();
    }

    static List<String> keys(List<Component> components) {
        return components.stream().map(Component::key).toList();
    }

    String key() {
        return Choices.kebab(declaration.getName());
    }

    String javaName() {
        return declaration.getName();
    }

    Type type() {
        return declaration.getGenericType();
    }

    Optional<String> defaultText() {
        return Optional.ofNullable(declaration.getAnnotation(Default.class)).map(Default::value);
    }

    Bounds bounds() {
        return Optional.ofNullable(declaration.getAnnotation(Range.class))
                .map(Bounds::of)
                .orElse(Bounds.NONE);
    }

    Optional<Form> form() {
        return Optional.ofNullable(declaration.getAnnotation(Form.class));
    }

    String doc() {
        return Optional.ofNullable(declaration.getAnnotation(Doc.class))
                .map(Doc::value)
                .orElse("");
    }

    boolean isOptional() {
        return type() instanceof ParameterizedType generic && generic.getRawType() == Optional.class;
    }

    boolean isRequired() {
        return defaultText().isEmpty() && !isOptional();
    }

    /** The value of this component in a record. */
    Object read(Object instance) {
        try {
            declaration.getAccessor().setAccessible(true);
            return declaration.getAccessor().invoke(instance);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("cannot read " + declaration, e);
        }
    }

    /** The rest of a message that begins with the name of this component, as in Java or as in YAML. */
    Optional<String> withoutName(String message) {
        return Stream.of(javaName(), key())
                .filter(name -> message.matches("(?s)" + Pattern.quote(name) + "(?![\\w-]).*"))
                .map(name -> message.substring(name.length()))
                .findFirst();
    }

    /**
     * A record of these components.
     *
     * @throws IllegalArgumentException if its compact constructor rejects them
     */
    static Object newRecord(Class<?> type, List<Object> values) {
        Class<?>[] types = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values.toArray());
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException rejected) {
                throw rejected;
            }
            throw new IllegalStateException("the constructor of " + type.getName() + " failed", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make a " + type.getName(), e);
        }
    }
}
