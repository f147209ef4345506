// Element by element: outputs may be inputs, so nothing is declared to be without aliases.

extern "C" __global__ void __launch_bounds__(256) fill(long long n, real value, real *out) {
    for (long long i = first(); i < n; i += stride()) out[i] = value;
}

// SplitMix64 from a start on (soopt.random.RandomStreams): 1 where number i has its highest bit set, else −1
extern "C" __global__ void __launch_bounds__(256) signs(long long n, unsigned long long start, real *out) {
    for (long long i = first(); i < n; i += stride()) {
        unsigned long long z = start + (i + 1) * 0x9e3779b97f4a7c15ULL;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        out[i] = (z ^ (z >> 31)) >> 63 ? 1 : -1;
    }
}

extern "C" __global__ void __launch_bounds__(256) axpy(long long n, real alpha, const real *x, real *y) {
    for (long long i = first(); i < n; i += stride()) y[i] += alpha * x[i];
}

extern "C" __global__ void __launch_bounds__(256) scale(long long n, real alpha, real *x) {
    for (long long i = first(); i < n; i += stride()) x[i] *= alpha;
}

extern "C" __global__ void __launch_bounds__(256)
combine(long long n, real alpha, const real *x, real beta, const real *y, real *out) {
    for (long long i = first(); i < n; i += stride()) out[i] = alpha * x[i] + beta * y[i];
}

// x, out: [n, m], y: [m]; the blocks of one column of the grid share y.
extern "C" __global__ void __launch_bounds__(256)
multiply(long long n, long long m, const real *x, const real *y, real *out, int add) {
    for (long long i = first(); i < m; i += stride()) {
        real factor = y[i];
        for (long long s = blockIdx.y; s < n; s += gridDim.y) {
            real product = x[s * m + i] * factor;
            out[s * m + i] = add ? out[s * m + i] + product : product;
        }
    }
}

// m ← b1 m + (1 − b1) g, v ← b2 v + (1 − b2) g², out ← scale m / (√v inverseRoot + ε); cautious: 0 where m and g have
// opposite signs, whose product may be too small for a number
extern "C" __global__ void __launch_bounds__(256)
adam(long long n, const real *g, const real *m, const real *v, real *nextM, real *nextV, real b1, real rest1, real b2,
    real rest2, real scale, real inverseRoot, real epsilon, int cautious, real *out) {
    for (long long i = first(); i < n; i += stride()) {
        real gradient = g[i];
        real mean = b1 * m[i] + rest1 * gradient;
        real square = b2 * v[i] + rest2 * gradient * gradient;
        nextM[i] = mean;
        nextV[i] = square;
        bool off = cautious && ((mean < 0 && gradient > 0) || (mean > 0 && gradient < 0));
        out[i] = off ? 0 : scale * mean / (sqrt(square) * inverseRoot + epsilon);
    }
}

template <class I> __device__ static inline void addToRow(I i, int d, const real *row, real *x) {
    x[i] += row[i % (I)d];
}

// x: [n / d, d], row: [d]
extern "C" __global__ void __launch_bounds__(256) addRow(long long n, int d, const real *row, real *x) {
    FOR_EACH(n, addToRow, d, row, x)
}

// The upper triangle of a square matrix becomes the mirror of the lower one.
extern "C" __global__ void __launch_bounds__(256) mirror(int d, real *x) {
    long long n = (long long)d * d;
    for (long long i = first(); i < n; i += stride()) {
        long long row = i / d, column = i % d;
        if (row < column) x[i] = x[column * d + row];
    }
}

// out[k, j] = rows[batch[k, 0], j]; out: [n / d, d], batch: [n / d, 2]
extern "C" __global__ void __launch_bounds__(256)
gatherRows(long long n, int d, const real *__restrict__ rows, const int *__restrict__ batch, real *out) {
    for (long long i = first(); i < n; i += stride()) out[i] = rows[batch[i / d * 2] * (long long)d + i % d];
}

// Windows of images [N, channels, height, width], black outside of them, their bytes looked up in table [channels, 256].
// batch [n / d, 2]: the image, and its window: top and left as signed bytes, then whether it is mirrored.
extern "C" __global__ void __launch_bounds__(256)
gatherImages(long long n, int channels, int height, int width, const unsigned char *__restrict__ pixels,
    const real *__restrict__ table, const int *__restrict__ batch, real *out) {
    int plane = height * width, d = channels * plane;
    for (long long i = first(); i < n; i += stride()) {
        const int *from = batch + i / d * 2;
        int at = (int)(i % d), window = from[1];
        int c = at / plane, x = at % width;
        int row = at % plane / width + (signed char)(window & 0xff);
        int column = (window >> 16 & 1 ? width - 1 - x : x) + (signed char)(window >> 8 & 0xff);
        bool inside = row >= 0 && row < height && column >= 0 && column < width;
        long long place = (from[0] * (long long)channels + c) * plane + (long long)row * width + column;
        out[i] = table[c * 256 + (inside ? pixels[place] : 0)];
    }
}
