package soopt.gym.formula;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.hipparchus.analysis.differentiation.DSFactory;
import org.hipparchus.analysis.differentiation.DerivativeStructure;
import org.hipparchus.util.Binary64;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.DirectLinearization;
import soopt.curvature.Linearization;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Partition;
import soopt.curvature.Value;

/**
 * A loss given by a {@link Formula}, with exact derivatives by Taylor expansions of it: in all P variables to order 1
 * or 2, along groups to order 3. The Gauss–Newton matrix Jᵀ∇²h J is the Hessian of h(r + J(θ' − θ)). One example.
 */
public final class FormulaObjective implements Objective {
    private final Backend backend;
    private final Formula formula;
    private final ParameterLayout layout;
    private final Second hessian = new Second(false);
    private final Second gaussNewton = new Second(true);

    public FormulaObjective(Backend backend, Formula formula) {
        this.backend = backend;
        this.formula = formula;
        this.layout = formula.layout();
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
        return loss(host(theta));
    }

    /** L(θ), θ [P]. */
    public double loss(double[] theta) {
        List<Binary64> x = Arrays.stream(theta).mapToObj(Binary64::new).toList();
        return formula.loss(formula.outputs(x)).getReal();
    }

    @Override
    public Value gradient(Tensor theta, Tensor gradient) {
        double[] x = host(theta);
        DSFactory factory = new DSFactory(x.length, 1);
        DerivativeStructure loss = formula.loss(formula.outputs(variables(factory, x)));
        backend.fromHost(Arrays.copyOfRange(loss.getAllDerivatives(), 1, x.length + 1), 0, gradient);
        return Value.of(loss.getValue());
    }

    private static List<DerivativeStructure> variables(DSFactory factory, double[] x) {
        List<DerivativeStructure> variables = new ArrayList<>();
        for (int i = 0; i < x.length; i++) {
            variables.add(factory.variable(i, x[i]));
        }
        return variables;
    }

    @Override
    public CurvatureSummary summary(Tensor theta, Tensor u, Partition partition, Order order) {
        double[] x = host(theta);
        double[][] directions = directions(host(u), partition);
        int size = partition.size();
        DerivativeStructure loss = along(x, order == Order.THIRD_FULL ? 3 : 2, directions);
        double[] gradient = new double[size];
        double[][] matrix = new double[size][size];
        for (int s = 0; s < size; s++) {
            gradient[s] = derivative(loss, s);
            for (int t = 0; t < size; t++) {
                matrix[s][t] = derivative(loss, s, t);
            }
        }
        double[] third = new double[order == Order.SECOND ? 0 : size];
        for (int s = 0; s < third.length; s++) {
            third[s] = derivative(along(x, 3, directions[s]), 0, 0, 0);
        }
        double[][][] full = order == Order.THIRD_FULL ? thirds(loss, size) : new double[0][][];
        return new CurvatureSummary(loss.getValue(), gradient, matrix, third, full);
    }

    private static double[][][] thirds(DerivativeStructure loss, int size) {
        double[][][] full = new double[size][size][size];
        for (int r = 0; r < size; r++) {
            for (int s = 0; s < size; s++) {
                for (int t = 0; t < size; t++) {
                    full[r][s][t] = derivative(loss, r, s, t);
                }
            }
        }
        return full;
    }

    /** φ(t) = L(θ + Σ t_s u_s) as an expansion at 0 in the variables t. */
    private DerivativeStructure along(double[] x, int order, double[]... directions) {
        DSFactory factory = new DSFactory(directions.length, order);
        int[] orders = new int[directions.length];
        int[] place = new int[directions.length];
        for (int s = 0; s < place.length; s++) {
            orders[s] = 1;
            place[s] = factory.getCompiler().getPartialDerivativeIndex(orders);
            orders[s] = 0;
        }
        List<DerivativeStructure> moved = new ArrayList<>();
        for (int i = 0; i < x.length; i++) {
            double[] derivatives = new double[factory.getCompiler().getSize()];
            derivatives[0] = x[i];
            for (int s = 0; s < place.length; s++) {
                derivatives[place[s]] = directions[s][i];
            }
            moved.add(factory.build(derivatives));
        }
        return formula.loss(formula.outputs(moved));
    }

    private static double derivative(DerivativeStructure loss, int... variables) {
        int[] orders = new int[loss.getFreeParameters()];
        for (int variable : variables) {
            orders[variable]++;
        }
        return loss.getPartialDerivative(orders);
    }

    private double[][] directions(double[] u, Partition partition) {
        double[][] directions = new double[partition.size()][u.length];
        for (int s = 0; s < directions.length; s++) {
            for (Partition.Slice slice : partition.groups().get(s).slices()) {
                int offset = (int) layout.get(slice.parameter()).offset();
                System.arraycopy(
                        u, offset + slice.from(), directions[s], offset + slice.from(), slice.to() - slice.from());
            }
        }
        return directions;
    }

    @Override
    public Linearization at(Tensor theta, Linearization.Use use) {
        return new DirectLinearization(this, theta);
    }

    @Override
    public void hessianVector(Tensor theta, Tensor v, Tensor out) {
        backend.fromHost(hessian.times(host(theta), host(v)), 0, out);
    }

    @Override
    public void gaussNewtonVector(Tensor theta, Tensor v, Tensor out) {
        backend.fromHost(gaussNewton.times(host(theta), host(v)), 0, out);
    }

    private double[] host(Tensor x) {
        double[] values = new double[(int) x.size()];
        backend.toHost(x, values, 0);
        return values;
    }

    /** A matrix [P, P] of second derivatives at the point that was asked for last. */
    private final class Second {
        private final boolean linearized;
        private double[] at = new double[0];
        private double[][] matrix = new double[0][];

        Second(boolean linearized) {
            this.linearized = linearized;
        }

        double[] times(double[] x, double[] v) {
            if (!Arrays.equals(at, x)) {
                at = x;
                matrix = compute(x);
            }
            double[] product = new double[v.length];
            for (int i = 0; i < v.length; i++) {
                for (int j = 0; j < v.length; j++) {
                    product[i] += matrix[i][j] * v[j];
                }
            }
            return product;
        }

        private double[][] compute(double[] x) {
            DSFactory factory = new DSFactory(x.length, 2);
            List<DerivativeStructure> outputs = formula.outputs(variables(factory, x));
            if (linearized) {
                outputs = outputs.stream()
                        .map(output -> withoutSecondOrder(factory, output))
                        .toList();
            }
            DerivativeStructure loss = formula.loss(outputs);
            double[][] result = new double[x.length][x.length];
            for (int i = 0; i < x.length; i++) {
                for (int j = 0; j <= i; j++) {
                    result[i][j] = derivative(loss, i, j);
                    result[j][i] = result[i][j];
                }
            }
            return result;
        }

        private DerivativeStructure withoutSecondOrder(DSFactory factory, DerivativeStructure output) {
            double[] derivatives = new double[factory.getCompiler().getSize()];
            derivatives[0] = output.getValue();
            int[] orders = new int[output.getFreeParameters()];
            for (int i = 0; i < orders.length; i++) {
                orders[i] = 1;
                derivatives[factory.getCompiler().getPartialDerivativeIndex(orders)] =
                        output.getPartialDerivative(orders);
                orders[i] = 0;
            }
            return factory.build(derivatives);
        }
    }
}
