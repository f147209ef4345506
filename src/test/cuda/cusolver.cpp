// libcusolver.so.11: symmetric eigenvectors, Cholesky's factors and reflections in float64, column by column, as plain
// loops, with the argument checks of the library and some of our own. What it says nothing about, matrices that are not
// finite, is a fault here; a workspace holds rubbish after a call.
#include "standin.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace standin;

namespace {
constexpr int NO_HANDLE = 1, NO_MEMORY = 2, REFUSED = 3, EXECUTION_FAILED = 6;
constexpr int UPPER = 1;

struct Handle {
    Stream *stream = nullptr;
};
Handles<Handle> handles;

/** A column-major matrix [n, n]. */
struct Matrix {
    double *p;
    size_t n, ld;
    double &at(size_t i, size_t j) const { return p[i + j * ld]; }
};

std::string wrong(Matrix a) {
    if ((int)a.n < 0) return text("n %d", (int)a.n);
    if (a.ld < std::max<size_t>(1, a.n)) return text("lda %zu below %zu", a.ld, a.n);
    return (uint64_t)a.p % sizeof(double) ? "a misaligned matrix" : "";
}

bool overlap(const void *p, size_t n, const void *q, size_t m) {
    return n && m && (const char *)p < (const char *)q + m && (const char *)q < (const char *)p + n;
}

size_t bytes(Matrix a) { return a.n ? ((a.n - 1) * a.ld + a.n) * sizeof(double) : 0; }

/** What a call that works at a matrix is given beside it. */
struct Room {
    double *work;
    int lwork, least;
    int *info;
};

/** Those entries of a matrix that a call reads were written and are finite; which: the triangle, or 2 for all. */
bool reads(const char *call, Matrix a, int which) {
    for (size_t j = 0; j < a.n; j++) {
        size_t from = which == 0 ? j : 0, to = which == UPPER ? j + 1 : a.n;
        if (!readable((uint64_t)&a.at(from, j), (to - from) * sizeof(double), call)) return false;
        for (size_t i = from; i < to; i++)
            if (!std::isfinite(a.at(i, j))) {
                fault(LAUNCH_FAILED, text("%s of a matrix that is not finite, at [%zu, %zu]", call, i, j));
                return false;
            }
    }
    return true;
}

/** Checks, and then the work on the stream; the work says what info is. */
int call(const char *name, Handle *h, Matrix a, int which, Room room, std::function<int()> work) {
    if (!handles.holds(h)) return NO_HANDLE;
    std::string why = wrong(a);
    if (!why.empty()) return refuse(REFUSED, std::string(name) + ": " + why);
    if (which != 2 && which != 0 && which != UPPER) return refuse(REFUSED, text("%s: triangle %d", name, which));
    if (room.lwork < room.least) return refuse(REFUSED, text("%s: lwork %d below %d", name, room.lwork, room.least));
    if (!room.info || (uint64_t)room.info % 4) return refuse(REFUSED, text("%s: info", name));
    size_t taken = room.lwork * sizeof(double);
    if (overlap(room.work, taken, a.p, bytes(a)) || overlap(room.info, 4, a.p, bytes(a)))
        return refuse(REFUSED, text("%s: the workspace overlaps the matrix", name));
    if (faultCode() || checkStream(h->stream, name)) return EXECUTION_FAILED;
    if (h->stream->capturing) {
        h->stream->invalidated = true;
        return refuse(EXECUTION_FAILED, text("%s in a capture", name));
    }
    count("factorizations");
    bool fails = due("SOLVER_FAILURE");
    std::string called = name;
    enqueue(h->stream, [=] {
        const char *what = called.c_str();
        bool fits = range((uint64_t)a.p, bytes(a), what) && reads(what, a, which)
            && writable((uint64_t)room.info, 4, what) && (!taken || writable((uint64_t)room.work, taken, what));
        if (!fits) return;
        std::fill(room.work, room.work + room.lwork, std::numeric_limits<double>::quiet_NaN());
        int info = work();
        *room.info = fails ? 1 : info;
    });
    return OK;
}

// ---- eigenvectors: tridiagonal by reflections, then QL with implicit shifts (Wilkinson and Reinsch 1971, II/2, II/3) ----

struct Eigen {
    size_t n;
    std::vector<double> v, d, e;
    double &V(size_t i, size_t j) { return v[i * n + j]; }

