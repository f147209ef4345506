// What every theme begins with. Compiled once for each precision with -DREAL=float or double; NVRTC knows no headers.
// Indices are long long: a tensor may have more than 2^31 numbers. Sums are added in float64 at places that depend on
// sizes alone, in one order, so that they are the same bits on every GPU and in every run. No atomics on floats.
typedef REAL real;

#define ALL_LANES 0xffffffffu

__device__ static inline long long first() {
    return blockIdx.x * (long long)blockDim.x + threadIdx.x;
}

__device__ static inline long long stride() {
    return gridDim.x * (long long)blockDim.x;
}

// Calls f(i, …) for all i of this thread; divisions by 32-bit indices take a quarter of the time of 64-bit ones.
#define FOR_EACH(total, f, ...) \
    if ((total) <= 0x7fffffff) { \
        for (unsigned i = (unsigned)first(); i < (unsigned)(total); i += (unsigned)stride()) f<unsigned>(i, __VA_ARGS__); \
    } else { \
        for (long long i = first(); i < (total); i += stride()) f<long long>(i, __VA_ARGS__); \
    }

// Sum over the lanes of a warp, in every lane.
__device__ static inline double warpSum(double v) {
    for (int by = 16; by > 0; by >>= 1) v += __shfl_xor_sync(ALL_LANES, v, by);
    return v;
}

__device__ static inline double warpMax(double v) {
    for (int by = 16; by > 0; by >>= 1) v = max(v, __shfl_xor_sync(ALL_LANES, v, by));
    return v;
}
