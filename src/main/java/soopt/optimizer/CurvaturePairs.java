package soopt.optimizer;

import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.optimizer.step.State;

/**
 * The last h pairs s = θ′ − θ, y = ∇L(θ′) − ∇L(θ) with yᵀs large enough, and H v for the inverse Hessian H that limited
 * memory BFGS makes of them (Nocedal and Wright 2006, alg. 7.4), with H₀ = (sᵀy / yᵀy) I of the newest. A row more than
 * h is where the next pair is made, so that nothing is copied.
 */
final class CurvaturePairs implements InverseHessian {
    private static final String COUNT = "pairs";
    private static final String STEPS = "pairs.s";
    private static final String CHANGES = "pairs.y";

    private final Backend backend;
    private final int size;
    private final int most;
    private final int rows;
    private final double least;
    private final Tensor steps;
    private final Tensor changes;
    /** Place of the newest, and how many there are. */
    private int newest = -1;

    private int count;
    /** sᵀy and yᵀy of each row. */
    private final double[] products;

    private final double[] squares;

    /**
     * @param most h ≥ 1
     * @param least yᵀs above which a pair is kept
     */
    CurvaturePairs(Backend backend, int size, int most, double least) {
        this.backend = backend;
        this.size = size;
        this.most = most;
        this.least = least;
        this.rows = most + 1;
        this.steps = backend.allocate(rows, size);
        this.changes = backend.allocate(rows, size);
        backend.fill(steps, 0);
        backend.fill(changes, 0);
        this.products = new double[rows];
        this.squares = new double[rows];
    }

    @Override
    public int pairs() {
        return count;
    }

    @Override
    public Tensor step() {
        return step(next());
    }

    @Override
    public Tensor change() {
        return change(next());
    }

    private int next() {
        return (newest + 1) % rows;
    }

    private Tensor step(int place) {
        return steps.rows(place, place + 1).reshape(size);
    }

    private Tensor change(int place) {
        return changes.rows(place, place + 1).reshape(size);
    }

    @Override
    public double add() {
        double product = backend.dot(step(), change());
        if (InverseHessian.isEnough(product, least)) {
            newest = next();
            count = Math.min(most, count + 1);
            products[newest] = product;
            squares[newest] = backend.dot(change(newest), change(newest));
        }
        return product;
    }

    @Override
    public void clear() {
        count = 0;
    }

    @Override
    public void multiply(double scale, Tensor v, Tensor out) {
        if (count == 0) {
            backend.combine(scale, v, 0, v, out);
            return;
        }
        double[] alpha = new double[count];
        Tensor rest = v;
        for (int i = 0; i < count; i++) {
            int place = Math.floorMod(newest - i, rows);
            alpha[i] = backend.dot(step(place), rest) / products[place];
            backend.combine(1, rest, -alpha[i], change(place), out);
            rest = out;
        }
        // what follows works on out / whole, to spare a pass over it
        double whole = scale * products[newest] / squares[newest];
        for (int i = count - 1; i >= 0; i--) {
            int place = Math.floorMod(newest - i, rows);
            double factor = scale * alpha[i] - whole * backend.dot(change(place), out) / products[place];
            if (i > 0) {
                backend.axpyInPlace(factor / whole, step(place), out);
            } else {
                backend.combine(factor, step(place), whole, out, out);
            }
        }
    }

    @Override
    public void save(State state) {
        state.putNumbers(COUNT, newest, count);
        state.putNumbers(COUNT + ".products", products);
        state.putNumbers(COUNT + ".squares", squares);
        state.putTensor(STEPS, steps);
        state.putTensor(CHANGES, changes);
    }

    @Override
    public void restore(State state) {
        newest = (int) state.getNumbers(COUNT)[0];
        count = (int) state.getNumbers(COUNT)[1];
        System.arraycopy(state.getNumbers(COUNT + ".products"), 0, products, 0, rows);
        System.arraycopy(state.getNumbers(COUNT + ".squares"), 0, squares, 0, rows);
        state.getTensor(STEPS, steps);
        state.getTensor(CHANGES, changes);
    }

    @Override
    public void close() {
        changes.close();
        steps.close();
    }
}
