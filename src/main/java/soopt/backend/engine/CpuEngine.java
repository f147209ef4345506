package soopt.backend.engine;

import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.cpu.CpuBackend;
import soopt.backend.nd4j.CudaJar;
import soopt.backend.vector.DoubleImages;
import soopt.backend.vector.DoubleLoops;
import soopt.backend.vector.DoubleWinograd;
import soopt.backend.vector.FloatImages;
import soopt.backend.vector.FloatLoops;
import soopt.backend.vector.FloatWinograd;

/** The processor with our own vector loops and OpenBLAS; needs the JVM's vector module. */
public record CpuEngine() implements Engine {
    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public boolean isGpu() {
        return false;
    }

    @Override
    public boolean loadsNd4j() {
        return true;
    }

    @Override
    public Optional<String> problem() {
        if (CudaJar.isPresent()) {
            return Optional.of(CudaJar.NO_PROCESSOR);
        }
        return Backends.hasVectorModule()
                ? Optional.empty()
                : Optional.of("needs a JVM with the module jdk.incubator.vector, started by --add-modules");
    }

    @Override
    public Backend open(Precision precision, int threads) {
        Backends.requireThreads(threads);
        return switch (precision) {
            case FLOAT32 ->
                new CpuBackend(precision, threads, new FloatLoops(), new FloatImages(), new FloatWinograd());
            case FLOAT64 ->
                new CpuBackend(precision, threads, new DoubleLoops(), new DoubleImages(), new DoubleWinograd());
            case TF32 -> throw new IllegalArgumentException(refuses(precision).orElseThrow());
        };
    }
}
