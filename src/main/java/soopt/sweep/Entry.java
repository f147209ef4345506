package soopt.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import soopt.file.JsonObject;

/**
 * One run of a plan.
 *
 * @param index its number, from 0; it never changes
 * @param runId the name of its folder
 * @param combination number of its combination, from 0: the runs of one differ in their seeds alone
 * @param roles of its seed: tune, final, both, or none where the sweep does not tell them apart
 * @param overrides that make its spec of that of the plan
 * @param varied what its combination sets, by key
 * @param dropped whether the sweep was changed so that it has it no more
 */
public record Entry(
        int index,
        String runId,
        int combination,
        long seed,
        List<String> roles,
        List<String> overrides,
        Map<String, JsonNode> varied,
        boolean dropped) {
    public Entry {
        roles = List.copyOf(roles);
        overrides = List.copyOf(overrides);
        varied = Collections.unmodifiableMap(new LinkedHashMap<>(varied));
    }

    Entry at(int newIndex, int newCombination) {
        return new Entry(newIndex, runId, newCombination, seed, roles, overrides, varied, false);
    }

    Entry gone() {
        return new Entry(index, runId, combination, seed, roles, overrides, varied, true);
    }

    JsonObject json() {
        JsonObject values = new JsonObject();
        varied.forEach(values::put);
        JsonObject object = new JsonObject()
                .put("index", index)
                .put("run_id", runId)
                .put("combination", combination)
                .put("seed", seed)
                .put("roles", roles)
                .put("overrides", overrides)
                .put("varied", values);
        return dropped ? object.put("dropped", true) : object;
    }

    static Entry read(JsonNode node) {
        Map<String, JsonNode> varied = new LinkedHashMap<>();
        node.path("varied").properties().forEach(field -> varied.put(field.getKey(), field.getValue()));
        return new Entry(
                node.path("index").asInt(),
                node.path("run_id").asText(),
                node.path("combination").asInt(),
                node.path("seed").asLong(),
                texts(node.path("roles")),
                texts(node.path("overrides")),
                varied,
                node.path("dropped").asBoolean());
    }

    static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.asText()));
        return texts;
    }
}
