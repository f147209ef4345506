package soopt.optimizer;

import com.fasterxml.jackson.databind.JsonNode;
import soopt.Golden;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.DirectLinearization;
import soopt.curvature.Linearization;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.ParameterLayout;
import soopt.curvature.ParameterLayout.Role;
import soopt.curvature.Partition;
import soopt.curvature.Value;

/** f(w) = mean_i [log(1 + exp(x_i·w)) − y_i x_i·w] + μ/2 |w|², in plain loops. */
record LogisticObjective(Backend backend, double[][] x, double[] y, double mu) implements Objective {
    /** Of a golden file. */
    static LogisticObjective of(Backend backend, JsonNode json) {
        return new LogisticObjective(
                backend,
                Golden.matrix(json.get("X")),
                Golden.numbers(json.get("y")),
                json.get("mu").doubleValue());
    }

    private double[] host(Tensor w) {
        double[] values = new double[x[0].length];
        backend.toHost(w, values, 0);
        return values;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double sigmoid(double z) {
        return 1 / (1 + Math.exp(-z));
    }

    @Override
    public ParameterLayout layout() {
        return new ParameterLayout.Builder()
                .add("w", Role.WEIGHT, 0, 1, x[0].length)
                .build();
    }

    @Override
    public int examples() {
        return x.length;
    }

    @Override
    public double loss(Tensor theta) {
        double[] w = host(theta);
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            double z = dot(x[i], w);
            sum += Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - y[i] * z;
        }
        return sum / x.length + mu / 2 * dot(w, w);
    }

    @Override
    public Value gradient(Tensor theta, Tensor gradient) {
        double[] w = host(theta);
        double[] g = new double[w.length];
        for (int i = 0; i < x.length; i++) {
            double r = sigmoid(dot(x[i], w)) - y[i];
            for (int j = 0; j < g.length; j++) {
                g[j] += r * x[i][j] / x.length;
            }
        }
        for (int j = 0; j < g.length; j++) {
            g[j] += mu * w[j];
        }
        backend.fromHost(g, 0, gradient);
        return Value.of(loss(theta));
    }

    private double[] hessianTimes(double[] w, double[] v) {
        double[] out = new double[w.length];
        for (double[] row : x) {
            double p = sigmoid(dot(row, w));
            double s = p * (1 - p) * dot(row, v) / x.length;
            for (int j = 0; j < out.length; j++) {
                out[j] += s * row[j];
            }
        }
        for (int j = 0; j < out.length; j++) {
            out[j] += mu * v[j];
        }
        return out;
    }

    @Override
    public void hessianVector(Tensor theta, Tensor v, Tensor out) {
        backend.fromHost(hessianTimes(host(theta), host(v)), 0, out);
    }

    @Override
    public void gaussNewtonVector(Tensor theta, Tensor v, Tensor out) {
        hessianVector(theta, v, out);
    }

    @Override
    public Linearization at(Tensor theta, Linearization.Use use) {
        return new DirectLinearization(this, theta);
    }

    /** Of one group. */
    @Override
    public CurvatureSummary summary(Tensor theta, Tensor u, Partition partition, Order order) {
        double[] d = host(u);
        try (Tensor g = backend.allocate(d.length)) {
            gradient(theta, g);
            return new CurvatureSummary(
                    loss(theta),
                    new double[] {dot(host(g), d)},
                    new double[][] {{dot(d, hessianTimes(host(theta), d))}},
                    new double[0],
                    new double[0][][]);
        }
    }
}
