// CUDA C++ as C++ on the CPU: what a .cu file of ours needs to be compiled by g++ (-include shim.h -x c++). Declarations
// and one-liners; what they call is in warps.cpp and access.cpp. The kernel file is compiled with -fsanitize=thread but
// linked without its library: every load and store then calls __tsan_readN or __tsan_writeN of access.cpp.
#pragma once
#include <math.h>  // also brings exp(float) and its kin to the global namespace, as in CUDA
#include <stddef.h>

#define __global__ __attribute__((used))
#define __device__
#define __host__
#define __forceinline__ inline
#define __noinline__ __attribute__((noinline))
#define __constant__ static const
#define __launch_bounds__(...)
// One section of the module holds all static shared memory, so that it can be poisoned before each block. (Not inside
// templates: g++ refuses a section for their static variables.)
#define __shared__ static __attribute__((section("shim_shared")))
// nvrtc.cpp makes this of 'extern __shared__ type name[]'
#define SHIM_DYNAMIC_SHARED(type, name) type *const name = (type *)shim_dynamic_shared()

struct uint3 { unsigned x, y, z; };
struct dim3 {
    unsigned x, y, z;
    dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};
struct alignas(8) float2 { float x, y; };
struct alignas(16) float4 { float x, y, z, w; };
struct alignas(16) double2 { double x, y; };
struct alignas(8) int2 { int x, y; };
struct alignas(16) int4 { int x, y, z, w; };
static inline float2 make_float2(float x, float y) { return {x, y}; }
static inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
static inline double2 make_double2(double x, double y) { return {x, y}; }

extern "C" {
// which: 0-2 threadIdx, 3-5 blockIdx, 6-8 blockDim, 9-11 gridDim; constant as a thread sees it
unsigned shim_index(int which) __attribute__((const));
void *shim_dynamic_shared(void) __attribute__((const));
void shim_barrier(int line);
int shim_barrier_reduce(int line, int operation, int value);
// Rendezvous of the lanes in mask; returns what lane 'source' gave. size 4 or 8.
unsigned long long shim_exchange(int line, unsigned mask, unsigned long long value, int source);
unsigned shim_ballot(int line, unsigned mask, int predicate);
int shim_lane(void) __attribute__((const));
float shim_atomic_add_float(float *p, float v);
double shim_atomic_add_double(double *p, double v);
int shim_atomic_int(int *p, int v, int compare, int operation);
void shim_trap(int line);
}

#define SHIM_UINT3(first) (uint3{shim_index(first), shim_index((first) + 1), shim_index((first) + 2)})
#define threadIdx SHIM_UINT3(0)
#define blockIdx SHIM_UINT3(3)
#define blockDim SHIM_UINT3(6)
#define gridDim SHIM_UINT3(9)
#define warpSize 32

#define __syncthreads() shim_barrier(__LINE__)
#define __syncthreads_count(v) shim_barrier_reduce(__LINE__, 0, v)
#define __syncthreads_and(v) shim_barrier_reduce(__LINE__, 1, v)
#define __syncthreads_or(v) shim_barrier_reduce(__LINE__, 2, v)
#define __syncwarp(...) ((void)shim_ballot(__LINE__, shim_mask(__VA_ARGS__), 0))
#define __ballot_sync(mask, p) shim_ballot(__LINE__, mask, p)
#define __any_sync(mask, p) (shim_ballot(__LINE__, mask, p) != 0)
#define __all_sync(mask, p) (shim_ballot(__LINE__, mask, !(p)) == 0)
#define __shfl_sync(...) shim_shuffle<0>(__LINE__, __VA_ARGS__)
#define __shfl_down_sync(...) shim_shuffle<1>(__LINE__, __VA_ARGS__)
#define __shfl_up_sync(...) shim_shuffle<2>(__LINE__, __VA_ARGS__)
#define __shfl_xor_sync(...) shim_shuffle<3>(__LINE__, __VA_ARGS__)
#define __threadfence() ((void)0)
#define __threadfence_block() ((void)0)
#define __trap() shim_trap(__LINE__)

static inline unsigned shim_mask(unsigned mask = 0xffffffffu) { return mask; }

