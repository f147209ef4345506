package soopt.model;

import org.hipparchus.analysis.differentiation.DSFactory;
import org.hipparchus.analysis.differentiation.DerivativeStructure;
import org.hipparchus.special.Erf;
import soopt.backend.Activation;
import soopt.model.loss.Loss;

/** L(θ + t u) of a perceptron 5-4-4-3 on four examples and its six derivatives at t = 0, in plain loops. */
final class Forward {
    private static final int[] WIDTHS = {5, 4, 4, 3};
    private static final DSFactory FACTORY = new DSFactory(1, 6);

    private Forward() {}

    static double[] derivatives(
            Activation activation, Loss loss, double[] inputs, double[] targets, double[] theta, double[] u) {
        DerivativeStructure[] parameters = new DerivativeStructure[theta.length];
        for (int i = 0; i < theta.length; i++) {
            parameters[i] = FACTORY.build(theta[i], u[i], 0, 0, 0, 0, 0);
        }
        DerivativeStructure sum = FACTORY.constant(0);
        int batch = inputs.length / WIDTHS[0];
        for (int n = 0; n < batch; n++) {
            DerivativeStructure[] y = outputs(activation, inputs, n, parameters);
            sum = sum.add(loss.isClassification() ? entropy(y, (int) targets[n]) : squares(y, targets, n));
        }
        return sum.divide(batch).getAllDerivatives();
    }

    private static DerivativeStructure[] outputs(
            Activation activation, double[] inputs, int n, DerivativeStructure[] parameters) {
        DerivativeStructure[] x = new DerivativeStructure[WIDTHS[0]];
        for (int i = 0; i < x.length; i++) {
            x[i] = FACTORY.constant(inputs[n * x.length + i]);
        }
        int at = 0;
        for (int layer = 1; layer < WIDTHS.length; layer++) {
            DerivativeStructure[] z = new DerivativeStructure[WIDTHS[layer]];
            int biases = at + z.length * x.length;
            for (int o = 0; o < z.length; o++) {
                z[o] = parameters[biases + o];
                for (int i = 0; i < x.length; i++) {
                    z[o] = z[o].add(parameters[at + o * x.length + i].multiply(x[i]));
                }
                z[o] = layer + 1 < WIDTHS.length ? activate(activation, z[o]) : z[o];
            }
            at = biases + z.length;
            x = z;
        }
        return x;
    }

    private static DerivativeStructure entropy(DerivativeStructure[] y, int label) {
        DerivativeStructure sum = FACTORY.constant(0);
        for (DerivativeStructure one : y) {
            sum = sum.add(one.exp());
        }
        return sum.log().subtract(y[label]);
    }

    private static DerivativeStructure squares(DerivativeStructure[] y, double[] targets, int n) {
        DerivativeStructure sum = FACTORY.constant(0);
        for (int c = 0; c < y.length; c++) {
            DerivativeStructure error = y[c].subtract(targets[n * y.length + c]);
            sum = sum.add(error.multiply(error));
        }
        return sum.divide(y.length);
    }

    private static DerivativeStructure sigmoid(DerivativeStructure z) {
        return z.negate().exp().add(1).reciprocal();
    }

    private static DerivativeStructure activate(Activation activation, DerivativeStructure z) {
        return switch (activation) {
            case TANH -> z.tanh();
            case SIGMOID -> sigmoid(z);
            case RELU -> z.getValue() > 0 ? z : FACTORY.constant(0);
            case ELU -> z.getValue() > 0 ? z : z.expm1();
            case SOFTPLUS -> z.exp().log1p();
            case SILU -> z.multiply(sigmoid(z));
            case GELU -> z.multiply(normal(z));
            case IDENTITY -> z;
        };
    }

    /** Φ(z): its derivatives are φ times Hermite polynomials, written out. */
    private static DerivativeStructure normal(DerivativeStructure z) {
        double x = z.getValue();
        double density = Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
        return z.compose(
                Erf.erfc(-x / Math.sqrt(2)) / 2,
                density,
                -x * density,
                (x * x - 1) * density,
                -(x * x * x - 3 * x) * density,
                (x * x * x * x - 6 * x * x + 3) * density,
                -(Math.pow(x, 5) - 10 * x * x * x + 15 * x) * density);
    }
}
