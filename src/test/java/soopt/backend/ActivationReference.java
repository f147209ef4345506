package soopt.backend;

/**
 * σ, σ′, σ″, σ‴ in float64 with, for each, the sum of the absolute values of the terms it is made of, in which errors
 * are measured.
 */
record ActivationReference(double[] value, double[] terms) {
    static ActivationReference of(Activation f, double z) {
        return switch (f) {
            case TANH -> tanh(z);
            case SIGMOID -> sigmoid(z);
            case RELU -> at(z, z > 0 ? 1 : 0);
            case ELU -> elu(z);
            case SOFTPLUS -> softplus(z);
            case GELU -> gelu(z);
            case SILU -> silu(z);
            case IDENTITY -> at(z, 1);
        };
    }

    private static ActivationReference at(double z, double slope) {
        return of(z * slope, slope, 0, 0);
    }

    private static ActivationReference of(double... values) {
        return new ActivationReference(values, Reference.absolute(values));
    }

    /** The derivatives come from a = σ, so that in the tails they are as good as 1 − a² and no better. */
    private static ActivationReference tanh(double z) {
        double a = Math.tanh(z);
        double e = Math.exp(-2 * Math.abs(z));
        double s1 = 4 * e / ((1 + e) * (1 + e));
        return new ActivationReference(
                new double[] {a, s1, -2 * a * s1, s1 * (6 * a * a - 2)},
                new double[] {Math.abs(a), 1, 2 * Math.abs(a), 6 * a * a + 2});
    }

    private static ActivationReference sigmoid(double z) {
        double e = Math.exp(-Math.abs(z));
        double p = (z < 0 ? e : 1) / (1 + e);
        double p1 = e / ((1 + e) * (1 + e));
        double side = Math.tanh(-z / 2);
        return new ActivationReference(
                new double[] {p, p1, p1 * side, p1 * (1 - 6 * p1)}, new double[] {p, p1, p1, p1 * (1 + 6 * p1)});
    }

    /** The derivatives may come from 1 + a, so that in the tail they are as good as that and no better. */
    private static ActivationReference elu(double z) {
        if (z >= 0) {
            return of(z, 1, 0, 0);
        }
        double e = Math.exp(z);
        return new ActivationReference(new double[] {Math.expm1(z), e, e, e}, new double[] {-Math.expm1(z), 1, 1, 1});
    }

    private static ActivationReference softplus(double z) {
        ActivationReference p = sigmoid(z);
        double value = Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
        return new ActivationReference(
                new double[] {value, p.value[0], p.value[1], p.value[2]},
                new double[] {value, p.terms[0], p.terms[1], p.terms[2]});
    }

    private static ActivationReference silu(double z) {
        double[] p = sigmoid(z).value;
        double[] t = sigmoid(z).terms;
        double size = Math.abs(z);
        return new ActivationReference(
                new double[] {z * p[0], p[0] + z * p[1], 2 * p[1] + z * p[2], 3 * p[2] + z * p[3]},
                new double[] {size * t[0], t[0] + size * t[1], 2 * t[1] + size * t[2], 3 * t[2] + size * t[3]});
    }

    /** Rounding z² in exp(−z²/2) alone costs z² roundoffs: that conditioning multiplies the terms. */
    private static ActivationReference gelu(double z) {
        double conditioning = 1 + Math.min(z * z, 1600);
        double cdf = normal(z);
        double x = Math.max(-40, Math.min(40, z));
        double density = exp(x) / Math.sqrt(2 * Math.PI);
        double size = Math.abs(x);
        double[] terms = {Math.abs(z) * cdf, cdf + size * density, (2 + x * x) * density, (x * x + 4) * size * density};
        for (int k = 0; k < 4; k++) {
            terms[k] *= conditioning;
        }
        return new ActivationReference(
                new double[] {z * cdf, cdf + x * density, (2 - x * x) * density, (x * x - 4) * x * density}, terms);
    }

    /** exp(−x²/2) with the rounding error of x² put back. */
    private static double exp(double x) {
        double square = x * x;
        return Math.exp(-square / 2) * (1 - Math.fma(x, x, -square) / 2);
    }

    /**
     * Φ: the series Φ(z) = 1/2 + φ(z) (z + z³/3 + z⁵/15 + …) near 0 and beyond 1 Laplace's continued fraction
     * φ(z)/(z + 1/(z + 2/(z + …))).
     */
    static double normal(double z) {
        double x = Math.min(Math.abs(z), 60);
        double density = exp(x) / Math.sqrt(2 * Math.PI);
        if (x > 1) {
            double fraction = x;
            for (int k = 400; k >= 1; k--) {
                fraction = x + k / fraction;
            }
            return z < 0 ? density / fraction : 1 - density / fraction;
        }
        double term = x;
        double sum = 0;
        for (int k = 1; k < 200; k++) {
            sum += term;
            term *= x * x / (2 * k + 1);
        }
        return z < 0 ? 0.5 - density * sum : 0.5 + density * sum;
    }
}
