package soopt.backend.dense;

/** Rows of a symmetric matrix [n, n] on the heap, of which the lower triangle is read. */
interface Triangle {
    /** The array that row i lies in. */
    double[] row(int i);

    /** Index of its first entry there. */
    int at(int i);

    int size();

    /** Of rows that are arrays. */
    static Triangle of(double[][] rows) {
        return new Triangle() {
            @Override
            public double[] row(int i) {
                return rows[i];
            }

            @Override
            public int at(int i) {
                return 0;
            }

            @Override
            public int size() {
                return rows.length;
            }
        };
    }

    /**
     * Of one array [n·n].
     *
     * @throws IllegalArgumentException if it has another length
     */
    static Triangle of(double[] matrix, int size) {
        if (matrix.length != numbers(size)) {
            throw new IllegalArgumentException(matrix.length + " numbers are no matrix of " + size + " rows");
        }
        return new Triangle() {
            @Override
            public double[] row(int i) {
                return matrix;
            }

            @Override
            public int at(int i) {
                return i * size;
            }

            @Override
            public int size() {
                return size;
            }
        };
    }

    /**
     * n².
     *
     * @throws IllegalArgumentException if n is negative or an array does not count so many
     */
    static int numbers(int size) {
        if (size < 0) {
            throw new IllegalArgumentException("a matrix of " + size + " rows");
        }
        long numbers = (long) size * size;
        if (numbers > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a symmetric matrix of " + size + " rows has " + numbers + " numbers ("
                    + (numbers >> 27) + " GiB): an array counts " + Integer.MAX_VALUE + ", those of "
                    + (int) Math.sqrt(Integer.MAX_VALUE) + " rows");
        }
        return (int) numbers;
    }

    /** max |M_ij|; NaN if an entry is NaN. */
    default double largest() {
        double largest = 0;
        for (int i = 0; i < size(); i++) {
            double[] row = row(i);
            int at = at(i);
            for (int j = 0; j <= i; j++) {
                largest = Math.max(largest, Math.abs(row[at + j]));
            }
        }
        return largest;
    }
}
