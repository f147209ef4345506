package soopt.gym.formula;

import java.util.ArrayList;
import java.util.List;
import org.hipparchus.CalculusFieldElement;
import soopt.curvature.ParameterLayout;

/** Σ_i (c_i − x (1 − yⁱ))², c = (1.5, 2.25, 2.625) (Moré, Garbow and Hillstrom 1981, no. 5); 0 at (3, ½). */
public record Beale() implements LeastSquares {
    private static final double[] C = {1.5, 2.25, 2.625};

    @Override
    public ParameterLayout layout() {
        return Formula.vectors(1, 1);
    }

    @Override
    public <T extends CalculusFieldElement<T>> List<T> outputs(List<T> theta) {
        T x = theta.get(0);
        T y = theta.get(1);
        List<T> residuals = new ArrayList<>();
        for (int i = 0; i < C.length; i++) {
            residuals.add(x.multiply(y.pow(i + 1).subtract(1.0)).add(C[i]));
        }
        return residuals;
    }
}
