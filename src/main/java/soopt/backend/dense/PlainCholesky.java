package soopt.backend.dense;

import java.util.Arrays;

/** L row by row, in Java: for matrices so small that a call of OpenBLAS costs more, and where there is none. */
final class PlainCholesky implements CholeskyFactor {
    private final int size;
    private final double[] lower;
    private double smallest;

    PlainCholesky(int size) {
        this.size = size;
        this.lower = new double[Triangle.numbers(size)];
    }

    @Override
    public int factor(Triangle matrix, double[] scale) {
        smallest = 1;
        for (int i = 0; i < size; i++) {
            double[] source = matrix.row(i);
            int from = matrix.at(i);
            int row = i * size;
            for (int j = 0; j < i; j++) {
                lower[row + j] =
                        (source[from + j] * scale[i] * scale[j] - dot(row, lower, j * size, j)) / lower[j * size + j];
            }
            double pivot = 1 - dot(row, lower, row, i);
            if (!(pivot > 0)) {
                return i;
            }
            smallest = Math.min(smallest, pivot);
            lower[row + i] = Math.sqrt(pivot);
        }
        return size;
    }

    @Override
    public double smallestPivot() {
        return smallest;
    }

    @Override
    public void forward(double[] x) {
        for (int i = 0; i < size; i++) {
            x[i] = (x[i] - dot(i * size, x, 0, i)) / lower[i * size + i];
        }
    }

    @Override
    public void backward(double[] x) {
        for (int i = size - 1; i >= 0; i--) {
            int row = i * size;
            x[i] /= lower[row + i];
            double solved = x[i];
            for (int j = 0; j < i; j++) {
                x[j] -= lower[row + j] * solved;
            }
        }
    }

    @Override
    public void solveRows(double[] x, int rows) {
        double[] row = new double[size];
        for (int r = 0; r < rows; r++) {
            System.arraycopy(x, r * size, row, 0, size);
            forward(row);
            backward(row);
            System.arraycopy(row, 0, x, r * size, size);
        }
    }

    @Override
    public double[] inverse() {
        double[] inverse = new double[size * size];
        double[] column = new double[size];
        for (int j = 0; j < size; j++) {
            Arrays.fill(column, 0);
            column[j] = 1;
            forward(column);
            backward(column);
            for (int i = j; i < size; i++) {
                inverse[i * size + j] = column[i];
                inverse[j * size + i] = column[i];
            }
        }
        return inverse;
    }

    /** Of a row of L and y. In four sums: each addition waits for the one before it. */
    private double dot(int x, double[] other, int y, int length) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int i = 0;
        for (; i + 3 < length; i += 4) {
            s0 += lower[x + i] * other[y + i];
            s1 += lower[x + i + 1] * other[y + i + 1];
            s2 += lower[x + i + 2] * other[y + i + 2];
            s3 += lower[x + i + 3] * other[y + i + 3];
        }
        for (; i < length; i++) {
            s0 += lower[x + i] * other[y + i];
        }
        return s0 + s1 + (s2 + s3);
    }
}
