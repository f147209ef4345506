package soopt.backend;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import soopt.backend.dense.Cholesky;
import soopt.backend.dense.Orthonormalization;
import soopt.backend.dense.SymmetricEigen;

/** Matrices are copied to the host, and what is made of them back. */
record HostDecompositions(Backend backend) implements Decompositions {
    @Override
    public void eigen(List<Symmetric> matrices, Consumer<List<Found<Eigen>>> use) {
        use.accept(matrices.stream().map(this::eigen).toList());
    }

    private Found<Eigen> eigen(Symmetric matrix) {
        double[] numbers = matrix.toHost(backend);
        int n = matrix.size();
        return new Found<>(trace(numbers, n), SymmetricEigen.of(numbers, n).map(OfHost::new));
    }

    /** Σ M_ii; NaN if an entry is not finite. */
    private static double trace(double[] matrix, int n) {
        double sum = sumOfZeros(matrix);
        for (int i = 0; i < n; i++) {
            sum += matrix[i * n + i];
        }
        return sum;
    }

    /** 0, or NaN if an entry is not finite. */
    private static double sumOfZeros(double[] numbers) {
        double zero = 0;
        for (double entry : numbers) {
            zero += 0 * entry;
        }
        return zero;
    }

    private final class OfHost implements Eigen {
        private final SymmetricEigen eigen;

        OfHost(SymmetricEigen eigen) {
            this.eigen = eigen;
        }

        @Override
        public double[] values() {
            return eigen.values();
        }

        @Override
        public void vectors(boolean largestFirst, Columns out) {
            double[] ascending = eigen.vectors();
            if (!largestFirst) {
                out.set(backend, ascending);
                return;
            }
            int n = eigen.size();
            double[] rows = new double[ascending.length];
            for (int k = 0; k < n; k++) {
                System.arraycopy(ascending, (n - 1 - k) * n, rows, k * n, n);
            }
            out.set(backend, rows);
        }

        @Override
        public void scaledVectors(DoubleUnaryOperator f, Tensor out) {
            int n = eigen.size();
            double[] scaled = eigen.vectors().clone();
            for (int k = 0; k < n; k++) {
                double factor = f.applyAsDouble(eigen.values()[k]);
                for (int i = 0; i < n; i++) {
                    scaled[k * n + i] *= factor;
                }
            }
            backend.fromHost(scaled, 0, out);
        }

        @Override
        public void apply(DoubleUnaryOperator f, Columns out) {
            out.set(backend, eigen.apply(f));
        }
    }

    @Override
    public void inverses(List<Symmetric> matrices, UnaryOperator<double[]> shifts, Consumer<List<Found<Inverse>>> use) {
        List<double[]> numbers =
                matrices.stream().map(matrix -> matrix.toHost(backend)).toList();
        double[] traces = IntStream.range(0, numbers.size())
                .mapToDouble(i -> trace(numbers.get(i), matrices.get(i).size()))
                .toArray();
        double[] shift = shifts.apply(traces);
        use.accept(IntStream.range(0, traces.length)
                .mapToObj(i -> new Found<>(
                        traces[i], inverse(numbers.get(i), matrices.get(i).size(), traces[i], shift[i])))
                .toList());
    }

    private Optional<Inverse> inverse(double[] matrix, int n, double trace, double shift) {
        Cholesky cholesky = new Cholesky(n);
        boolean definite = !Double.isNaN(trace)
                && cholesky.factor(matrix, shift) == n
                && (n == 0 || cholesky.smallestPivot() > n * Math.ulp(1.0));
        return definite ? Optional.of(out -> out.set(backend, cholesky.inverse())) : Optional.empty();
    }

    @Override
    public void orthonormalize(Tensor x, int[] order, Tensor out, Consumer<Boolean> use) {
        Contract.ordered(x, order, out);
        int n = order.length;
        double[] numbers = new double[n * n];
        backend.toHost(x, numbers, 0);
        double[] rows = new double[n * n];
        for (int k = 0; k < n; k++) {
            System.arraycopy(numbers, order[k] * n, rows, k * n, n);
        }
        boolean finite = Orthonormalization.rowsInPlace(rows, n);
        if (finite) {
            backend.fromHost(rows, 0, out);
        }
        use.accept(finite);
    }

    @Override
    public void permutation(int[] order, Tensor out) {
        Contract.ordered(out, order, out);
        int n = order.length;
        double[] numbers = new double[n * n];
        for (int k = 0; k < n; k++) {
            numbers[k * n + order[k]] = 1;
        }
        backend.fromHost(numbers, 0, out);
    }

    @Override
    public void products(double[] lambda, double[] mu, double shift, Tensor out, Tensor reciprocal) {
        Contract.pairs(lambda.length, mu.length, out, reciprocal);
        double[] numbers = new double[lambda.length * mu.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = lambda[i / mu.length] * mu[i % mu.length];
        }
        backend.fromHost(numbers, 0, out);
        invert(numbers, shift, reciprocal);
    }

    @Override
    public void reciprocals(Tensor x, double shift, Tensor out, Consumer<Boolean> use) {
        Contract.sameSize(x, out);
        double[] numbers = new double[Math.toIntExact(x.size())];
        backend.toHost(x, numbers, 0);
        boolean finite = sumOfZeros(numbers) == 0;
        if (finite) {
            invert(numbers, shift, out);
        }
        use.accept(finite);
    }

    private void invert(double[] numbers, double shift, Tensor out) {
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = 1 / (numbers[i] + shift);
        }
        backend.fromHost(numbers, 0, out);
    }
}
