// Patches and pooling. Images are [height, width, channels] except where channelsFirst says [channels, height, width].
// What adds up several numbers gathers them, so that there are no atomics.

struct Geometry {
    int channels, height, width, kernel, step, padding, outHeight, outWidth, channelsFirst;
};

#define GEOMETRY \
    int channels, int height, int width, int kernel, int step, int padding, int outHeight, int outWidth, \
    int channelsFirst
#define GIVEN Geometry{channels, height, width, kernel, step, padding, outHeight, outWidth, channelsFirst}

// Channel c of all numbers of one patch; i counts [images, outHeight, outWidth, channels].
template <class I> __device__ static inline void patch(I i, Geometry g, const real *__restrict__ x, real *out) {
    I c = i % (I)g.channels, place = i / (I)g.channels;
    I column = place % (I)g.outWidth, rest = place / (I)g.outWidth;
    int left = (int)column * g.step - g.padding, top = (int)(rest % (I)g.outHeight) * g.step - g.padding;
    I image = rest / (I)g.outHeight;
    const real *from = x + image * (long long)g.channels * g.height * g.width;
    real *to = out + place * (long long)g.kernel * g.kernel * g.channels + c;
    for (int a = 0; a < g.kernel; a++)
        for (int b = 0; b < g.kernel; b++) {
            int row = top + a, at = left + b;
            bool inside = row >= 0 && row < g.height && at >= 0 && at < g.width;
            long long where = g.channelsFirst ? ((long long)c * g.height + row) * g.width + at
                                              : ((long long)row * g.width + at) * g.channels + c;
            *to = inside ? from[where] : 0;
            to += g.channels;
        }
}

extern "C" __global__ void __launch_bounds__(256)
patches(long long n, GEOMETRY, const real *__restrict__ x, real *out) {
    FOR_EACH(n, patch, GIVEN, x, out)
}

// dx_i ← Σ of the numbers of the patches that came from it + β dx_i; i counts [images, height, width, channels]
template <class I>
__device__ static inline void unpatch(I i, Geometry g, const real *__restrict__ patches, real beta, real *dx) {
    I c = i % (I)g.channels, place = i / (I)g.channels;
    int column = (int)(place % (I)g.width) + g.padding;
    I rest = place / (I)g.width;
    int row = (int)(rest % (I)g.height) + g.padding;
    I image = rest / (I)g.height;
    long long patch = (long long)g.kernel * g.kernel * g.channels;
    real sum = 0;
    for (int a = row % g.step; a < g.kernel && a <= row; a += g.step) {
        int top = (row - a) / g.step;
        if (top >= g.outHeight) continue;
        for (int b = column % g.step; b < g.kernel && b <= column; b += g.step) {
            int left = (column - b) / g.step;
            if (left >= g.outWidth) continue;
            long long position = (image * (long long)g.outHeight + top) * g.outWidth + left;
            sum += patches[position * patch + (long long)(a * g.kernel + b) * g.channels + c];
        }
    }
    dx[i] = beta == 0 ? sum : sum + beta * dx[i];
}

extern "C" __global__ void __launch_bounds__(256)
unpatches(long long n, GEOMETRY, const real *__restrict__ x, real beta, real *dx) {
    FOR_EACH(n, unpatch, GIVEN, x, beta, dx)
}

// ---- maximum ----

// First number of the window of output i, which counts [images, outHeight, outWidth, channels].
template <class I> __device__ static inline long long window(I i, Geometry g) {
    I c = i % (I)g.channels, place = i / (I)g.channels;
    I column = place % (I)g.outWidth, rest = place / (I)g.outWidth;
    I row = rest % (I)g.outHeight, image = rest / (I)g.outHeight;
    return ((image * (long long)g.height + row * (long long)g.step) * g.width + column * (long long)g.step)
        * g.channels + c;
}

template <class I>
__device__ static inline void choose(I i, Geometry g, const real *__restrict__ x, real *out, real *index) {
    const real *from = x + window(i, g);
    real best = from[0];
    int where = 0;
    for (int a = 0; a < g.kernel; a++)
        for (int b = 0; b < g.kernel; b++) {
            real value = from[((long long)a * g.width + b) * g.channels];
            if (value > best) {
                best = value;
                where = a * g.kernel + b;
            }
        }
    out[i] = best;
    index[i] = (real)where;
}

extern "C" __global__ void __launch_bounds__(256)
maxPool(long long n, GEOMETRY, const real *__restrict__ x, real *out, real *index) {
    FOR_EACH(n, choose, GIVEN, x, out, index)
}

template <class I> __device__ static inline void take(
    I i, Geometry g, const real *__restrict__ x, const real *__restrict__ index, long long chosen, real *out) {
    int where = (int)index[i % (I)chosen];
    out[i] = x[window(i, g) + ((long long)(where / g.kernel) * g.width + where % g.kernel) * g.channels];
}

// index: [chosen] repeats for each direction
extern "C" __global__ void __launch_bounds__(256) maxPoolSelect(long long n, GEOMETRY, const real *__restrict__ x,
    const real *__restrict__ index, long long chosen, real *out) {
    FOR_EACH(n, take, GIVEN, x, index, chosen, out)
}

