// libcublas.so.12: column-major products as plain loops, with the argument checks of the library and some of our own.
#include "standin.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <type_traits>

using namespace standin;

namespace {
constexpr int NO_HANDLE = 1, REFUSED = 7, EXECUTION_FAILED = 13, SUCCESS = 0;
constexpr int TF32 = 3;

struct Handle {
    Stream *stream = nullptr;
    int math = 0;
    uint64_t workspace = 0;  // 0: memory of the library's own, which a graph may not count on
    size_t workspaceBytes = 0;
};
Handles<Handle> handles;

/** op(a) [m, k], op(b) [k, n], c [m, n], 'batch' times. */
template <class T> struct Product {
    bool ta, tb;
    int m, n, k;
    T alpha, beta;
    const T *a, *b;
    T *c;
    int lda, ldb, ldc;
    long long sa, sb, sc;
    int batch;
    bool tf32;
};

/** Every element of a column-major matrix lies in one buffer; those read were written. */
template <class T> bool lies(const char *what, const T *p, size_t rows, size_t columns, size_t ld, bool reads) {
    if (!rows || !columns) return true;
    if (!range((uint64_t)p, ((columns - 1) * ld + rows) * sizeof(T), what)) return false;
    for (size_t j = 0; reads && j < columns; j++)
        if (!readable((uint64_t)(p + j * ld), rows * sizeof(T), what)) return false;
    return true;
}
template <class T> void wrote(T *c, size_t rows, size_t columns, size_t ld) {
    for (size_t j = 0; rows && j < columns; j++) writable((uint64_t)(c + j * ld), rows * sizeof(T), "gemm");
}

double rounded(float v) {
    uint32_t bits;
    memcpy(&bits, &v, 4);
    bits = (bits + 0x1000) & ~0x1fffu;
    memcpy(&v, &bits, 4);
    return v;
}
double rounded(double v) { return v; }

/** Sums in the next wider type, rounded once. */
template <class T> void multiply(const Product<T> &p, const T *a, const T *b, T *c) {
    using Sum = std::conditional_t<std::is_same_v<T, float>, double, long double>;
    std::vector<Sum> sums(p.m), factors(p.k);
    auto value = [&](T v) { return p.tf32 ? (Sum)rounded(v) : (Sum)v; };
    for (int q = 0; q < p.n; q++) {
        for (int r = 0; r < p.k; r++) factors[r] = value(b[p.tb ? q + (size_t)r * p.ldb : r + (size_t)q * p.ldb]);
        std::fill(sums.begin(), sums.end(), Sum(0));
        if (p.ta)
            for (int i = 0; i < p.m; i++)
                for (int r = 0; r < p.k; r++) sums[i] += value(a[r + (size_t)i * p.lda]) * factors[r];
        else
            for (int r = 0; r < p.k; r++)
                for (int i = 0; i < p.m; i++) sums[i] += value(a[i + (size_t)r * p.lda]) * factors[r];
        for (int i = 0; i < p.m; i++) {
            T &to = c[i + (size_t)q * p.ldc];
            to = (T)(p.alpha * sums[i] + (p.beta != 0 ? p.beta * to : 0));  // β = 0 does not read C
        }
    }
}

template <class T> void perform(const Product<T> &p) {
    for (int i = 0; i < p.batch; i++) {
        const T *a = p.a + i * p.sa, *b = p.b + i * p.sb;
        T *c = p.c + i * p.sc;
        bool fits = lies("gemm's A", a, p.ta ? p.k : p.m, p.ta ? p.m : p.k, p.lda, true)
            && lies("gemm's B", b, p.tb ? p.n : p.k, p.tb ? p.k : p.n, p.ldb, true)
            && lies("gemm's C", c, p.m, p.n, p.ldc, p.beta != 0);
        if (!fits) return;
        wrote(c, p.m, p.n, p.ldc);
        multiply(p, a, b, c);
    }
}

bool overlap(const void *p, size_t n, const void *q, size_t m) {
    return (const char *)p < (const char *)q + m && (const char *)q < (const char *)p + n;
}

template <class T> std::string wrong(const Product<T> &p) {
    int rowsA = p.ta ? p.k : p.m, rowsB = p.tb ? p.n : p.k, columnsA = p.ta ? p.m : p.k, columnsB = p.tb ? p.k : p.n;
    if (p.m < 0 || p.n < 0 || p.k < 0 || p.batch < 0) return text("sizes %d, %d, %d, %d", p.m, p.n, p.k, p.batch);
    if (p.lda < std::max(1, rowsA)) return text("lda %d below %d", p.lda, rowsA);
    if (p.ldb < std::max(1, rowsB)) return text("ldb %d below %d", p.ldb, rowsB);
    if (p.ldc < std::max(1, p.m)) return text("ldc %d below %d", p.ldc, p.m);
    if (((uint64_t)p.a | (uint64_t)p.b | (uint64_t)p.c) % sizeof(T)) return "a misaligned matrix";
    if (!p.m || !p.n || !p.batch) return "";
    auto bytes = [](int rows, int columns, int ld) { return ((columns - 1) * (size_t)ld + rows) * sizeof(T); };
    size_t c = bytes(p.m, p.n, p.ldc);
    bool clash = p.k > 0 && (overlap(p.c, c, p.a, bytes(rowsA, columnsA, p.lda))
        || overlap(p.c, c, p.b, bytes(rowsB, columnsB, p.ldb)));
    if (clash) return "C overlaps A or B";
    return p.batch > 1 && std::llabs(p.sc) < p.m ? "the products of the batch overlap" : "";
}

template <class T> int gemm(Handle *h, int ta, int tb, const T *alpha, const T *beta, Product<T> p) {
    if (!handles.holds(h)) return NO_HANDLE;
    if (ta < 0 || ta > 2 || tb < 0 || tb > 2 || !alpha || !beta) return refuse(REFUSED, "gemm: an operation or scalar");
    p.ta = ta, p.tb = tb, p.alpha = *alpha, p.beta = *beta;  // read now: pointer mode host
    p.tf32 = sizeof(T) == 4 && h->math == TF32;
    std::string why = wrong(p);
    if (!why.empty()) return refuse(REFUSED, "gemm: " + why);
    if (faultCode() || checkStream(h->stream, "gemm")) return EXECUTION_FAILED;
    if (h->stream->capturing && !h->workspace) {
        h->stream->invalidated = true;
        return refuse(EXECUTION_FAILED, "gemm in a capture with cuBLAS's own workspace");
    }
    if (!h->stream->capturing) count("products");
    uint64_t workspace = h->workspace;
    size_t bytes = h->workspaceBytes;
    enqueue(h->stream, [=] {
        if (!workspace || range(workspace, bytes, "workspace of cuBLAS")) perform(p);
    });
    return OK;
}
}  // namespace

