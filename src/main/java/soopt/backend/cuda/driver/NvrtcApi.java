package soopt.backend.cuda.driver;

/** The compiler of kernels at run time, NVRTC 11.2 and later. */
final class NvrtcApi {
    private NvrtcApi() {}

    static native int nvrtcVersion(long major, long minor);

    static native int nvrtcGetNumSupportedArchs(long count);

    static native int nvrtcGetSupportedArchs(long list);

    static native int nvrtcCreateProgram(long program, String source, String name, int n, long headers, long names);

    static native int nvrtcCompileProgram(long program, int n, long options);

    static native int nvrtcGetProgramLogSize(long program, long size);

    static native int nvrtcGetProgramLog(long program, long log);

    static native int nvrtcGetCUBINSize(long program, long size);

    static native int nvrtcGetCUBIN(long program, long image);

    static native int nvrtcGetPTXSize(long program, long size);

    static native int nvrtcGetPTX(long program, long image);

    static native int nvrtcDestroyProgram(long program);
}
