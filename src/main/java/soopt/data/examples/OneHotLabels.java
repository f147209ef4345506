package soopt.data.examples;

import java.util.stream.IntStream;
import soopt.backend.Precision;

/** Examples with one-hot rows for targets, seen as class indices: the place of each row's 1. */
record OneHotLabels(Examples rows) implements Examples {
    @Override
    public int size() {
        return rows.size();
    }

    @Override
    public int features() {
        return rows.features();
    }

    @Override
    public int targets() {
        return 1;
    }

    @Override
    public String targetWords() {
        return rows.targetWords();
    }

    @Override
    public void requireFinite(Precision precision) {
        rows.requireFinite(precision);
    }

    @Override
    public void inputs(int[] indices, int from, int count, float[] out) {
        rows.inputs(indices, from, count, out);
    }

    @Override
    public void inputs(int[] indices, int from, int count, double[] out) {
        rows.inputs(indices, from, count, out);
    }

    @Override
    public void targets(int[] indices, int from, int count, double[] out) {
        int classes = rows.targets();
        double[] row = new double[classes];
        for (int k = 0; k < count; k++) {
            rows.targets(indices, from + k, 1, row);
            out[k] = IntStream.range(0, classes)
                    .filter(c -> row[c] == 1)
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Override
    public Examples root() {
        return rows.root();
    }

    @Override
    public int inRoot(int example) {
        return rows.inRoot(example);
    }

    @Override
    public int window(int example) {
        return rows.window(example);
    }

    @Override
    public Examples augmented(long seed, String stream, long epoch) {
        return new OneHotLabels(rows.augmented(seed, stream, epoch));
    }

    @Override
    public Examples subset(int... indices) {
        return new OneHotLabels(rows.subset(indices));
    }
}
