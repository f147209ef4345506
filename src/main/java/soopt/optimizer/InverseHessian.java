package soopt.optimizer;

import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.optimizer.step.State;

/** What quasi-Newton methods know of the inverse of the Hessian. */
sealed interface InverseHessian extends AutoCloseable permits CurvaturePairs, InverseHessian.Full {
    /** [P]: s = θ′ − θ of the pair that {@link #add} takes in next; it may be another tensor after that. */
    Tensor step();

    /** [P]: y = ∇L(θ′) − ∇L(θ) of that pair. */
    Tensor change();

    /** Takes in the pair; gives yᵀs. Where that is not {@link #isEnough} nothing changes. */
    double add();

    /** Whether yᵀs is a number above the least that a pair may have. */
    static boolean isEnough(double product, double least) {
        return product > least && product < Double.POSITIVE_INFINITY;
    }

    /** out ← α H v; out may be {@link #step}. */
    void multiply(double alpha, Tensor v, Tensor out);

    /** Pairs that it is made of. */
    int pairs();

    /** Forgets all pairs, but not {@link #step}. */
    void clear();

    void save(State state);

    void restore(State state);

    @Override
    void close();

    /**
     * H ← (I − ρ s yᵀ) H (I − ρ y sᵀ) + ρ s sᵀ with ρ = 1/yᵀs (Nocedal and Wright 2006, eq. 6.17), from H = (sᵀy / yᵀy)
     * I of the first pair (eq. 6.20).
     */
    final class Full implements InverseHessian {
        private static final String COUNT = "inverse.pairs";
        private static final String MATRIX = "inverse";
        private static final String STEP = "inverse.step";

        private final Backend backend;
        private final int size;
        private final double least;
        private final Tensor matrix;
        private final Tensor product;
        private final Tensor step;
        private final Tensor change;
        private int count;

        Full(Backend backend, int size, double least) {
            this.backend = backend;
            this.size = size;
            this.least = least;
            this.matrix = backend.allocate(size, size);
            this.product = backend.allocate(size);
            this.step = backend.allocate(size);
            this.change = backend.allocate(size);
            backend.fill(step, 0);
            scaledIdentity(1);
        }

        private void scaledIdentity(double scale) {
            backend.fill(matrix, 0);
            double[] one = {scale};
            for (int i = 0; i < size; i++) {
                backend.fromHost(one, 0, matrix.slice((long) i * size + i, 1));
            }
        }

        @Override
        public Tensor step() {
            return step;
        }

        @Override
        public Tensor change() {
            return change;
        }

        @Override
        public double add() {
            double curvature = backend.dot(step, change);
            if (!InverseHessian.isEnough(curvature, least)) {
                return curvature;
            }
            if (count == 0) {
                scaledIdentity(curvature / backend.dot(change, change));
            }
            multiply(1, change, product);
            double rho = 1 / curvature;
            double own = rho * (1 + rho * backend.dot(change, product));
            Tensor column = step.reshape(size, 1);
            Tensor other = product.reshape(size, 1);
            backend.gemm(false, true, own, column, column, 1, matrix);
            backend.gemm(false, true, -rho, other, column, 1, matrix);
            backend.gemm(false, true, -rho, column, other, 1, matrix);
            count++;
            return curvature;
        }

        @Override
        public void multiply(double alpha, Tensor v, Tensor out) {
            backend.gemm(false, false, alpha, matrix, v.reshape(size, 1), 0, out.reshape(size, 1));
        }

        @Override
        public int pairs() {
            return count;
        }

        @Override
        public void clear() {
            count = 0;
            scaledIdentity(1);
        }

        @Override
        public void save(State state) {
            state.putNumbers(COUNT, count);
            state.putTensor(MATRIX, matrix);
            state.putTensor(STEP, step);
        }

        @Override
        public void restore(State state) {
            count = (int) state.getNumbers(COUNT)[0];
            state.getTensor(MATRIX, matrix);
            state.getTensor(STEP, step);
        }

        @Override
        public void close() {
            change.close();
            step.close();
            product.close();
            matrix.close();
        }
    }
}
