package soopt.optimizer.system;

import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.optimizer.step.State;
import soopt.solver.Operator;

/**
 * v ↦ M⁻¹ v with M = (diag(s) + λI)^0.75 and s a running mean of g ⊙ g. Martens (2010, §4.7) takes the sum of the
 * squares of the gradients of each example, which a pass over a batch does not give; their place is taken by the
 * squares of the batch's gradient over the last ten steps or so.
 */
final class DiagonalPreconditioner implements Operator, AutoCloseable {
    private static final double MEMORY = 0.9;
    private static final double EXPONENT = 0.75;
    private static final int PIECE = 1 << 19;
    private static final String SQUARES = "cg.squares";
    private static final String COUNT = "cg.squares-count";

    private final Backend backend;
    private final Tensor squares;
    private final Tensor inverse;
    private final Tensor square;
    private long count;

    DiagonalPreconditioner(Backend backend, int size) {
        this.backend = backend;
        this.squares = backend.allocate(size);
        this.inverse = backend.allocate(size);
        this.square = backend.allocate(size);
        backend.fill(squares, 0);
    }

    /** Takes in the gradient of a step. */
    void take(Tensor gradient) {
        backend.multiply(gradient, gradient, square);
        count++;
        backend.combine(MEMORY, squares, 1 - MEMORY, square, squares);
    }

    /** M for this λ. */
    void damp(double lambda) {
        double correction = 1 - Math.pow(MEMORY, count);
        int size = (int) squares.size();
        for (int from = 0; from < size; from += PIECE) {
            int n = Math.min(PIECE, size - from);
            double[] values = new double[n];
            backend.toHost(squares.slice(from, n), values, 0);
            for (int i = 0; i < n; i++) {
                double m = Math.pow(values[i] / correction + lambda, EXPONENT);
                values[i] = m > 0 && Double.isFinite(m) ? 1 / m : 1;
            }
            backend.fromHost(values, 0, inverse.slice(from, n));
        }
    }

    @Override
    public void apply(Tensor v, Tensor out) {
        backend.multiply(v, inverse, out);
    }

    void save(State state) {
        state.putTensor(SQUARES, squares);
        state.putNumbers(COUNT, count);
    }

    void restore(State state) {
        state.getTensor(SQUARES, squares);
        count = (long) state.getNumbers(COUNT)[0];
    }

    @Override
    public void close() {
        square.close();
        inverse.close();
        squares.close();
    }
}
