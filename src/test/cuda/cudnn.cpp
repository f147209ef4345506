// libcudnn.so.9: convolutions of channels-last images as plain loops in float64, with the argument checks of the library
// and some of our own. Only the algorithms that give the same bits every time are known; a workspace holds rubbish after a
// call. What DNN_… set: see Standin.
#include "standin.h"

#include <algorithm>
#include <cstring>

using namespace standin;

namespace {
constexpr int NO_HANDLE = 1001, BAD_PARAM = 2000, NOT_SUPPORTED = 3000, INTERNAL = 4000, EXECUTION_FAILED = 5000;
constexpr int FLOATS = 0, DOUBLES = 1, CHANNELS_LAST = 1, CROSS_CORRELATION = 1, DETERMINISTIC = 1;
constexpr int DEFAULT_MATH = 0, FMA_MATH = 3;

struct Handle {
    Stream *stream = nullptr;
};
/** Four lengths: images or filters, channels, height, width. */
struct Tensor {
    int type = -1, n = 0, c = 0, h = 0, w = 0;
    size_t numbers() const { return (size_t)n * c * h * w; }
};
struct Filter : Tensor {};
struct Convolution {
    int padding = -1, stride = 0, type = -1, math = DEFAULT_MATH;
};
Handles<Handle> handles;
Handles<Tensor> tensors;
Handles<Filter> filters;
Handles<Convolution> convolutions;

template <class T> int make(Handles<T> &all, T **out) {
    if (!out) return BAD_PARAM;
    *out = all.add(new T);
    return OK;
}
template <class T> int destroy(Handles<T> &all, T *it) {
    if (!all.remove(it)) return BAD_PARAM;
    delete it;
    return OK;
}
template <class T> int describe(Handles<T> &all, T *it, int format, int type, int n, int c, int h, int w) {
    if (!all.holds(it)) return refuse(BAD_PARAM, "a descriptor that does not exist");
    if (format != CHANNELS_LAST || (type != FLOATS && type != DOUBLES)) return refuse(NOT_SUPPORTED, "a format or type");
    if (n < 1 || c < 1 || h < 1 || w < 1) return refuse(BAD_PARAM, text("lengths %d, %d, %d, %d", n, c, h, w));
    if ((double)n * c * h * w > 0x7fffffff) return refuse(NOT_SUPPORTED, "an array beyond 32 bits");
    it->type = type, it->n = n, it->c = c, it->h = h, it->w = w;
    return OK;
}

/** What one call is about, as it was when it came. */
struct Task {
    Tensor x, y;
    Filter w;
    Convolution by;
};

int whole(const char *call, Handle *h, Tensor *x, Filter *w, Convolution *by, Tensor *y, int algorithm, Task &work) {
    if (!handles.holds(h)) return NO_HANDLE;
    if (!tensors.holds(x) || !tensors.holds(y) || !filters.holds(w) || !convolutions.holds(by))
        return refuse(BAD_PARAM, text("%s: a descriptor that does not exist", call));
    work = {*x, *y, *w, *by};
    if (x->type < 0 || y->type != x->type || w->type != x->type || by->type != x->type || by->padding < 0)
        return refuse(BAD_PARAM, text("%s: descriptors that were not set, or of different types", call));
    auto windows = [&](int length, int kernel) { return (length + 2 * by->padding - kernel) / by->stride + 1; };
    if (w->c != x->c || w->n != y->c || x->n != y->n || y->h != windows(x->h, w->h) || y->w != windows(x->w, w->w))
        return refuse(BAD_PARAM, text("%s: lengths that do not fit", call));
    if (algorithm != DETERMINISTIC) return refuse(NOT_SUPPORTED, text("%s: algorithm %d", call, algorithm));
    if (x->type == DOUBLES && setting("DNN_FLOATS_ONLY", 0)) return NOT_SUPPORTED;
    return OK;
}

size_t room(const Task &work) { return 24 + (size_t)work.x.n * setting("DNN_ROOM", 40); }

int size(int code, const Task &work, size_t *bytes) {
    if (code) return code;
    if (!bytes) return BAD_PARAM;
    *bytes = room(work);
    return OK;
}

double rounded(float v, bool tf32) {
    uint32_t bits;
    memcpy(&bits, &v, 4);
    if (tf32) bits = (bits + 0x1000) & ~0x1fffu;
    memcpy(&v, &bits, 4);
    return v;
}
double rounded(double v, bool) { return v; }

/** Calls with the places in x, w and y of each product. */
template <class Term> void forEachTerm(const Task &k, Term term) {
    const Tensor &x = k.x, &y = k.y;
    const Filter &w = k.w;
    for (int n = 0; n < y.n; n++)
        for (int i = 0; i < y.h; i++)
            for (int j = 0; j < y.w; j++)
                for (int a = 0; a < w.h; a++)
                    for (int b = 0; b < w.w; b++) {
                        int row = i * k.by.stride + a - k.by.padding, column = j * k.by.stride + b - k.by.padding;
                        if (row < 0 || row >= x.h || column < 0 || column >= x.w) continue;
                        size_t from = (((size_t)n * x.h + row) * x.w + column) * x.c;
                        size_t to = (((size_t)n * y.h + i) * y.w + j) * y.c;
                        for (int o = 0; o < y.c; o++)
                            for (int c = 0; c < x.c; c++)
                                term(from + c, (((size_t)o * w.h + a) * w.w + b) * x.c + c, to + o);
                    }
}

enum Operation { OUTPUTS, INPUT_GRADIENT, WEIGHT_GRADIENT };

template <class T> void perform(const Task &k, Operation operation, T alpha, const T *p, const T *q, T beta, T *out) {
    size_t n = operation == OUTPUTS ? k.y.numbers() : operation == INPUT_GRADIENT ? k.x.numbers() : k.w.numbers();
    bool tf32 = sizeof(T) == 4 && k.by.math == DEFAULT_MATH;
    std::vector<double> sums(n, 0);
    auto product = [&](size_t i, size_t j) { return rounded(p[i], tf32) * rounded(q[j], tf32); };
    forEachTerm(k, [&](size_t x, size_t w, size_t y) {
        if (operation == OUTPUTS) sums[y] += product(x, w);
        else if (operation == INPUT_GRADIENT) sums[x] += product(y, w);
        else sums[w] += product(x, y);
    });
    for (size_t i = 0; i < n; i++) out[i] = (T)(alpha * sums[i] + (beta != 0 ? beta * out[i] : 0));  // β = 0 reads nothing
}

bool overlap(uint64_t p, size_t n, uint64_t q, size_t m) { return n && m && p < q + m && q < p + n; }

/** p and q: what is multiplied, in the order of the operation. */
template <class T> int launch(const char *name, Handle *h, const Task &k, Operation operation, const T *alpha, const T *p,
    const T *q, void *workspace, const T *beta, T *out) {
    size_t lengths[3] = {k.x.numbers(), k.w.numbers(), k.y.numbers()};
    size_t np = operation == INPUT_GRADIENT ? lengths[2] : lengths[0];
    size_t nq = operation == WEIGHT_GRADIENT ? lengths[2] : lengths[1];
    size_t n = operation == OUTPUTS ? lengths[2] : operation == INPUT_GRADIENT ? lengths[0] : lengths[1];
    size_t bytes = room(k);
    uint64_t to = (uint64_t)out, work = (uint64_t)workspace;
    if (((uint64_t)p | (uint64_t)q | to) % sizeof(T)) return refuse(BAD_PARAM, text("%s: a misaligned array", name));
    bool clash = overlap(to, n * sizeof(T), (uint64_t)p, np * sizeof(T))
        || overlap(to, n * sizeof(T), (uint64_t)q, nq * sizeof(T)) || overlap(to, n * sizeof(T), work, bytes)
        || overlap((uint64_t)p, np * sizeof(T), work, bytes) || overlap((uint64_t)q, nq * sizeof(T), work, bytes);
    if (clash) return refuse(BAD_PARAM, text("%s: the result or the workspace overlaps something", name));
    count("convolutions");
    T a = *alpha, b = *beta;
    std::string called = name;
    enqueue(h->stream, [=] {
        const char *what = called.c_str();
        bool fits = readable((uint64_t)p, np * sizeof(T), what) && readable((uint64_t)q, nq * sizeof(T), what)
            && (b == 0 || readable(to, n * sizeof(T), what)) && writable(to, n * sizeof(T), what)
            && writable(work, bytes, what);
        if (!fits) return;
        memset((void *)work, 0xff, bytes);
        perform(k, operation, a, p, q, b, out);
    });
    return OK;
}

int call(const char *name, int code, Handle *h, const Task &k, Operation operation, const void *alpha, const void *p,
    const void *q, void *workspace, size_t bytes, const void *beta, void *out) {
    if (code) return code;
    if (!alpha || !beta) return refuse(BAD_PARAM, text("%s: a scalar", name));
    if (bytes < room(k)) return refuse(BAD_PARAM, text("%s: a workspace of %zu bytes below %zu", name, bytes, room(k)));
    if (due("DNN_FAILURE")) return EXECUTION_FAILED;
    if (faultCode() || checkStream(h->stream, name)) return EXECUTION_FAILED;
    if (h->stream->capturing) {
        h->stream->invalidated = true;
        return refuse(EXECUTION_FAILED, text("%s in a capture", name));
    }
    return k.x.type == DOUBLES
        ? launch(name, h, k, operation, (const double *)alpha, (const double *)p, (const double *)q, workspace,
            (const double *)beta, (double *)out)
        : launch(name, h, k, operation, (const float *)alpha, (const float *)p, (const float *)q, workspace,
            (const float *)beta, (float *)out);
}
}  // namespace

