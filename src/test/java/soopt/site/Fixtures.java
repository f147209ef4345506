package soopt.site;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import soopt.npy.NpyArray;
import soopt.npy.NpzFile;

/** The files that the Python of the pages writes, for machines without Python or PyTorch. */
final class Fixtures {
    private Fixtures() {}

    /** Two features and two classes for own data; a perceptron 2-8-2 as nn.Sequential numbers it for own weights. */
    static void write() {
        Random random = new Random(1);
        double[] x = random.doubles(120, -1, 1).toArray();
        double[] y = new double[60];
        for (int i = 0; i < y.length; i++) {
            y[i] = x[2 * i] + x[2 * i + 1] > 0 ? 1 : 0;
        }
        NpzFile.write(Path.of("points.npz"), Map.of("x", array(x, 60, 2), "y", array(y, 60)));
        Map<String, NpyArray> weights = new LinkedHashMap<>();
        weights.put("0.weight", array(random.doubles(16, -1, 1).toArray(), 8, 2));
        weights.put("0.bias", array(new double[8], 8));
        weights.put("2.weight", array(random.doubles(16, -1, 1).toArray(), 2, 8));
        weights.put("2.bias", array(new double[2], 2));
        NpzFile.write(Path.of("weights.npz"), weights);
    }

    private static NpyArray array(double[] values, int... shape) {
        return NpyArray.of(values, shape);
    }
}
