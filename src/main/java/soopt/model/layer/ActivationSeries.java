package soopt.model.layer;

import java.util.Arrays;
import soopt.backend.Activation;
import soopt.backend.NormalDistribution;

/**
 * Taylor coefficients σ⁽ᵐ⁾(z)/m! of activations at a point, by recurrences in which nothing cancels where σ saturates:
 * they begin with sigmoid(z) and sigmoid(−z), eᶻ or φ(z), each to full precision (curvature.md §10).
 */
final class ActivationSeries {
    private ActivationSeries() {}

    /** Whether all coefficients beyond the first vanish. */
    static boolean isPiecewiseLinear(Activation f) {
        return f == Activation.RELU || f == Activation.IDENTITY;
    }

    /** out_m ← σ⁽ᵐ⁾(z)/m! for m from 1; out_0 is not the value, but scratch. */
    static void fill(Activation f, double z, double[] out) {
        switch (f) {
            case TANH -> tanh(z, out);
            case SIGMOID -> sigmoid(z, out);
            case SOFTPLUS -> softplus(z, out);
            case SILU -> silu(z, out);
            case GELU -> gelu(z, out);
            case ELU -> elu(z, out);
            case RELU -> linear(z > 0 ? 1 : 0, out);
            case IDENTITY -> linear(1, out);
        }
    }

    private static void linear(double slope, double[] out) {
        Arrays.fill(out, 0);
        out[1] = slope;
    }

    /** s′ = s (1 − s): (m + 1) s_{m+1} = Σ_i s_i c_{m−i}, where c = 1 − s has c_i = −s_i for i &gt; 0. */
    private static void sigmoid(double z, double[] s) {
        double small = Math.exp(-Math.abs(z));
        double large = 1 / (1 + small);
        s[0] = z >= 0 ? large : small * large;
        double rest = z >= 0 ? small * large : large;
        for (int m = 0; m + 1 < s.length; m++) {
            double sum = s[m] * rest;
            for (int i = 0; i < m; i++) {
                sum -= s[i] * s[m - i];
            }
            s[m + 1] = sum / (m + 1);
        }
    }

    /** tanh z = 2 sigmoid(2z) − 1. */
    private static void tanh(double z, double[] out) {
        sigmoid(2 * z, out);
        double factor = 2;
        for (int m = 1; m < out.length; m++) {
            factor *= 2;
            out[m] *= factor;
        }
    }

    /** σ′ = sigmoid. */
    private static void softplus(double z, double[] out) {
        sigmoid(z, out);
        for (int m = out.length - 1; m >= 1; m--) {
            out[m] = out[m - 1] / m;
        }
    }

    /** (z + t) s(z + t). */
    private static void silu(double z, double[] out) {
        sigmoid(z, out);
        for (int m = out.length - 1; m >= 1; m--) {
            out[m] = z * out[m] + out[m - 1];
        }
    }

    /**
     * (z + t) Φ(z + t) with φ′ = −z φ: (m + 1) φ_{m+1} = −(z φ_m + φ_{m−1}) and Φ_{m+1} = φ_m/(m + 1), so that σ_m = z
     * φ_{m−1}/m + φ_{m−2}/(m − 1).
     */
    private static void gelu(double z, double[] out) {
        double before = 0;
        double density = NormalDistribution.density(z);
        out[1] = NormalDistribution.cumulative(z) + z * density;
        for (int m = 2; m < out.length; m++) {
            double next = -(z * density + before) / (m - 1);
            out[m] = z * next / m + density / (m - 1);
            before = density;
            density = next;
        }
    }

    private static void elu(double z, double[] out) {
        linear(1, out);
        if (z < 0) {
            out[1] = Math.exp(z);
            for (int m = 2; m < out.length; m++) {
                out[m] = out[m - 1] / m;
            }
        } else if (Double.isNaN(z)) {
            Arrays.fill(out, z);
        }
    }
}
