package soopt.model.weights;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.curvature.ParameterLayout;
import soopt.npy.NpyArray;
import soopt.npy.NpyException;
import soopt.npy.NpyHeader;
import soopt.npy.NpzFile;
import soopt.spec.yaml.SpecException;

/**
 * Parameters as an npz archive: one array per tensor under PyTorch's name and in its layout, or the whole of θ as
 * "theta".
 */
public final class WeightsFile {
    /** Name of the flat vector [P] in checkpoints. */
    public static final String FLAT = "theta";

    private WeightsFile() {}

    /**
     * θ [P] from a file; the caller closes it. Names may stand behind a prefix or be those of nn.Sequential
     * ({@link StateNames}); arrays beyond the layout's are left alone. A file with "theta" and without the layout's
     * first tensor is taken for a checkpoint.
     *
     * @throws SpecException if the file cannot be read, or lacks tensors, or some have another shape or numbers that
     * are not finite in the
     *     precision of the backend: one line that names the missing ones, then one for each of the others
     */
    public static Tensor read(Path path, ParameterLayout layout, Backend backend) {
        ForeignWeights.words(path).ifPresent(words -> {
            throw new SpecException(path + " " + words);
        });
        List<String> problems = new ArrayList<>();
        Tensor theta = backend.allocate(layout.size());
        try {
            List<String> names = NpzFile.names(path);
            if (names.contains(FLAT) && !names.contains(layout.get(0).name())) {
                fillFlat(path, theta, backend, problems);
            } else {
                fillTensors(path, names, layout, theta, backend, problems);
            }
        } catch (NpyException e) {
            problems.add(e.getMessage());
        } catch (IllegalArgumentException e) {
            problems.add(path + " " + e.getMessage());
        }
        if (!problems.isEmpty()) {
            theta.close();
            throw new SpecException(problems);
        }
        return theta;
    }

    private static void fillFlat(Path path, Tensor theta, Backend backend, List<String> problems) {
        int size = header(path, FLAT).size();
        if (size != theta.size()) {
            problems.add(path + ": theta has " + size + " numbers, but the model has " + theta.size());
            return;
        }
        double[] values = NpzFile.read(path, List.of(FLAT)).get(FLAT).doubles();
        notFinite(values, new int[] {values.length}, backend.precision())
                .ifPresentOrElse(
                        words -> problems.add(path + ": theta " + words), () -> backend.fromHost(values, 0, theta));
    }

    private static void fillTensors(
            Path path,
            List<String> present,
            ParameterLayout layout,
            Tensor theta,
            Backend backend,
            List<String> problems) {
        StateNames names = StateNames.of(present, layout);
        List<String> missing = new ArrayList<>();
        for (int i = 0; i < layout.count(); i++) {
            ParameterLayout.Parameter parameter = layout.get(i);
            String name = names.names().get(i);
            if (!present.contains(name)) {
                missing.add("'" + name + "' " + parameter.shape());
                continue;
            }
            int[] shape = header(path, name).shape();
            if (!Arrays.equals(shape, parameter.dimensions())) {
                if (names.byOrder()) {
                    problems.add(path
                            + ": its numbered arrays do not have the model's shapes in the order of their numbers: it has "
                            + listed(path, present) + ", but the model needs " + needed(layout));
                    return;
                }
                problems.add(path + ": '" + name + "' has the shape " + Arrays.toString(shape)
                        + ", but the model needs " + parameter.shape());
                continue;
            }
            double[] values = NpzFile.read(path, List.of(name)).get(name).doubles();
            Tensor view = layout.view(theta, i);
            notFinite(values, shape, backend.precision())
                    .ifPresentOrElse(
                            words -> problems.add(path + ": '" + name + "' " + words),
                            () -> backend.fromHost(parameter.toMemory(values), 0, view));
        }
        if (!missing.isEmpty()) {
            problems.add(0, path + " lacks " + String.join(", ", missing) + "; it has: " + listed(path, present));
        }
    }

    private static String needed(ParameterLayout layout) {
        return layout.parameters().stream()
                .map(parameter -> parameter.name() + " " + parameter.shape())
                .collect(Collectors.joining(", "));
    }

    /** Names and shapes of a file's arrays. */
    private static String listed(Path path, List<String> names) {
        return names.isEmpty()
                ? "no arrays"
                : names.stream()
                        .map(name ->
                                name + " " + Arrays.toString(header(path, name).shape()))
                        .collect(Collectors.joining(", "));
    }

    /** What an array is, before anything is spent on it. */
    private static NpyHeader header(Path path, String name) {
        return NpzFile.headers(path, List.of(name)).get(name);
    }

    /** "has the value NaN at [3, 1], …" of the first number that is not finite once it is rounded to the precision. */
    private static Optional<String> notFinite(double[] values, int[] shape, Precision precision) {
        boolean single = precision.isSingle();
        for (int i = 0; i < values.length; i++) {
            double value = values[i];
            if (Double.isFinite(single ? (float) value : value)) {
                continue;
            }
            String remedy = Double.isFinite(value)
                    ? "beyond float32, whose largest is " + Float.MAX_VALUE + ": set precision to float64"
                    : "but weights must be finite";
            return Optional.of("has the value " + value + " at " + Arrays.toString(index(i, shape)) + ", " + remedy);
        }
        return Optional.empty();
    }

    /** Where the element stands that row-major order counts as i-th. */
    private static int[] index(int i, int[] shape) {
        int[] index = new int[shape.length];
        int rest = i;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            index[axis] = rest % shape[axis];
            rest /= shape[axis];
        }
        return index;
    }

    /** Writes θ with one array per tensor, in the precision of the backend. */
    public static void write(Path path, ParameterLayout layout, Tensor theta, Backend backend) {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        for (int i = 0; i < layout.count(); i++) {
            ParameterLayout.Parameter parameter = layout.get(i);
            double[] values = new double[parameter.size()];
            backend.toHost(layout.view(theta, i), values, 0);
            arrays.put(
                    parameter.name(), array(parameter.fromMemory(values), parameter.dimensions(), backend.precision()));
        }
        NpzFile.write(path, arrays);
    }

    private static NpyArray array(double[] values, int[] shape, Precision precision) {
        if (!precision.isSingle()) {
            return NpyArray.of(values, shape);
        }
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return NpyArray.of(floats, shape);
    }
}