    /** v: the symmetric matrix; becomes Q. */
    void reduce() {
        for (size_t j = 0; j < n; j++) d[j] = V(n - 1, j);
        for (size_t i = n - 1; i > 0; i--) {
            double scale = 0, h = 0;
            for (size_t k = 0; k < i; k++) scale += std::fabs(d[k]);
            if (scale == 0) {
                e[i] = d[i - 1];
                for (size_t j = 0; j < i; j++) {
                    d[j] = V(i - 1, j);
                    V(i, j) = V(j, i) = 0;
                }
            } else {
                for (size_t k = 0; k < i; k++) {
                    d[k] /= scale;
                    h += d[k] * d[k];
                }
                double f = d[i - 1], g = f > 0 ? -std::sqrt(h) : std::sqrt(h);
                e[i] = scale * g;
                h -= f * g;
                d[i - 1] = f - g;
                for (size_t j = 0; j < i; j++) e[j] = 0;
                for (size_t j = 0; j < i; j++) {
                    f = d[j];
                    V(j, i) = f;
                    g = e[j] + V(j, j) * f;
                    for (size_t k = j + 1; k < i; k++) {
                        g += V(k, j) * d[k];
                        e[k] += V(k, j) * f;
                    }
                    e[j] = g;
                }
                f = 0;
                for (size_t j = 0; j < i; j++) {
                    e[j] /= h;
                    f += e[j] * d[j];
                }
                double half = f / (h + h);
                for (size_t j = 0; j < i; j++) e[j] -= half * d[j];
                for (size_t j = 0; j < i; j++) {
                    f = d[j], g = e[j];
                    for (size_t k = j; k < i; k++) V(k, j) -= f * e[k] + g * d[k];
                    d[j] = V(i - 1, j);
                    V(i, j) = 0;
                }
            }
            d[i] = h;
        }
        accumulate();
    }

    void accumulate() {
        for (size_t i = 0; i + 1 < n; i++) {
            V(n - 1, i) = V(i, i);
            V(i, i) = 1;
            double h = d[i + 1];
            if (h != 0) {
                for (size_t k = 0; k <= i; k++) d[k] = V(k, i + 1) / h;
                for (size_t j = 0; j <= i; j++) {
                    double g = 0;
                    for (size_t k = 0; k <= i; k++) g += V(k, i + 1) * V(k, j);
                    for (size_t k = 0; k <= i; k++) V(k, j) -= g * d[k];
                }
            }
            for (size_t k = 0; k <= i; k++) V(k, i + 1) = 0;
        }
        for (size_t j = 0; j < n; j++) {
            d[j] = V(n - 1, j);
            V(n - 1, j) = 0;
        }
        V(n - 1, n - 1) = 1;
        e[0] = 0;
    }

