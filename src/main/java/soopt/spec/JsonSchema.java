package soopt.spec;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import soopt.spec.yaml.OverrideValue;
import soopt.spec.yaml.OverrideValues;

/**
 * The JSON Schema (draft 2020-12) of an experiment file, from the records themselves, so that editors complete and
 * check.
 */
public final class JsonSchema {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final ObjectNode definitions = JSON.objectNode();

    private JsonSchema() {}

    /** The schema of the files that {@link Binder} binds to this record. */
    public static String of(Class<? extends Record> type) {
        JsonSchema schema = new JsonSchema();
        ObjectNode root = JSON.objectNode();
        root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        root.put("title", Choices.name(type));
        root.setAll(schema.record(type, Optional.empty()));
        if (!schema.definitions.isEmpty()) {
            root.set("$defs", schema.definitions);
        }
        return root.toPrettyString();
    }

    /** @param choice what {@code type} must say, if the record is one of several */
    private ObjectNode record(Class<?> type, Optional<String> choice) {
        ObjectNode schema = described(JSON.objectNode(), Choices.doc(type));
        schema.put("type", "object");
        ObjectNode properties = JSON.objectNode();
        ArrayNode required = JSON.arrayNode();
        choice.ifPresent(name -> {
            properties.putObject(ChoiceReader.TYPE).put("const", name);
            required.add(ChoiceReader.TYPE);
        });
        for (Component component : Component.of(type)) {
            properties.set(component.key(), property(component));
            if (component.isRequired()) {
                required.add(component.key());
            }
        }
        schema.set("properties", properties);
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
        return schema.put("additionalProperties", false);
    }

    private ObjectNode property(Component component) {
        ObjectNode schema = value(component.type(), component.bounds());
        ObjectNode formed =
                component.type() instanceof ParameterizedType generic && generic.getRawType() == Optional.class
                        ? (ObjectNode) schema.path("anyOf").get(0)
                        : schema;
        component.form().ifPresent(form -> formed(formed, form));
        described(schema, component.doc());
        if (component.defaultText().isPresent()) {
            schema.set("default", SpecWriter.value(component.type(), Binder.defaultOf(component)));
        }
        return schema;
    }

    /** What a text or a list must be like. */
    private static void formed(ObjectNode schema, Form form) {
        if (!form.pattern().isEmpty()) {
            schema.put("pattern", "^(?:" + form.pattern() + ")$");
        }
        if (form.least() > 0) {
            schema.put("minItems", form.least());
        }
        if (form.distinct()) {
            schema.put("uniqueItems", true);
        }
    }

    private ObjectNode value(Type type, Bounds bounds) {
        if (type instanceof ParameterizedType generic) {
            return container(generic, bounds);
        }
        Class<?> plain = (Class<?>) type;
        if (plain == OverrideValue.class) {
            return JSON.objectNode();
        }
        if (plain == OverrideValues.class) {
            ArrayNode forms = JSON.objectNode().putArray("anyOf");
            forms.addObject().put("type", "array");
            forms.addObject().put("type", "string").put("pattern", "^\\s*(range|logspace|choice)\\s*\\(");
            return JSON.objectNode().set("anyOf", forms);
        }
        return ScalarReader.reads(plain) ? scalar(plain, bounds) : reference(plain);
    }

    private ObjectNode container(ParameterizedType type, Bounds bounds) {
        Type[] arguments = type.getActualTypeArguments();
        ObjectNode schema = JSON.objectNode();
        if (type.getRawType() == Optional.class) {
            ArrayNode choices = schema.putArray("anyOf").add(value(arguments[0], bounds));
            choices.addObject().put("type", "null");
            return schema;
        }
        if (type.getRawType() == List.class) {
            schema.put("type", "array").set("items", value(arguments[0], bounds));
            return schema;
        }
        schema.put("type", "object").set("additionalProperties", value(arguments[1], bounds));
        return schema;
    }

    private static ObjectNode scalar(Class<?> type, Bounds bounds) {
        ObjectNode schema = JSON.objectNode();
        if (ScalarReader.isWhole(type)) {
            return bounded(schema.put("type", "integer"), bounds);
        }
        if (ScalarReader.isFloating(type)) {
            return bounded(schema.put("type", "number"), bounds);
        }
        if (ScalarReader.isBooleanType(type)) {
            return schema.put("type", "boolean");
        }
        if (type.isEnum()) {
            return constants(schema, type);
        }
        Optional<Form> form = Optional.ofNullable(type.getAnnotation(Form.class));
        if (ScalarReader.parser(type).isEmpty() || form.isPresent()) {
            ObjectNode text = JSON.objectNode().put("type", "string");
            form.ifPresent(it -> formed(text, it));
            if (!form.map(Form::orCount).orElse(false)) {
                return text;
            }
            ArrayNode choices = schema.putArray("anyOf");
            choices.add(text);
            choices.addObject().put("type", "integer").put("minimum", 1);
            return schema;
        }
        // two types in one list is what validators in strict mode refuse
        ArrayNode types = schema.putArray("anyOf");
        types.addObject().put("type", "string");
        types.addObject().put("type", "number");
        return schema;
    }

