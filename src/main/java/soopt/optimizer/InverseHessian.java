package soopt.optimizer;

import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.optimizer.step.State;

/** What quasi-Newton methods know of the inverse of the Hessian. */
sealed interface InverseHessian extends AutoCloseable permits InverseHessian.Limited, InverseHessian.Full {
    /**
     * Takes in s = θ′ − θ and y = ∇L(θ′) − ∇L(θ); gives yᵀs. Where that is too small or no number nothing changes.
     *
     * @param s [P]
     * @param y [P]
     */
    double add(Tensor s, Tensor y);

    /** out ← H v. */
    void multiply(Tensor v, Tensor out);

    /** Pairs that it is made of. */
    int pairs();

    void clear();

    void save(State state);

    void restore(State state);

    @Override
    void close();

    /** Of the last pairs. */
    record Limited(CurvaturePairs own) implements InverseHessian {
        @Override
        public double add(Tensor s, Tensor y) {
            return own.add(s, y);
        }

        @Override
        public void multiply(Tensor v, Tensor out) {
            own.multiply(v, out);
        }

        @Override
        public int pairs() {
            return own.count();
        }

        @Override
        public void clear() {
            own.clear();
        }

        @Override
        public void save(State state) {
            own.save(state);
        }

        @Override
        public void restore(State state) {
            own.restore(state);
        }

        @Override
        public void close() {
            own.close();
        }
    }

    /**
     * H ← (I − ρ s yᵀ) H (I − ρ y sᵀ) + ρ s sᵀ with ρ = 1/yᵀs (Nocedal and Wright 2006, eq. 6.17), from H = (sᵀy / yᵀy)
     * I of the first pair (eq. 6.20).
     */
    final class Full implements InverseHessian {
        private static final String COUNT = "inverse.pairs";
        private static final String MATRIX = "inverse";

        private final Backend backend;
        private final int size;
        private final double least;
        private final Tensor matrix;
        private final Tensor product;
        private int count;

        Full(Backend backend, int size, double least) {
            this.backend = backend;
            this.size = size;
            this.least = least;
            this.matrix = backend.allocate(size, size);
            this.product = backend.allocate(size);
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
        public double add(Tensor s, Tensor y) {
            double curvature = backend.dot(s, y);
            if (!(curvature > least && curvature <= Double.MAX_VALUE)) {
                return curvature;
            }
            if (count == 0) {
                scaledIdentity(curvature / backend.dot(y, y));
            }
            multiply(y, product);
            double rho = 1 / curvature;
            double own = rho * (1 + rho * backend.dot(y, product));
            Tensor column = s.reshape(size, 1);
            Tensor other = product.reshape(size, 1);
            backend.gemm(false, true, own, column, column, 1, matrix);
            backend.gemm(false, true, -rho, other, column, 1, matrix);
            backend.gemm(false, true, -rho, column, other, 1, matrix);
            count++;
            return curvature;
        }

        @Override
        public void multiply(Tensor v, Tensor out) {
            backend.gemm(false, false, 1, matrix, v.reshape(size, 1), 0, out.reshape(size, 1));
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
        }

        @Override
        public void restore(State state) {
            count = (int) state.getNumbers(COUNT)[0];
            state.getTensor(MATRIX, matrix);
        }

        @Override
        public void close() {
            product.close();
            matrix.close();
        }
    }
}
