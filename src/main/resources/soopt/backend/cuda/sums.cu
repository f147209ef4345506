// Contractions. The first kernel of each leaves one float64 number for each result and block of the grid, the second
// adds those of a result. Up to four products of float32 are added in float32 before they go to float64, in whose
// units most GPUs are slow.

#define WARP 32

// Sum over a block of whole warps, in its first thread.
__device__ double blockSum(double v) {
    __shared__ double sums[WARP];
    int thread = threadIdx.y * blockDim.x + threadIdx.x;
    int warps = blockDim.x * blockDim.y / WARP;
    v = warpSum(v);
    __syncthreads();  // what an earlier call left may still be read
    if (thread % WARP == 0) sums[thread / WARP] = v;
    __syncthreads();
    if (thread < WARP) v = warpSum(thread < warps ? sums[thread] : 0);
    return v;
}

// partial[s, block] = part of ⟨x_s, y_s⟩; x: [n, m], y: [n, m] or, with yStep 0, one row for all.
extern "C" __global__ void __launch_bounds__(256)
dots(const real *__restrict__ x, const real *__restrict__ y, long long yStep, int n, long long m, double *partial) {
    long long step = stride();
    for (int s = blockIdx.y; s < n; s += gridDim.y) {
        const real *a = x + s * m, *b = y + s * yStep;
        double v = 0;
        long long i = first();
        for (; i + 3 * step < m; i += 4 * step) {
            real few = a[i] * b[i] + a[i + step] * b[i + step];
            few += a[i + 2 * step] * b[i + 2 * step] + a[i + 3 * step] * b[i + 3 * step];
            v += few;
        }
        for (; i < m; i += step) v += a[i] * b[i];
        v = blockSum(v);
        if (threadIdx.x == 0) partial[s * (long long)gridDim.x + blockIdx.x] = v;
    }
}

// out_k = Σ_b partial[k, b], a warp for each
extern "C" __global__ void __launch_bounds__(256)
addBlocks(const double *__restrict__ partial, int blocks, long long results, double *out) {
    long long k = first() / WARP;
    if (k >= results) return;
    double v = 0;
    for (int b = threadIdx.x % WARP; b < blocks; b += WARP) v += partial[k * blocks + b];
    v = warpSum(v);
    if (threadIdx.x % WARP == 0) out[k] = v;
}

// The same for the results of several sums, a row {results before, address of partial, blocks, address of out} of the
// table for each sum.
extern "C" __global__ void __launch_bounds__(256)
addSums(const long long *__restrict__ table, int sums, long long results) {
    long long k = first() / WARP;
    if (k >= results) return;
    int low = 0, high = sums - 1;
    while (low < high) {
        int middle = (low + high + 1) / 2;
        if (table[4 * middle] <= k) low = middle;
        else high = middle - 1;
    }
    const long long *sum = table + 4 * low;
    k -= sum[0];
    const double *partial = (const double *)sum[1];
    long long blocks = sum[2];
    double v = 0;
    for (long long b = threadIdx.x % WARP; b < blocks; b += WARP) v += partial[k * blocks + b];
    v = warpSum(v);
    if (threadIdx.x % WARP == 0) ((double *)sum[3])[k] = v;
}

// ---- Gram matrices of few long rows ----

#define SIDE 32     // directions of a tile
#define COLUMNS 64  // of a chunk in shared memory
#define PADDED (SIDE + 4)
#define SMALL 4  // a thread makes SMALL × SMALL results

// x[4 rows from tile, columns of the chunk] transposed, times w and v where there are such; 0 beyond the ends.
__device__ static inline void load(const real *__restrict__ x, long long rowStep, long long step, int tile, int n,
    long long m, long long from,
    const real *__restrict__ w, const real *__restrict__ v, real (*to)[PADDED]) {
    for (int i = threadIdx.x; i < SIDE * COLUMNS; i += blockDim.x) {
        int row = i / COLUMNS, column = i % COLUMNS;
        int s = tile * SIDE + row;
        long long at = from + column;
        real value = 0;
        if (s < n && at < m) {
            value = x[s * rowStep + at * step];
            if (w) value *= v ? w[at] * v[at] : w[at];
        }
        to[column][row] = value;
    }
}