extern "C" {
int cublasCreate_v2(Handle **h) {
    *h = handles.add(new Handle);
    return OK;
}
int cublasDestroy_v2(Handle *h) {
    if (!handles.remove(h)) return NO_HANDLE;
    delete h;
    return OK;
}
int cublasSetStream_v2(Handle *h, Stream *s) {
    if (!handles.holds(h)) return NO_HANDLE;
    h->stream = s;
    h->workspace = 0;  // as the library does
    return OK;
}
int cublasSetMathMode(Handle *h, int mode) {
    if (!handles.holds(h)) return NO_HANDLE;
    h->math = mode;
    return OK;
}
int cublasSetPointerMode_v2(Handle *, int mode) { return mode ? REFUSED : SUCCESS; }
int cublasSetWorkspace_v2(Handle *h, void *p, size_t n) {
    if (!handles.holds(h)) return NO_HANDLE;
    if ((uint64_t)p % 256) return refuse(REFUSED, "a workspace of cuBLAS that is not aligned to 256 bytes");
    if (p && !range((uint64_t)p, n, "workspace of cuBLAS")) return REFUSED;
    h->workspace = (uint64_t)p, h->workspaceBytes = n;
    return SUCCESS;
}
int cublasGetVersion_v2(Handle *, int *v) {
    *v = 120800;
    return OK;
}

#define GEMM(T, letter) \
    int cublas##letter##gemm_v2(Handle *h, int ta, int tb, int m, int n, int k, const T *alpha, const T *a, int lda, \
        const T *b, int ldb, const T *beta, T *c, int ldc) { \
        Product<T> p{false, false, m, n, k, 0, 0, a, b, c, lda, ldb, ldc, 0, 0, 0, 1, false}; \
        return gemm<T>(h, ta, tb, alpha, beta, p); \
    } \
    int cublas##letter##gemmStridedBatched(Handle *h, int ta, int tb, int m, int n, int k, const T *alpha, const T *a, \
        int lda, long long sa, const T *b, int ldb, long long sb, const T *beta, T *c, int ldc, long long sc, \
        int batch) { \
        Product<T> p{false, false, m, n, k, 0, 0, a, b, c, lda, ldb, ldc, sa, sb, sc, batch, false}; \
        return gemm<T>(h, ta, tb, alpha, beta, p); \
    }
GEMM(float, S)
GEMM(double, D)
}
