package soopt.gym.formula;

import java.util.ArrayList;
import java.util.List;
import org.hipparchus.CalculusFieldElement;
import soopt.curvature.ParameterLayout;
import soopt.curvature.ParameterLayout.Role;

/**
 * ‖W₃W₂W₁ − T‖², a linear network of three layers on whitened inputs (Saxe, McClelland and Ganguli 2014); 0 where the
 * product is T.
 *
 * @param target T [2, 2]
 */
public record DeepLinear(double[][] target) implements LeastSquares {
    private static final int WIDTH = 3;

    @Override
    public ParameterLayout layout() {
        int ends = target.length;
        return new ParameterLayout.Builder()
                .add("layers.0.weight", Role.WEIGHT, 0, ends, WIDTH, ends)
                .add("layers.1.weight", Role.WEIGHT, 1, WIDTH, WIDTH, WIDTH)
                .add("layers.2.weight", Role.WEIGHT, 2, WIDTH, ends, WIDTH)
                .build();
    }

    @Override
    public <T extends CalculusFieldElement<T>> List<T> outputs(List<T> theta) {
        int ends = target.length;
        int second = WIDTH * ends;
        int third = second + WIDTH * WIDTH;
        List<T> inner = product(theta.subList(second, third), theta.subList(0, second), WIDTH);
        List<T> all = product(theta.subList(third, theta.size()), inner, WIDTH);
        List<T> residuals = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            residuals.add(all.get(i).subtract(target[i / ends][i % ends]));
        }
        return residuals;
    }

    /** AB for row-major A [·, inner] and B [inner, ·]. */
    private static <T extends CalculusFieldElement<T>> List<T> product(List<T> a, List<T> b, int inner) {
        int columns = b.size() / inner;
        List<T> product = new ArrayList<>();
        for (int i = 0; i < a.size() / inner; i++) {
            for (int j = 0; j < columns; j++) {
                List<T> terms = new ArrayList<>();
                for (int k = 0; k < inner; k++) {
                    terms.add(a.get(i * inner + k).multiply(b.get(k * columns + j)));
                }
                product.add(Formula.sum(terms));
            }
        }
        return product;
    }
}