// partial[s, t, block] = part of Σ_i w_i v_i x_si x_ti; x: [n, m] with x_si at s rowStep + i step; w and v: [m] or 0. Blocks in y are the tiles of the
// lower triangle; each thread makes 4 × 4 results of every group-th column of a chunk.
extern "C" __global__ void __launch_bounds__(256)
gram(const real *__restrict__ x, long long rowStep, long long step, const real *__restrict__ w,
    const real *__restrict__ v, int n, long long m, double *partial) {
    __shared__ real left[COLUMNS][PADDED];
    __shared__ real right[COLUMNS][PADDED];
    __shared__ double sums[SMALL][256];
    int tileRow = 0, rest = blockIdx.y;
    while (rest > tileRow) rest -= ++tileRow;
    int tileColumn = rest;
    int rows = (min(SIDE, n - tileRow * SIDE) + SMALL - 1) / SMALL;
    int columns = (min(SIDE, n - tileColumn * SIDE) + SMALL - 1) / SMALL;
    int pieces = rows * columns, groups = blockDim.x / pieces;
    int piece = threadIdx.x % pieces, group = threadIdx.x / pieces;
    int row = piece / columns * SMALL, column = piece % columns * SMALL;
    double total[SMALL][SMALL] = {};
    for (long long from = blockIdx.x * (long long)COLUMNS; from < m; from += gridDim.x * (long long)COLUMNS) {
        load(x, rowStep, step, tileRow, n, m, from, w, v, left);
        load(x, rowStep, step, tileColumn, n, m, from, 0, 0, right);
        __syncthreads();
        if (group < groups) {
            real few[SMALL][SMALL] = {};
            for (int c = group; c < COLUMNS; c += groups) {
                for (int a = 0; a < SMALL; a++)
                    for (int b = 0; b < SMALL; b++) few[a][b] += left[c][row + a] * right[c][column + b];
            }
            for (int a = 0; a < SMALL; a++)
                for (int b = 0; b < SMALL; b++) total[a][b] += few[a][b];
        }
        __syncthreads();
    }
    for (int a = 0; a < SMALL; a++) {
        for (int b = 0; b < SMALL; b++) sums[b][threadIdx.x] = total[a][b];
        __syncthreads();
        int s = tileRow * SIDE + row + a;
        if (group < SMALL && group < groups) {
            for (int b = group; b < SMALL; b += min(SMALL, groups)) {
                int t = tileColumn * SIDE + column + b;
                if (s < n && t <= s) {
                    double sum = 0;
                    for (int g = 0; g < groups; g++) sum += sums[b][g * pieces + piece];
                    partial[((long long)s * n + t) * gridDim.x + blockIdx.x] = sum;
                    partial[((long long)t * n + s) * gridDim.x + blockIdx.x] = sum;
                }
            }
        }
        __syncthreads();
    }
}

// ---- tangents through an activation, and their part of D̄³ ----

// ȧ = σ′ ż in place; with second: ä = σ′ z̈ + σ″ ż², z̈ = 0 from row n2 on, and
// partial[s, block] = part of Σ λσ‴ ż_s³ + 3 λσ″ ż_s z̈_s. Rows [n, m], multipliers [m].
extern "C" __global__ void __launch_bounds__(256)
tangents(real *first_, real *second, int n, int n2, long long m, const real *__restrict__ lambda,
    const real *__restrict__ s1, const real *__restrict__ s2, const real *__restrict__ s3, double *partial) {
    for (int s = blockIdx.y; s < n; s += gridDim.y) {
        double third = 0;
        for (long long i = first(); i < m; i += stride()) {
            long long at = s * m + i;
            real z = first_[at];
            first_[at] = s1[i] * z;
            if (second) {
                real zz = s < n2 ? second[at] : 0;
                third += lambda[i] * z * (s3[i] * z * z + 3 * s2[i] * zz);
                second[at] = s1[i] * zz + s2[i] * z * z;
            }
        }
        if (second) {
            third = blockSum(third);
            if (threadIdx.x == 0) partial[s * (long long)gridDim.x + blockIdx.x] = third;
        }
    }
}

