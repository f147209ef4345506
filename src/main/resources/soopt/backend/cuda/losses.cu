// Softmax cross-entropy in float64: the outputs of a network are few. A warp for each example.

#define WARP 32

__device__ static inline bool isClass(real label, int classes) {
    return label >= 0 && label < classes && label == floor(label);
}

// loss_i = log Σ exp y_i − y_i,label; p ← softmax y and gradient ← w (p − onehot) unless 0; y, p, gradient: [rows,
// classes]. wrong_i is i where the label is no class, else rows.
extern "C" __global__ void __launch_bounds__(256)
crossEntropy(const real *__restrict__ logits, const real *__restrict__ labels, int rows, int classes, double w, real *p,
    real *gradient, double *loss, double *wrong) {
    long long i = first() / WARP;
    if (i >= rows) return;
    int lane = threadIdx.x % WARP;
    const real *y = logits + i * classes;
    double most = y[0];
    for (int c = lane; c < classes; c += WARP) most = max(most, (double)y[c]);
    most = warpMax(most);
    double sum = 0;
    for (int c = lane; c < classes; c += WARP) sum += exp(y[c] - most);
    sum = warpSum(sum);
    bool right = isClass(labels[i], classes);
    int label = right ? (int)labels[i] : 0;
    if (lane == 0) {
        loss[i] = most + log(sum) - y[label];
        wrong[i] = right ? rows : i;
    }
    if (!p) return;
    for (int c = lane; c < classes; c += WARP) {
        double q = exp(y[c] - most) / sum;
        p[i * classes + c] = (real)q;
        gradient[i * classes + c] = (real)(w * (q - (c == label)));
    }
}

// correct_i = 1 where the first of the largest logits is that of the label, else 0
extern "C" __global__ void __launch_bounds__(256)
isCorrect(const real *__restrict__ logits, const real *__restrict__ labels, int rows, int classes, double *correct,
    double *wrong) {
    long long i = first();
    if (i >= rows) return;
    const real *y = logits + i * classes;
    int best = 0;
    for (int c = 1; c < classes; c++)
        if (y[c] > y[best]) best = c;
    bool right = isClass(labels[i], classes);
    correct[i] = right && best == (int)labels[i];
    wrong[i] = right ? rows : i;
}

// out ← {Σ value_i, least wrong_i}, one block of 256
extern "C" __global__ void __launch_bounds__(256)
total(const double *__restrict__ value, const double *__restrict__ wrong, int rows, double *out) {
    __shared__ double sums[256], least[256];
    double v = 0, w = rows;
    for (int i = threadIdx.x; i < rows; i += blockDim.x) {
        v += value[i];
        w = min(w, wrong[i]);
    }
    sums[threadIdx.x] = v;
    least[threadIdx.x] = w;
    for (int half = 128; half > 0; half >>= 1) {
        __syncthreads();
        if (threadIdx.x < half) {
            sums[threadIdx.x] += sums[threadIdx.x + half];
            least[threadIdx.x] = min(least[threadIdx.x], least[threadIdx.x + half]);
        }
    }
    if (threadIdx.x == 0) {
        out[0] = sums[0];
        out[1] = least[0];
    }
}

// Σ_c p_c v_c of one example, in every lane
__device__ static inline double mean(const real *__restrict__ p, const real *v, int classes) {
    double sum = 0;
    for (int c = threadIdx.x % WARP; c < classes; c += WARP) sum += (double)p[c] * (double)v[c];
    return warpSum(sum);
}

// out ← w p (v − ⟨p, v⟩); v, out: [all, classes], p: [rows, classes] repeats
extern "C" __global__ void __launch_bounds__(256)
softmaxHessian(const real *__restrict__ p, const real *__restrict__ v, long long all, int rows, int classes, double w,
    real *out) {
    long long i = first() / WARP;
    if (i >= all) return;
    const real *q = p + i % rows * classes, *from = v + i * classes;
    double centre = mean(q, from, classes);
    for (int c = threadIdx.x % WARP; c < classes; c += WARP)
        out[i * classes + c] = (real)(w * q[c] * (from[c] - centre));
}

// out ← w Σ_k d_k ⟨d_k, v⟩ of each example; d: [draws, rows, classes], v, out: [all, classes]
extern "C" __global__ void __launch_bounds__(256)
outerProducts(const real *__restrict__ d, int draws, const real *__restrict__ v, long long all, int rows, int classes,
    double w, real *out) {
    long long i = first() / WARP;
    if (i >= all) return;
    const real *own = d + i % rows * classes, *from = v + i * classes;
    for (int c = threadIdx.x % WARP, base = 0; base < classes; base += WARP, c += WARP) {
        double sum = 0;
        for (int k = 0; k < draws; k++) {
            const real *q = own + (long long)k * rows * classes;
            double product = mean(q, from, classes);
            if (c < classes) sum += product * (double)q[c];
        }
        if (c < classes) out[i * classes + c] = (real)(w * sum);
    }
}

// v ← v − ⟨p, v⟩ in place
extern "C" __global__ void __launch_bounds__(256)
centre(const real *__restrict__ p, real *v, long long all, int rows, int classes) {
    long long i = first() / WARP;
    if (i >= all) return;
    real *to = v + i * classes;
    double centre = mean(p + i % rows * classes, to, classes);
    __syncwarp();
    for (int c = threadIdx.x % WARP; c < classes; c += WARP) to[c] = (real)(to[c] - centre);
}
