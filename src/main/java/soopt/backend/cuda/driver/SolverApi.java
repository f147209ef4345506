package soopt.backend.cuda.driver;

/**
 * The part of cuSOLVER that is used: its first, LAPACK-like interface, whose signatures are the same from CUDA 8 to 13.
 * The newer one of 64 bits (cusolverDnX…) has no orgqr, and needs parameters of its own and memory of the host.
 */
final class SolverApi {
    private SolverApi() {}

    static native int cusolverDnCreate(long handle);

    static native int cusolverDnDestroy(long handle);

    static native int cusolverDnSetStream(long handle, long stream);

    static native int cusolverDnDsyevd_bufferSize(
            long handle, int vectors, int triangle, int n, long a, int lda, long w, long size);

    static native int cusolverDnDsyevd(
            long handle,
            int vectors,
            int triangle,
            int n,
            long a,
            int lda,
            long w,
            long workspace,
            int size,
            long info);

    static native int cusolverDnDpotrf_bufferSize(long handle, int triangle, int n, long a, int lda, long size);

    static native int cusolverDnDpotrf(
            long handle, int triangle, int n, long a, int lda, long workspace, int size, long info);

    static native int cusolverDnDpotri_bufferSize(long handle, int triangle, int n, long a, int lda, long size);

    static native int cusolverDnDpotri(
            long handle, int triangle, int n, long a, int lda, long workspace, int size, long info);

    static native int cusolverDnDgeqrf_bufferSize(long handle, int m, int n, long a, int lda, long size);

    static native int cusolverDnDgeqrf(
            long handle, int m, int n, long a, int lda, long tau, long workspace, int size, long info);

    static native int cusolverDnDorgqr_bufferSize(
            long handle, int m, int n, int k, long a, int lda, long tau, long size);

    static native int cusolverDnDorgqr(
            long handle, int m, int n, int k, long a, int lda, long tau, long workspace, int size, long info);
}
