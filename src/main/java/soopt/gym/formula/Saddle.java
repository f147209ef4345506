package soopt.gym.formula;

import java.util.List;
import org.hipparchus.CalculusFieldElement;
import soopt.curvature.ParameterLayout;

/** x² + (y²/2 − 1)² = x² − y² + y⁴/4 + 1 (after Nesterov 2004, §1.2.3): a saddle at 0, 0 at (0, ±√2). */
public record Saddle() implements LeastSquares {
    @Override
    public ParameterLayout layout() {
        return Formula.vectors(1, 1);
    }

    @Override
    public <T extends CalculusFieldElement<T>> List<T> outputs(List<T> theta) {
        T y = theta.get(1);
        return List.of(theta.get(0), y.multiply(y).multiply(0.5).subtract(1.0));
    }
}
