// a = σ(z), σ′, σ″, σ‴ from the same evaluation. Compiled without contraction to FMA, so that every number of outputs
// gives the same bits.

#if FLOAT32
#define EXP expf
#define EXPM1 expm1f
#define LOG1P log1pf
#define TANH tanhf
#define ERFC erfcf
#else
#define EXP exp
#define EXPM1 expm1
#define LOG1P log1p
#define TANH tanh
#define ERFC erfc
#endif

struct Jet {
    real s0, s1, s2, s3;
};

__device__ static inline Jet jetOfTanh(real z) {
    Jet j;
    j.s0 = TANH(z);
    j.s1 = 1 - j.s0 * j.s0;
    j.s2 = -2 * j.s0 * j.s1;
    j.s3 = j.s1 * (6 * j.s0 * j.s0 - 2);
    return j;
}

// p, p′, p″, p‴ from e = exp(−|z|), without cancellation in the tails
__device__ static inline Jet jetOfSigmoid(real z) {
    Jet j;
    real e = EXP(-fabs(z)), inverse = 1 / (1 + e);
    j.s0 = z < 0 ? e * inverse : inverse;
    j.s1 = e * inverse * inverse;
    j.s2 = j.s1 * ((z < 0 ? 1 - e : e - 1) * inverse);
    j.s3 = j.s1 * (1 - 6 * j.s1);
    return j;
}

// NaN stays what it is
__device__ static inline Jet jetOfRelu(real z) {
    Jet j;
    j.s0 = z <= 0 ? 0 : z;
    j.s1 = z > 0;
    j.s2 = j.s3 = 0;
    return j;
}

__device__ static inline Jet jetOfElu(real z) {
    Jet j;
    real e = z > 0 ? 0 : EXPM1(z);
    j.s0 = z > 0 ? z : e;
    j.s1 = z > 0 ? 1 : e + 1;
    j.s2 = j.s3 = z < 0 ? e + 1 : 0;
    return j;
}

__device__ static inline Jet jetOfSoftplus(real z) {
    Jet p = jetOfSigmoid(z), j;
    j.s0 = (z > 0 ? z : 0) + LOG1P(EXP(-fabs(z)));
    j.s1 = p.s0;
    j.s2 = p.s1;
    j.s3 = p.s2;
    return j;
}

// zΦ, Φ + zφ, (2 − z²)φ, (z² − 4)zφ; beyond ±40 the density is 0, and z³ must not overflow against it
__device__ static inline Jet jetOfGelu(real z) {
    Jet j;
    real x = z < -40 ? (real)-40 : z > 40 ? (real)40 : z;
    real cumulative = (real)0.5 * ERFC(x * (real)-0.70710678118654752440);
    real density = EXP((real)-0.5 * x * x) * (real)0.39894228040143267794;
    j.s0 = z * cumulative;
    j.s1 = cumulative + x * density;
    j.s2 = (2 - x * x) * density;
    j.s3 = (x * x - 4) * x * density;
    return j;
}

__device__ static inline Jet jetOfSilu(real z) {
    Jet p = jetOfSigmoid(z), j;
    j.s0 = z * p.s0;
    j.s1 = p.s0 + z * p.s1;
    j.s2 = 2 * p.s1 + z * p.s2;
    j.s3 = 3 * p.s2 + z * p.s3;
    return j;
}

__device__ static inline Jet jetOfIdentity(real z) {
    Jet j;
    j.s0 = z;
    j.s1 = 1;
    j.s2 = j.s3 = 0;
    return j;
}

// z ← z + bias, unless bias is 0, for rows of d numbers; then 1, 2 or 4 outputs, any of which may be z.
#define ACTIVATION(name) \
    template <class I> __device__ static inline void apply##name(I i, int d, const real *__restrict__ bias, real *z, \
        int outputs, real *j0, real *j1, real *j2, real *j3) { \
        real x = z[i]; \
        if (bias) { \
            x += bias[i % (I)d]; \
            z[i] = x; \
        } \
        Jet j = jetOf##name(x); \
        j0[i] = j.s0; \
        if (outputs > 1) j1[i] = j.s1; \
        if (outputs > 2) { \
            j2[i] = j.s2; \
            j3[i] = j.s3; \
        } \
    } \
    extern "C" __global__ void __launch_bounds__(256) activate##name(long long n, int d, \
        const real *__restrict__ bias, real *z, int outputs, real *j0, real *j1, real *j2, real *j3) { \
        FOR_EACH(n, apply##name, d, bias, z, outputs, j0, j1, j2, j3) \
    }

ACTIVATION(Tanh)
ACTIVATION(Sigmoid)
ACTIVATION(Relu)
ACTIVATION(Elu)
ACTIVATION(Softplus)
ACTIVATION(Gelu)
ACTIVATION(Silu)
ACTIVATION(Identity)
