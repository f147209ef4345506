package soopt.optimizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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

/** L(θ) = ½ θᵀHθ with H = diag(H_1, …, H_n), one tensor per block, in plain loops. */
final class QuadraticObjective implements Objective {
    private final Backend backend;
    private final ParameterLayout layout;
    private final double[][] hessian;

    QuadraticObjective(Backend backend, double[][]... blocks) {
        this.backend = backend;
        ParameterLayout.Builder builder = new ParameterLayout.Builder();
        int size = Arrays.stream(blocks).mapToInt(block -> block.length).sum();
        this.hessian = new double[size][size];
        int offset = 0;
        for (int b = 0; b < blocks.length; b++) {
            double[][] block = blocks[b];
            builder.add("block" + b, Role.WEIGHT, b, 1, block.length);
            for (int i = 0; i < block.length; i++) {
                System.arraycopy(block[i], 0, hessian[offset + i], offset, block.length);
            }
            offset += block.length;
        }
        this.layout = builder.build();
    }

    @Override
    public ParameterLayout layout() {
        return layout;
    }

    @Override
    public Backend backend() {
        return backend;
    }

    @Override
    public int examples() {
        return 1;
    }

    @Override
    public double loss(Tensor theta) {
        double[] x = host(theta);
        return 0.5 * dot(x, times(x));
    }

    @Override
    public Value gradient(Tensor theta, Tensor gradient) {
        double[] x = host(theta);
        double[] g = times(x);
        backend.fromHost(g, 0, gradient);
        return Value.of(0.5 * dot(x, g));
    }

    @Override
    public CurvatureSummary summary(Tensor theta, Tensor u, Partition partition, Order order) {
        List<double[]> directions = parts(host(u), partition);
        double[] gradient = times(host(theta));
        int size = partition.size();
        double[] projected = new double[size];
        double[][] matrix = new double[size][size];
        for (int s = 0; s < size; s++) {
            projected[s] = dot(gradient, directions.get(s));
            double[] product = times(directions.get(s));
            for (int t = 0; t < size; t++) {
                matrix[s][t] = dot(product, directions.get(t));
            }
        }
        double[] third = new double[order == Order.SECOND ? 0 : size];
        return new CurvatureSummary(loss(theta), projected, matrix, third, new double[0][][]);
    }

    private List<double[]> parts(double[] u, Partition partition) {
        List<double[]> parts = new ArrayList<>();
        for (Partition.Group group : partition.groups()) {
            double[] part = new double[u.length];
            for (Partition.Slice slice : group.slices()) {
                int offset = (int) layout.get(slice.parameter()).offset();
                System.arraycopy(u, offset + slice.from(), part, offset + slice.from(), slice.to() - slice.from());
            }
            parts.add(part);
        }
        return parts;
    }

    @Override
    public Linearization at(Tensor theta, Linearization.Use use) {
        return new DirectLinearization(this, theta);
    }

    @Override
    public void hessianVector(Tensor theta, Tensor v, Tensor out) {
        backend.fromHost(times(host(v)), 0, out);
    }

    @Override
    public void gaussNewtonVector(Tensor theta, Tensor v, Tensor out) {
        hessianVector(theta, v, out);
    }

    private double[] host(Tensor x) {
        double[] values = new double[(int) x.size()];
        backend.toHost(x, values, 0);
        return values;
    }

    private double[] times(double[] x) {
        return Arrays.stream(hessian).mapToDouble(row -> dot(row, x)).toArray();
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }
}
