package soopt.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import soopt.spec.yaml.OverrideValue;

class JsonSchemaTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final JsonNode schema = json(JsonSchema.of(Fixture.Experiment.class));

    @Test
    void topLevel_isAClosedObjectWithTheRequiredKeys() {
        assertEquals(
                "https://json-schema.org/draft/2020-12/schema",
                schema.path("$schema").asText());
        assertEquals("experiment", schema.path("title").asText());
        assertEquals("object", schema.path("type").asText());
        assertEquals(json("['name','optimizer','training']"), schema.path("required"));
        assertFalse(schema.path("additionalProperties").asBoolean(true));
        assertEquals(10, schema.path("properties").size());
    }

    @Test
    void components_becomeTypesWithLimitsAndDefaults() {
        JsonNode properties = schema.path("properties");
        assertEquals(
                json("{'type':'array','items':{'type':'integer','minimum':0},'default':[1]}"),
                properties.path("seeds"));
        assertEquals(
                json("{'oneOf':[{'const':'weight-decay'},{'const':'constant','description':'none at all'},"
                        + "{'const':'d3-full'}],'default':'constant'}"),
                properties.path("schedule"));
        assertEquals(json("{'anyOf':[{'type':'number'},{'type':'null'}],'default':5.0}"), properties.path("patience"));
        assertEquals(
                json("{'anyOf':[{'type':'string'},{'type':'number'}],'default':'10 steps'}"), properties.path("every"));
        assertEquals(
                json(
                        "{'type':'object','additionalProperties':{'type':'array','items':{'type':'number'}},'default':{}}"),
                properties.path("grid"));
        assertEquals(json("{'type':'boolean','default':false}"), properties.path("verbose"));
        assertEquals(json("{'$ref':'#/$defs/soopt.spec.Fixture.Method'}"), properties.path("optimizer"));
        assertEquals(
                json("{'type':'object','properties':{'epochs':{'type':'integer'},"
                        + "'batch-size':{'type':'integer','default':100}},"
                        + "'required':['epochs'],'additionalProperties':false}"),
                definition("Training"));
    }

    @Test
    void choices_areOneOfTheirRecordsByType_orTheirShortForms() {
        JsonNode method = definition("Method").path("oneOf");
        assertEquals(
                json(
                        "{'description':'stochastic gradient descent','type':'object','properties':{'type':{'const':'sgd'},"
                                + "'step-size':{'type':'number','exclusiveMinimum':0,'description':'η'},"
                                + "'momentum':{'type':'number','minimum':0,'exclusiveMaximum':1,'description':'μ','default':0.9},"
                                + "'nesterov':{'type':'boolean','default':false}},"
                                + "'required':['type','step-size'],'additionalProperties':false}"),
                method.get(0));
        assertEquals(
                "newton-summary", method.get(1).at("/properties/type/const").asText());
        assertEquals(json("{'const':'newton-summary'}"), method.get(2));
        assertEquals(json("{'const':'line-search'}"), method.get(4));
        assertEquals(5, method.size());

        JsonNode partition = definition("Partition").path("oneOf");
        assertEquals(json("{'const':'canonical'}"), partition.get(1));
        assertEquals(
                json("{'type':'string','pattern':'^blocks-0*[1-9][0-9]*$',"
                        + "'examples':['blocks-2','blocks-3','blocks-5','blocks-10']}"),
                partition.get(3));
        assertEquals(json("['groups']"), partition.get(5).path("required"));
        assertEquals(6, partition.size());
    }

    @Test
    void recordsThatContainTheirOwnChoice_areDefinedOnce() {
        assertEquals(
                "#/$defs/soopt.spec.Fixture.Method",
                definition("Method").at("/oneOf/1/properties/direction/$ref").asText());
        assertEquals(
                json("{'type':'sgd','step-size':1.0,'momentum':0.9,'nesterov':false}"),
                definition("Method").at("/oneOf/1/properties/direction/default"));
    }

    @Test
    void everyReference_hasItsDefinition() {
        schema.findValuesAsText("$ref")
                .forEach(reference -> assertFalse(
                        schema.path("$defs")
                                .path(reference.substring("#/$defs/".length()))
                                .isMissingNode(),
                        reference));
    }

    private record Formed(
            @Form(pattern = "[a-z]+", words = "letters") String name,
            @Form(least = 1, distinct = true) List<String> words,
            OverrideValue any) {}

    @Test
    void forms_becomePatternsAndCounts() {
        assertEquals(
                json(
                        "{'name':{'type':'string','pattern':'^(?:[a-z]+)$'},"
                                + "'words':{'type':'array','items':{'type':'string'},'minItems':1,'uniqueItems':true},'any':{}}"),
                json(JsonSchema.of(Formed.class)).path("properties"));
    }

    @Form(pattern = "[0-9]+ steps")
    private record Steps(int count) {
        public static Steps parse(String text) {
            return new Steps(Integer.parseInt(text.replace(" steps", "")));
        }

        @Override
        public String toString() {
            return count + " steps";
        }
    }

    private enum Plain {
        ONE,
        TWO_THREE
    }

    private sealed interface Cut permits Any, AtLeastZero, AboveZero, UpToFour, Pair, Named {}

    private record Any(int count) implements Cut {}

    private record AtLeastZero(@Range(min = 0) int count) implements Cut {}

    private record AboveZero(@Range(above = 0) int count) implements Cut {}

    private record UpToFour(@Range(min = 2, max = 4) int count) implements Cut {}

    private record Pair(String pair, int other) implements Cut {}

    private record Named(String named, @Default("1") int other) implements Cut {}

    private record Cuts(
            Cut cut,
            Steps steps,
            Plain plain,
            @Range(max = 1e300, above = 0.5) double large,
            @Range(min = -3, below = 4) double small) {}

    @Test
    void formsOfValues_namesAndLimits_areThoseOfTheReader() {
        JsonNode cuts = json(JsonSchema.of(Cuts.class));
        JsonNode properties = cuts.path("properties");
        assertEquals(json("{'type':'string','pattern':'^(?:[0-9]+ steps)$'}"), properties.path("steps"));
        assertEquals(json("{'enum':['one','two-three']}"), properties.path("plain"));
        assertEquals(json("{'type':'number','exclusiveMinimum':0.5,'maximum':1.0E300}"), properties.path("large"));
        assertEquals(json("{'type':'number','minimum':-3,'exclusiveMaximum':4}"), properties.path("small"));
        List<String> patterns = new ArrayList<>();
        cuts.findValues("pattern").forEach(pattern -> patterns.add(pattern.asText()));
        patterns.removeIf(pattern -> pattern.contains("steps"));
        assertEquals(
                List.of(
                        "^any-[0-9]+$",
                        "^at-least-zero-[0-9]+$",
                        "^above-zero-0*[1-9][0-9]*$",
                        "^up-to-four-0*[1-9][0-9]*$"),
                patterns);
        JsonNode examples = cuts.findValues("examples").get(3);
        assertEquals(json("['up-to-four-2','up-to-four-3']"), examples);
        JsonNode forms =
                cuts.path("$defs").path("soopt.spec.JsonSchemaTest.Cut").path("oneOf");
        List<String> shortForms = new ArrayList<>();
        forms.forEach(form -> {
            if (form.path("type").asText().equals("object")
                    && !form.path("properties").has("type")) {
                shortForms.add(form.path("required").toString()
                        + form.path("properties").size());
            }
        });
        assertEquals(List.of("[\"named\"]1"), shortForms);
    }

    /** What ajv calls strict: one type each, and no keyword without the type that it is about. */
    @Test
    void schemas_holdUnderStrictValidators() {
        requireStrict(schema, "");
        requireStrict(json(JsonSchema.of(soopt.experiment.file.Experiment.class)), "");
    }

    private static final Set<String> KEYWORDS = Set.of(
            "$schema",
            "$defs",
            "$ref",
            "title",
            "description",
            "type",
            "properties",
            "required",
            "additionalProperties",
            "default",
            "items",
            "minItems",
            "uniqueItems",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "enum",
            "const",
            "oneOf",
            "anyOf",
            "pattern",
            "examples");
    private static final Map<String, Set<String>> TYPES = Map.ofEntries(
            Map.entry("properties", Set.of("object")),
            Map.entry("required", Set.of("object")),
            Map.entry("additionalProperties", Set.of("object")),
            Map.entry("items", Set.of("array")),
            Map.entry("minItems", Set.of("array")),
            Map.entry("uniqueItems", Set.of("array")),
            Map.entry("pattern", Set.of("string")),
            Map.entry("minimum", Set.of("number", "integer")),
            Map.entry("maximum", Set.of("number", "integer")),
            Map.entry("exclusiveMinimum", Set.of("number", "integer")),
            Map.entry("exclusiveMaximum", Set.of("number", "integer")));

    private static void requireStrict(JsonNode schema, String path) {
        schema.properties().forEach(entry -> {
            String keyword = entry.getKey();
            JsonNode value = entry.getValue();
            String here = path + "/" + keyword;
            assertTrue(KEYWORDS.contains(keyword), here);
            if (TYPES.containsKey(keyword)) {
                assertTrue(TYPES.get(keyword).contains(schema.path("type").asText()), here + " without its type");
            }
            switch (keyword) {
                case "type" -> assertTrue(value.isTextual(), here + " is " + value);
                case "properties", "$defs" ->
                    value.properties().forEach(each -> requireStrict(each.getValue(), here + "/" + each.getKey()));
                case "oneOf", "anyOf" -> value.forEach(each -> requireStrict(each, here));
                case "items" -> requireStrict(value, here);
                case "additionalProperties" -> {
                    if (!value.isBoolean()) {
                        requireStrict(value, here);
                    }
                }
                case "required" ->
                    value.forEach(
                            name -> assertTrue(schema.path("properties").has(name.asText()), here + " names " + name));
                default -> {}
            }
        });
    }

    private JsonNode definition(String name) {
        return schema.path("$defs").path("soopt.spec.Fixture." + name);
    }

    private static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text.startsWith("{\n") ? text : text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }
}
