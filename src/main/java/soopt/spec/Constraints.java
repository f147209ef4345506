package soopt.spec;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import soopt.file.Shown;

/** Enforces the {@link Range} of record components, so that a value is checked alike from YAML and from Java. */
public final class Constraints {
    private Constraints() {}

    /**
     * Checks all components of a record: none null, floating-point numbers finite, numbers within their {@link
     * Range}; also inside lists, maps and optionals; texts and lists of their {@link Form}, also inside optionals. The
     * first line of a compact constructor.
     *
     * @param components in the order of declaration
     * @throws IllegalArgumentException e.g. "momentum must be in [0, 1), but is 1.5"
     */
    public static void check(Class<? extends Record> type, Object... components) {
        List<Component> declared = Component.declared(type);
        if (declared.size() != components.length) {
            throw new IllegalStateException(type.getName() + " has " + declared.size() + " components, but "
                    + components.length + " were given to check");
        }
        for (int i = 0; i < components.length; i++) {
            Component component = declared.get(i);
            check(component.javaName(), component.bounds(), components[i]);
            Object value = components[i];
            component.form().ifPresent(form -> check(component.javaName(), form, value));
        }
    }

    /**
     * The keys, as a file writes them, whose values are not their {@link Default}; those without one are left out.
     *
     * @param components in the order of declaration
     */
    public static List<String> changed(Class<? extends Record> type, Object... components) {
        List<Component> declared = Component.declared(type);
        List<String> changed = new ArrayList<>();
        for (int i = 0; i < components.length; i++) {
            Component component = declared.get(i);
            if (component.defaultText().isPresent()
                    && !Binder.defaultOf(component).equals(components[i])) {
                changed.add(component.key());
            }
        }
        return changed;
    }

    private static void check(String name, Form form, Object value) {
        if (value instanceof Optional<?> optional) {
            optional.ifPresent(element -> check(name, form, element));
        }
        if (value instanceof String text && !text.matches(form.pattern())) {
            throw new IllegalArgumentException(name + " must be " + form.words() + ", but is " + Shown.quoted(text));
        }
        if (value instanceof Collection<?> list && list.size() < form.least()) {
            throw new IllegalArgumentException(
                    name + " must have at least " + (form.least() == 1 ? "one element" : form.least() + " elements"));
        }
        if (value instanceof Collection<?> list
                && form.distinct()
                && Set.copyOf(list).size() < list.size()) {
            throw new IllegalArgumentException(
                    name + " must differ from one another, but are " + Shown.value(list.toString()));
        }
    }

    private static void check(String name, Bounds bounds, Object value) {
        if (value == null) {
            throw new IllegalArgumentException(name + " must not be null");
        } else if (value instanceof Number number) {
            bounds.violation(number).ifPresent(violation -> {
                throw new IllegalArgumentException(name + " " + violation);
            });
        } else if (value instanceof Optional<?> optional) {
            optional.ifPresent(element -> check(name, bounds, element));
        } else if (value instanceof Map<?, ?> map) {
            map.forEach((key, element) -> check(name + "." + key, bounds, element));
        } else if (value instanceof Collection<?> collection) {
            int index = 0;
            for (Object element : collection) {
                check(name + "." + index++, bounds, element);
            }
        }
    }
}
