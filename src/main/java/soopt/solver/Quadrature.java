package soopt.solver;

import java.util.function.DoubleUnaryOperator;

/**
 * A measure on points of a line.
 *
 * @param nodes [k] θ
 * @param weights [k] ω ≥ 0, of sum 1
 */
public record Quadrature(double[] nodes, double[] weights) {
    public Quadrature {
        if (nodes.length != weights.length) {
            throw new IllegalArgumentException(nodes.length + " nodes, but " + weights.length + " weights");
        }
    }

    /** Σ_i ω_i f(θ_i). */
    public double mean(DoubleUnaryOperator f) {
        double sum = 0;
        for (int i = 0; i < nodes.length; i++) {
            sum += weights[i] * f.applyAsDouble(nodes[i]);
        }
        return sum;
    }

    /** Σ_i ω_i N(x; θ_i, σ²), the density with each node smoothed to a Gaussian of width σ &gt; 0. */
    public double density(double x, double sigma) {
        return mean(node -> Math.exp(-0.5 * ((x - node) / sigma) * ((x - node) / sigma)))
                / (sigma * Math.sqrt(2 * Math.PI));
    }
}
