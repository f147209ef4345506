// By hand, where a CUDA toolkit is: the argument sizes that the Java declarations assume, against its cuda.h,
// cusolverDn.h and cudnn.h, whose numbers are compared too.
// g++ -std=c++17 -fsyntax-only -Wno-deprecated-declarations -I $CUDA/include -I $CUDNN/include signatures.cpp
#include <cuda.h>
#include <cudnn.h>
#include <cusolverDn.h>
#include <initializer_list>

template <class R, class... A> constexpr bool takes(R (*)(A...), std::initializer_list<size_t> sizes) {
    const size_t actual[] = {sizeof(A)...};
    if (sizes.size() != sizeof...(A)) return false;
    for (size_t i = 0; i < sizeof...(A); i++) if (sizes.begin()[i] != actual[i]) return false;
    return true;
}
#define CHECK(f, ...) static_assert(takes(f, {__VA_ARGS__}), #f)
CHECK(cuInit, 4);
CHECK(cuDriverGetVersion, 8);
CHECK(cuDeviceGet, 8, 4);
CHECK(cuDeviceGetName, 8, 4, 4);
CHECK(cuDeviceGetAttribute, 8, 4, 4);
CHECK(cuDeviceTotalMem, 8, 4);
CHECK(cuDevicePrimaryCtxRetain, 8, 4);
CHECK(cuCtxSetCurrent, 8);
CHECK(cuGetErrorName, 4, 8);
CHECK(cuMemAlloc, 8, 8);
CHECK(cuMemFree, 8);
CHECK(cuMemGetInfo, 8, 8);
CHECK(cuMemcpyHtoD, 8, 8, 8);
CHECK(cuMemcpyDtoH, 8, 8, 8);
CHECK(cuMemcpyDtoDAsync, 8, 8, 8, 8);
CHECK(cuMemsetD32Async, 8, 4, 8, 8);
CHECK(cuStreamCreate, 8, 4);
CHECK(cuStreamSynchronize, 8);
CHECK(cuStreamBeginCapture, 8, 4);
CHECK(cuStreamEndCapture, 8, 8);
CHECK(cuGraphInstantiateWithFlags, 8, 8, 8);
CHECK(cuGraphLaunch, 8, 8);
CHECK(cuEventCreate, 8, 4);
CHECK(cuEventRecord, 8, 8);
CHECK(cuEventElapsedTime, 8, 8, 8);
CHECK(cuModuleLoadDataEx, 8, 8, 4, 8, 8);
CHECK(cuModuleGetFunction, 8, 8, 8);
CHECK(cuLaunchKernel, 8, 4, 4, 4, 4, 4, 4, 4, 8, 8, 8);
CHECK(cusolverDnCreate, 8);
CHECK(cusolverDnDestroy, 8);
CHECK(cusolverDnSetStream, 8, 8);
CHECK(cusolverDnDsyevd_bufferSize, 8, 4, 4, 4, 8, 4, 8, 8);
CHECK(cusolverDnDsyevd, 8, 4, 4, 4, 8, 4, 8, 8, 4, 8);
CHECK(cusolverDnDpotrf_bufferSize, 8, 4, 4, 8, 4, 8);
CHECK(cusolverDnDpotrf, 8, 4, 4, 8, 4, 8, 4, 8);
CHECK(cusolverDnDpotri_bufferSize, 8, 4, 4, 8, 4, 8);
CHECK(cusolverDnDpotri, 8, 4, 4, 8, 4, 8, 4, 8);
CHECK(cusolverDnDgeqrf_bufferSize, 8, 4, 4, 8, 4, 8);
CHECK(cusolverDnDgeqrf, 8, 4, 4, 8, 4, 8, 8, 4, 8);
CHECK(cusolverDnDorgqr_bufferSize, 8, 4, 4, 4, 8, 4, 8, 8);
CHECK(cusolverDnDorgqr, 8, 4, 4, 4, 8, 4, 8, 8, 4, 8);
CHECK(cudnnCreate, 8);
CHECK(cudnnDestroy, 8);
CHECK(cudnnSetStream, 8, 8);
CHECK(cudnnGetErrorString, 4);
CHECK(cudnnCreateTensorDescriptor, 8);
CHECK(cudnnSetTensor4dDescriptor, 8, 4, 4, 4, 4, 4, 4);
CHECK(cudnnDestroyTensorDescriptor, 8);
CHECK(cudnnCreateFilterDescriptor, 8);
CHECK(cudnnSetFilter4dDescriptor, 8, 4, 4, 4, 4, 4, 4);
CHECK(cudnnDestroyFilterDescriptor, 8);
CHECK(cudnnCreateConvolutionDescriptor, 8);
CHECK(cudnnSetConvolution2dDescriptor, 8, 4, 4, 4, 4, 4, 4, 4, 4);
CHECK(cudnnSetConvolutionMathType, 8, 4);
CHECK(cudnnDestroyConvolutionDescriptor, 8);
CHECK(cudnnGetConvolutionForwardWorkspaceSize, 8, 8, 8, 8, 8, 4, 8);
CHECK(cudnnConvolutionForward, 8, 8, 8, 8, 8, 8, 8, 4, 8, 8, 8, 8, 8);
CHECK(cudnnGetConvolutionBackwardDataWorkspaceSize, 8, 8, 8, 8, 8, 4, 8);
CHECK(cudnnConvolutionBackwardData, 8, 8, 8, 8, 8, 8, 8, 4, 8, 8, 8, 8, 8);
CHECK(cudnnGetConvolutionBackwardFilterWorkspaceSize, 8, 8, 8, 8, 8, 4, 8);
CHECK(cudnnConvolutionBackwardFilter, 8, 8, 8, 8, 8, 8, 8, 4, 8, 8, 8, 8, 8);
static_assert(sizeof(cudnnGetVersion()) == 8 && sizeof(cudnnGetCudartVersion()) == 8);
static_assert(CUDNN_TENSOR_NHWC == 1 && CUDNN_DATA_FLOAT == 0 && CUDNN_DATA_DOUBLE == 1 && CUDNN_CROSS_CORRELATION == 1);
static_assert(CUDNN_DEFAULT_MATH == 0 && CUDNN_FMA_MATH == 3);
static_assert(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM == 1);
static_assert(CUDNN_CONVOLUTION_BWD_DATA_ALGO_1 == 1 && CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1 == 1);
