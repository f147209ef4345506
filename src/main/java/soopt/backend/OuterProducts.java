package soopt.backend;

/** B v = w Σ_k d_k ⟨d_k, v⟩ for each example by itself, on the host. */
final class OuterProducts {
    private OuterProducts() {}

    /**
     * @param d [K, N, C]
     * @param v [n, N, C]
     */
    static double[] times(double[] d, int examples, int outputs, double w, double[] v) {
        double[] out = new double[v.length];
        int draw = examples * outputs;
        for (int from = 0; from < d.length; from += draw) {
            for (int at = 0; at < v.length; at += outputs) {
                addExample(d, from + at % draw, outputs, w, v, out, at);
            }
        }
        return out;
    }

    private static void addExample(double[] d, int own, int outputs, double w, double[] v, double[] out, int at) {
        double dot = 0;
        for (int c = 0; c < outputs; c++) {
            dot += d[own + c] * v[at + c];
        }
        for (int c = 0; c < outputs; c++) {
            out[at + c] += w * dot * d[own + c];
        }
    }
}
