package soopt.data.examples;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import soopt.data.fetch.DatasetException;
import soopt.npy.NpyArray;

/** Examples in two arrays, checked to be finite and of one length. */
public final class NpyExamples implements Examples {
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
        requireShapes();
        if (limit > x.length(0)) {
            throw defect(" has " + x.length(0) + " examples, fewer than limit " + limit + "; lower dataset.limit");
        }
        this.size = limit == 0 ? x.length(0) : limit;
        this.features = x.size() / x.length(0);
        this.labelled = y.rank() == 1 || y.length(1) == 1 && y.type().integral();
        requireFinite(inputName, x, features);
        requireFinite(targetName, y, y.size() / y.length(0));
        if (labelled) {
            requireLabels();
        }
        this.oneHot = rowsAreOneHot();
    }

    private void requireShapes() {
        if (x.rank() == 0 || x.size() == 0) {
            throw defect(": " + inputName + " has the shape " + Arrays.toString(x.shape()) + ": no examples");
        }
        if (y.rank() == 0 || y.rank() > 2 || y.size() == 0) {
            throw defect(": " + targetName + " has the shape " + Arrays.toString(y.shape())
                    + "; it must be [N] for classes or [N, K] for regression");
        }
        if (x.length(0) != y.length(0)) {
            throw defect(
                    ": " + inputName + " has " + x.length(0) + " examples, but " + targetName + " has " + y.length(0));
        }
    }

    private void requireFinite(String name, NpyArray array, int width) {
        if (array.type().integral()) {
            return;
        }
        for (int i = 0; i < size * width; i++) {
            if (!Double.isFinite(array.at(i))) {
                throw defect(": " + name + " has the value " + array.at(i) + " in example " + i / width
                        + "; remove the example or replace the value");
            }
        }
    }

    private void requireLabels() {
        for (int i = 0; i < size; i++) {
            double label = y.at(i);
            if (label != Math.rint(label) || label < 0 || label >= Integer.MAX_VALUE) {
                throw defect(": " + targetName + " has the value " + label + " in example " + i
                        + ", but class labels are whole numbers from 0; for regression give it the shape [N, 1]");
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

    public int largestLabel() {
        int largest = 0;
        for (int i = 0; i < size; i++) {
            largest = Math.max(largest, (int) y.at(i));
        }
        return largest;
    }

    public void requireLabelsBelow(int classes) {
        for (int i = 0; i < size; i++) {
            if (y.at(i) >= classes) {
                throw defect(": " + targetName + " has the label " + y.integerAt(i) + " in example " + i
                        + ", but there are " + classes + " classes, 0…" + (classes - 1) + "; see dataset.classes");
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
