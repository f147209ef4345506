package soopt.backend.dense;

import soopt.backend.dense.NativeArray.View;

/**
 * Room for several reflections I − τ v vᵀ that are done together, as I − V T Vᵀ by products of matrices (Schreiber and
 * Van Loan 1989). v_j is a row of V.
 */
record ReflectionBlock(NativeArray t, NativeArray products, NativeArray combined) implements AutoCloseable {
    /**
     * @param most reflections
     * @param size rows at most of what they are applied to
     */
    static ReflectionBlock of(int most, int size) {
        return new ReflectionBlock(
                new NativeArray((long) most * most),
                new NativeArray((long) most * size),
                new NativeArray((long) most * size));
    }

    /**
     * X ← X − (X Vᵀ) T V, or with Tᵀ.
     *
     * @param v V [count, width]
     * @param tau their τ, from one on
     * @param x X [rows, width]
     */
    void subtract(View v, int count, int width, double[] tau, int from, boolean transposes, View x, int rows) {
        View xv = products.view(0, count);
        View xvt = combined.view(0, count);
        triangle(v, width, count, tau, from);
        NativeArray.product(false, true, rows, count, width, 1, x, v, 0, xv);
        NativeArray.product(false, transposes, rows, count, count, 1, xv, t.view(0, count), 0, xvt);
        NativeArray.product(false, false, rows, width, count, -1, xvt, v, 1, x);
    }

    /** t ← T with H₁ … H_k = I − V T Vᵀ, upper triangular: T_jj = τ_j, T_{·j} = −τ_j T (Vᵀ v_j) above. */
    private void triangle(View v, int width, int count, double[] tau, int from) {
        double[] gram = new double[count * count];
        NativeArray.product(false, true, count, count, width, 1, v, v, 0, t.view(0, count));
        t.get(0, gram, 0, gram.length);
        double[] triangle = new double[count * count];
        for (int j = 0; j < count; j++) {
            for (int i = 0; i < j; i++) {
                double sum = 0;
                for (int k = i; k < j; k++) {
                    sum += triangle[i * count + k] * gram[k * count + j];
                }
                triangle[i * count + j] = -tau[from + j] * sum;
            }
            triangle[j * count + j] = tau[from + j];
        }
        t.put(0, triangle, 0, triangle.length);
    }

    @Override
    public void close() {
        combined.close();
        products.close();
        t.close();
    }
}
