package soopt.gym.formula;

import java.util.ArrayList;
import java.util.List;
import org.hipparchus.CalculusFieldElement;
import soopt.curvature.ParameterLayout;

/**
 * ¼ ‖A − xxᵀ‖²: the best approximation of a symmetric matrix by one of rank one. With eigenvalues λ₁ ≥ λ₂ ≥ … of A, the
 * first above 0, the minimum is ¼ Σ_{i≥2} λ_i² at x = ±√λ₁ v₁; √λ_i v_i are saddles, and near 0 the Hessian is −A.
 *
 * @param matrix A [P, P]
 */
public record RankOne(ParameterLayout layout, double[][] matrix) implements LeastSquares {
    @Override
    public <T extends CalculusFieldElement<T>> List<T> outputs(List<T> x) {
        List<T> residuals = new ArrayList<>();
        for (int i = 0; i < x.size(); i++) {
            for (int j = 0; j < x.size(); j++) {
                residuals.add(x.get(i).multiply(x.get(j)).subtract(matrix[i][j]).multiply(0.5));
            }
        }
        return residuals;
    }
}
