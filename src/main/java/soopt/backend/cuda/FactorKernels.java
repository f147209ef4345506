package soopt.backend.cuda;

import soopt.backend.Decompositions.Columns;
import soopt.backend.Decompositions.Symmetric;
import soopt.backend.Tensor;
import soopt.backend.cuda.CudaMemory.Scratch;
import soopt.backend.cuda.Kernels.Kernel;
import soopt.backend.cuda.Kernels.Theme;

/** Our kernels before and after cuSOLVER: matrices [n, n] in float64 at an address (factors.cu). */
final class FactorKernels {
    private static final int MOST_PARTS = 1024;

    private final CudaMemory memory;
    private final Kernel widenSymmetric;
    private final Kernel widenRows;
    private final Kernel largest;
    private final Kernel judge;
    private final Kernel scaleByUnit;
    private final Kernel rootsOfDiagonal;
    private final Kernel scaleToUnitDiagonal;
    private final Kernel smallestPivot;
    private final Kernel signsOfDiagonal;
    private final Kernel scaleRows;
    private final Kernel narrowRows;
    private final Kernel narrowSymmetric;
    private final Kernel permutation;
    private final Kernel products;
    private final Kernel largestNumber;
    private final Kernel reciprocals;

    FactorKernels(CudaMemory memory, Kernels kernels) {
        this.memory = memory;
        this.widenSymmetric = kernels.kernel(Theme.FACTORS, "widenSymmetric");
        this.widenRows = kernels.kernel(Theme.FACTORS, "widenRows");
        this.largest = kernels.kernel(Theme.FACTORS, "largest");
        this.judge = kernels.kernel(Theme.FACTORS, "judge");
        this.scaleByUnit = kernels.kernel(Theme.FACTORS, "scaleByUnit");
        this.rootsOfDiagonal = kernels.kernel(Theme.FACTORS, "rootsOfDiagonal");
        this.scaleToUnitDiagonal = kernels.kernel(Theme.FACTORS, "scaleToUnitDiagonal");
        this.smallestPivot = kernels.kernel(Theme.FACTORS, "smallestPivot");
        this.signsOfDiagonal = kernels.kernel(Theme.FACTORS, "signsOfDiagonal");
        this.scaleRows = kernels.kernel(Theme.FACTORS, "scaleRows");
        this.narrowRows = kernels.kernel(Theme.FACTORS, "narrowRows");
        this.narrowSymmetric = kernels.kernel(Theme.FACTORS, "narrowSymmetric");
        this.permutation = kernels.kernel(Theme.FACTORS, "permutation");
        this.products = kernels.kernel(Theme.FACTORS, "products");
        this.largestNumber = kernels.kernel(Theme.FACTORS, "largestNumber");
        this.reciprocals = kernels.kernel(Theme.FACTORS, "reciprocals");
    }

    private static long square(int n) {
        return (long) n * n;
    }

    /** a ← M, both triangles. */
    void widen(Symmetric matrix, long a) {
        int n = matrix.size();
        widenSymmetric
                .start()
                .put(n)
                .put(matrix.block().length(0))
                .put(matrix.block())
                .put(matrix.border().map(CudaMemory::address).orElse(0L))
                .wide(matrix.corner())
                .put(a)
                .forElements(square(n));
    }

    /** Row k of a ← row order_k of x. */
    void widen(Tensor x, int[] order, long a) {
        int n = order.length;
        try (Scratch places = memory.scratchBytes((long) n * Integer.BYTES)) {
            memory.upload(order, places.at(0));
            widenRows.start().put(n).put(x).put(places.at(0)).put(a).forElements(square(n));
        }
    }

    /** facts ← a power of two to multiply a with, or 0 if it is not finite; its trace, or NaN; 0 and 0. */
    void judge(int n, long a, long facts) {
        int blocks = Math.min(MOST_PARTS, Launch.blocksFor(square(n)));
        try (Scratch parts = memory.scratch(blocks)) {
            largest.start().put(square(n)).put(a).put(parts.at(0)).blocks(blocks, 1);
            judge.start().put(n).put(a).put(blocks).put(parts.at(0)).put(facts).blocks(1, 1);
        }
    }

