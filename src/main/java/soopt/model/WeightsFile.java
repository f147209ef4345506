package soopt.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.curvature.ParameterLayout;
import soopt.npy.NpyArray;
import soopt.npy.NpyException;
import soopt.npy.NpzFile;
import soopt.spec.yaml.SpecException;

/** Parameters as an npz archive: one array per tensor under PyTorch's name and in its layout, or the whole of θ as "theta". */
public final class WeightsFile {
    /** Name of the flat vector [P] in checkpoints. */
    public static final String FLAT = "theta";

    private WeightsFile() {}

    /**
     * θ [P] from a file; the caller closes it. Arrays that the layout does not name are left alone. A file with "theta" and without
     * the layout's first tensor is taken for a checkpoint.
     *
     * @throws SpecException if the file cannot be read, or lacks tensors, or some have another shape: one line that names the missing
     *     ones, then one for each shape
     */
    public static Tensor read(Path path, ParameterLayout layout, Backend backend) {
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
        }
        if (!problems.isEmpty()) {
            theta.close();
            throw new SpecException(problems);
        }
        return theta;
    }

    private static void fillFlat(Path path, Tensor theta, Backend backend, List<String> problems) {
        NpyArray flat = NpzFile.read(path, List.of(FLAT)).get(FLAT);
        if (flat.size() != theta.size()) {
            problems.add(path + ": theta has " + flat.size() + " numbers, but the model has " + theta.size());
        } else {
            backend.fromHost(flat.doubles(), 0, theta);
        }
    }

    private static void fillTensors(
            Path path,
            List<String> names,
            ParameterLayout layout,
            Tensor theta,
            Backend backend,
            List<String> problems) {
        List<String> missing = new ArrayList<>();
        for (int i = 0; i < layout.count(); i++) {
            ParameterLayout.Parameter parameter = layout.get(i);
            if (!names.contains(parameter.name())) {
                missing.add("'" + parameter.name() + "' " + Arrays.toString(parameter.dimensions()));
                continue;
            }
            NpyArray array = NpzFile.read(path, List.of(parameter.name())).get(parameter.name());
            if (!Arrays.equals(array.shape(), parameter.dimensions())) {
                problems.add(path + ": '" + parameter.name() + "' has the shape " + Arrays.toString(array.shape())
                        + ", but the model needs " + Arrays.toString(parameter.dimensions()));
            } else {
                backend.fromHost(parameter.toMemory(array.doubles()), 0, layout.view(theta, i));
            }
        }
        if (!missing.isEmpty()) {
            problems.add(0, path + " lacks " + String.join(", ", missing) + "; it has: " + String.join(", ", names));
        }
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
        if (precision == Precision.FLOAT64) {
            return NpyArray.of(values, shape);
        }
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return NpyArray.of(floats, shape);
    }
}
