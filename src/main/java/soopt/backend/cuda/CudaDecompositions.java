package soopt.backend.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import soopt.backend.Contract;
import soopt.backend.Decompositions;
import soopt.backend.Tensor;
import soopt.backend.cuda.CudaMemory.Scratch;
import soopt.backend.cuda.driver.Blas;
import soopt.backend.cuda.driver.Device;
import soopt.backend.cuda.driver.Solver;
import soopt.backend.cuda.library.CudaException;

/**
 * Matrices stay on the GPU, in float64 between our kernels and cuSOLVER; what comes to the host are eigenvalues, and
 * how each call ended. Those of one use are read with all others that were asked for together.
 */
final class CudaDecompositions implements Decompositions {
    /** Bytes of matrices that wait for their use at most, but for the last: then those before are used. */
    private static final long MOST_HELD = 1L << 30;

    /** Nor more than this part of the GPU's memory. */
    private static final int SHARE_OF_MEMORY = 16;

    /** Numbers of a matrix that come to the host: its unit, its trace and how two calls ended. */
    private static final int FACTS = 4;

    private static final int FIRST_ENDING = 2;

    private final Device device;
    private final CudaMemory memory;
    private final CudaResults results;
    private final FactorKernels kernels;
    private final Solver solver;
    private final Blas blas;
    private long held;

    CudaDecompositions(
            Device device, CudaMemory memory, CudaResults results, FactorKernels kernels, Solver solver, Blas blas) {
        this.device = device;
        this.memory = memory;
        this.results = results;
        this.kernels = kernels;
        this.solver = solver;
        this.blas = blas;
    }

    /** A matrix [n, n] in float64, after it numbers of its own, and what came of them to the host. */
    private class Square implements AutoCloseable {
        private final int n;
        private final long bytes;
        private final Scratch scratch;
        private double[] facts = {1, 0, 0, 0};

        Square(int n, long numbers) {
            this.n = n;
            this.bytes = ((long) n * n + numbers) * Double.BYTES;
            this.scratch = memory.scratch((long) n * n + numbers);
            held += bytes;
        }

        int size() {
            return n;
        }

        long matrix() {
            return scratch.at(0);
        }

        /** Where number i after the matrix lies. */
        long at(long i) {
            return scratch.at((long) n * n + i);
        }

        /** Brings the first numbers after the matrix to the host. */
        void ask(int count) {
            long to = results.reserve(count);
            device.copy(at(0), to, (long) count * Double.BYTES);
            results.give(count, (values, from) -> facts = Arrays.copyOfRange(values, from, from + count));
        }

        double fact(int i) {
            return facts[i];
        }

        double trace() {
            return facts[1];
        }

        boolean isFinite() {
            return !Double.isNaN(trace());
        }

        /** The number of four bytes that a call left, from two of them on. */
        boolean endedWell() {
            return Double.doubleToRawLongBits(facts[FIRST_ENDING]) == 0
                    && Double.doubleToRawLongBits(facts[FIRST_ENDING + 1]) == 0;
        }

        <T> Found<T> found(boolean is, T parts) {
            return new Found<>(trace(), is && isFinite() && endedWell() ? Optional.of(parts) : Optional.empty());
        }

        @Override
        public void close() {
            held -= bytes;
            scratch.close();
        }
    }

    /** What is made of several matrices is used when it is there; then their memory goes. */
    private <T extends Square> void use(List<T> squares, Runnable use) {
        results.then(
                () -> {
                    try {
                        use.run();
                    } finally {
                        squares.forEach(Square::close);
                    }
                },
                () -> squares.forEach(Square::close));
    }

    private <S, T extends Square> List<T> begin(List<S> of, Function<S, T> begin) {
        if (held > Math.min(MOST_HELD, device.gpu().bytes() / SHARE_OF_MEMORY)) {
            results.await();
        }
        List<T> begun = new ArrayList<>();
        try {
            of.forEach(one -> begun.add(begun(one, begin)));
            return begun;
        } catch (RuntimeException e) {
            begun.forEach(Square::close);
            throw e;
        }
    }

