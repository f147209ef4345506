package soopt.backend.cuda.driver;

/**
 * CUDA's driver API, by the names of its symbols: _v2 where cuda.h's macros say so (the others are old ABIs). Addresses
 * and handles are long, CUdevice is int.
 */
final class DriverApi {
    private DriverApi() {}

    static native int cuInit(int flags);

    static native int cuDriverGetVersion(long version);

    static native int cuDeviceGetCount(long count);

    static native int cuDeviceGet(long device, int ordinal);

    static native int cuDeviceGetName(long name, int length, int device);

    static native int cuDeviceGetAttribute(long value, int attribute, int device);

    static native int cuDeviceTotalMem_v2(long bytes, int device);

    static native int cuDevicePrimaryCtxRetain(long context, int device);

    static native int cuDevicePrimaryCtxRelease_v2(int device);

    static native int cuCtxSetCurrent(long context);

    static native int cuGetErrorName(int code, long name);

    static native int cuMemAlloc_v2(long pointer, long bytes);

    static native int cuMemFree_v2(long pointer);

    static native int cuMemGetInfo_v2(long available, long total);

    static native int cuMemHostAlloc(long pointer, long bytes, int flags);

    static native int cuMemFreeHost(long pointer);

    static native int cuMemcpyHtoDAsync_v2(long to, long from, long bytes, long stream);

    static native int cuMemcpyDtoHAsync_v2(long to, long from, long bytes, long stream);

    static native int cuMemcpyDtoDAsync_v2(long to, long from, long bytes, long stream);

    static native int cuMemsetD32Async(long to, int value, long words, long stream);

    static native int cuStreamCreate(long stream, int flags);

    static native int cuStreamDestroy_v2(long stream);

    static native int cuStreamSynchronize(long stream);

    static native int cuStreamWaitEvent(long stream, long event, int flags);

    static native int cuEventCreate(long event, int flags);

    static native int cuEventRecord(long event, long stream);

    static native int cuEventSynchronize(long event);

    static native int cuEventDestroy_v2(long event);

    static native int cuModuleLoadDataEx(long module, long image, int n, long options, long values);

    static native int cuModuleUnload(long module);

    static native int cuModuleGetFunction(long function, long module, String name);

    static native int cuLaunchKernel(
            long function,
            int gridX,
            int gridY,
            int gridZ,
            int blockX,
            int blockY,
            int blockZ,
            int sharedBytes,
            long stream,
            long parameters,
            long extra);
}