extern "C" {
size_t cudnnGetVersion() { return 90100; }
size_t cudnnGetCudartVersion() { return setting("DNN_CUDA", 12080); }
const char *cudnnGetErrorString(int code) {
    switch (code) {
        case OK: return "CUDNN_STATUS_SUCCESS";
        case NO_HANDLE: return "CUDNN_STATUS_NOT_INITIALIZED";
        case BAD_PARAM: return "CUDNN_STATUS_BAD_PARAM";
        case NOT_SUPPORTED: return "CUDNN_STATUS_NOT_SUPPORTED";
        case INTERNAL: return "CUDNN_STATUS_INTERNAL_ERROR";
        case EXECUTION_FAILED: return "CUDNN_STATUS_EXECUTION_FAILED";
        default: return "CUDNN_UNKNOWN_STATUS";
    }
}
int cudnnCreate(Handle **h) {
    if (due("DNN_MEMORY")) return INTERNAL;
    return make(handles, h);
}
int cudnnDestroy(Handle *h) { return destroy(handles, h); }
int cudnnSetStream(Handle *h, Stream *s) {
    if (!handles.holds(h)) return NO_HANDLE;
    h->stream = s;
    return OK;
}
int cudnnCreateTensorDescriptor(Tensor **it) { return make(tensors, it); }
int cudnnSetTensor4dDescriptor(Tensor *it, int format, int type, int n, int c, int h, int w) {
    return describe(tensors, it, format, type, n, c, h, w);
}
int cudnnDestroyTensorDescriptor(Tensor *it) { return destroy(tensors, it); }
int cudnnCreateFilterDescriptor(Filter **it) { return make(filters, it); }
int cudnnSetFilter4dDescriptor(Filter *it, int type, int format, int k, int c, int h, int w) {
    return describe(filters, it, format, type, k, c, h, w);
}
int cudnnDestroyFilterDescriptor(Filter *it) { return destroy(filters, it); }
int cudnnCreateConvolutionDescriptor(Convolution **it) { return make(convolutions, it); }
int cudnnSetConvolution2dDescriptor(Convolution *it, int paddingHeight, int paddingWidth, int strideHeight,
    int strideWidth, int dilationHeight, int dilationWidth, int mode, int type) {
    if (!convolutions.holds(it)) return refuse(BAD_PARAM, "a descriptor that does not exist");
    bool known = paddingHeight >= 0 && paddingWidth == paddingHeight && strideHeight >= 1 && strideWidth == strideHeight
        && dilationHeight == 1 && dilationWidth == 1 && mode == CROSS_CORRELATION && (type == FLOATS || type == DOUBLES);
    if (!known) return refuse(BAD_PARAM, "a convolution that is not ours");
    it->padding = paddingHeight, it->stride = strideHeight, it->type = type, it->math = DEFAULT_MATH;
    return OK;
}
int cudnnSetConvolutionMathType(Convolution *it, int math) {
    if (!convolutions.holds(it) || (math != DEFAULT_MATH && math != FMA_MATH)) return refuse(BAD_PARAM, "a math type");
    it->math = math;
    return OK;
}
int cudnnDestroyConvolutionDescriptor(Convolution *it) { return destroy(convolutions, it); }

int cudnnGetConvolutionForwardWorkspaceSize(Handle *h, Tensor *x, Filter *w, Convolution *by, Tensor *y, int algorithm,
    size_t *bytes) {
    Task k;
    int code = whole("a workspace's size", h, x, w, by, y, algorithm, k);
    return size(code, k, bytes);
}
int cudnnConvolutionForward(Handle *h, const void *alpha, Tensor *ofX, const void *x, Filter *ofW, const void *w,
    Convolution *by, int algorithm, void *workspace, size_t bytes, const void *beta, Tensor *ofY, void *y) {
    Task k;
    int code = whole("a convolution", h, ofX, ofW, by, ofY, algorithm, k);
    return call("a convolution", code, h, k, OUTPUTS, alpha, x, w, workspace, bytes, beta, y);
}
int cudnnGetConvolutionBackwardDataWorkspaceSize(Handle *h, Filter *w, Tensor *dy, Convolution *by, Tensor *dx,
    int algorithm, size_t *bytes) {
    Task k;
    int code = whole("a workspace's size", h, dx, w, by, dy, algorithm, k);
    return size(code, k, bytes);
}
int cudnnConvolutionBackwardData(Handle *h, const void *alpha, Filter *ofW, const void *w, Tensor *ofDy, const void *dy,
    Convolution *by, int algorithm, void *workspace, size_t bytes, const void *beta, Tensor *ofDx, void *dx) {
    Task k;
    int code = whole("a gradient in images", h, ofDx, ofW, by, ofDy, algorithm, k);
    return call("a gradient in images", code, h, k, INPUT_GRADIENT, alpha, dy, w, workspace, bytes, beta, dx);
}
int cudnnGetConvolutionBackwardFilterWorkspaceSize(Handle *h, Tensor *x, Tensor *dy, Convolution *by, Filter *dw,
    int algorithm, size_t *bytes) {
    Task k;
    int code = whole("a workspace's size", h, x, dw, by, dy, algorithm, k);
    return size(code, k, bytes);
}
int cudnnConvolutionBackwardFilter(Handle *h, const void *alpha, Tensor *ofX, const void *x, Tensor *ofDy,
    const void *dy, Convolution *by, int algorithm, void *workspace, size_t bytes, const void *beta, Filter *ofDw,
    void *dw) {
    Task k;
    int code = whole("a gradient in weights", h, ofX, ofDw, by, ofDy, algorithm, k);
    return call("a gradient in weights", code, h, k, WEIGHT_GRADIENT, alpha, x, dy, workspace, bytes, beta, dw);
}
}
