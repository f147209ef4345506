package soopt.gym.formula;

import java.util.List;
import org.hipparchus.CalculusFieldElement;
import soopt.curvature.ParameterLayout;

/** (σ(x) − ½)² + (σ(x) − y)²: a valley that is flat far from x = 0, where σ′ vanishes; 0 at (0, ½). */
public record Plateau() implements LeastSquares {
    @Override
    public ParameterLayout layout() {
        return Formula.vectors(1, 1);
    }

    @Override
    public <T extends CalculusFieldElement<T>> List<T> outputs(List<T> theta) {
        T s = Formula.sigmoid(theta.get(0));
        return List.of(s.subtract(0.5), s.subtract(theta.get(1)));
    }
}
