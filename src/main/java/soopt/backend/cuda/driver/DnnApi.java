package soopt.backend.cuda.driver;

/** The part of cuDNN that is used; α and β are read from the host. */
final class DnnApi {
    private DnnApi() {}

    static native long cudnnGetVersion();

    static native long cudnnGetCudartVersion();

    static native String cudnnGetErrorString(int code);

    static native int cudnnCreate(long handle);

    static native int cudnnDestroy(long handle);

    static native int cudnnSetStream(long handle, long stream);

    static native int cudnnCreateTensorDescriptor(long tensor);

    static native int cudnnSetTensor4dDescriptor(long tensor, int format, int type, int n, int c, int h, int w);

    static native int cudnnDestroyTensorDescriptor(long tensor);

    static native int cudnnCreateFilterDescriptor(long filter);

    static native int cudnnSetFilter4dDescriptor(long filter, int type, int format, int k, int c, int h, int w);

    static native int cudnnDestroyFilterDescriptor(long filter);

    static native int cudnnCreateConvolutionDescriptor(long convolution);

    static native int cudnnSetConvolution2dDescriptor(
            long convolution,
            int paddingHeight,
            int paddingWidth,
            int strideHeight,
            int strideWidth,
            int dilationHeight,
            int dilationWidth,
            int mode,
            int type);

    static native int cudnnSetConvolutionMathType(long convolution, int math);

    static native int cudnnDestroyConvolutionDescriptor(long convolution);

    static native int cudnnGetConvolutionForwardWorkspaceSize(
            long handle, long x, long w, long convolution, long y, int algorithm, long bytes);

    static native int cudnnConvolutionForward(
            long handle,
            long alpha,
            long ofX,
            long x,
            long ofW,
            long w,
            long convolution,
            int algorithm,
            long workspace,
            long bytes,
            long beta,
            long ofY,
            long y);

    static native int cudnnGetConvolutionBackwardDataWorkspaceSize(
            long handle, long w, long dy, long convolution, long dx, int algorithm, long bytes);

    static native int cudnnConvolutionBackwardData(
            long handle,
            long alpha,
            long ofW,
            long w,
            long ofDy,
            long dy,
            long convolution,
            int algorithm,
            long workspace,
            long bytes,
            long beta,
            long ofDx,
            long dx);

    static native int cudnnGetConvolutionBackwardFilterWorkspaceSize(
            long handle, long x, long dy, long convolution, long dw, int algorithm, long bytes);

    static native int cudnnConvolutionBackwardFilter(
            long handle,
            long alpha,
            long ofX,
            long x,
            long ofDy,
            long dy,
            long convolution,
            int algorithm,
            long workspace,
            long bytes,
            long beta,
            long ofDw,
            long dw);
}