    /** Where memory is short, that of what waits comes free first. */
    private <S, T extends Square> T begun(S of, Function<S, T> begin) {
        try {
            return begin.apply(of);
        } catch (CudaException e) {
            if (!e.isOutOfMemory() || held == 0) {
                throw e;
            }
            results.await();
            return begin.apply(of);
        }
    }

    /** Fills a square, which is closed if that fails. */
    private static <T extends Square> T filled(T square, Consumer<T> work) {
        try {
            work.accept(square);
            return square;
        } catch (RuntimeException e) {
            square.close();
            throw e;
        }
    }

    // ---- eigenvectors ----

    /** The vectors in the rows, and after the facts the values in units. */
    private final class EigenOnDevice extends Square implements Eigen {
        EigenOnDevice(int n) {
            super(n, FACTS + n);
        }

        private void begin(Symmetric matrix) {
            int n = size();
            if (n == 0) {
                return;
            }
            kernels.widen(matrix, matrix());
            kernels.judge(n, matrix(), at(0));
            kernels.scaleByUnit(n, at(0), matrix());
            solver.eigen(n, matrix(), at(FACTS), at(FIRST_ENDING));
            ask(FACTS + n);
        }

        Found<Eigen> found() {
            return found(Arrays.stream(values()).allMatch(Double::isFinite), this);
        }

        @Override
        public double[] values() {
            double[] values = new double[size()];
            for (int k = 0; k < values.length; k++) {
                values[k] = fact(FACTS + k) / fact(0);
            }
            return values;
        }

        @Override
        public void vectors(boolean largestFirst, Columns out) {
            Contract.sized(size(), out.columns());
            if (size() > 0) {
                kernels.narrowRows(size(), matrix(), 0, largestFirst, out);
            }
        }

        private double[] weights(DoubleUnaryOperator f) {
            return Arrays.stream(values()).map(f).toArray();
        }

        @Override
        public void scaledVectors(DoubleUnaryOperator f, Tensor out) {
            Contract.sized(size(), out);
            if (size() > 0) {
                try (Scratch w = memory.scratch(size())) {
                    memory.uploadNumbers(weights(f), w.at(0));
                    kernels.narrowRows(size(), matrix(), w.at(0), false, Columns.of(out));
                }
            }
        }

        @Override
        public void apply(DoubleUnaryOperator f, Columns out) {
            int n = size();
            Contract.sized(n, out.columns());
            if (n == 0) {
                return;
            }
            try (Scratch w = memory.scratch(n);
                    Scratch weighted = memory.scratch((long) n * n);
                    Scratch product = memory.scratch((long) n * n)) {
                memory.uploadNumbers(weights(f), w.at(0));
                kernels.scaleRows(n, w.at(0), matrix(), weighted.at(0));
                blas.multiplyDoubles(false, true, n, n, n, 1, matrix(), n, weighted.at(0), n, 0, product.at(0), n);
                kernels.narrowSymmetric(n, product.at(0), 0, out);
            }
        }
    }

    @Override
    public void eigen(List<Symmetric> matrices, Consumer<List<Found<Eigen>>> use) {
        results.together(() -> {
            List<EigenOnDevice> all =
                    begin(matrices, matrix -> filled(new EigenOnDevice(matrix.size()), square -> square.begin(matrix)));
            use(all, () -> use.accept(all.stream().map(EigenOnDevice::found).toList()));
        });
    }

    // ---- inverses ----

    /** After the facts the scale C. */
    private final class InverseOnDevice extends Square implements Inverse {
        private double traceOfMatrix;
        private boolean tried;

        InverseOnDevice(int n) {
            super(n, FACTS + n);
        }

        private void begin(Symmetric matrix) {
            if (size() == 0) {
                return;
            }
            kernels.widen(matrix, matrix());
            kernels.judge(size(), matrix(), at(0));
            ask(FACTS);
        }

        /** In place of the facts: the smallest pivot, nothing, and how both calls ended. */
        private void factor(double shift) {
            int n = size();
            traceOfMatrix = trace();
            tried = isFinite();
            if (tried && n > 0) {
                kernels.scaleToUnitDiagonal(n, shift, at(FACTS), matrix());
                device.set(at(0), 0, (long) FACTS * Double.BYTES / Integer.BYTES);
                solver.cholesky(n, matrix(), at(FIRST_ENDING));
                kernels.smallestPivot(n, matrix(), at(0));
                solver.invert(n, matrix(), at(FIRST_ENDING + 1L));
                ask(FACTS);
            }
        }

