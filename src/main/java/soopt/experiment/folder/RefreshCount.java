package soopt.experiment.folder;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import soopt.curvature.CubicStep;
import soopt.file.JsonObject;

/**
 * How many computations of the curvature gave no learning rates, and why.
 *
 * @param computed all of them
 * @param refused those without learning rates by how the cubic step ended
 */
public record RefreshCount(long computed, Map<CubicStep.Status, Long> refused) {
    public static final RefreshCount NONE = new RefreshCount(0, Map.of());

    public RefreshCount {
        EnumMap<CubicStep.Status, Long> ordered = new EnumMap<>(CubicStep.Status.class);
        ordered.putAll(refused);
        refused = Map.copyOf(ordered);
    }

    /** With one more computation that ended so. */
    public RefreshCount with(CubicStep.Status status) {
        Map<CubicStep.Status, Long> more = new EnumMap<>(CubicStep.Status.class);
        more.putAll(refused);
        if (status != CubicStep.Status.CONVERGED) {
            more.merge(status, 1L, Long::sum);
        }
        return new RefreshCount(computed + 1, more);
    }

    public long withoutRates() {
        return refused.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Reasons with their numbers in the order of the statuses: not_finite ×3 by its words. */
    public List<String> reasons() {
        List<String> reasons = new ArrayList<>();
        for (CubicStep.Status status : CubicStep.Status.values()) {
            if (refused.containsKey(status)) {
                reasons.add(refused.get(status) + " × " + status.words());
            }
        }
        return reasons;
    }

    /** For status.json and {@code --json}: computed, without_rates and the reasons by their names. */
    public JsonObject json() {
        JsonObject reasons = new JsonObject();
        for (CubicStep.Status status : CubicStep.Status.values()) {
            if (refused.containsKey(status)) {
                reasons.put(status.name().toLowerCase(Locale.ROOT), refused.get(status));
            }
        }
        return new JsonObject()
                .put("computed", computed)
                .put("without_learning_rates", withoutRates())
                .put("reasons", reasons);
    }

    static RefreshCount read(JsonNode node) {
        Map<CubicStep.Status, Long> refused = new EnumMap<>(CubicStep.Status.class);
        for (CubicStep.Status status : CubicStep.Status.values()) {
            long count = node.path("reasons")
                    .path(status.name().toLowerCase(Locale.ROOT))
                    .asLong();
            if (count > 0) {
                refused.put(status, count);
            }
        }
        return new RefreshCount(node.path("computed").asLong(), refused);
    }

    /** For a checkpoint: computed, then the refused by status. */
    public double[] save() {
        CubicStep.Status[] all = CubicStep.Status.values();
        double[] numbers = new double[1 + all.length];
        numbers[0] = computed;
        for (CubicStep.Status status : all) {
            numbers[1 + status.ordinal()] = refused.getOrDefault(status, 0L);
        }
        return numbers;
    }

    /** What {@link #save} gave. */
    public static RefreshCount restore(double[] saved) {
        Map<CubicStep.Status, Long> refused = new EnumMap<>(CubicStep.Status.class);
        for (CubicStep.Status status : CubicStep.Status.values()) {
            long count = (long) saved[1 + status.ordinal()];
            if (count > 0) {
                refused.put(status, count);
            }
        }
        return new RefreshCount((long) saved[0], refused);
    }
}
