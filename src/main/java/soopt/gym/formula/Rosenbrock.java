package soopt.gym.formula;

import java.util.ArrayList;
import java.util.List;
import org.hipparchus.CalculusFieldElement;
import soopt.curvature.ParameterLayout;

/** Σ_i 100 (x_{i+1} − x_i²)² + (1 − x_i)², a chain in n dimensions (Rosenbrock 1960); 0 at (1, …, 1). */
public record Rosenbrock(ParameterLayout layout) implements LeastSquares {
    @Override
    public <T extends CalculusFieldElement<T>> List<T> outputs(List<T> x) {
        List<T> residuals = new ArrayList<>();
        for (int i = 0; i + 1 < x.size(); i++) {
            residuals.add(x.get(i + 1).subtract(x.get(i).multiply(x.get(i))).multiply(10.0));
            residuals.add(x.get(i).negate().add(1.0));
        }
        return residuals;
    }
}
