package soopt.backend.engine;

import java.util.List;
import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Convolution;
import soopt.backend.Precision;
import soopt.backend.cpu.CpuWinograd;
import soopt.backend.cuda.CudaBackend;
import soopt.backend.cuda.driver.Gpus;
import soopt.backend.cuda.library.CudaLibraries;
import soopt.backend.nd4j.CudaJar;

/** The engines of this machine. */
public final class Backends {
    /** The most threads that a backend takes. */
    private static final int MOST_THREADS = 1024;

    private Backends() {}

    /** Every way to compute, on the first GPU where it is one. */
    public static List<Engine> all() {
        return List.of(new CpuEngine(), new PortableEngine(), new CudaEngine(0), new Nd4jCudaEngine(0));
    }

    /** What computes on the GPU of a number: our own kernels, else ND4J's; empty if neither can be used. */
    public static Optional<Engine> gpu(int index) {
        // every start of the program comes here: no lambdas, whose first use takes some 30 ms, and no look into all
        // jars
        if (CudaLibraries.driver().problem().isPresent()) {
            return Optional.empty();
        }
        Engine own = new CudaEngine(index);
        if (own.problem().isEmpty()) {
            return Optional.of(own);
        }
        Engine jar = new Nd4jCudaEngine(index);
        return jar.problem().isEmpty() ? Optional.of(jar) : Optional.empty();
    }

    /** Whether the driver names a GPU at all. */
    public static boolean hasGpu() {
        return Gpus.find().problem().isEmpty();
    }

    /** Why the GPU of a number cannot be used and what to do, if {@link #gpu} is empty. */
    public static String problemOfGpu(int index) {
        Optional<String> absent = CudaLibraries.driver().problem();
        if (absent.isPresent()) {
            return absent.get();
        }
        Gpus gpus = Gpus.find();
        String own = new CudaEngine(index).problem().orElse("");
        boolean isNamed = index < gpus.list().size();
        boolean isForJar =
                isNamed && (CudaJar.isPresent() || gpus.list().get(index).major() < CudaBackend.LEAST_CAPABILITY);
        String jar = new Nd4jCudaEngine(index).problem().orElse("");
        return isForJar && !own.equals(jar) ? own + "; ND4J-CUDA " + jar : own;
    }

    /** The processor: with fused loops, or by ND4J's own operations on a JVM without the vector module. */
    public static Engine processor() {
        return hasVectorModule() ? new CpuEngine() : new PortableEngine();
    }

    /** Whether the JVM was started with the module that the fused CPU loops need. */
    public static boolean hasVectorModule() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }

    static void requireThreads(int threads) {
        if (threads < 1 || threads > MOST_THREADS) {
            throw new IllegalArgumentException("threads must be in [1, " + MOST_THREADS + "], but is " + threads);
        }
    }

    /**
     * {@link #processor}, opened.
     *
     * @param threads from 1 to 1024; the results are the same bits for any number
     */
    public static Backend cpu(Precision precision, int threads) {
        return processor().open(precision, threads);
    }

    /** {@link Backend#scratch} of the engine that {@link #cpu} opens, without opening it. */
    public static long scratch(Convolution geometry) {
        return hasVectorModule() ? CpuWinograd.buffers(geometry) : 0;
    }

    /** ND4J's own operations on the processor. */
    public static Backend portable(Precision precision, int threads) {
        return new PortableEngine().open(precision, threads);
    }

    /** Our own kernels on the GPU of a number; {@link CudaEngine#problem} says beforehand whether it can be used. */
    public static Backend cuda(Precision precision, int index) {
        return new CudaEngine(index).open(precision, 1);
    }
}
