package soopt;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Reads the golden reference data: JSON files below {@code -Dsoopt.golden}, by default src/test/resources/golden. */
public final class Golden {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private Golden() {}

    /** A tensor of a golden file: shape and row-major data. */
    public record Array(int[] shape, double[] data) {
        /** The rows of a matrix. */
        public double[][] rows() {
            int columns = shape[1];
            return IntStream.range(0, shape[0])
                    .mapToObj(i -> Arrays.copyOfRange(data, i * columns, (i + 1) * columns))
                    .toArray(double[][]::new);
        }
    }

    /** The folder of all golden data. */
    public static Path directory() {
        return Path.of(System.getProperty("soopt.golden", "src/test/resources/golden"));
    }

    /** Every JSON file of a folder of the golden data, by name; an absent folder is an error. */
    public static List<Path> files(String folder) {
        try (Stream<Path> files = Files.list(directory().resolve(folder))) {
            return files.filter(file -> file.getFileName().toString().endsWith(".json"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The file's name without .json. */
    public static String name(Path file) {
        return file.getFileName().toString().replaceFirst("\\.json$", "");
    }

    /** The JSON of a file. */
    public static JsonNode read(Path file) {
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The JSON of a file named relative to the golden folder. */
    public static JsonNode read(String file) {
        return read(directory().resolve(file));
    }

    /** The elements of a JSON list, or nothing if it is absent. */
    public static List<JsonNode> list(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false).toList();
    }

    /** A tensor {"shape", "data"}. */
    public static Array array(JsonNode tensor) {
        if (!tensor.has("shape")) {
            throw new IllegalArgumentException("not a tensor: " + tensor);
        }
        return new Array(
                list(tensor.get("shape")).stream().mapToInt(JsonNode::intValue).toArray(), numbers(tensor.get("data")));
    }

    /** The numbers of a tensor, of a list of numbers, or of one number. */
    public static double[] numbers(JsonNode node) {
        if (node.isNumber()) {
            return new double[] {node.doubleValue()};
        }
        JsonNode data = node.has("data") ? node.get("data") : node;
        if (data.isNumber()) {
            return new double[] {data.doubleValue()};
        }
        return list(data).stream().mapToDouble(JsonNode::doubleValue).toArray();
    }

    /** The rows of a tensor of rank 2. */
    public static double[][] matrix(JsonNode tensor) {
        return array(tensor).rows();
    }

    /** A list of tensors, one after the other: a flat vector [P]. */
    public static double[] concatenated(JsonNode tensors) {
        return list(tensors).stream()
                .flatMapToDouble(t -> Arrays.stream(numbers(t)))
                .toArray();
    }

    /** A matrix as one row-major vector. */
    public static double[] flat(double[][] matrix) {
        return Arrays.stream(matrix).flatMapToDouble(Arrays::stream).toArray();
    }

    /** max |x_i|, 0 for an empty array; NaN if an entry is. */
    public static double maxAbs(double... x) {
        double largest = 0;
        for (double entry : x) {
            largest = Math.max(largest, Math.abs(entry));
        }
        return largest;
    }

    /**
     * max |actual − expected| / max |expected|; absolute where all expected numbers are 0. Infinite if sizes differ or
     * NaN.
     */
    public static double relativeError(double[] expected, double[] actual) {
        if (expected.length != actual.length) {
            return Double.POSITIVE_INFINITY;
        }
        double[] difference = new double[expected.length];
        Arrays.setAll(difference, i -> actual[i] - expected[i]);
        double largest = maxAbs(expected);
        double error = largest == 0 ? maxAbs(difference) : maxAbs(difference) / largest;
        return Double.isNaN(error) ? Double.POSITIVE_INFINITY : error;
    }

    /** As above for two numbers. */
    public static double relativeError(double expected, double actual) {
        return relativeError(new double[] {expected}, new double[] {actual});
    }
}