    /** d: the values, columns of v: the vectors; whether it ended. */
    bool iterate() {
        for (size_t i = 1; i < n; i++) e[i - 1] = e[i];
        e[n - 1] = 0;
        double f = 0, largest = 0, eps = std::ldexp(1.0, -52);
        for (size_t l = 0; l < n; l++) {
            largest = std::max(largest, std::fabs(d[l]) + std::fabs(e[l]));
            size_t m = l;
            while (m + 1 < n && std::fabs(e[m]) > eps * largest) m++;
            int rounds = 0;
            if (m > l) do {
                if (++rounds > 60) return false;
                double g = d[l], p = (d[l + 1] - g) / (2 * e[l]), r = std::hypot(p, 1.0);
                if (p < 0) r = -r;
                d[l] = e[l] / (p + r);
                d[l + 1] = e[l] * (p + r);
                double next = d[l + 1], h = g - d[l], before = e[l + 1];
                for (size_t i = l + 2; i < n; i++) d[i] -= h;
                f += h;
                p = d[m];
                double c = 1, c2 = 1, c3 = 1, s = 0, s2 = 0;
                for (size_t i = m; i-- > l;) {
                    c3 = c2, c2 = c, s2 = s;
                    g = c * e[i];
                    h = c * p;
                    r = std::hypot(p, e[i]);
                    e[i + 1] = s * r;
                    s = e[i] / r;
                    c = p / r;
                    p = c * d[i] - s * g;
                    d[i + 1] = h + s * (c * g + s * d[i]);
                    for (size_t k = 0; k < n; k++) {
                        h = V(k, i + 1);
                        V(k, i + 1) = s * V(k, i) + c * h;
                        V(k, i) = c * V(k, i) - s * h;
                    }
                }
                p = -s * s2 * c3 * before * e[l] / next;
                e[l] = s * p;
                d[l] = c * p;
            } while (std::fabs(e[l]) > eps * largest);
            d[l] += f;
            e[l] = 0;
        }
        return true;
    }
};

int eigen(Matrix a, int triangle, double *w) {
    if (!a.n || !writable((uint64_t)w, a.n * sizeof(double), "syevd's W")) return 0;
    Eigen m{a.n, std::vector<double>(a.n * a.n), std::vector<double>(a.n), std::vector<double>(a.n)};
    for (size_t i = 0; i < a.n; i++)
        for (size_t j = 0; j <= i; j++) m.V(i, j) = m.V(j, i) = triangle == UPPER ? a.at(j, i) : a.at(i, j);
    m.reduce();
    if (!m.iterate()) return 1;
    std::vector<size_t> order(a.n);
    for (size_t k = 0; k < a.n; k++) order[k] = k;
    std::sort(order.begin(), order.end(), [&](size_t x, size_t y) { return m.d[x] < m.d[y]; });
    for (size_t k = 0; k < a.n; k++) {
        w[k] = m.d[order[k]];
        writable((uint64_t)&a.at(0, k), a.n * sizeof(double), "syevd's A");
        for (size_t i = 0; i < a.n; i++) a.at(i, k) = m.V(i, order[k]);
    }
    return 0;
}

// ---- Cholesky ----

/** An entry of the lower triangle, or its mirror in the upper one. */
double &entry(Matrix a, int triangle, size_t i, size_t j) { return triangle == UPPER ? a.at(j, i) : a.at(i, j); }

int factor(Matrix a, int triangle) {
    for (size_t j = 0; j < a.n; j++) {
        double pivot = entry(a, triangle, j, j);
        for (size_t k = 0; k < j; k++) pivot -= entry(a, triangle, j, k) * entry(a, triangle, j, k);
        if (!(pivot > 0)) return (int)j + 1;
        double root = entry(a, triangle, j, j) = std::sqrt(pivot);
        for (size_t i = j + 1; i < a.n; i++) {
            double sum = entry(a, triangle, i, j);
            for (size_t k = 0; k < j; k++) sum -= entry(a, triangle, i, k) * entry(a, triangle, j, k);
            entry(a, triangle, i, j) = sum / root;
        }
    }
    return 0;
}

int invert(Matrix a, int triangle) {
    size_t n = a.n;
    std::vector<double> inverse(n * n, 0);  // of L, row by row
    for (size_t j = 0; j < n; j++) {
        if (entry(a, triangle, j, j) == 0) return (int)j + 1;
        for (size_t i = j; i < n; i++) {
            double sum = i == j ? 1 : 0;
            for (size_t k = j; k < i; k++) sum -= entry(a, triangle, i, k) * inverse[k * n + j];
            inverse[i * n + j] = sum / entry(a, triangle, i, i);
        }
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = 0;
            for (size_t k = i; k < n; k++) sum += inverse[k * n + i] * inverse[k * n + j];
            entry(a, triangle, i, j) = sum;
        }
    return 0;
}

// ---- reflections I − τ v vᵀ ----

int reflect(Matrix a, double *tau) {
    if (!a.n || !writable((uint64_t)tau, a.n * sizeof(double), "geqrf's tau")) return 0;
    for (size_t k = 0; k < a.n; k++) {
        double rest = 0;
        for (size_t i = k + 1; i < a.n; i++) rest = std::hypot(rest, a.at(i, k));
        tau[k] = 0;
        if (rest == 0) continue;
        double first = a.at(k, k), end = -std::copysign(std::hypot(first, rest), first);
        tau[k] = (end - first) / end;
        for (size_t i = k + 1; i < a.n; i++) a.at(i, k) /= first - end;
        a.at(k, k) = end;
        for (size_t j = k + 1; j < a.n; j++) {
            double product = a.at(k, j);
            for (size_t i = k + 1; i < a.n; i++) product += a.at(i, k) * a.at(i, j);
            product *= tau[k];
            a.at(k, j) -= product;
            for (size_t i = k + 1; i < a.n; i++) a.at(i, j) -= product * a.at(i, k);
        }
    }
    return 0;
}

int orthonormal(Matrix a, const double *tau) {
    size_t n = a.n;
    if (!n || !readable((uint64_t)tau, n * sizeof(double), "orgqr's tau")) return 0;
    std::vector<double> q(n * n, 0);
    for (size_t k = n; k-- > 0;) {
        q[k + k * n] = 1;
        for (size_t j = k; j < n; j++) {
            double product = q[k + j * n];
            for (size_t i = k + 1; i < n; i++) product += a.at(i, k) * q[i + j * n];
            product *= tau[k];
            q[k + j * n] -= product;
            for (size_t i = k + 1; i < n; i++) q[i + j * n] -= product * a.at(i, k);
        }
    }
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i < n; i++) a.at(i, j) = q[i + j * n];
    return 0;
}

