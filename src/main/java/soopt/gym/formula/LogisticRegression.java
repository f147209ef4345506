package soopt.gym.formula;

import java.util.ArrayList;
import java.util.List;
import org.hipparchus.CalculusFieldElement;
import soopt.curvature.ParameterLayout;
import soopt.curvature.ParameterLayout.Role;

/**
 * mean_n log(1 + exp(−y_n (w·x_n + b))) + (λ/2) (‖w‖² + b²).
 *
 * @param inputs x [N, D]
 * @param labels y [N], each 1 or −1
 * @param ridge λ
 */
public record LogisticRegression(double[][] inputs, double[] labels, double ridge) implements Formula {
    @Override
    public ParameterLayout layout() {
        int inputsOfOne = inputs[0].length;
        return new ParameterLayout.Builder()
                .add("weight", Role.WEIGHT, 0, inputsOfOne, 1, inputsOfOne)
                .add("bias", Role.BIAS, 0, inputsOfOne, 1)
                .build();
    }

    /** The margins −y (w·x + b), and then θ for the ridge. */
    @Override
    public <T extends CalculusFieldElement<T>> List<T> outputs(List<T> theta) {
        int last = theta.size() - 1;
        List<T> outputs = new ArrayList<>();
        for (int n = 0; n < labels.length; n++) {
            T z = theta.get(last);
            for (int i = 0; i < last; i++) {
                z = z.add(theta.get(i).multiply(inputs[n][i]));
            }
            outputs.add(z.multiply(-labels[n]));
        }
        outputs.addAll(theta);
        return outputs;
    }

    @Override
    public <T extends CalculusFieldElement<T>> T loss(List<T> outputs) {
        int n = labels.length;
        T mean = Formula.sum(
                        outputs.subList(0, n).stream().map(Formula::softplus).toList())
                .divide((double) n);
        return mean.add(Formula.sumOfSquares(outputs.subList(n, outputs.size())).multiply(ridge / 2));
    }
}
