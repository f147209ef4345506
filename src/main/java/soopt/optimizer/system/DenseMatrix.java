package soopt.optimizer.system;

import java.util.Arrays;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.optimizer.step.Problem;

/** A symmetric matrix [P, P] formed on the host in float64 from products with the unit vectors, many at a time. */
final class DenseMatrix implements AutoCloseable {
    /** Unit vectors at a time. */
    private static final int MOST_ROWS = 64;

    private final Backend backend;
    private final int size;
    private final Tensor units;
    private final Tensor products;
    private final double[] values;

    DenseMatrix(Problem problem) {
        this.backend = problem.backend();
        this.size = problem.layout().size();
        int rows = Math.min(MOST_ROWS, size);
        this.units = backend.allocate(rows, size);
        this.products = backend.allocate(rows, size);
        this.values = new double[Math.multiplyExact(size, size)];
    }

    int size() {
        return size;
    }

    /** Forms the matrix anew; gives its numbers, row by row. What comes of rounding is made symmetric. */
    double[] form(Products matrix) {
        double[] unit = new double[(int) units.size()];
        for (int from = 0; from < size; from += units.length(0)) {
            int rows = Math.min(units.length(0), size - from);
            Arrays.fill(unit, 0);
            for (int i = 0; i < rows; i++) {
                unit[i * size + from + i] = 1;
            }
            backend.fromHost(unit, 0, units);
            matrix.timesRows(units.rows(0, rows), products.rows(0, rows));
            backend.toHost(products.rows(0, rows), values, from * size);
        }
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < i; j++) {
                double mean = (values[i * size + j] + values[j * size + i]) / 2;
                values[i * size + j] = mean;
                values[j * size + i] = mean;
            }
        }
        return values;
    }

    @Override
    public void close() {
        products.close();
        units.close();
    }
}
