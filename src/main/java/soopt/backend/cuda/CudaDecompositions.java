package soopt.backend.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import soopt.backend.Contract;
import soopt.backend.Decompositions;
import soopt.backend.Tensor;
import soopt.backend.cuda.CudaMemory.Scratch;
import soopt.backend.cuda.HeldMatrices.Held;
import soopt.backend.cuda.driver.Blas;
import soopt.backend.cuda.driver.Solver;

/**
 * Matrices stay on the GPU, in float64 between our kernels and cuSOLVER; what comes to the host are eigenvalues, and
 * how each call ended. Those of one use are read with all others that were asked for together.
 */
final class CudaDecompositions implements Decompositions {
    private static final int FIRST_ENDING = HeldMatrices.FIRST_ENDING;

    private final HeldMatrices matrices;
    private final CudaMemory memory;
    private final CudaResults results;
    private final FactorKernels kernels;
    private final Solver solver;
    private final Blas blas;

    CudaDecompositions(
            HeldMatrices matrices,
            CudaMemory memory,
            CudaResults results,
            FactorKernels kernels,
            Solver solver,
            Blas blas) {
        this.matrices = matrices;
        this.memory = memory;
        this.results = results;
        this.kernels = kernels;
        this.solver = solver;
        this.blas = blas;
    }

    // ---- eigenvectors ----

    @Override
    public void eigen(List<Symmetric> symmetric, Consumer<List<Found<Eigen>>> use) {
        results.together(() -> {
            List<Held> all = matrices.begin(symmetric, Symmetric::size, 1, this::diagonalize);
            matrices.use(all, () -> use.accept(all.stream().map(this::eigen).toList()));
        });
    }

    private void diagonalize(Symmetric matrix, Held held) {
        int n = held.size();
        if (n > 0) {
            kernels.widen(matrix, held.matrix());
            kernels.judge(n, held.matrix(), held.fact(0));
            kernels.scaleByUnit(n, held.fact(0), held.matrix());
            solver.eigen(n, held.matrix(), held.own(0), held.fact(FIRST_ENDING));
            held.ask(n);
        }
    }

    private Found<Eigen> eigen(Held held) {
        // in units, a power of two
        double[] values = IntStream.range(0, held.size())
                .mapToDouble(k -> held.knownOwn(k) / held.known(0))
                .toArray();
        boolean found =
                held.isFinite() && held.endedWell() && Arrays.stream(values).allMatch(Double::isFinite);
        return new Found<>(held.trace(), found ? Optional.of(new EigenOnDevice(held, values)) : Optional.empty());
    }

    /** The vectors are the rows. */
    private final class EigenOnDevice implements Eigen {
        private final Held held;
        private final double[] values;

        EigenOnDevice(Held held, double[] values) {
            this.held = held;
            this.values = values;
        }

        @Override
        public double[] values() {
            return values;
        }

        @Override
        public void vectors(boolean largestFirst, Columns out) {
            Contract.sized(values.length, out.columns());
            if (values.length > 0) {
                kernels.narrowRows(values.length, held.matrix(), 0, largestFirst, out);
            }
        }

        private Scratch weights(DoubleUnaryOperator f) {
            Scratch w = memory.scratch(values.length);
            memory.uploadNumbers(Arrays.stream(values).map(f).toArray(), w.at(0));
            return w;
        }

        @Override
        public void scaledVectors(DoubleUnaryOperator f, Tensor out) {
            Contract.sized(values.length, out);
            if (values.length > 0) {
                try (Scratch w = weights(f)) {
                    kernels.narrowRows(values.length, held.matrix(), w.at(0), false, Columns.of(out));
                }
            }
        }

        @Override
        public void apply(DoubleUnaryOperator f, Columns out) {
            int n = values.length;
            Contract.sized(n, out.columns());
            if (n == 0) {
                return;
            }
            try (Scratch w = weights(f);
                    Scratch weighted = memory.scratch((long) n * n);
                    Scratch product = memory.scratch((long) n * n)) {
                kernels.scaleRows(n, w.at(0), held.matrix(), weighted.at(0));
                blas.multiplyDoubles(false, true, n, n, n, 1, held.matrix(), n, weighted.at(0), n, 0, product.at(0), n);
                kernels.narrowSymmetric(n, product.at(0), 0, out);
            }
        }
    }

