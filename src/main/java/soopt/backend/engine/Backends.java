package soopt.backend.engine;

import soopt.backend.Backend;
import soopt.backend.Convolution;
import soopt.backend.Precision;
import soopt.backend.cpu.CpuBackend;
import soopt.backend.cpu.CpuWinograd;
import soopt.backend.cuda.CudaBackend;
import soopt.backend.nd4j.Nd4jBackend;
import soopt.backend.vector.DoubleImages;
import soopt.backend.vector.DoubleLoops;
import soopt.backend.vector.DoubleWinograd;
import soopt.backend.vector.FloatImages;
import soopt.backend.vector.FloatLoops;
import soopt.backend.vector.FloatWinograd;

/** Opens the backends of this machine. */
public final class Backends {
    /** The most threads that a backend takes. */
    private static final int MOST_THREADS = 1024;

    private Backends() {}

    /** Whether the JVM was started with the module that the fused CPU loops need. */
    public static boolean hasVectorModule() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }

    private static void requireThreads(int threads) {
        if (threads < 1 || threads > MOST_THREADS) {
            throw new IllegalArgumentException("threads must be in [1, " + MOST_THREADS + "], but is " + threads);
        }
    }

    /**
     * The CPU: with fused loops, or by ND4J's own operations on a JVM without the vector module.
     *
     * @param threads from 1 to 1024; the results are the same bits for any number
     */
    public static Backend cpu(Precision precision, int threads) {
        requireThreads(threads);
        if (!hasVectorModule()) {
            return portable(precision, threads);
        }
        return switch (precision) {
            case FLOAT32 ->
                new CpuBackend(precision, threads, new FloatLoops(), new FloatImages(), new FloatWinograd());
            case FLOAT64 ->
                new CpuBackend(precision, threads, new DoubleLoops(), new DoubleImages(), new DoubleWinograd());
        };
    }

    /** {@link Backend#scratch} of the engine that {@link #cpu} opens, without opening it. */
    public static long scratch(Convolution geometry) {
        return hasVectorModule() ? CpuWinograd.buffers(geometry) : 0;
    }

    /**
     * An NVIDIA GPU of compute capability 7.0 or above, by our own kernels and cuBLAS; {@link CudaBackend#problem} says
     * beforehand whether it can be used.
     *
     * @param index its number among those that this process sees
     */
    public static Backend cuda(Precision precision, int index) {
        return CudaBackend.open(precision, index);
    }

    /**
     * Whatever ND4J runs on, with its own operations: slower, but without the Vector API and on ND4J's CUDA jar too.
     */
    public static Backend portable(Precision precision, int threads) {
        requireThreads(threads);
        return new Nd4jBackend(precision, threads);
    }
}