int size(Handle *h, int n, int lda, int least, int *lwork) {
    if (!handles.holds(h)) return NO_HANDLE;
    if (n < 0 || lda < std::max(1, n) || !lwork) return refuse(REFUSED, "the size of a workspace");
    *lwork = least;
    return OK;
}

int ofEigen(int n) { return 3 * n + 17; }
int ofCholesky(int n) { return 2 * n + 5; }
int ofReflections(int n) { return 32 * n; }
Matrix matrix(double *p, int n, int lda) { return {p, (size_t)n, (size_t)std::max(0, lda)}; }
}  // namespace

extern "C" {
int cusolverDnCreate(Handle **h) {
    if (due("SOLVER_MEMORY")) return NO_MEMORY;
    *h = handles.add(new Handle);
    return OK;
}
int cusolverDnDestroy(Handle *h) {
    if (!handles.remove(h)) return NO_HANDLE;
    delete h;
    return OK;
}
int cusolverDnSetStream(Handle *h, Stream *s) {
    if (!handles.holds(h)) return NO_HANDLE;
    h->stream = s;
    return OK;
}
int cusolverDnDsyevd_bufferSize(Handle *h, int, int, int n, const double *, int lda, const double *, int *lwork) {
    return size(h, n, lda, ofEigen(n), lwork);
}
int cusolverDnDsyevd(Handle *h, int vectors, int triangle, int n, double *a, int lda, double *w, double *work,
    int lwork, int *info) {
    if (vectors != 1 || !w) return refuse(REFUSED, "syevd without vectors or values");
    Matrix m = matrix(a, n, lda);
    if (overlap(w, n * 8, a, bytes(m)) || overlap(w, n * 8, work, lwork * 8) || overlap(w, n * 8, info, 4))
        return refuse(REFUSED, "syevd: W overlaps something");
    return call("syevd", h, m, triangle, {work, lwork, ofEigen(n), info}, [=] { return eigen(m, triangle, w); });
}
int cusolverDnDpotrf_bufferSize(Handle *h, int, int n, double *, int lda, int *lwork) {
    return size(h, n, lda, ofCholesky(n), lwork);
}
int cusolverDnDpotrf(Handle *h, int triangle, int n, double *a, int lda, double *work, int lwork, int *info) {
    Matrix m = matrix(a, n, lda);
    return call("potrf", h, m, triangle, {work, lwork, ofCholesky(n), info}, [=] { return factor(m, triangle); });
}
int cusolverDnDpotri_bufferSize(Handle *h, int, int n, double *, int lda, int *lwork) {
    return size(h, n, lda, ofCholesky(n), lwork);
}
int cusolverDnDpotri(Handle *h, int triangle, int n, double *a, int lda, double *work, int lwork, int *info) {
    Matrix m = matrix(a, n, lda);
    return call("potri", h, m, triangle, {work, lwork, ofCholesky(n), info}, [=] { return invert(m, triangle); });
}
int cusolverDnDgeqrf_bufferSize(Handle *h, int m, int n, double *, int lda, int *lwork) {
    return m != n ? refuse(REFUSED, "geqrf of what is not square") : size(h, n, lda, ofReflections(n), lwork);
}
int cusolverDnDgeqrf(Handle *h, int rows, int n, double *a, int lda, double *tau, double *work, int lwork, int *info) {
    if (rows != n || !tau) return refuse(REFUSED, "geqrf of what is not square, or without tau");
    Matrix m = matrix(a, n, lda);
    return call("geqrf", h, m, 2, {work, lwork, ofReflections(n), info}, [=] { return reflect(m, tau); });
}
int cusolverDnDorgqr_bufferSize(Handle *h, int m, int n, int k, const double *, int lda, const double *, int *lwork) {
    return m != n || k != n ? refuse(REFUSED, "orgqr of what is not square")
                            : size(h, n, lda, ofReflections(n), lwork);
}
int cusolverDnDorgqr(Handle *h, int rows, int n, int k, double *a, int lda, const double *tau, double *work, int lwork,
    int *info) {
    if (rows != n || k != n || !tau) return refuse(REFUSED, "orgqr of what is not square, or without tau");
    Matrix m = matrix(a, n, lda);
    return call("orgqr", h, m, 2, {work, lwork, ofReflections(n), info}, [=] { return orthonormal(m, tau); });
}
}
