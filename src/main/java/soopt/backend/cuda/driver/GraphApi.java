package soopt.backend.cuda.driver;

/** The part of the driver API that captures and replays graphs; a driver before CUDA 11.4 lacks some of it. */
final class GraphApi {
    private GraphApi() {}

    static native int cuStreamBeginCapture_v2(long stream, int mode);

    static native int cuStreamEndCapture(long stream, long graph);

    static native int cuGraphInstantiateWithFlags(long executable, long graph, long flags);

    static native int cuGraphLaunch(long executable, long stream);

    static native int cuGraphDestroy(long graph);

    static native int cuGraphExecDestroy(long executable);

    /** What tells the kernels of a graph other arguments; a driver may have newer versions of it alone. */
    static final class Nodes {
        private Nodes() {}

        static native int cuStreamGetCaptureInfo_v2(
                long stream, long status, long id, long graph, long dependencies, long count);

        static native int cuGraphExecKernelNodeSetParams(long executable, long node, long parameters);
    }
}
