// What stands before and after cuSOLVER: square matrices [n, n] in float64, row by row. A matrix with an entry that is
// not finite becomes the identity, as no solver says what it does with one.

#define LARGEST_NUMBER 1.7976931348623157e308
#define HUGE_NUMBER __longlong_as_double(0x7ff0000000000000ll)
#define NOT_A_NUMBER __longlong_as_double(0x7ff8000000000000ll)

// Maximum over a block of 256 threads, in its first thread.
__device__ static double blockMax(double v) {
    __shared__ double most[8];
    v = warpMax(v);
    if (threadIdx.x % 32 == 0) most[threadIdx.x / 32] = v;
    __syncthreads();
    if (threadIdx.x < 32) v = warpMax(threadIdx.x < 8 ? most[threadIdx.x] : 0);
    return v;
}

// Sum over a block of 256 threads, in its first thread.
__device__ static double blockSum(double v) {
    __shared__ double sums[8];
    v = warpSum(v);
    if (threadIdx.x % 32 == 0) sums[threadIdx.x / 32] = v;
    __syncthreads();
    if (threadIdx.x < 32) v = warpSum(threadIdx.x < 8 ? sums[threadIdx.x] : 0);
    return v;
}

// a ← the symmetric matrix whose lower triangle is that of block [m, m], with a last row [border, corner] if m < n.
extern "C" __global__ void __launch_bounds__(256)
widenSymmetric(int n, int m, const real *block, const real *border, double corner, double *a) {
    long long total = n * (long long)n;
    for (long long i = first(); i < total; i += stride()) {
        int row = (int)(i / n), column = (int)(i % n);
        int low = max(row, column), high = min(row, column);
        a[i] = low < m ? (double)block[low * (long long)m + high] : high < m ? (double)border[high] : corner;
    }
}

// Row k of a ← row order[k] of x.
extern "C" __global__ void __launch_bounds__(256)
widenRows(int n, const real *x, const int *order, double *a) {
    long long total = n * (long long)n;
    for (long long i = first(); i < total; i += stride()) a[i] = x[order[i / n] * (long long)n + i % n];
}

// partial[block] = part of max |a_i|; infinite if an entry is not finite
extern "C" __global__ void __launch_bounds__(256) largest(long long total, const double *a, double *partial) {
    double most = 0;
    for (long long i = first(); i < total; i += stride()) {
        double v = fabs(a[i]);
        most = max(most, v <= LARGEST_NUMBER ? v : HUGE_NUMBER);
    }
    most = blockMax(most);
    if (threadIdx.x == 0) partial[blockIdx.x] = most;
}

// facts = {unit, trace, 0, 0}: a power of two that keeps squares of the entries in range, or 0 if one is not finite, and
// the sum of the diagonal, or NaN. By one block.
extern "C" __global__ void __launch_bounds__(256)
judge(int n, const double *a, int blocks, const double *partial, double *facts) {
    double most = 0, trace = 0;
    for (int i = threadIdx.x; i < blocks; i += blockDim.x) most = max(most, partial[i]);
    most = blockMax(most);
    for (int i = threadIdx.x; i < n; i += blockDim.x) trace += a[i * (long long)(n + 1)];
    trace = blockSum(trace);
    if (threadIdx.x == 0) {
        bool finite = most <= LARGEST_NUMBER;
        double unit = 1;
        if (finite && most > 0) unit = scalbn(1.0, max(-1000, min(1000, -ilogb(most))));
        facts[0] = finite ? unit : 0;
        facts[1] = finite ? trace : NOT_A_NUMBER;
        facts[2] = 0;
        facts[3] = 0;
    }
}

// a ← unit a, or the identity if the unit is 0.
extern "C" __global__ void __launch_bounds__(256) scaleByUnit(int n, const double *facts, double *a) {
    long long total = n * (long long)n;
    double unit = facts[0];
    for (long long i = first(); i < total; i += stride()) a[i] = unit > 0 ? unit * a[i] : i % (n + 1) == 0 ? 1 : 0;
}

// c_i ← 1 / √(a_ii + shift), or 0 if there is none.
extern "C" __global__ void __launch_bounds__(256) rootsOfDiagonal(int n, const double *a, double shift, double *c) {
    for (long long i = first(); i < n; i += stride()) {
        double v = a[i * (n + 1)] + shift;
        c[i] = v > 0 && v <= LARGEST_NUMBER ? 1 / sqrt(v) : 0;
    }
}