// dx_i ← Σ dy over the windows that chose i, which counts [images, height, width, channels]
template <class I> __device__ static inline void give(
    I i, Geometry g, const real *__restrict__ dy, const real *__restrict__ index, long long chosen, real *dx) {
    I c = i % (I)g.channels, place = i / (I)g.channels;
    int column = (int)(place % (I)g.width);
    I rest = place / (I)g.width;
    int row = (int)(rest % (I)g.height);
    I image = rest / (I)g.height;
    real sum = 0;
    for (int a = row % g.step; a < g.kernel && a <= row; a += g.step) {
        int top = (row - a) / g.step;
        if (top >= g.outHeight) continue;
        for (int b = column % g.step; b < g.kernel && b <= column; b += g.step) {
            int left = (column - b) / g.step;
            if (left >= g.outWidth) continue;
            long long at = ((image * (long long)g.outHeight + top) * g.outWidth + left) * g.channels + c;
            if ((int)index[at % chosen] == a * g.kernel + b) sum += dy[at];
        }
    }
    dx[i] = sum;
}

extern "C" __global__ void __launch_bounds__(256) maxPoolScatter(long long n, GEOMETRY, const real *__restrict__ dy,
    const real *__restrict__ index, long long chosen, real *dx) {
    FOR_EACH(n, give, GIVEN, dy, index, chosen, dx)
}

// ---- mean: cells of kernel × kernel at every step or, with kernel 0, floor(i size / cells) … ceil((i + 1) size /
// cells) − 1 ----

__device__ static inline int cellFrom(int i, int size, int cells, int kernel, int step) {
    return kernel > 0 ? i * step : (int)((long long)i * size / cells);
}

__device__ static inline int cellTo(int i, int size, int cells, int kernel, int step) {
    return kernel > 0 ? i * step + kernel : (int)(((i + 1LL) * size + cells - 1) / cells);
}

// The first cell that has the pixel.
__device__ static inline int firstCell(int pixel, int size, int cells, int kernel, int step) {
    if (kernel == 0) return (int)((long long)pixel * cells / size);
    return pixel < kernel ? 0 : (pixel - kernel) / step + 1;
}

// One after the last cell that has it.
__device__ static inline int lastCell(int pixel, int size, int cells, int kernel, int step) {
    return kernel == 0 ? (int)(((pixel + 1LL) * cells + size - 1) / size) : min(cells, pixel / step + 1);
}

template <class I> __device__ static inline void average(I i, Geometry g, const real *__restrict__ x, real *out) {
    I c = i % (I)g.channels, place = i / (I)g.channels;
    int column = (int)(place % (I)g.outWidth);
    I rest = place / (I)g.outWidth;
    int row = (int)(rest % (I)g.outHeight);
    I image = rest / (I)g.outHeight;
    int top = cellFrom(row, g.height, g.outHeight, g.kernel, g.step);
    int bottom = cellTo(row, g.height, g.outHeight, g.kernel, g.step);
    int left = cellFrom(column, g.width, g.outWidth, g.kernel, g.step);
    int right = cellTo(column, g.width, g.outWidth, g.kernel, g.step);
    double sum = 0;
    for (int a = top; a < bottom; a++)
        for (int b = left; b < right; b++) sum += x[((image * (long long)g.height + a) * g.width + b) * g.channels + c];
    out[i] = (real)(sum / ((double)(bottom - top) * (right - left)));
}

extern "C" __global__ void __launch_bounds__(256)
averagePool(long long n, GEOMETRY, const real *__restrict__ x, real *out) {
    FOR_EACH(n, average, GIVEN, x, out)
}

template <class I> __device__ static inline void spread(I i, Geometry g, const real *__restrict__ dy, real *dx) {
    I c = i % (I)g.channels, place = i / (I)g.channels;
    int column = (int)(place % (I)g.width);
    I rest = place / (I)g.width;
    int row = (int)(rest % (I)g.height);
    I image = rest / (I)g.height;
    double sum = 0;
    int bottom = lastCell(row, g.height, g.outHeight, g.kernel, g.step);
    int right = lastCell(column, g.width, g.outWidth, g.kernel, g.step);
    for (int a = firstCell(row, g.height, g.outHeight, g.kernel, g.step); a < bottom; a++) {
        int rows = cellTo(a, g.height, g.outHeight, g.kernel, g.step)
            - cellFrom(a, g.height, g.outHeight, g.kernel, g.step);
        for (int b = firstCell(column, g.width, g.outWidth, g.kernel, g.step); b < right; b++) {
            int columns = cellTo(b, g.width, g.outWidth, g.kernel, g.step)
                - cellFrom(b, g.width, g.outWidth, g.kernel, g.step);
            sum += dy[((image * (long long)g.outHeight + a) * g.outWidth + b) * g.channels + c]
                / ((double)rows * columns);
        }
    }
    dx[i] = (real)sum;
}

extern "C" __global__ void __launch_bounds__(256)
averagePoolAdjoint(long long n, GEOMETRY, const real *__restrict__ dy, real *dx) {
    FOR_EACH(n, spread, GIVEN, dy, dx)
}