    /** a ← unit a, or the identity if it is not finite. */
    void scaleByUnit(int n, long facts, long a) {
        scaleByUnit.start().put(n).put(facts).put(a).forElements(square(n));
    }

    /** a ← C (a + shift I) C with c_i = (a_ii + shift)^{-1/2}, or 0 where there is none. */
    void scaleToUnitDiagonal(int n, double shift, long c, long a) {
        rootsOfDiagonal.start().put(n).put(a).wide(shift).put(c).forElements(n);
        scaleToUnitDiagonal.start().put(n).put(c).put(a).forElements(square(n));
    }

    /** least ← min a_ii². */
    void smallestPivot(int n, long a, long least) {
        smallestPivot.start().put(n).put(a).put(least).blocks(1, 1);
    }

    /** s_i ← −1 where a_ii is negative, else 1. */
    void signsOfDiagonal(int n, long a, long s) {
        signsOfDiagonal.start().put(n).put(a).put(s).forElements(n);
    }

    /** b_kj ← w_k a_kj. */
    void scaleRows(int n, long w, long a, long b) {
        scaleRows.start().put(n).put(w).put(a).put(b).forElements(square(n));
    }

    /** Row k of out ← w_k times row k of a, or a's rows from the last on; w may be 0 for none. */
    void narrowRows(int n, long a, long w, boolean reversed, Columns out) {
        narrowRows
                .start()
                .put(n)
                .put(out.columns().length(1))
                .put(a)
                .put(w)
                .put(reversed ? 1 : 0)
                .put(out.columns())
                .put(out.last().map(CudaMemory::address).orElse(0L))
                .forElements(square(n));
    }

    /** out ← c_i c_j a_ij of the lower triangle, which is mirrored; c may be 0 for none. */
    void narrowSymmetric(int n, long a, long c, Columns out) {
        narrowSymmetric
                .start()
                .put(n)
                .put(out.columns().length(1))
                .put(a)
                .put(c)
                .put(out.columns())
                .put(out.last().map(CudaMemory::address).orElse(0L))
                .forElements(square(n));
    }

    /** Row k of out ← e of order_k. */
    void permutation(int[] order, Tensor out) {
        int n = order.length;
        try (Scratch places = memory.scratchBytes((long) n * Integer.BYTES)) {
            memory.upload(order, places.at(0));
            permutation.start().put(n).put(places.at(0)).put(out).forElements(square(n));
        }
    }

    /** out_ij ← λ_i μ_j, reciprocal_ij ← 1 / (λ_i μ_j + shift). */
    void products(double[] lambda, double[] mu, double shift, Tensor out, Tensor reciprocal) {
        try (Scratch values = memory.scratch((long) lambda.length + mu.length)) {
            memory.uploadNumbers(lambda, values.at(0));
            memory.uploadNumbers(mu, values.at(lambda.length));
            products.start()
                    .put(lambda.length)
                    .put(mu.length)
                    .put(values.at(0))
                    .put(values.at(lambda.length))
                    .wide(shift)
                    .put(out)
                    .put(reciprocal)
                    .forElements((long) lambda.length * mu.length);
        }
    }

    /** out_i ← 1 / (x_i + shift) if x is finite, which facts say as of a matrix. */
    void reciprocals(Tensor x, double shift, long facts, Tensor out) {
        int blocks = Math.min(MOST_PARTS, Launch.blocksFor(x.size()));
        try (Scratch parts = memory.scratch(blocks)) {
            largestNumber.start().put(x.size()).put(x).put(parts.at(0)).blocks(blocks, 1);
            // of no rows: what it says of a diagonal is of none
            judge.start()
                    .put(0)
                    .put(parts.at(0))
                    .put(blocks)
                    .put(parts.at(0))
                    .put(facts)
                    .blocks(1, 1);
        }
        reciprocals.start().put(x.size()).put(facts).put(x).wide(shift).put(out).forElements(x.size());
    }
}
