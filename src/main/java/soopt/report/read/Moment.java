package soopt.report.read;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import soopt.file.JsonLines;
import soopt.npy.NpyArray;
import soopt.npy.NpyException;
import soopt.npy.NpzFile;

/**
 * A moment of a run at which its matrices were recorded; they are read when they are asked for.
 *
 * @param folder matrices/ of the run
 * @param step steps done
 * @param epoch epochs done
 * @param name how its arrays begin: e0003 or s000200
 * @param source of what H̄ is: the optimizer's refresh, one batch or the training_set
 * @param refreshStep the step of curvature.jsonl whose computation it is, if it is the optimizer's
 * @param groups [S] in the order of rows and columns
 */
public record Moment(
        Path folder, long step, int epoch, String name, String source, OptionalLong refreshStep, List<Group> groups) {
    /** A matrix of the moment. */
    public enum Kind {
        /** H̄ [S, S]: averaged where the optimizer averages. */
        HESSIAN("H̄"),
        INVERSE("H̄⁻¹"),
        /** H̄ + λ_int/2 ‖Dη‖ D². */
        REGULARIZED("H̄ + λ_int/2 ‖Dη‖ D²"),
        REGULARIZED_INVERSE("(H̄ + λ_int/2 ‖Dη‖ D²)⁻¹");

        private final String symbol;

        Kind(String symbol) {
            this.symbol = symbol;
        }

        /** As a title names it. */
        public String symbol() {
            return symbol;
        }

        /** In files. */
        List<String> names() {
            return switch (this) {
                case HESSIAN -> List.of("hbar_averaged", "hbar");
                case INVERSE -> List.of("hbar_averaged_inverse", "hbar_inverse");
                case REGULARIZED, REGULARIZED_INVERSE -> List.of(toString());
            };
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The matrix [S][S]: of matrices.npz, else of its line in matrices.jsonl; empty if neither has it whole. */
    public Optional<double[][]> matrix(Kind kind) {
        return kind.names().stream()
                .flatMap(base -> stored(base).stream())
                .findFirst()
                .or(() -> told(kind));
    }

    private Optional<double[][]> stored(String base) {
        String array = name + "." + base;
        try {
            return Optional.of(values(
                    NpzFile.read(folder.resolve("matrices.npz"), List.of(array)).get(array)));
        } catch (NpyException missing) {
            return Optional.empty();
        }
    }

    private static double[][] values(NpyArray array) {
        int rows = array.length(0);
        int columns = array.size() / Math.max(1, rows);
        double[][] values = new double[rows][columns];
        for (int i = 0; i < rows; i++) {
            array.copy(i * columns, columns, values[i], 0);
        }
        return values;
    }

    private Optional<double[][]> told(Kind kind) {
        Optional<JsonNode> line = JsonLines.read(folder.resolve("matrices.jsonl")).stream()
                .filter(each -> each.path("moment").asText().equals(name))
                .findFirst();
        return line.flatMap(object -> kind.names().stream()
                .map(object::path)
                .filter(JsonNode::isArray)
                .map(Moment::values)
                .findFirst());
    }

    private static double[][] values(JsonNode rows) {
        double[][] values = new double[rows.size()][];
        for (int i = 0; i < values.length; i++) {
            JsonNode row = rows.get(i);
            values[i] = Stream.iterate(0, j -> j < row.size(), j -> j + 1)
                    .mapToDouble(j -> row.get(j).isNumber() ? row.get(j).asDouble() : Double.NaN)
                    .toArray();
        }
        return values;
    }

    /** "initialization", "epoch 3", or "step 200" where they are recorded by steps. */
    public String words() {
        return step == 0 ? "initialization" : name.startsWith("s") ? "step " + step : "epoch " + epoch;
    }
}
