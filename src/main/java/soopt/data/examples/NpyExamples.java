package soopt.data.examples;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import soopt.backend.Precision;
import soopt.data.fetch.DatasetException;
import soopt.npy.NpyArray;
import soopt.npy.NpyHeader;

/** Examples in two arrays, checked to be finite and of one length. */
public final class NpyExamples implements Examples {
    /** So many classes are not questioned. */
    private static final int UNDOUBTED = 1000;

    private final String file;
    private final String inputName;
    private final String targetName;
    private final NpyArray x;
    private final NpyArray y;
    private final int size;
    private final int features;
    private final boolean labelled;
    private final boolean oneHot;

    /**
     * @param file for messages
     * @param names of the inputs and the targets
     * @param limit number of examples used, the first ones; 0 for all
     */
    public NpyExamples(String file, List<String> names, Map<String, NpyArray> arrays, int limit) {
        this.file = file;
        this.inputName = names.get(0);
        this.targetName = names.get(1);
        this.x = arrays.get(inputName);
        this.y = arrays.get(targetName);
        this.size = limit == 0 ? x.length(0) : limit;
        this.features = x.size() / x.length(0);
        this.labelled = y.rank() == 1 || y.length(1) == 1 && y.type().integral();
        requireFinite(Precision.FLOAT64);
        if (labelled) {
            requireLabels();
        }
        this.oneHot = rowsAreOneHot();
    }

    /**
     * Whether two arrays can be inputs and targets, by their headers alone.
     *
     * @throws DatasetException if not
     */
    public static void requireShapes(String file, List<String> names, Map<String, NpyHeader> headers, int limit) {
        String inputs = file + ": " + names.get(0);
        String targets = file + ": " + names.get(1);
        int[] x = headers.get(names.get(0)).shape();
        int[] y = headers.get(names.get(1)).shape();
        if (x.length == 0 || headers.get(names.get(0)).size() == 0) {
            throw new DatasetException(inputs + " has the shape " + Arrays.toString(x) + ": no examples");
        }
        if (y.length == 0 || y.length > 2 || headers.get(names.get(1)).size() == 0) {
            throw new DatasetException(targets + " has the shape " + Arrays.toString(y)
                    + "; it must be [N] for classes or [N, K] for regression");
        }
        if (x[0] != y[0]) {
            throw new DatasetException(inputs + " has " + x[0] + " examples, but " + names.get(1) + " has " + y[0]);
        }
        if (limit > x[0]) {
            throw new DatasetException(
                    file + " has " + x[0] + " examples, fewer than limit " + limit + "; lower dataset.limit");
        }
    }

    @Override
    public void requireFinite(Precision precision) {
        requireFinite(inputName, x, precision);
        requireFinite(targetName, y, precision);
    }

    private void requireFinite(String name, NpyArray array, Precision precision) {
        // Every whole number of 64 bits is finite in float32, and so is every narrower float that is finite.
        boolean narrower = precision.isSingle();
        if (array.type().integral() || narrower && array.type() != NpyArray.Type.FLOAT64) {
            return;
        }
        int width = array.size() / array.length(0);
        for (int i = 0; i < size * width; i++) {
            double value = array.at(i);
            if (!Double.isFinite(narrower ? (float) value : value)) {
                String remedy = Double.isFinite(value)
                        ? ", beyond float32, whose largest is " + Float.MAX_VALUE
                                + ": set precision to float64, or scale the data"
                        : "; remove the example or replace the value";
                throw defect(": " + name + " has the value " + value + " at " + place(i, array.shape()) + remedy);
            }
        }
    }

    /** The indices of element i in C order: [3, 0, 1]. */
    private static String place(int i, int[] shape) {
        int[] index = new int[shape.length];
        int rest = i;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            index[axis] = rest % shape[axis];
            rest /= shape[axis];
        }
        return Arrays.toString(index);
    }

    private void requireLabels() {
        for (int i = 0; i < size; i++) {
            double label = y.at(i);
            if (label != Math.rint(label) || label < 0) {
                throw defect(": " + targetName + " has the value " + y.text(i) + " in example " + i
                        + ", but class labels are whole numbers from 0; for regression give it the shape [N, 1]");
            }
            if (label >= Integer.MAX_VALUE) {
                throw defect(": " + targetName + " has the label " + y.text(i) + " in example " + i
                        + ", beyond any number of classes; replace it, or give y the shape [N, 1] for regression");
            }
        }
    }

    /** Whether the targets are class indices. */
    public boolean labelled() {
        return labelled;
    }

    /** The targets in words. */
    public String kind() {
        return labelled ? "class labels" : targets() + " numbers each";
    }

    /** The file, for messages. */
    public String where() {
        return file;
    }

    /**
     * The largest label + 1, at least 2.
     *
     * @throws DatasetException if most classes up to there would be empty: then one label is a mistake, or the number
     * of classes must be said
     */
    public int classes() {
        int last = 0;
        int[] labels = new int[size];
        for (int i = 0; i < size; i++) {
            labels[i] = (int) y.at(i);
            last = y.at(i) > y.at(last) ? i : last;
        }
        // Not a set of bits: a stray label of 2³⁰ would cost 128 MiB.
        long seen = Arrays.stream(labels).distinct().count();
        int classes = Math.max(2, (int) y.at(last) + 1);
        if (classes > UNDOUBTED && seen < classes / 2) {
            throw defect(": " + targetName + " has the label " + y.text(last) + " in example " + last + ", which makes "
                    + classes + " classes, but only " + seen + " have an example; replace it, or set"
                    + " dataset.classes to " + classes + " if it is right");
        }
        return classes;
    }

    public void requireLabelsBelow(int classes) {
        for (int i = 0; i < size; i++) {
            if (y.at(i) >= classes) {
                throw defect(": " + targetName + " has the label " + y.text(i) + " in example " + i + ", but there are "
                        + classes + " classes, 0…" + (classes - 1) + "; see dataset.classes");
            }
        }
    }

    /** Shape of one input: [1] if x is [N]. */
    public int[] featureShape() {
        return x.rank() == 1 ? new int[] {1} : Arrays.copyOfRange(x.shape(), 1, x.rank());
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int features() {
        return features;
    }

    @Override
    public int targets() {
        return labelled ? 1 : y.length(1);
    }

    @Override
    public String targetWords() {
        return targetName + " in " + file + " is " + y.type().name().toLowerCase(Locale.ROOT) + " "
                + Arrays.toString(y.shape());
    }

    @Override
    public boolean oneHot() {
        return oneHot;
    }

    private boolean rowsAreOneHot() {
        int classes = targets();
        for (int i = 0; i < size && classes > 1; i++) {
            double sum = 0;
            for (int c = 0; c < classes; c++) {
                double value = y.at(i * classes + c);
                if (value != 0 && value != 1) {
                    return false;
                }
                sum += value;
            }
            if (sum != 1) {
                return false;
            }
        }
        return classes > 1;
    }

    @Override
    public void inputs(int[] indices, int from, int count, float[] out) {
        for (int k = 0; k < count; k++) {
            x.copy(indices[from + k] * features, features, out, k * features);
        }
    }

    @Override
    public void inputs(int[] indices, int from, int count, double[] out) {
        for (int k = 0; k < count; k++) {
            x.copy(indices[from + k] * features, features, out, k * features);
        }
    }

    @Override
    public void targets(int[] indices, int from, int count, double[] out) {
        int width = targets();
        for (int k = 0; k < count; k++) {
            y.copy(indices[from + k] * width, width, out, k * width);
        }
    }

    private DatasetException defect(String what) {
        return new DatasetException(file + what);
    }
}