template <int kind, class T> static inline T shim_shuffle(int line, unsigned mask, T v, int by, int width = 32) {
    static_assert(sizeof(T) == 4 || sizeof(T) == 8, "shuffles move 4 or 8 bytes");
    int lane = shim_lane(), low = lane & ~(width - 1);
    int source = kind == 0   ? low + (by & (width - 1))
                 : kind == 1 ? lane + by
                 : kind == 2 ? lane - by
                             : lane ^ by;
    if (source < low || source >= low + width) source = lane;
    unsigned long long bits = 0;
    __builtin_memcpy(&bits, &v, sizeof v);
    bits = shim_exchange(line, mask, bits, source);
    __builtin_memcpy(&v, &bits, sizeof v);
    return v;
}

static inline float atomicAdd(float *p, float v) { return shim_atomic_add_float(p, v); }
static inline double atomicAdd(double *p, double v) { return shim_atomic_add_double(p, v); }
static inline int atomicAdd(int *p, int v) { return shim_atomic_int(p, v, 0, 0); }
static inline unsigned atomicAdd(unsigned *p, unsigned v) { return shim_atomic_int((int *)p, (int)v, 0, 0); }
static inline int atomicMax(int *p, int v) { return shim_atomic_int(p, v, 0, 1); }
static inline int atomicExch(int *p, int v) { return shim_atomic_int(p, v, 0, 2); }
static inline int atomicCAS(int *p, int compare, int v) { return shim_atomic_int(p, v, compare, 3); }

template <class T> static inline T __ldg(const T *p) { return *p; }
#define __expf(x) expf(x)  // glibc declares these names itself
#define __logf(x) logf(x)
#define __powf(x, y) powf(x, y)
static inline float __fdividef(float x, float y) { return x / y; }
static inline float rsqrtf(float x) { return 1 / sqrtf(x); }
static inline double rsqrt(double x) { return 1 / sqrt(x); }
static inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
static inline float __int_as_float(int v) { float f; __builtin_memcpy(&f, &v, 4); return f; }
static inline int __float_as_int(float v) { int i; __builtin_memcpy(&i, &v, 4); return i; }
static inline int __popc(unsigned x) { return __builtin_popcount(x); }
static inline int __clz(int x) { return x ? __builtin_clz(x) : 32; }
static inline int min(int a, int b) { return a < b ? a : b; }
static inline int max(int a, int b) { return a > b ? a : b; }
static inline unsigned min(unsigned a, unsigned b) { return a < b ? a : b; }
static inline unsigned max(unsigned a, unsigned b) { return a > b ? a : b; }
static inline long long min(long long a, long long b) { return a < b ? a : b; }
static inline long long max(long long a, long long b) { return a > b ? a : b; }
static inline float min(float a, float b) { return fminf(a, b); }
static inline float max(float a, float b) { return fmaxf(a, b); }
static inline double min(double a, double b) { return fmin(a, b); }
static inline double max(double a, double b) { return fmax(a, b); }
static inline double __longlong_as_double(long long bits) {
    double v;
    __builtin_memcpy(&v, &bits, sizeof v);
    return v;
}
// ---- how a kernel is called: nvrtc.cpp appends SHIM_KERNEL(name), the types come from the function's own ----

struct ShimParameter { unsigned short size, alignment; };
template <size_t... I> struct ShimIndices {};
template <size_t n, size_t... I> struct ShimCount : ShimCount<n - 1, n - 1, I...> {};
template <size_t... I> struct ShimCount<0, I...> { using Type = ShimIndices<I...>; };
template <class... A, size_t... I> static inline void shim_apply(void (*f)(A...), void **a, ShimIndices<I...>) {
    f(*(A *)a[I]...);
}
template <class... A> static inline void shim_call(void (*f)(A...), void **a) {
    shim_apply(f, a, typename ShimCount<sizeof...(A)>::Type());
}
template <class... A> static inline const ShimParameter *shim_parameters(void (*)(A...)) {
    static const ShimParameter list[] = {{(unsigned short)sizeof(A), (unsigned short)alignof(A)}..., {0, 0}};
    return list;
}
#define SHIM_KERNEL(name) \
    extern "C" void shim_call_##name(void **a) { shim_call(name, a); } \
    extern "C" const ShimParameter *shim_parameters_##name() { return shim_parameters(name); }