    // ---- inverses ----

    @Override
    public void inverses(
            List<Symmetric> symmetric, UnaryOperator<double[]> shifts, Consumer<List<Found<Inverse>>> use) {
        results.together(() -> {
            List<Held> all = matrices.begin(symmetric, Symmetric::size, 1, this::look);
            matrices.then(all, () -> {
                double[] traces = all.stream().mapToDouble(Held::trace).toArray();
                double[] shift = shifts.apply(traces);
                for (int i = 0; i < traces.length; i++) {
                    invert(all.get(i), shift[i]);
                }
                matrices.use(all, () -> use.accept(inverses(all, traces)));
            });
        });
    }

    private void look(Symmetric matrix, Held held) {
        if (held.size() > 0) {
            kernels.widen(matrix, held.matrix());
            kernels.judge(held.size(), held.matrix(), held.fact(0));
            held.ask(0);
        }
    }

    /** The facts become the smallest pivot, nothing, and how both calls ended; what is its own the scale C. */
    private void invert(Held held, double shift) {
        int n = held.size();
        if (n > 0 && held.isFinite()) {
            kernels.scaleToUnitDiagonal(n, shift, held.own(0), held.matrix());
            held.clearFacts();
            solver.cholesky(n, held.matrix(), held.fact(FIRST_ENDING));
            kernels.smallestPivot(n, held.matrix(), held.fact(0));
            solver.invert(n, held.matrix(), held.fact(FIRST_ENDING + 1));
            held.ask(0);
        }
    }

    private List<Found<Inverse>> inverses(List<Held> all, double[] traces) {
        List<Found<Inverse>> found = new ArrayList<>();
        for (int i = 0; i < traces.length; i++) {
            Held held = all.get(i);
            boolean definite =
                    !Double.isNaN(traces[i]) && held.endedWell() && held.known(0) > held.size() * Math.ulp(1.0);
            found.add(new Found<>(traces[i], definite ? Optional.of(out -> write(held, out)) : Optional.empty()));
        }
        return found;
    }

    private void write(Held held, Columns out) {
        Contract.sized(held.size(), out.columns());
        if (held.size() > 0) {
            kernels.narrowSymmetric(held.size(), held.matrix(), held.own(0), out);
        }
    }

    // ---- orthonormal rows ----

    @Override
    public void orthonormalize(Tensor x, int[] order, Tensor out, Consumer<Boolean> use) {
        Contract.ordered(x, order, out);
        results.together(() -> {
            List<Held> all =
                    matrices.begin(List.of(x), rows -> order.length, 2, (rows, held) -> reflect(rows, order, held));
            matrices.use(all, () -> {
                Held held = all.get(0);
                int n = held.size();
                boolean found = held.isFinite() && held.endedWell();
                if (found && n > 0) {
                    kernels.narrowRows(n, held.matrix(), held.own(n), false, Columns.of(out));
                }
                use.accept(found);
            });
        });
    }

    /** What is its own becomes τ and the signs of R's diagonal. */
    private void reflect(Tensor rows, int[] order, Held held) {
        int n = held.size();
        if (n > 0) {
            kernels.widen(rows, order, held.matrix());
            kernels.judge(n, held.matrix(), held.fact(0));
            kernels.scaleByUnit(n, held.fact(0), held.matrix());
            solver.reflect(n, held.matrix(), held.own(0), held.fact(FIRST_ENDING));
            kernels.signsOfDiagonal(n, held.matrix(), held.own(n));
            solver.orthonormal(n, held.matrix(), held.own(0), held.fact(FIRST_ENDING + 1));
            held.ask(0);
        }
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
            List<Held> facts = matrices.begin(List.of(x), numbers -> 0, 0, (numbers, held) -> {
                if (numbers.size() > 0) {
                    kernels.reciprocals(numbers, shift, held.fact(0), out);
                    held.ask(0);
                }
            });
            matrices.use(facts, () -> use.accept(facts.get(0).isFinite()));
        });
    }
}
