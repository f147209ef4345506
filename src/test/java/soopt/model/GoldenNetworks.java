package soopt.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import soopt.Golden;
import soopt.backend.Activation;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Partition;
import soopt.model.loss.Loss;

/** Builds networks, tensors and partitions from the JSON of the golden files (conventions: golden/README.md). */
public final class GoldenNetworks {
    private static final List<String> KNOWN =
            List.of("linear", "act", "flatten", "scale", "conv2d", "maxpool", "adaptive_avgpool");

    private GoldenNetworks() {}

    /**
     * The network of a golden file, or empty with layers that soopt has not (the type of the first is in
     * {@link #unknown}).
     */
    public static Optional<Network> network(JsonNode file) {
        if (unknown(file).isPresent()) {
            return Optional.empty();
        }
        LayerList layers = new LayerList(inputShape(file));
        JsonNode names = file.path("param_names");
        for (JsonNode layer : file.get("layers")) {
            String type = layer.get("type").asText();
            String name = names.path(2 * layers.owners())
                    .asText("layers." + layers.owners() + ".weight")
                    .replace(".weight", "");
            switch (type) {
                case "linear" -> layers.dense(name, layer.get("out").asInt(), false);
                case "act" ->
                    layers.activation(
                            Activation.valueOf(layer.get("fn").asText().toUpperCase(Locale.ROOT)));
                case "flatten" -> layers.flatten();
                case "scale" -> layers.scale(layer.get("by").asDouble());
                case "conv2d" ->
                    layers.convolution(
                            name,
                            layer.get("out").asInt(),
                            layer.get("k").asInt(),
                            layer.path("stride").asInt(1),
                            layer.get("pad").asInt(),
                            false);
                case "maxpool" ->
                    layers.maxPool(
                            layer.get("k").asInt(),
                            layer.path("stride").asInt(layer.get("k").asInt()));
                case "adaptive_avgpool" ->
                    layers.adaptiveAveragePool(
                            layer.get("out_h").asInt(), layer.get("out_w").asInt());
                default -> throw new IllegalStateException(type);
            }
        }
        Loss loss = file.get("loss").asText().equals("mse") ? Loss.MEAN_SQUARED_ERROR : Loss.SOFTMAX_CROSS_ENTROPY;
        return Optional.of(layers.network(loss));
    }

    /** The first layer type that no layer of soopt implements yet. */
    public static Optional<String> unknown(JsonNode file) {
        for (JsonNode layer : file.get("layers")) {
            String type = layer.get("type").asText();
            if (!KNOWN.contains(type)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    private static int[] inputShape(JsonNode file) {
        JsonNode shape = file.has("x")
                ? file.get("x").get("shape")
                : file.get("train_batches").get(0).get("x").get("shape");
        int[] result = new int[shape.size() - 1];
        for (int i = 0; i < result.length; i++) {
            result[i] = shape.get(i + 1).asInt();
        }
        return result;
    }

    /** A list of golden tensors, in model order, as a flat tensor [P]. */
    public static Tensor flat(Backend backend, ParameterLayout layout, JsonNode tensors) {
        Tensor flat = backend.allocate(layout.size());
        for (int i = 0; i < layout.count(); i++) {
            backend.fromHost(layout.get(i).toMemory(Golden.numbers(tensors.get(i))), 0, layout.view(flat, i));
        }
        return flat;
    }

    public static Tensor tensor(Backend backend, double... values) {
        Tensor tensor = backend.allocate(values.length);
        backend.fromHost(values, 0, tensor);
        return tensor;
    }

    /** Inputs [N, features] of a golden batch. */
    public static Tensor inputs(Backend backend, JsonNode x) {
        Tensor flat = tensor(backend, Golden.numbers(x));
        int n = x.get("shape").get(0).asInt();
        return flat.reshape(n, (int) (flat.size() / n));
    }

    /** Labels [N] or targets [N, outputs] of a golden batch. */
    public static Tensor targets(Backend backend, JsonNode y) {
        Tensor flat = tensor(backend, Golden.numbers(y));
        return y.has("shape") && y.get("shape").size() == 2
                ? flat.reshape(
                        y.get("shape").get(0).asInt(), y.get("shape").get(1).asInt())
                : flat;
    }

    /** The partition of a golden case: lists of parameter indices, or "discrete". */
    public static Partition partition(ParameterLayout layout, JsonNode groups) {
        List<Partition.Group> result = new ArrayList<>();
        if (groups.isTextual()) {
            for (int p = 0; p < layout.count(); p++) {
                for (int i = 0; i < layout.get(p).size(); i++) {
                    result.add(
                            new Partition.Group(p + "[" + i + "]", "mixed", List.of(new Partition.Slice(p, i, i + 1))));
                }
            }
            return new Partition(layout, result);
        }
        for (JsonNode group : groups) {
            List<Partition.Slice> slices = new ArrayList<>();
            group.forEach(p -> slices.add(
                    new Partition.Slice(p.asInt(), 0, layout.get(p.asInt()).size())));
            result.add(new Partition.Group("group" + result.size(), "mixed", slices));
        }
        return new Partition(layout, result);
    }
}
