package soopt.model.loss;

import java.util.ArrayList;
import java.util.List;
import soopt.backend.Backend;
import soopt.backend.Tensor;

/**
 * B v = w Σ_k d_k ⟨d_k, v⟩ for each example by itself, with adjoints d_k [N, C] of the outputs, on the host: outputs
 * are few. For ∇ℓ at targets drawn from the model JᵀBJ is the Fisher matrix (Kunstner, Hennig and Balles 2019, eq. 4
 * and 7).
 */
public final class OuterProducts {
    private final Backend backend;
    private final double weight;
    private final List<double[]> adjoints = new ArrayList<>();
    private int outputs;

    public OuterProducts(Backend backend, double weight) {
        this.backend = backend;
        this.weight = weight;
    }

    /** Takes in d_k [N, C]. */
    public void add(Tensor adjoint) {
        double[] values = new double[(int) adjoint.size()];
        backend.toHost(adjoint, values, 0);
        adjoints.add(values);
        outputs = adjoint.length(1);
    }

    /** out ← B v for tangents of the outputs, v [n, N·C]. */
    public void times(Tensor v, Tensor out) {
        double[] tangents = new double[(int) v.size()];
        backend.toHost(v, tangents, 0);
        double[] result = new double[tangents.length];
        for (double[] d : adjoints) {
            for (int at = 0; at < tangents.length; at += outputs) {
                addExample(d, at % d.length, tangents, result, at);
            }
        }
        backend.fromHost(result, 0, out);
    }

    private void addExample(double[] d, int own, double[] v, double[] out, int at) {
        double dot = 0;
        for (int c = 0; c < outputs; c++) {
            dot += d[own + c] * v[at + c];
        }
        for (int c = 0; c < outputs; c++) {
            out[at + c] += weight * dot * d[own + c];
        }
    }
}
