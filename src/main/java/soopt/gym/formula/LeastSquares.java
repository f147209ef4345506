package soopt.gym.formula;

import java.util.List;
import org.hipparchus.CalculusFieldElement;

/** Σ r_i(θ)²: what most functions of the literature are. */
interface LeastSquares extends Formula {
    @Override
    default <T extends CalculusFieldElement<T>> T loss(List<T> residuals) {
        return Formula.sumOfSquares(residuals);
    }
}