        Found<Inverse> found() {
            boolean definite = tried && endedWell() && fact(0) > size() * Math.ulp(1.0);
            return new Found<>(traceOfMatrix, definite ? Optional.of(this) : Optional.empty());
        }

        @Override
        public void write(Columns out) {
            Contract.sized(size(), out.columns());
            if (size() > 0) {
                kernels.narrowSymmetric(size(), matrix(), at(FACTS), out);
            }
        }
    }

    @Override
    public void inverses(List<Symmetric> matrices, UnaryOperator<double[]> shifts, Consumer<List<Found<Inverse>>> use) {
        results.together(() -> {
            List<InverseOnDevice> all = begin(
                    matrices, matrix -> filled(new InverseOnDevice(matrix.size()), square -> square.begin(matrix)));
            results.then(() -> factor(all, shifts, use), () -> all.forEach(Square::close));
        });
    }

    private void factor(List<InverseOnDevice> all, UnaryOperator<double[]> shifts, Consumer<List<Found<Inverse>>> use) {
        try {
            double[] shift =
                    shifts.apply(all.stream().mapToDouble(Square::trace).toArray());
            for (int i = 0; i < shift.length; i++) {
                all.get(i).factor(shift[i]);
            }
        } catch (RuntimeException e) {
            all.forEach(Square::close);
            throw e;
        }
        use(all, () -> use.accept(all.stream().map(InverseOnDevice::found).toList()));
    }

    // ---- orthonormal rows ----

    /** After the facts τ and the signs of R's diagonal. */
    private final class Rows extends Square {
        Rows(int n) {
            super(n, FACTS + 2L * n);
        }

        private void begin(Tensor x, int[] order) {
            int n = size();
            if (n == 0) {
                return;
            }
            long tau = at(FACTS);
            kernels.widen(x, order, matrix());
            kernels.judge(n, matrix(), at(0));
            kernels.scaleByUnit(n, at(0), matrix());
            solver.reflect(n, matrix(), tau, at(FIRST_ENDING));
            kernels.signsOfDiagonal(n, matrix(), at(FACTS + (long) n));
            solver.orthonormal(n, matrix(), tau, at(FIRST_ENDING + 1L));
            ask(FACTS);
        }

        boolean write(Tensor out) {
            boolean found = isFinite() && endedWell();
            if (found && size() > 0) {
                kernels.narrowRows(size(), matrix(), at(FACTS + (long) size()), false, Columns.of(out));
            }
            return found;
        }
    }

    @Override
    public void orthonormalize(Tensor x, int[] order, Tensor out, Consumer<Boolean> use) {
        Contract.ordered(x, order, out);
        results.together(() -> {
            List<Rows> all =
                    begin(List.of(x), rows -> filled(new Rows(order.length), square -> square.begin(rows, order)));
            use(all, () -> use.accept(all.get(0).write(out)));
        });
    }

    // ---- what goes with them ----

    @Override
    public void permutation(int[] order, Tensor out) {
        Contract.ordered(out, order, out);
        if (order.length > 0) {
            kernels.permutation(order, out);
        }
    }

    @Override
    public void products(double[] lambda, double[] mu, double shift, Tensor out, Tensor reciprocal) {
        Contract.pairs(lambda.length, mu.length, out, reciprocal);
        if (out.size() > 0) {
            kernels.products(lambda, mu, shift, out, reciprocal);
        }
    }

    @Override
    public void reciprocals(Tensor x, double shift, Tensor out, Consumer<Boolean> use) {
        Contract.sameSize(x, out);
        results.together(() -> {
            List<Square> facts = begin(
                    List.of(x),
                    numbers -> filled(new Square(0, FACTS), square -> {
                        if (numbers.size() > 0) {
                            kernels.reciprocals(numbers, shift, square.at(0), out);
                            square.ask(FACTS);
                        }
                    }));
            use(facts, () -> use.accept(facts.get(0).isFinite()));
        });
    }
}
