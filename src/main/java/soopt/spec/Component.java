package soopt.spec;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A record component as the experiment file sees it: its key, type, default, range and meaning.
 *
 * @param path the component, after those marked {@link Inline} whose records it is in, outermost first
 * @param key its name in the file
 */
record Component(List<RecordComponent> path, String key) {
    /** Reflection is slow, and a sweep binds thousands of files. */
    private static final ClassValue<List<Component>> KNOWN = new ClassValue<>() {
        @Override
        protected List<Component> computeValue(Class<?> recordType) {
            return found(recordType);
        }
    };

    private static final ClassValue<List<Component>> DECLARED = new ClassValue<>() {
        @Override
        protected List<Component> computeValue(Class<?> recordType) {
            return Arrays.stream(recordType.getRecordComponents())
                    .map(declaration -> new Component(List.of(declaration)))
                    .toList();
        }
    };

    private Component(List<RecordComponent> path) {
        this(path, Choices.kebab(path.get(path.size() - 1).getName()));
    }

    /**
     * Those that are keys of the mapping of a record, in the order of declaration: in the place of one marked {@link
     * Inline} those of its record.
     */
    static List<Component> of(Class<?> recordType) {
        return KNOWN.get(recordType);
    }

    private static List<Component> found(Class<?> recordType) {
        List<Component> components = new ArrayList<>();
        add(recordType, List.of(), components);
        Set<String> keys = new HashSet<>();
        for (Component component : components) {
            if (!keys.add(component.key())) {
                throw new IllegalStateException(
                        recordType.getName() + " has the key '" + component.key() + "' twice: see its @Inline records");
            }
        }
        return List.copyOf(components);
    }

    private static void add(Class<?> recordType, List<RecordComponent> outer, List<Component> components) {
        for (Component component : declared(recordType)) {
            List<RecordComponent> path = new ArrayList<>(outer);
            path.add(component.declaration());
            if (component.isInline()) {
                component.requireInline(outer);
                add(component.declaration().getType(), path, components);
            } else {
                components.add(new Component(List.copyOf(path)));
            }
        }
    }

    private boolean isInline() {
        return declaration().isAnnotationPresent(Inline.class);
    }

    private void requireInline(List<RecordComponent> outer) {
        Class<?> type = declaration().getType();
        boolean hasOwn = Stream.of(Default.class, Range.class, Form.class, Doc.class)
                .anyMatch(declaration()::isAnnotationPresent);
        boolean contains = outer.stream().anyMatch(it -> it.getType() == type)
                || type == declaration().getDeclaringRecord();
        if (!type.isRecord() || hasOwn || contains) {
            throw new IllegalStateException(declaration().getDeclaringRecord().getName() + ": " + javaName()
                    + " is @Inline, so it must be another record and have no annotation beside");
        }
    }

    /** Those that a record declares itself: the arguments of its constructor. */
    static List<Component> declared(Class<?> recordType) {
        return DECLARED.get(recordType);
    }

    RecordComponent declaration() {
        return path.get(path.size() - 1);
    }

    static List<String> keys(List<Component> components) {
        return components.stream().map(Component::key).toList();
    }

    String javaName() {
        return declaration().getName();
    }

    Type type() {
        return declaration().getGenericType();
    }

    Optional<String> defaultText() {
        return Optional.ofNullable(declaration().getAnnotation(Default.class)).map(Default::value);
    }

    Bounds bounds() {
        return Optional.ofNullable(declaration().getAnnotation(Range.class))
                .map(Bounds::of)
                .orElse(Bounds.NONE);
    }

    Optional<Form> form() {
        return Optional.ofNullable(declaration().getAnnotation(Form.class));
    }

    String doc() {
        return Optional.ofNullable(declaration().getAnnotation(Doc.class))
                .map(Doc::value)
                .orElse("");
    }

    boolean isOptional() {
        return type() instanceof ParameterizedType generic && generic.getRawType() == Optional.class;
    }

    boolean isRequired() {
        return defaultText().isEmpty() && !isOptional();
    }

    /** The value of this component in the record that has its key. */
    Object read(Object instance) {
        Object value = instance;
        for (RecordComponent step : path) {
            try {
                step.getAccessor().setAccessible(true);
                value = step.getAccessor().invoke(value);
            } catch (IllegalAccessException | InvocationTargetException e) {
                throw new IllegalStateException("cannot read " + step, e);
            }
        }
        return value;
    }

    /** The rest of a message that begins with the name of this component, as in Java or as in YAML. */
    Optional<String> withoutName(String message) {
        return Stream.of(javaName(), key())
                .filter(name -> message.matches("(?s)" + Pattern.quote(name) + "(?![\\w-]).*"))
                .map(name -> message.substring(name.length()))
                .findFirst();
    }

    /**
     * A record with these values of {@link #of}, those of its inner records included.
     *
     * @throws IllegalArgumentException if a compact constructor rejects them
     */
    static Object newRecord(Class<?> type, List<Object> values) {
        return newRecord(type, values.iterator());
    }

    private static Object newRecord(Class<?> type, Iterator<Object> values) {
        List<Component> declared = declared(type);
        Object[] arguments = new Object[declared.size()];
        for (int i = 0; i < arguments.length; i++) {
            Component component = declared.get(i);
            arguments[i] =
                    component.isInline() ? newRecord(component.declaration().getType(), values) : values.next();
        }
        Class<?>[] types = declared.stream()
                .map(component -> component.declaration().getType())
                .toArray(Class<?>[]::new);
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(arguments);
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
