package soopt.backend.cuda.driver;

/** The part of cuBLAS that is used; scalars are read from the host. */
final class BlasApi {
    private BlasApi() {}

    static native int cublasCreate_v2(long handle);

    static native int cublasDestroy_v2(long handle);

    static native int cublasSetStream_v2(long handle, long stream);

    static native int cublasSetMathMode(long handle, int mode);

    static native int cublasSetWorkspace_v2(long handle, long workspace, long bytes);

    static native int cublasGetVersion_v2(long handle, long version);

    static native int cublasSgemm_v2(
            long handle,
            int transposeA,
            int transposeB,
            int m,
            int n,
            int k,
            long alpha,
            long a,
            int lda,
            long b,
            int ldb,
            long beta,
            long c,
            int ldc);

    static native int cublasDgemm_v2(
            long handle,
            int transposeA,
            int transposeB,
            int m,
            int n,
            int k,
            long alpha,
            long a,
            int lda,
            long b,
            int ldb,
            long beta,
            long c,
            int ldc);
}
