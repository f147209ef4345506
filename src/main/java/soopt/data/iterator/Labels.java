package soopt.data.iterator;

import java.util.List;
import soopt.data.fetch.DatasetException;

/** What the labels of an iterator mean. */
public enum Labels {
    /** Classes where every row of both parts is one-hot, else numbers. */
    AUTO,
    /** One-hot rows, or one class index each. */
    CLASSES,
    /** Numbers to regress on. */
    NUMBERS;

    /** Number of classes that the labels of both parts are of; 0 if they are numbers. */
    public int classes(Rows train, Rows test) {
        if (train.width() != test.width()) {
            throw new DatasetException(test.name() + " gives " + test.width() + " labels per test example, but "
                    + train.width() + " per training example");
        }
        return switch (this) {
            case NUMBERS -> 0;
            case AUTO -> train.width() > 1 && oneHot(train) < 0 && oneHot(test) < 0 ? train.width() : 0;
            case CLASSES -> train.width() > 1 ? hot(train, test) : Math.max(2, 1 + Math.max(last(train), last(test)));
        };
    }

    private static int hot(Rows train, Rows test) {
        for (Rows rows : List.of(train, test)) {
            int wrong = oneHot(rows);
            if (wrong >= 0) {
                throw new DatasetException(rows.name() + " gives example " + wrong
                        + " labels that are not one 1 among 0; for numbers set dataset.labels to numbers");
            }
        }
        return train.width();
    }

    /** The first row that is not one 1 among 0; −1 if all are. */
    private static int oneHot(Rows rows) {
        for (int i = 0; i < rows.size(); i++) {
            int ones = 0;
            int others = 0;
            for (double value : rows.targets().get(i)) {
                ones += value == 1 ? 1 : 0;
                others += value != 0 && value != 1 ? 1 : 0;
            }
            if (ones != 1 || others > 0) {
                return i;
            }
        }
        return -1;
    }

    /** The largest class index. */
    private static int last(Rows rows) {
        int largest = 0;
        for (int i = 0; i < rows.size(); i++) {
            double label = rows.targets().get(i)[0];
            if (label != Math.rint(label) || label < 0 || label >= 1 << 16) {
                throw new DatasetException(rows.name() + " gives example " + i + " the label " + label
                        + ", but classes are whole numbers from 0 to 65535; for numbers set dataset.labels to numbers");
            }
            largest = Math.max(largest, (int) label);
        }
        return largest;
    }

    /** The targets of all rows as our examples hold them: [N, 1] class indices or [N, K] numbers. */
    static double[][] values(Rows rows, boolean classes) {
        double[][] values = new double[rows.size()][];
        for (int i = 0; i < values.length; i++) {
            double[] row = rows.targets().get(i);
            values[i] = classes && row.length > 1 ? new double[] {hottest(row)} : row;
        }
        return values;
    }

    private static int hottest(double[] row) {
        int k = 0;
        while (row[k] != 1) {
            k++;
        }
        return k;
    }
}
