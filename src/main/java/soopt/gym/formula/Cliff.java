package soopt.gym.formula;

import java.util.List;
import org.hipparchus.CalculusFieldElement;
import soopt.curvature.ParameterLayout;

/**
 * (x − 1)²/200 + e^{kx}/k + ½ (y − x)², k = 10: a gentle slope, and from x = 0 on a wall (after Pascanu, Mikolov and
 * Bengio 2013, fig. 6). Convex; the minimum is where (x − 1)/100 + e^{kx} = 0 and y = x.
 */
public record Cliff() implements Formula {
    private static final double STEEPNESS = 10;
    private static final double SLOPE = 0.01;

    /** The x of the minimum, by halving an interval with a change of sign to the last bit. */
    public static double foot() {
        double low = -1;
        double high = 0;
        for (double x = (low + high) / 2; x > low && x < high; x = (low + high) / 2) {
            boolean beyond = SLOPE * (x - 1) + Math.exp(STEEPNESS * x) > 0;
            low = beyond ? low : x;
            high = beyond ? x : high;
        }
        return low;
    }

    @Override
    public ParameterLayout layout() {
        return Formula.vectors(1, 1);
    }

    @Override
    public <T extends CalculusFieldElement<T>> List<T> outputs(List<T> theta) {
        return List.of(theta.get(0), theta.get(1).subtract(theta.get(0)));
    }

    @Override
    public <T extends CalculusFieldElement<T>> T loss(List<T> r) {
        T x = r.get(0);
        T gentle = x.subtract(1.0).multiply(x.subtract(1.0)).multiply(SLOPE / 2);
        return gentle.add(x.multiply(STEEPNESS).exp().divide(STEEPNESS))
                .add(r.get(1).multiply(r.get(1)).multiply(0.5));
    }
}
