package soopt.optimizer;

import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.optimizer.step.State;

/**
 * The last h pairs s = θ′ − θ, y = ∇L(θ′) − ∇L(θ) with yᵀs large enough, and H v for the inverse Hessian H that limited
 * memory BFGS makes of them (Nocedal and Wright 2006, alg. 7.4), with H₀ = (sᵀy / yᵀy) I of the newest.
 */
final class CurvaturePairs implements AutoCloseable {
    private static final String COUNT = "pairs";
    private static final String STEPS = "pairs.s";
    private static final String CHANGES = "pairs.y";

    private final Backend backend;
    private final int size;
    private final int most;
    private final double least;
    private final Tensor steps;
    private final Tensor changes;
    /** Place of the newest, and how many there are. */
    private int newest = -1;

    private int count;
    private final double[] products;

    /**
     * @param most h ≥ 1
     * @param least yᵀs above which a pair is kept
     */
    CurvaturePairs(Backend backend, int size, int most, double least) {
        this.backend = backend;
        this.size = size;
        this.most = most;
        this.least = least;
        this.steps = backend.allocate(most, size);
        this.changes = backend.allocate(most, size);
        backend.fill(steps, 0);
        backend.fill(changes, 0);
        this.products = new double[most];
    }

    int count() {
        return count;
    }

    private Tensor step(int place) {
        return steps.rows(place, place + 1).reshape(size);
    }

    private Tensor change(int place) {
        return changes.rows(place, place + 1).reshape(size);
    }

    /** Keeps a pair, over the oldest if there are h, unless yᵀs is too small or no number; gives yᵀs. */
    double add(Tensor s, Tensor y) {
        double product = backend.dot(s, y);
        if (product > least && product <= Double.MAX_VALUE) {
            newest = (newest + 1) % most;
            count = Math.min(most, count + 1);
            backend.copy(s, step(newest));
            backend.copy(y, change(newest));
            products[newest] = product;
        }
        return product;
    }

    /** Forgets all. */
    void clear() {
        count = 0;
        newest = -1;
    }

    /** out ← H v; out may be v. */
    void multiply(Tensor v, Tensor out) {
        backend.combine(1, v, 0, v, out);
        double[] alpha = new double[count];
        for (int i = 0; i < count; i++) {
            int place = Math.floorMod(newest - i, most);
            alpha[i] = backend.dot(step(place), out) / products[place];
            backend.axpyInPlace(-alpha[i], change(place), out);
        }
        if (count > 0) {
            backend.scaleInPlace(products[newest] / backend.dot(change(newest), change(newest)), out);
        }
        for (int i = count - 1; i >= 0; i--) {
            int place = Math.floorMod(newest - i, most);
            double beta = backend.dot(change(place), out) / products[place];
            backend.axpyInPlace(alpha[i] - beta, step(place), out);
        }
    }

    void save(State state) {
        state.putNumbers(COUNT, newest, count);
        state.putNumbers(COUNT + ".products", products);
        state.putTensor(STEPS, steps);
        state.putTensor(CHANGES, changes);
    }

    void restore(State state) {
        newest = (int) state.getNumbers(COUNT)[0];
        count = (int) state.getNumbers(COUNT)[1];
        System.arraycopy(state.getNumbers(COUNT + ".products"), 0, products, 0, most);
        state.getTensor(STEPS, steps);
        state.getTensor(CHANGES, changes);
    }

    @Override
    public void close() {
        changes.close();
        steps.close();
    }
}