    private static ObjectNode bounded(ObjectNode schema, Bounds bounds) {
        if (bounds.hasLower()) {
            limit(schema, bounds.lowerIncluded() ? "minimum" : "exclusiveMinimum", bounds.lower());
        }
        if (bounds.hasUpper()) {
            limit(schema, bounds.upperIncluded() ? "maximum" : "exclusiveMaximum", bounds.upper());
        }
        return schema;
    }

    private static void limit(ObjectNode schema, String keyword, double value) {
        if (value == Math.rint(value) && Math.abs(value) <= Long.MAX_VALUE) {
            schema.put(keyword, (long) value);
        } else {
            schema.put(keyword, value);
        }
    }

    /** A plain enum, or constants with their meanings where they have one. */
    private static ObjectNode constants(ObjectNode schema, Class<?> type) {
        List<Enum<?>> constants = Arrays.stream(type.getEnumConstants())
                .<Enum<?>>map(constant -> (Enum<?>) constant)
                .toList();
        boolean isDescribed =
                constants.stream().anyMatch(constant -> !Choices.doc(constant).isEmpty());
        ArrayNode array = schema.putArray(isDescribed ? "oneOf" : "enum");
        for (Enum<?> constant : constants) {
            if (isDescribed) {
                described(array.addObject().put("const", Choices.name(constant)), Choices.doc(constant));
            } else {
                array.add(Choices.name(constant));
            }
        }
        return schema;
    }

    /** Records and choices are defined once, since they may contain themselves. */
    private ObjectNode reference(Class<?> type) {
        String name = type.getTypeName().replace('$', '.');
        if (!definitions.has(name)) {
            definitions.putObject(name);
            definitions.set(name, type.isSealed() ? choice(type) : record(type, Optional.empty()));
        }
        return JSON.objectNode().put("$ref", "#/$defs/" + name);
    }

    private ObjectNode choice(Class<?> sealed) {
        ObjectNode schema = described(JSON.objectNode(), Choices.doc(sealed));
        ArrayNode forms = schema.putArray("oneOf");
        for (Class<? extends Record> type : Choices.records(sealed)) {
            String name = Choices.name(type);
            forms.add(record(type, Optional.of(name)));
            List<Component> components = Component.of(type);
            if (components.stream().noneMatch(Component::isRequired)) {
                described(forms.addObject().put("const", name), Choices.doc(type));
            }
            Choices.numberInName(type)
                    .ifPresent(number -> forms.add(described(numbered(name, number.bounds()), Choices.doc(type))));
            components.stream()
                    .filter(component -> component.key().equals(name))
                    .filter(component -> components.stream().allMatch(c -> c.equals(component) || !c.isRequired()))
                    .forEach(component -> forms.add(onlyKey(component)));
        }
        return schema;
    }

    /** {@code blocks-3}, with a few numbers for editors to offer. */
    private static ObjectNode numbered(String name, Bounds bounds) {
        String digits =
                bounds.lower() >= 1 || bounds.lower() == 0 && !bounds.lowerIncluded() ? "0*[1-9][0-9]*" : "[0-9]+";
        ObjectNode schema = JSON.objectNode().put("type", "string").put("pattern", "^" + name + "-" + digits + "$");
        ArrayNode examples = schema.putArray("examples");
        IntStream.of(2, 3, 5, 10)
                .filter(count -> bounds.violation(count).isEmpty())
                .forEach(count -> examples.add(name + "-" + count));
        return schema;
    }

    /** The short form {@code {groups: […]}} of {@code {type: groups, groups: […]}}. */
    private ObjectNode onlyKey(Component component) {
        ObjectNode schema = JSON.objectNode().put("type", "object");
        schema.putObject("properties").set(component.key(), property(component));
        schema.putArray("required").add(component.key());
        return schema.put("additionalProperties", false);
    }

    private static ObjectNode described(ObjectNode schema, String doc) {
        return doc.isEmpty() ? schema : schema.put("description", doc);
    }
}
