package soopt.backend;

import soopt.backend.vector.DoubleLoops;
import soopt.backend.vector.FloatLoops;

/** Opens the backends of this machine. */
public final class Backends {
    private Backends() {}

    /** Whether the JVM was started with the module that the fused CPU loops need. */
    public static boolean hasVectorModule() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }

    /** The CPU, with fused loops. */
    public static Backend cpu(Precision precision, int threads) {
        return new CpuBackend(
                precision, threads, precision == Precision.FLOAT32 ? new FloatLoops() : new DoubleLoops());
    }
}
