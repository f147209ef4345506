package soopt.backend.engine;

import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.nd4j.CudaJar;
import soopt.backend.nd4j.Nd4jBackend;

/** The processor by ND4J's own operations: slower, but on any JVM and processor that ND4J runs on. */
public record PortableEngine() implements Engine {
    @Override
    public String name() {
        return "portable";
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
        return CudaJar.isPresent() ? Optional.of(CudaJar.NO_PROCESSOR) : Optional.empty();
    }

    @Override
    public Backend open(Precision precision, int threads) {
        Backends.requireThreads(threads);
        return new Nd4jBackend(precision, threads);
    }
}