// a_ij ← c_i c_j a_ij, with 1 on the diagonal, or 0 where c is 0.
extern "C" __global__ void __launch_bounds__(256) scaleToUnitDiagonal(int n, const double *c, double *a) {
    long long total = n * (long long)n;
    for (long long i = first(); i < total; i += stride()) {
        int row = (int)(i / n), column = (int)(i % n);
        a[i] = row == column ? (c[row] > 0 ? 1 : 0) : a[i] * c[row] * c[column];
    }
}

// least[0] ← min a_ii², of Cholesky's factor. By one block.
extern "C" __global__ void __launch_bounds__(256) smallestPivot(int n, const double *a, double *least) {
    double most = -HUGE_NUMBER;
    for (int i = threadIdx.x; i < n; i += blockDim.x) {
        double v = a[i * (long long)(n + 1)];
        most = max(most, v == v ? -v * v : 0);
    }
    __shared__ double parts[8];
    most = warpMax(most);
    if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = most;
    __syncthreads();
    if (threadIdx.x == 0) {
        for (int w = 1; w < 8; w++) most = max(most, parts[w]);
        least[0] = -most;
    }
}

// s_i ← −1 where a_ii is negative, else 1.
extern "C" __global__ void __launch_bounds__(256) signsOfDiagonal(int n, const double *a, double *s) {
    for (long long i = first(); i < n; i += stride()) s[i] = a[i * (n + 1)] < 0 ? -1 : 1;
}

// b_kj ← w_k a_kj
extern "C" __global__ void __launch_bounds__(256) scaleRows(int n, const double *w, const double *a, double *b) {
    long long total = n * (long long)n;
    for (long long i = first(); i < total; i += stride()) b[i] = w[i / n] * a[i];
}

// Row k of [out | last] ← w_k times row k of a, the last row first if reversed; out: [n, m]. Without w 1 is meant.
extern "C" __global__ void __launch_bounds__(256)
narrowRows(int n, int m, const double *a, const double *w, int reversed, real *out, real *last) {
    long long total = n * (long long)n;
    for (long long i = first(); i < total; i += stride()) {
        int row = (int)(i / n), column = (int)(i % n), from = reversed ? n - 1 - row : row;
        double v = a[from * (long long)n + column];
        if (w) v *= w[from];
        if (column < m) out[row * (long long)m + column] = (real)v;
        else last[row] = (real)v;
    }
}

// [out | last] ← the symmetric matrix c_i c_j a_ij of the lower triangle; without c 1 is meant.
extern "C" __global__ void __launch_bounds__(256)
narrowSymmetric(int n, int m, const double *a, const double *c, real *out, real *last) {
    long long total = n * (long long)n;
    for (long long i = first(); i < total; i += stride()) {
        int row = (int)(i / n), column = (int)(i % n);
        double v = a[max(row, column) * (long long)n + min(row, column)];
        if (c) v *= c[row] * c[column];
        if (column < m) out[row * (long long)m + column] = (real)v;
        else last[row] = (real)v;
    }
}

// Row k of out ← e of order[k].
extern "C" __global__ void __launch_bounds__(256) permutation(int n, const int *order, real *out) {
    long long total = n * (long long)n;
    for (long long i = first(); i < total; i += stride()) out[i] = i % n == order[i / n] ? 1 : 0;
}

// out_ij ← λ_i μ_j, reciprocal_ij ← 1 / (λ_i μ_j + shift); [m, n]
extern "C" __global__ void __launch_bounds__(256)
products(int m, int n, const double *lambda, const double *mu, double shift, real *out, real *reciprocal) {
    long long total = m * (long long)n;
    for (long long i = first(); i < total; i += stride()) {
        double v = lambda[i / n] * mu[i % n];
        out[i] = (real)v;
        reciprocal[i] = (real)(1 / (v + shift));
    }
}

// partial[block] = part of max |x_i|; infinite if an entry is not finite
extern "C" __global__ void __launch_bounds__(256) largestNumber(long long total, const real *x, double *partial) {
    double most = 0;
    for (long long i = first(); i < total; i += stride()) {
        double v = fabs((double)x[i]);
        most = max(most, v <= LARGEST_NUMBER ? v : HUGE_NUMBER);
    }
    most = blockMax(most);
    if (threadIdx.x == 0) partial[blockIdx.x] = most;
}

// out_i ← 1 / (x_i + shift), if the unit is not 0.
extern "C" __global__ void __launch_bounds__(256)
reciprocals(long long total, const double *facts, const real *x, double shift, real *out) {
    if (facts[0] == 0) return;
    for (long long i = first(); i < total; i += stride()) out[i] = (real)(1 / ((double)x[i] + shift));
}