// partial[s, block] = part of Σ p v_s (v_s² + 3 v̈_s), v̈ = 0 from row n2 on; v, v̈: [n, m], p: [m]
extern "C" __global__ void __launch_bounds__(256)
softmaxThirds(const real *__restrict__ v, const real *__restrict__ second, int n, int n2, long long m,
    const real *__restrict__ p, double *partial) {
    for (int s = blockIdx.y; s < n; s += gridDim.y) {
        double third = 0;
        for (long long i = first(); i < m; i += stride()) {
            double x = v[s * m + i];
            double xx = s < n2 ? (double)second[s * m + i] : 0;
            third += (double)p[i] * x * (x * x + 3 * xx);
        }
        third = blockSum(third);
        if (threadIdx.x == 0) partial[s * (long long)gridDim.x + blockIdx.x] = third;
    }
}

// partial[block] = part of Σ (y − t)²; gradient, unless 0, ← slope (y − t)
extern "C" __global__ void __launch_bounds__(256)
squares(long long n, const real *__restrict__ y, const real *__restrict__ t, real slope, real *gradient,
    double *partial) {
    double v = 0;
    for (long long i = first(); i < n; i += stride()) {
        real difference = y[i] - t[i];
        v += (double)difference * difference;
        if (gradient) gradient[i] = slope * difference;
    }
    v = blockSum(v);
    if (threadIdx.x == 0) partial[blockIdx.x] = v;
}

// ---- sums over rows ----

// partial[column, block] = part of Σ_i x_i over rows; x: [rows, d]. The block is [columns, 256 / columns] threads.
extern "C" __global__ void __launch_bounds__(256)
sumRows(const real *__restrict__ x, long long rows, int d, double *partial) {
    __shared__ double sums[256];
    int column = blockIdx.x * blockDim.x + threadIdx.x;
    double v = 0;
    if (column < d) {
        long long step = gridDim.y * (long long)blockDim.y;
        long long i = blockIdx.y * (long long)blockDim.y + threadIdx.y;
        for (; i + 3 * step < rows; i += 4 * step) {
            real few = x[i * d + column] + x[(i + step) * d + column];
            few += x[(i + 2 * step) * d + column] + x[(i + 3 * step) * d + column];
            v += few;
        }
        for (; i < rows; i += step) v += x[i * d + column];
    }
    sums[threadIdx.y * blockDim.x + threadIdx.x] = v;
    __syncthreads();
    if (threadIdx.y == 0 && column < d) {
        for (int j = 1; j < blockDim.y; j++) v += sums[j * blockDim.x + threadIdx.x];
        partial[column * (long long)gridDim.y + blockIdx.y] = v;
    }
}

// out_c ← α Σ_b partial[c, b] + β out_c, a warp for each; with β = 0 out is not read
extern "C" __global__ void __launch_bounds__(256)
addBlocksTo(const double *__restrict__ partial, int blocks, int results, double alpha, double beta, real *out) {
    long long k = first() / WARP;
    if (k >= results) return;
    double v = 0;
    for (int b = threadIdx.x % WARP; b < blocks; b += WARP) v += partial[k * blocks + b];
    v = alpha * warpSum(v);
    if (threadIdx.x % WARP == 0) out[k] = (real)(beta == 0 ? v : beta * out[k] + v);
}
